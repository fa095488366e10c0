"""The simulator: time, memory and loads as a host has them; any mode, any policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.dispatch import Costs, Resident
from paragen.domain.board import Budget
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Answer, Attempt, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.ports import HostState
from paragen.domain.status import Status
from paragen.domain.task import Task, TestCode
from paragen.domain.tournament import Criteria, Weights
from paragen.engine.slots import Slots
from paragen.modes import MODES
from paragen.simulator import Outcome, Policy, SimHost, Simulated, simulate
from tests.simulator.plain_pool import PlainPool

CRITERIA = Criteria(weights=Weights(quality=0.7, speed=0.3))
TESTS = (TestCode(source="def test_it(): pass", origin="t.md"),)
LOAD_S, ANSWER_S = 30.0, 10.0


def generators(*names: str, host: str | None = None) -> list[Generator]:
    """Generators of models of the same name; `a2` is a second generator of model `a`."""
    return [Generator(name=name, model=name[0], host=host) for name in names]


def plan(
    who: Sequence[Generator],
    *,
    copies: int = 1,
    name: str = "t",
    mode: str = "all",
    budget: Budget | None = None,
    needs: tuple[str, ...] = (),
    deadline_s: float | None = None,
) -> Plan:
    return Plan(
        task=Task(name=name, prompt="p", sha256=name, tests=TESTS),
        roster=tuple(instance(g, copy, 0) for g in who for copy in range(copies)),
        criteria=CRITERIA,
        mode=mode,
        budget=budget or Budget(),
        needs=needs,
        deadline_s=deadline_s,
    )


def costs(*hosts: str, load_s: float = LOAD_S, answer_s: float = ANSWER_S) -> Costs:
    residents = [Resident(f"{letter}:latest", 8192) for letter in "abc"]
    return Costs().with_history(
        (host, resident, load_s, answer_s, 9) for host in hosts for resident in residents
    )


def engine(believed: Costs, memory: int | None = 1, *, sequential: bool = False) -> Policy:
    def books(
        hosts: Sequence[tuple[SimHost, HostState | None]], clock: Callable[[], float]
    ) -> Slots:
        return Slots(hosts, costs=believed, memory=memory, clock=clock, sequential=sequential)

    return books


def passed(run: str, plan: Plan, attempt: Attempt) -> Candidate:
    return Candidate(attempt=attempt, status=Status.PASSED)


def play(
    plans: Sequence[Plan],
    *hosts: SimHost,
    policy: Policy | None = None,
    outcome: Outcome = passed,
    judge_s: float = 0.0,
) -> Simulated:
    known = costs(*(host.name for host in hosts))
    return simulate(
        plans, hosts, known, outcome=outcome, policy=policy or engine(known), judge_s=judge_s
    )


def order(result: Simulated, host: str = "h") -> str:
    return "".join(sent.attempt.instance.generator.name[0] for sent in result.on(host))


def test_loads_and_answers_take_their_time() -> None:
    result = play([plan(generators("a"), copies=3)], SimHost(name="h"))
    assert result.makespan_s == LOAD_S + 3 * ANSWER_S
    assert [(s.sent_s, s.begun_s, s.ended_s) for s in result.on("h")] == [
        (0, 30, 40),
        (40, 40, 50),
        (50, 50, 60),
    ]
    assert result.loads == {"h": 1}


def test_slots_answer_at_once_and_a_fast_host_is_fast() -> None:
    result = play([plan(generators("a"), copies=4)], SimHost(name="h", slots=2, speed=2.0))
    assert result.makespan_s == LOAD_S / 2 + 2 * ANSWER_S / 2


def test_what_is_loaded_needs_no_load() -> None:
    host = SimHost(name="h", loaded=(Resident("b:latest", 8192),))
    result = play([plan(generators("a", "b"))], host)
    assert order(result) == "ba"
    assert result.makespan_s == LOAD_S + 2 * ANSWER_S


def test_the_engine_loads_each_model_once_and_a_plain_pool_thrashes() -> None:
    plans = [plan(generators("a", "b"), name=f"t{n}") for n in range(5)]
    ours, pool = (
        play(plans, SimHost(name="h"), policy=policy) for policy in (engine(costs("h")), PlainPool)
    )
    assert (ours.loads["h"], order(ours)) == (2, "aaaaabbbbb")
    assert (pool.loads["h"], order(pool)) == (10, "ababababab")
    assert pool.makespan_s - ours.makespan_s == 8 * LOAD_S


def test_models_that_fit_together_stay() -> None:
    plans = [plan(generators("a", "b"), name=f"t{n}") for n in range(5)]
    by_count = SimHost(name="h", max_models=2)
    by_size = SimHost(
        name="h", max_models=None, vram_bytes=8, models={"a:latest": 5, "b:latest": 3}
    )
    too_big = SimHost(
        name="h", max_models=None, vram_bytes=7, models={"a:latest": 5, "b:latest": 3}
    )
    loads = [play(plans, h, policy=PlainPool).loads["h"] for h in (by_count, by_size, too_big)]
    assert loads == [2, 2, 10]


def test_a_model_with_another_context_is_loaded_anew() -> None:
    two = [Generator(name=f"a{ctx}", model="a", num_ctx=ctx) for ctx in (4096, 8192)]
    host = SimHost(name="h", max_models=3)
    assert play([plan(two)], host, policy=PlainPool).loads["h"] == 2


def test_a_load_waits_for_what_is_in_use() -> None:
    result = play([plan(generators("a", "b"))], SimHost(name="h", slots=2), policy=PlainPool)
    a, b = result.on("h")
    assert (a.ended_s, b.sent_s, b.begun_s) == (40, 0, 70)


def test_a_dead_hosts_attempts_go_elsewhere_and_it_is_used_again() -> None:
    hosts = [SimHost(name="x", outages=((45.0, 100.0),)), SimHost(name="y", speed=0.5)]
    result = play([plan(generators("a"), copies=20)], *hosts)
    assert len(result.boards["r1"].candidates) == 20
    assert {c.status for c in result.boards["r1"].candidates.values()} == {Status.PASSED}
    assert Counter(s.ended for s in result.sent) == {True: 20, False: 1}
    assert not [s for s in result.on("x") if 45 <= s.sent_s < 100]
    assert [s for s in result.on("x") if s.sent_s >= 100], "it came back"


def test_a_load_is_lost_with_its_host() -> None:
    both = {"a:latest": 1, "b:latest": 1}
    hosts = [
        SimHost(name="x", models={"a:latest": 1}, outages=((10.0, 20.0),)),
        SimHost(name="y", models=both, speed=0.05),
    ]
    result = play([plan(generators("a", "b"))], *hosts)
    assert [(s.sent_s, s.begun_s) for s in result.on("x") if s.ended] == [(20.0, 20.0 + LOAD_S)]


def test_where_no_host_is_left_attempts_are_errors() -> None:
    result = play([plan(generators("a"), copies=3)], SimHost(name="h", outages=((45.0, 1e9),)))
    statuses = Counter(c.status for c in result.boards["r1"].candidates.values())
    assert statuses == {Status.PASSED: 1, Status.ERROR: 2}


def test_pinned_attempts_stay_on_their_host() -> None:
    result = play(
        [plan([*generators("a"), *generators("b", host="y")], copies=4)],
        SimHost(name="x"),
        SimHost(name="y", speed=0.1),
    )
    hosts = {s.attempt.instance.generator.name: s.host for s in result.sent}
    assert hosts == {"a": "x", "b": "y"}


def test_a_task_waits_for_those_that_it_needs() -> None:
    plans = [
        plan(generators("a"), name="second", needs=("first",)),
        plan(generators("a"), name="first"),
    ]
    result = play(plans, SimHost(name="h"))
    assert result.finished_s == {"r2": 40, "r1": 50}


def test_so_many_tasks_are_played_at_once() -> None:
    plans = [plan(generators("a", "b"), name=f"t{n}") for n in range(3)]
    known = costs("h")
    one_by_one = simulate(
        plans, [SimHost(name="h")], known, outcome=passed, policy=engine(known), max_steps=1
    )
    assert order(one_by_one) == "abbaab"
    assert list(one_by_one.finished_s) == ["r1", "r2", "r3"]


def test_at_the_deadline_what_is_in_flight_is_called_off() -> None:
    result = play([plan(generators("a"), copies=5, deadline_s=55)], SimHost(name="h"))
    statuses = Counter(c.status for c in result.boards["r1"].candidates.values())
    assert statuses == {Status.PASSED: 2, Status.CANCELLED: 3}
    assert result.makespan_s == 55


def test_an_answers_own_time_and_tokens_count() -> None:
    def outcome(run: str, plan: Plan, attempt: Attempt) -> Candidate:
        answer = Answer(text="", decode_s=7.0, completion_tokens=100)
        return Candidate(attempt=attempt, status=Status.FAILED, answer=answer)

    result = play([plan(generators("a"), copies=2)], SimHost(name="h"), outcome=outcome)
    assert result.makespan_s == LOAD_S + 14
    assert result.tokens == 200


def test_what_comes_of_an_attempt_is_asked_with_its_run_and_plan() -> None:
    def outcome(run: str, plan: Plan, attempt: Attempt) -> Candidate:
        assert run == {"first": "r1", "second": "r2"}[plan.task.name]
        status = Status.PASSED if plan.task.name == "first" else Status.FAILED
        return Candidate(attempt=attempt, status=status)

    plans = [plan(generators("a"), name=name) for name in ("first", "second")]
    boards = play(plans, SimHost(name="h"), outcome=outcome).boards
    ends = [[c.status for c in board.candidates.values()] for board in boards.values()]
    assert ends == [[Status.PASSED], [Status.FAILED]]


def test_judging_overlaps_with_generating_but_not_in_sequence() -> None:
    known = costs("h")
    at_once = play([plan(generators("a"), copies=2)], SimHost(name="h"), judge_s=5)
    in_sequence = play(
        [plan(generators("a"), copies=2)],
        SimHost(name="h"),
        judge_s=5,
        policy=engine(known, sequential=True),
    )
    assert at_once.makespan_s == LOAD_S + 2 * ANSWER_S + 5
    assert in_sequence.makespan_s == LOAD_S + 2 * ANSWER_S + 10


def test_the_next_model_is_loaded_while_the_last_one_is_judged() -> None:
    result = play(
        [plan(generators("a", "b"))],
        SimHost(name="h"),
        judge_s=LOAD_S,
        policy=engine(costs("h"), sequential=True),
    )
    assert result.makespan_s == 2 * (LOAD_S + ANSWER_S) + LOAD_S, "one load costs nothing"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("policy", [engine(Costs()), PlainPool])
def test_every_mode_plays_to_its_end(mode: str, policy: Policy) -> None:
    def outcome(run: str, plan: Plan, attempt: Attempt) -> Candidate:
        good = attempt.instance.seed % 3 == 0
        return Candidate(attempt=attempt, status=Status.PASSED if good else Status.FAILED)

    plans = [
        plan(
            generators("a", "b", "c"),
            copies=2,
            name=f"t{n}",
            mode=mode,
            budget=Budget(max_attempts=12),
        )
        for n in range(3)
    ]
    result = play(
        plans, SimHost(name="h", slots=2), SimHost(name="i"), policy=policy, outcome=outcome
    )
    assert set(result.finished_s) == {"r1", "r2", "r3"}
    for board in result.boards.values():
        assert 0 < len(board.attempts) <= 12
        assert not board.running


SIM_HOSTS = st.lists(
    st.builds(
        SimHost,
        name=st.just(""),
        slots=st.integers(1, 3),
        max_models=st.sampled_from([1, 2, None]),
        speed=st.floats(0.2, 5),
        models=st.none() | st.just({"a:latest": 1, "b:latest": 1}),
        outages=st.lists(
            st.tuples(st.floats(0, 300), st.floats(1, 300)).map(lambda o: (o[0], o[0] + o[1])),
            max_size=1,
        ).map(tuple),
    ),
    min_size=1,
    max_size=3,
)


@given(
    hosts=SIM_HOSTS,
    names=st.lists(st.sampled_from("abc"), min_size=1, max_size=5, unique=True),
    copies=st.integers(1, 4),
    tasks=st.integers(1, 4),
    max_models=st.sampled_from([1, 2, None]),
    judge_s=st.floats(0, 20),
)
def test_no_attempt_is_lost_or_doubled_whatever_hosts_do(
    hosts: list[SimHost],
    names: list[str],
    copies: int,
    tasks: int,
    max_models: int | None,
    judge_s: float,
) -> None:
    named = [replace(host, name=f"h{n}") for n, host in enumerate(hosts)]
    plans = [plan(generators(*names), copies=copies, name=f"t{n}") for n in range(tasks)]
    result = play(plans, *named, policy=engine(Costs(), max_models), judge_s=judge_s)
    for board in result.boards.values():
        assert len(board.candidates) == len(names) * copies
    ended = [(s.run, s.attempt.id) for s in result.sent if s.ended]
    assert len(ended) == len(set(ended))
    for host in named:
        here = result.on(host.name)
        for sent in here:
            at_once = [o for o in here if o.sent_s <= sent.sent_s < o.ended_s]
            assert len(at_once) <= host.slots
        for from_s, until_s in host.outages:
            assert not [s for s in here if s.ended and s.sent_s < from_s < s.ended_s]
            assert not [s for s in here if s.ended and from_s <= s.sent_s < until_s]
