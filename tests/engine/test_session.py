"""The engine, on scripted hosts and a real sandbox."""

from __future__ import annotations

import errno
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from paragen.domain.board import Budget
from paragen.domain.command import Command, Ran
from paragen.domain.errors import ConnectionFault
from paragen.domain.events import (
    AttemptQueued,
    AttemptsAsked,
    AttemptStarted,
    CandidateEnded,
    Event,
    JudgingStarted,
    RunEnded,
    RunStarted,
    SessionStarted,
    Warned,
)
from paragen.domain.generator import (
    Answer,
    Attempt,
    CallLimits,
    Generator,
    Instance,
    Request,
)
from paragen.domain.ports import Cancel, HostState, OnProgress, Sandbox
from paragen.domain.status import Status
from paragen.domain.tournament import SandboxState
from paragen.engine.candidates import not_judged
from paragen.engine.outcome import session_exit_code
from paragen.engine.resumed import answered, marked
from paragen.engine.session import Engine
from paragen.hosts.demo import DemoHost
from paragen.parse.recording import Recorded, RecordedFault
from tests.engine.playing import (
    ENDLESS,
    FAST,
    RECORDED,
    RIGHT,
    Listener,
    engine,
    plan,
    statuses,
)


def test_a_tournament_from_end_to_end(sandbox: Sandbox) -> None:
    listener = Listener()
    (run,) = engine(sandbox, DemoHost("h", RECORDED), listener=listener).play(
        [plan("wrong", "right", "prose", "down", "truncated")]
    )
    assert statuses(run) == {
        "right": Status.PASSED,
        "wrong": Status.FAILED,
        "prose": Status.NO_CODE,
        "down": Status.ERROR,
        "truncated": Status.ERROR,
    }
    assert run.winning is not None
    assert run.winning.attempt.instance.name == "right"
    assert run.winning.code == "def double(x):\n    return 2 * x\n"
    assert run.exit_code == 0
    assert run.sandbox.level == "none"
    assert not run.sandbox.sealed
    assert all(c.started_s is not None and 0 <= c.started_s <= run.wall_s for c in run.ranking)
    by_name = {c.attempt.instance.name: c for c in run.ranking}
    assert by_name["down"].scores is None, "a failed call is no candidate to score"
    assert by_name["down"].error is not None
    assert by_name["down"].error.kind == "connection"
    assert by_name["truncated"].answer is not None, "what was answered is kept"
    assert by_name["wrong"].scores is not None
    assert listener.threads == {threading.get_ident()}, "events come from one thread"


def test_events_tell_the_story_in_order(sandbox: Sandbox) -> None:
    listener = Listener()
    (run,) = engine(sandbox, DemoHost("h", RECORDED), listener=listener).play(
        [plan("right", "wrong")]
    )
    session, begun, asked = listener.events[:3]
    assert isinstance(session, SessionStarted)
    assert list(session.plans) == [run.run_id]
    assert session.session_id == run.session_id
    assert isinstance(begun, RunStarted)
    assert isinstance(asked, AttemptsAsked)
    assert [attempt.id for attempt in asked.attempts] == ["c1", "c2"]
    assert listener.events[-1] == RunEnded(run=run)
    assert len(listener.of(AttemptQueued)) == 2
    for attempt_id in ("c1", "c2"):
        kinds = [
            type(event)
            for event in listener.events
            if getattr(event, "attempt_id", None) == attempt_id
            or (isinstance(event, CandidateEnded) and event.candidate.id == attempt_id)
        ]
        assert kinds[0] is AttemptStarted
        assert kinds[-2:] == [JudgingStarted, CandidateEnded]


@pytest.mark.parametrize(("mode", "compares"), [("quorum", True), ("all", False)])
def test_a_mode_that_compares_knows_what_programs_answer(
    sandbox: Sandbox, mode: str, compares: bool
) -> None:
    one = plan("right", "wrong", "prose", mode=mode)
    task = replace(one.task, prompt="Write `double(x)`. For example `double(21)` is `42`.")
    (run,) = engine(sandbox, DemoHost("h", RECORDED)).play([replace(one, task=task)])
    outputs = {c.attempt.instance.name: c.outputs for c in run.ranking}
    assert outputs["prose"] is None, "there is no program"
    if not compares:
        assert set(outputs.values()) == {None}
        return
    assert outputs["right"] and outputs["wrong"]
    assert len(outputs["right"]) == len(outputs["wrong"])
    assert outputs["right"] != outputs["wrong"]


class CountingHost(DemoHost):
    """A demo host that notes how many calls it has at once, and in which order they come."""

    def __init__(self, name: str, recorded: Sequence[Recorded], slots: int) -> None:
        super().__init__(name, recorded, slots)
        self.most = 0
        self.order: list[str] = []
        self.contexts: list[int] = []
        self._now = 0
        self._lock = threading.Lock()

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.order.append(request.instance.generator.model)
            self.contexts.append(request.instance.generator.num_ctx)
        try:
            return super().generate(request, on_progress, cancel)
        finally:
            with self._lock:
                self._now -= 1


SIX = tuple(
    Recorded(model=f"m{n}", answer=RIGHT, prompt_s=0.1, tokens_per_s=1000.0) for n in range(6)
)


def test_a_host_never_gets_more_than_its_slots(sandbox: Sandbox) -> None:
    two, one = CountingHost("two", SIX, 2), CountingHost("one", SIX, 1)
    models = [f"m{n}" for n in range(6)]
    (run,) = engine(sandbox, two, one).play([plan(*models)])
    assert set(statuses(run).values()) == {Status.PASSED}
    assert (two.most, one.most) == (2, 1)
    assert Counter(c.host for c in run.ranking).keys() == {"two", "one"}


def test_sequential_is_one_at_a_time(sandbox: Sandbox) -> None:
    hosts = CountingHost("a", SIX, 4), CountingHost("b", SIX, 4)
    listener = Listener()
    playing = engine(sandbox, *hosts, listener=listener, sequential=True)
    (run,) = playing.play([plan("m0", "m1", "m2")])
    assert len(run.ranking) == 3
    on_their_way = 0
    for event in listener.events:
        on_their_way += isinstance(event, AttemptStarted) - isinstance(event, CandidateEnded)
        assert on_their_way <= 1


def test_models_stay_together_over_tasks(sandbox: Sandbox) -> None:
    host = CountingHost("h", SIX, 1)
    plans = [plan("m0", "m1", name=f"task{n}") for n in range(4)]
    runs = engine(sandbox, host).play(plans)
    assert host.order == ["m0"] * 4 + ["m1"] * 4
    assert [run.task.name for run in runs] == [f"task{n}" for n in range(4)]
    assert len({run.run_id for run in runs}) == 4
    assert len({run.session_id for run in runs}) == 1
    assert session_exit_code(runs) == 0


def test_judging_overlaps_with_generating(sandbox: Sandbox) -> None:
    recorded = (
        Recorded(model="early", answer=RIGHT, tokens_per_s=FAST),
        Recorded(model="late", answer=RIGHT, prompt_s=1.5, tokens_per_s=FAST),
    )
    listener = Listener()
    engine(sandbox, DemoHost("h", recorded), listener=listener).play([plan("late", "early")])
    ended = [
        e.candidate.attempt.instance.name for e in listener.events if isinstance(e, CandidateEnded)
    ]
    judging = [e.attempt_id for e in listener.events if isinstance(e, JudgingStarted)]
    assert ended == ["early", "late"]
    assert judging == ["c2", "c1"]
    first_end = listener.events.index(listener.of(CandidateEnded)[0])
    second_judging = listener.events.index(listener.of(JudgingStarted)[1])
    assert first_end < second_judging


def test_fail_fast_stops_at_the_first_error(sandbox: Sandbox) -> None:
    host = DemoHost("h", RECORDED)
    (run,) = engine(sandbox, host).play([plan("down", "slow", budget=Budget(fail_fast=True))])
    assert statuses(run) == {"down": Status.ERROR, "slow": Status.CANCELLED}
    assert "first error" in run.reason
    assert run.exit_code == 3


def test_no_host_that_answers_is_exit_code_3(sandbox: Sandbox) -> None:
    (run,) = engine(sandbox, DemoHost("h", RECORDED)).play([plan("down", "down")])
    assert run.exit_code == 3
    assert run.reason.startswith("No host could answer.")


def test_nobody_acceptable_is_exit_code_1(sandbox: Sandbox) -> None:
    (run,) = engine(sandbox, DemoHost("h", RECORDED)).play([plan("wrong", "down")])
    assert (run.exit_code, run.winner) == (1, None)


class Interrupter(Listener):
    """Interrupts when the first candidate has ended."""

    engine: Engine

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if isinstance(event, CandidateEnded) and len(self.of(CandidateEnded)) == 1:
            self.engine.interrupt()


def test_an_interrupt_ends_with_what_there_is(sandbox: Sandbox) -> None:
    listener = Interrupter()
    listener.engine = engine(sandbox, DemoHost("h", RECORDED), listener=listener)
    started = time.monotonic()
    runs = listener.engine.play([plan("right", "slow"), plan("slow", name="second")])
    assert time.monotonic() - started < 20, "a slow answer isn't waited for"
    assert [statuses(run) for run in runs] == [
        {"right": Status.PASSED, "slow": Status.CANCELLED},
        {"slow": Status.CANCELLED},
    ]
    assert [run.exit_code for run in runs] == [130, 130]
    assert runs[0].reason.startswith("Interrupted. right passed")
    assert session_exit_code(runs) == 130


def test_an_interrupt_while_a_program_runs_ends_it(sandbox: Sandbox) -> None:
    recorded = (
        Recorded(model="right", answer=RIGHT, prompt_s=0.5, tokens_per_s=FAST),
        Recorded(model="endless", answer=ENDLESS, tokens_per_s=FAST),
    )
    listener = Interrupter()
    listener.engine = engine(sandbox, DemoHost("h", recorded), listener=listener)
    started = time.monotonic()
    (run,) = listener.engine.play([plan("right", "endless")])
    assert statuses(run) == {"right": Status.PASSED, "endless": Status.CANCELLED}
    assert time.monotonic() - started < 8, "its CPU limit of 10 s isn't waited for"


def test_what_has_not_begun_at_an_interrupt_leaves_no_run(sandbox: Sandbox) -> None:
    host = CountingHost("h", RECORDED, 1)
    listener = Interrupter()
    listener.engine = engine(sandbox, host, listener=listener)
    plans = [plan("right"), plan("slow", name="second"), plan("wrong", name="third")]
    runs = listener.engine.play(plans)
    assert [run.task.name for run in runs] == ["double", "second"]
    assert "third" not in {e.run.task.name for e in listener.events if isinstance(e, RunStarted)}


def test_where_a_host_goes_down_its_attempts_go_to_another(sandbox: Sandbox) -> None:
    dead = DemoHost("dead", [Recorded(model="right", answer="", fault=RecordedFault.DROP)], 2)
    well = DemoHost("well", RECORDED, 1)
    listener = Listener()
    plans = [plan("right", name=f"task{n}") for n in range(4)]
    runs = engine(sandbox, dead, well, listener=listener).play(plans)
    assert [statuses(run) for run in runs] == [{"right": Status.PASSED}] * 4
    assert {c.host for run in runs for c in run.ranking} == {"well"}
    warned = [e.message for e in listener.events if isinstance(e, Warned)]
    assert len(warned) == 1
    assert "dead" in warned[0]


def test_where_every_host_is_down_the_attempts_are_errors(sandbox: Sandbox) -> None:
    recorded = [Recorded(model="right", answer="", fault=RecordedFault.DROP)]
    hosts = [DemoHost(name, recorded, 1) for name in ("one", "two")]
    (run,) = engine(sandbox, *hosts).play([plan("right", "right", "right")])
    assert [c.status for c in run.ranking] == [Status.ERROR] * 3
    assert run.exit_code == 3


def test_a_model_that_only_a_dead_host_has_goes_nowhere_else(sandbox: Sandbox) -> None:
    drop = [Recorded(model=m, answer="", fault=RecordedFault.DROP) for m in ("right", "rare")]
    hosts = [DemoHost("dead", drop, 1), DemoHost("well", RECORDED, 1)]
    plans = [plan("right", "rare", name=f"task{n}") for n in range(3)]
    runs = engine(sandbox, *hosts).play(plans)
    for run in runs:
        assert statuses(run) == {"right": Status.PASSED, "rare": Status.ERROR}
        (error,) = [c.error for c in run.ranking if c.error is not None]
        assert error.kind == "connection", "it is the host that is missing, not the model"


class RestartingHost(DemoHost):
    """A host that is down for its first call, and up again when asked how it is."""

    calls = 0

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        self.calls += 1
        if self.calls == 1:
            raise ConnectionFault("gone for a moment")
        return super().generate(request, on_progress, cancel)


def test_a_host_that_comes_back_gets_attempts_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paragen.engine.calls.ASK_AGAIN_S", 0.05)
    well = DemoHost("well", SIX, 1)
    back = RestartingHost("back", SIX, 1)
    listener = Listener()
    plans = [plan("m0", "m1", name=f"task{n}") for n in range(8)]
    runs = engine(sandbox, back, well, listener=listener).play(plans)
    assert {c.status for run in runs for c in run.ranking} == {Status.PASSED}
    assert {c.host for run in runs for c in run.ranking} == {"well", "back"}
    warned = [e.message for e in listener.events if isinstance(e, Warned)]
    assert len(warned) == 2
    assert "answers again" in warned[1]


class Unaskable(RestartingHost):
    """A restarting host which, while it is down, fails as no host should when asked how it is."""

    asked = 0

    def state(self) -> HostState:
        self.asked += 1
        if 1 < self.asked < 4:  # the first time is before the session
            raise ValueError("no state")
        return super().state()


def test_a_host_that_can_not_be_asked_is_asked_on_and_that_is_said_once(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paragen.engine.calls.ASK_AGAIN_S", 0.05)
    well, back = DemoHost("well", SIX, 1), Unaskable("back", SIX, 1)
    listener = Listener()
    plans = [plan("m0", "m1", name=f"task{n}") for n in range(8)]
    runs = engine(sandbox, back, well, listener=listener).play(plans)
    assert {c.host for run in runs for c in run.ranking} == {"well", "back"}
    warned = [event.message for event in listener.of(Warned)]
    assert len(warned) == 3
    assert "can't be asked whether it answers again: ValueError: no state" in warned[1]
    assert "answers again" in warned[2]


@pytest.mark.parametrize("host", ["dead", "gone"])
def test_what_is_pinned_to_a_host_that_is_not_there_is_an_error(
    sandbox: Sandbox, host: str
) -> None:
    dead = DemoHost("dead", [Recorded(model="right", answer="", fault=RecordedFault.DROP)], 1)
    pinned = Generator(name="pinned", model="right", host=host)
    one = plan("right")
    two = replace(one, roster=(*one.roster, Instance(generator=pinned, copy=0, seed=0)))
    (run,) = engine(sandbox, dead, DemoHost("well", RECORDED, 1)).play([two])
    assert statuses(run) == {"right": Status.PASSED, "pinned": Status.ERROR}
    (error,) = [c.error for c in run.ranking if c.error is not None]
    assert error.kind == "connection"


def test_a_run_of_which_nothing_can_be_sent_begins_and_ends(sandbox: Sandbox) -> None:
    gone = Instance(generator=Generator(name="g", model="right", host="gone"), copy=0, seed=0)
    listener = Listener()
    one = replace(plan(), roster=(gone,))
    (run,) = engine(sandbox, DemoHost("h", RECORDED), listener=listener).play([one])
    assert run.exit_code == 3
    assert [type(event) for event in listener.events[1:]] == [
        RunStarted,
        AttemptsAsked,
        AttemptQueued,
        CandidateEnded,
        RunEnded,
    ]


def test_one_model_with_two_contexts_is_not_loaded_back_and_forth(sandbox: Sandbox) -> None:
    host = CountingHost("h", SIX, 1)
    generators = [Generator(name=f"g{ctx}", model="m0", num_ctx=ctx) for ctx in (4096, 8192)]
    rosters = tuple(Instance(generator=g, copy=0, seed=0) for g in generators)
    plans = [replace(plan("m0", name=f"task{n}"), roster=rosters) for n in range(3)]
    engine(sandbox, host).play(plans)
    assert host.contexts == [4096] * 3 + [8192] * 3


class BrokenHost(DemoHost):
    """A host with a defect of ours."""

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        raise ZeroDivisionError("a defect")


def test_a_defect_in_a_thread_ends_one_attempt_not_the_tournament(sandbox: Sandbox) -> None:
    (run,) = engine(sandbox, BrokenHost("h", RECORDED)).play([plan("right")])
    (candidate,) = run.ranking
    assert candidate.status is Status.ERROR
    assert candidate.error is not None
    assert candidate.error.kind == "internal"


class BrokenSandbox:
    """A sandbox that fails in a way which nobody foresaw."""

    state = SandboxState(level="none", sealed=False)
    workers = 1

    def run(self, command: Command, cancel: Cancel) -> Ran:
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None:
        pass


def test_an_answer_whose_judging_breaks_down_is_kept_and_no_host_is_blamed() -> None:
    listener = Listener()
    (run,) = engine(BrokenSandbox(), DemoHost("h", RECORDED), listener=listener).play(
        [plan("right")]
    )
    (candidate,) = run.ranking
    assert (candidate.status, candidate.host) == (Status.NOT_JUDGED, "h")
    assert candidate.answer is not None
    assert candidate.answer.text == RIGHT
    assert candidate.error is not None
    assert candidate.error.kind == "internal"
    assert "No space left" in candidate.error.message
    assert run.exit_code == 1
    assert "host" not in run.reason
    assert answered(run.ranking), "it is only judged when it is asked again"


def test_what_was_called_off_and_breaks_down_is_cancelled() -> None:
    cancel = Cancel()
    cancel.throw()
    candidate = not_judged(
        attempt=Attempt(id="c1", instance=plan("right").roster[0]),
        host="h",
        answer=Answer(text=RIGHT),
        error=OSError("gone"),
        level="none",
        cancel=cancel,
        started=time.monotonic(),
    )
    assert candidate.status is Status.CANCELLED
    assert answered([marked(candidate)]), "its answer is whole"


def test_a_subscriber_that_raises_ends_the_session_and_leaves_no_thread(sandbox: Sandbox) -> None:
    def raising(event: Event) -> None:
        if isinstance(event, AttemptStarted):
            raise RuntimeError("no")

    playing = Engine(
        hosts=[(DemoHost("h", RECORDED), None)],
        sandbox=sandbox,
        subscribers=[raising],
        limits=CallLimits(),
    )
    with pytest.raises(RuntimeError, match="no"):
        playing.play([plan("slow")])
    assert not [t for t in threading.enumerate() if t.name.startswith("host-h")]
