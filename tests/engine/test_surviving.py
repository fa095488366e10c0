"""Deadlines, and sessions that are gone on with after they were killed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from paragen.domain.events import RunStarted, SessionStarted
from paragen.domain.ports import Sandbox
from paragen.domain.status import Status
from paragen.domain.tournament import SandboxState
from paragen.engine.candidates import cancelled
from paragen.engine.resumed import Resumed
from paragen.engine.tournament import Tournament
from paragen.hosts.demo import DemoHost
from paragen.modes import find_mode
from paragen.parse.recording import Recorded
from tests.engine.playing import ENDLESS, FAST, RECORDED, RIGHT, engine, plan, served, statuses
from tests.engine.record import SEQUENCE, THREE, Record, Stop, ends
from tests.store import build


@pytest.mark.slow
def test_at_the_deadline_the_best_so_far_wins(sandbox: Sandbox) -> None:
    slow = Recorded(model="slow", answer="word " * 2000, tokens_per_s=20.0)
    right = Recorded(model="right", answer=RIGHT, tokens_per_s=FAST)
    with served(slow, right) as (server, host):
        started = time.monotonic()
        (run,) = engine(sandbox, host).play([plan("slow", "right", deadline_s=2.0)])
        assert time.monotonic() - started < 30, "the slow answer takes 100 s"
        assert statuses(run) == {"right": Status.PASSED, "slow": Status.CANCELLED}
        assert run.winning is not None
        assert (run.exit_code, run.deadline_s) == (0, 2.0)
        assert run.finish == "stopped at the deadline of 2 s"
        assert run.reason.startswith("Stopped at the deadline of 2 s. right passed")
        assert run.wall_s >= 2.0
        gone = [entry for entry in server.requests if entry.ending == "gone"]
        assert [entry.body["model"] for entry in gone] == ["slow"]


def test_a_deadline_ends_what_is_being_tested_and_what_waits(sandbox: Sandbox) -> None:
    recorded = (
        Recorded(model="endless", answer=ENDLESS, tokens_per_s=FAST),
        Recorded(model="slow", answer=RIGHT, tokens_per_s=0.5),
        Recorded(model="waits", answer=RIGHT, tokens_per_s=0.5),
    )
    (run,) = engine(sandbox, DemoHost("h", recorded, 1)).play(
        [plan("endless", "slow", "waits", deadline_s=1.5)]
    )
    assert set(statuses(run).values()) == {Status.CANCELLED}
    assert run.exit_code == 1
    assert "deadline" in run.reason
    assert all(c.error is None or c.error.kind != "interrupted" for c in run.ranking)


def test_a_deadline_is_each_tournaments_own(sandbox: Sandbox) -> None:
    plans = [
        plan("slow", deadline_s=1.0),
        plan("right", "wrong", name="second", deadline_s=60.0),
        plan("wrong", name="third"),
    ]
    runs = engine(sandbox, DemoHost("h", RECORDED)).play(plans)
    assert [run.finish for run in runs] == [
        "stopped at the deadline of 1 s",
        "everyone has played",
        "everyone has played",
    ]


@pytest.mark.parametrize("breaks_at", range(1, 50, 3))
@pytest.mark.slow
def test_a_session_killed_at_any_event_ends_as_an_undisturbed_one(
    sandbox: Sandbox, breaks_at: int
) -> None:
    host = DemoHost("h", RECORDED, 2)
    undisturbed = engine(sandbox, host, **SEQUENCE).play(THREE)
    record = Record(breaks_at)
    try:
        runs = engine(sandbox, host, listener=record, **SEQUENCE).play(THREE)
    except Stop:
        before = record.resumed
        record = record.broken_off()
        again = engine(sandbox, host, listener=record, **SEQUENCE)
        runs = again.play(THREE, session_id=record.session_id, resumed=before)
        known = {(run_id, c.id) for run_id, one in before.items() for c in one.candidates}
        assert not known & set(record.started()), "what was answered isn't asked again"
        begun = [event.run for event in record.events if isinstance(event, RunStarted)]
        assert [run.resumed for run in begun] == [
            bool(before[run.run_id].attempts) for run in begun
        ]
        assert {run.run_id for run in runs} == before.keys()
    assert ends(runs) == ends(undisturbed)
    assert {run.run_id for run in runs} == set(record.plans)
    assert {run.session_id for run in runs} == {record.session_id}
    asked = [attempt.id for attempts in record.attempts.values() for attempt in attempts]
    assert len(asked) == len(
        {(r, a.id) for r, attempts in record.attempts.items() for a in attempts}
    )


def test_what_a_mode_cancelled_in_passing_is_not_asked_again() -> None:
    """It was on its way back when the interrupt came."""
    one = plan("right", "wrong")
    tournament = Tournament(
        one,
        mode=find_mode("all"),
        run_id="r",
        session_id="s",
        sandbox=SandboxState(level="none", sealed=False),
        resumed=Resumed(),
    )
    first, second = tournament.advance()[0]
    tournament.unwanted([first.id])
    tournament.interrupt()
    ends = [tournament.end(cancelled(attempt)).error for attempt in (first, second)]
    assert [error and error.kind for error in ends] == [None, "interrupted"]


def test_the_clock_of_a_resumed_tournament_goes_on(sandbox: Sandbox) -> None:
    host = DemoHost("h", RECORDED)
    record = Record()
    (run,) = engine(sandbox, host, listener=record).play([plan("right", "slow", deadline_s=1.0)])
    (known,) = record.resumed.values()
    late = [replace(c, wall_s=100.0) for c in known.candidates if c.status is Status.PASSED]
    before = {run.run_id: replace(known, candidates=tuple(late), run=None)}
    started = time.monotonic()
    (again,) = engine(sandbox, host).play([plan("right", "slow", deadline_s=100.0)], resumed=before)
    assert time.monotonic() - started < 30
    assert statuses(again) == {"right": Status.PASSED, "slow": Status.CANCELLED}
    assert again.finish == "stopped at the deadline of 100 s"
    assert again.wall_s >= 100


def test_a_tournament_that_is_opened_again_has_its_deadline_anew() -> None:
    """Else what is asked again would be called off at once, and its verdict be lost for nothing."""
    spent = replace(build.candidate("c1"), started_s=0.0, wall_s=100.0)
    one = Tournament(
        plan("right", deadline_s=50.0),
        mode=find_mode("all"),
        run_id="r",
        session_id="s",
        sandbox=SandboxState(level="none", sealed=False),
        resumed=Resumed(candidates=(spent,), reopened=True),
    )
    one.begin()
    assert one.deadline is not None
    assert 0 < one.deadline - time.monotonic() <= 50
    assert one.since_start(time.monotonic()) >= 100


def test_what_is_called_off_while_it_is_asked_again_is_what_it_was(sandbox: Sandbox) -> None:
    """A race that is won asks nobody again, and loses no verdict either."""
    record = Record()
    plans = [plan("wrong", "right", mode="race")]
    host = DemoHost("h", RECORDED)
    (run,) = engine(sandbox, host, listener=record, sequential=True).play(plans)
    (known,) = record.resumed.values()
    passed, failed = (
        tuple(c for c in run.ranking if (c.status is Status.PASSED) is is_passed)
        for is_passed in (True, False)
    )
    assert [c.status for c in failed] == [Status.FAILED]
    again = replace(known, candidates=passed, run=None, reopened=True, earlier=failed)
    (after,) = engine(sandbox, DemoHost("h", ())).play(plans, resumed={run.run_id: again})
    assert after.winner == run.winner
    assert after.ranking == run.ranking


def test_a_finished_run_is_not_played_again(sandbox: Sandbox) -> None:
    record = Record()
    runs = engine(sandbox, DemoHost("h", RECORDED), listener=record).play([plan("right")])
    again = Record()
    nobody = DemoHost("h", ())
    assert engine(sandbox, nobody, listener=again).play(THREE[:1], resumed=record.resumed) == runs
    assert [type(event) for event in again.events] == [SessionStarted]
