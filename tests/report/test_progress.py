"""What a view knows of a session: how many attempts there will be, and how often each was sent."""

from __future__ import annotations

from dataclasses import replace

from paragen.domain.candidate import Candidate
from paragen.domain.events import (
    AttemptQueued,
    AttemptStarted,
    CandidateEnded,
    Event,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.domain.plan import Plan
from paragen.domain.tournament import Run
from paragen.report.progress import WAITING, Progress
from tests.store import build

A, B, C = (build.candidate(f"c{number}") for number in (1, 2, 3))


def begun(run: Run) -> Run:
    """A run without its results."""
    return replace(run, ranking=(), winner=None, reason="")


def session(**rosters: int) -> SessionStarted:
    run = build.run("r1", A)
    instance = A.attempt.instance
    plans = {
        run_id: Plan(task=run.task, roster=(instance,) * count, criteria=run.criteria)
        for run_id, count in rosters.items()
    }
    return SessionStarted(session_id="s", plans=plans)


def told(*events: Event) -> Progress:
    progress = Progress()
    for event in events:
        progress.apply(event)
    return progress


def queued(run_id: str, *candidates: Candidate) -> list[AttemptQueued]:
    return [AttemptQueued(run_id=run_id, attempt=one.attempt) for one in candidates]


def test_as_many_attempts_as_the_rosters_have_until_more_are_asked_for() -> None:
    assert told(session(r1=2, r2=3)).expected_attempts == 5
    asked = told(session(r1=2, r2=1), *queued("r1", A, B, C))
    assert asked.expected_attempts == 4


def test_of_a_run_that_is_over_those_that_ended_count() -> None:
    run = build.run("r1", A)
    progress = told(
        session(r1=5, r2=1),
        RunStarted(run=begun(run), planned=5),
        *queued("r1", A, B),
        CandidateEnded(run_id="r1", candidate=A),
    )
    assert (progress.ended_attempts, progress.expected_attempts) == (1, 6)
    progress.apply(RunEnded(run=run))
    assert progress.expected_attempts == 2


def test_an_attempt_that_goes_elsewhere_is_not_asked_for_twice() -> None:
    sent = AttemptStarted(run_id="r1", attempt_id=A.id, host="gpu0")
    progress = told(session(r1=1), *queued("r1", A), sent, *queued("r1", A))
    row = progress.rows["r1", A.id]
    assert (row.state, row.host, row.tries, progress.expected_attempts) == (WAITING, None, 1, 1)
    progress.apply(replace(sent, host="gpu1"))
    assert (row.tries, progress.rows["r1", A.id].tries) == (2, 2)
