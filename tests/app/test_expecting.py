"""What plans take for granted of attempts that weren't made."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from paragen.app.expecting import always, by_history, mean_tokens
from paragen.domain.generator import Attempt, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.standing import Standing
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Weights
from paragen.judge.agree import within

TOKENS = {"m:latest": 120.4}


def plan(task_type: str = "general", **standings: Standing) -> Plan:
    return Plan(
        task=Task(name="t", prompt="p", sha256="0", task_type=task_type),
        roster=(),
        criteria=Criteria(weights=Weights(quality=1, speed=0)),
        standings=standings,
    )


def attempts(count: int, name: str = "g") -> list[Attempt]:
    generator = Generator(name=name, model="m")
    return [Attempt(id=f"c{n}", instance=instance(generator, n, 0)) for n in range(count)]


@given(st.integers(0, 40), st.integers(0, 20), st.integers(1, 20))
def test_as_many_pass_as_the_record_says(plays: int, passes: int, tasks: int) -> None:
    """Over all tasks of a type: the first attempt of each is the same value."""
    passes = min(plays, passes)
    played = plan(g=Standing(plays=plays, passes=passes))
    expected = by_history(TOKENS)

    def made() -> Iterator[Status]:
        for run in range(tasks):
            for attempt in attempts(20 // tasks):
                yield expected(f"r{run}", played, attempt).status

    statuses = list(made())
    share = passes / plays if plays else 0.5
    assert abs(statuses.count(Status.PASSED) - len(statuses) * share) <= 0.5
    assert list(made()) == statuses, "the same at every asking"


def test_each_task_goes_by_the_standings_of_its_own_type() -> None:
    (first,) = attempts(1)
    good, bad = plan("easy", g=Standing(plays=9, passes=9)), plan("hard", g=Standing(plays=9))
    for order in ((good, bad), (bad, good)):
        expected = by_history(TOKENS)
        made = {one.task.task_type: expected(f"r{n}", one, first) for n, one in enumerate(order)}
        assert made["easy"].status is Status.PASSED
        assert made["hard"].status is Status.FAILED


def test_generators_and_types_are_counted_apart() -> None:
    """Every second attempt passes, and of each of them this is the first."""
    even = Standing(plays=10, passes=5)
    expected = by_history({})
    for task_type in ("easy", "hard"):
        for name in ("a", "b"):
            made = expected(task_type + name, plan(task_type, a=even, b=even), *attempts(1, name))
            assert made.status is Status.PASSED


def test_those_that_pass_agree_and_others_do_not() -> None:
    one, two = (
        [always(passes, {})("r1", plan(), attempt) for passes in (True, False)]
        for attempt in attempts(2)
    )
    assert within((one[0], two[0])) == 1
    assert within((one[1], two[1])) < 0.7
    assert within((one[0], two[1])) < 0.7


def test_tokens_are_the_models_mean_over_hosts() -> None:
    assert mean_tokens([("m", 10.0, 1), ("m", 40.0, 2), ("n", None, 3), ("o", 5.0, 0)]) == {"m": 30}
    answer = always(True, TOKENS)("r1", plan(), attempts(1)[0]).answer
    assert answer is not None
    assert answer.completion_tokens == 120
