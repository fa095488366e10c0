"""Interrupts, at any moment: what was begun is concluded once, and can be gone on with."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from paragen.domain.events import CandidateEnded, Event, JudgingStarted, RunEnded, RunStarted
from paragen.domain.ports import Sandbox
from paragen.domain.status import Status
from paragen.domain.task import Limits
from paragen.engine.resumed import answered
from paragen.engine.session import Engine
from paragen.hosts.demo import DemoHost
from paragen.parse.recording import Recorded
from tests.engine.playing import (
    ENDLESS,
    FAST,
    RECORDED,
    RIGHT,
    WRONG,
    Listener,
    engine,
    plan,
    statuses,
)
from tests.engine.record import SEQUENCE, THREE, Record, Stop, ends

EVENTS = range(1, 50, 3)


@dataclass
class Interrupted(Record):
    """A record of a session that is interrupted at these of its events."""

    at: tuple[int, ...] = ()
    playing: Engine | None = None

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if len(self.events) in self.at:
            assert self.playing is not None
            self.playing.interrupt()


@pytest.mark.parametrize(
    "at", [pytest.param(n, marks=[pytest.mark.slow] if n % 12 != 10 else []) for n in EVENTS]
)
def test_at_any_event_what_was_begun_ends_once_and_is_gone_on_with(
    sandbox: Sandbox, at: int
) -> None:
    host = DemoHost("h", RECORDED, 2)
    undisturbed = engine(sandbox, host, **SEQUENCE).play(THREE)
    record = Interrupted(at=(at, at + 2))
    record.playing = engine(sandbox, host, listener=record, **SEQUENCE)
    runs = record.playing.play(THREE)
    begun = [event.run.run_id for event in record.events if isinstance(event, RunStarted)]
    over = [event.run.run_id for event in record.events if isinstance(event, RunEnded)]
    assert sorted(begun) == sorted(over) == sorted(run.run_id for run in runs)
    assert len(set(over)) == len(over)
    for run in runs:
        asked = {attempt.id for attempt in record.attempts.get(run.run_id, ())}
        assert {candidate.id for candidate in run.ranking} == asked
    again = engine(sandbox, host, **SEQUENCE)
    resumed = again.play(THREE, session_id=record.session_id, resumed=record.resumed)
    assert ends(resumed) == ends(undisturbed)


@pytest.mark.parametrize("mode", ["all", "race"])
def test_an_interrupted_session_is_gone_on_with(sandbox: Sandbox, mode: str) -> None:
    class Interrupting(Record):
        playing: Engine

        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if isinstance(event, CandidateEnded):
                self.playing.interrupt()

    first = (Recorded(model="wrong", answer=WRONG, tokens_per_s=FAST), *RECORDED)
    stuck = (*first, Recorded(model="stuck", answer=RIGHT, tokens_per_s=0.5))
    cured = (*first, Recorded(model="stuck", answer=RIGHT, tokens_per_s=FAST))
    plans = [plan("wrong", "stuck", mode=mode)]
    record = Interrupting()
    record.playing = engine(sandbox, DemoHost("h", stuck, 2), listener=record)
    (run,) = record.playing.play(plans)
    assert run.exit_code == 130
    kinds = {c.attempt.instance.name: c.error.kind for c in run.ranking if c.error is not None}
    assert kinds["stuck"] == "interrupted"
    again = Record(None, [], record.session_id, record.plans, record.attempts)
    (resumed,) = engine(sandbox, DemoHost("h", cured, 2), listener=again).play(
        plans, session_id=record.session_id, resumed=record.resumed
    )
    assert statuses(resumed) == {"stuck": Status.PASSED, "wrong": Status.FAILED}
    assert resumed.run_id == run.run_id
    assert resumed.resumed
    assert resumed.started_at == run.started_at
    assert resumed.exit_code == 0


@pytest.mark.parametrize("interrupted", [True, False])
def test_what_was_answered_is_judged_without_asking_again(
    sandbox: Sandbox, interrupted: bool
) -> None:
    """The session is broken off while the program is tested, which would take a while."""

    class BreakingOff(Record):
        playing: Engine

        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if isinstance(event, JudgingStarted) and not interrupted:
                raise Stop
            if isinstance(event, JudgingStarted):
                self.playing.interrupt()

    plans = [plan("endless")]
    endless = [Recorded(model="endless", answer=ENDLESS, tokens_per_s=FAST)]
    record = BreakingOff()
    record.playing = engine(sandbox, DemoHost("h", endless), listener=record)
    with suppress(Stop):
        (run,) = record.playing.play(plans)
        assert [(c.status, c.error and c.error.kind) for c in run.ranking] == [
            (Status.CANCELLED, "unjudged")
        ]
    again = Record()
    quick = replace(plans[0], task=replace(plans[0].task, limits=Limits(cpu_s=0.2)))
    (resumed,) = engine(sandbox, DemoHost("g", ()), listener=again).play(
        [quick], session_id=record.session_id, resumed=record.resumed
    )
    assert not again.started(), "no host was asked"
    (candidate,) = resumed.ranking
    assert (candidate.status, candidate.host) == (Status.TIMEOUT, "h")
    assert candidate.answer is not None
    assert (candidate.answer.text, candidate.answer.cached) == (ENDLESS, False)


def test_what_could_not_be_judged_is_not_asked_again_either(sandbox: Sandbox) -> None:
    record = Record()
    plans = [plan("right")]
    (run,) = engine(sandbox, DemoHost("h", RECORDED), listener=record).play(plans)
    lost = replace(run.ranking[0], status=Status.NOT_JUDGED, verdict=None, scores=None)
    (known,) = record.resumed.values()
    before = replace(
        known, candidates=(), run=None, reopened=True, earlier=(lost,), answered=answered([lost])
    )
    (after,) = engine(sandbox, DemoHost("h", ())).play(plans, resumed={run.run_id: before})
    assert after.winner == run.winner


def test_what_a_mode_cancelled_stays_cancelled_at_an_interrupt(sandbox: Sandbox) -> None:
    """The race is won, and its loser on its way back, when the interrupt comes."""

    class Interrupting(Listener):
        playing: Engine

        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if isinstance(event, CandidateEnded) and event.candidate.status is Status.PASSED:
                self.playing.interrupt()

    listener = Interrupting()
    listener.playing = engine(sandbox, DemoHost("h", RECORDED), listener=listener)
    runs = listener.playing.play([plan("right", "slow", mode="race"), plan("slow", name="second")])
    won, other = runs
    assert won.exit_code == 0
    (loser,) = [c for c in won.ranking if c.status is Status.CANCELLED]
    assert loser.error is None or loser.error.kind != "interrupted"
    assert other.exit_code == 130
    assert [c.error and c.error.kind for c in other.ranking] == ["interrupted"]
