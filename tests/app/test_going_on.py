"""How far runs had come, when a session is gone on with."""

from __future__ import annotations

from paragen.app.history import resumed
from paragen.domain.candidate import UNJUDGED_KIND, Candidate, Fault
from paragen.domain.generator import Attempt, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.retry import Retry
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Run, SandboxState, Weights
from paragen.store.resume import UnfinishedRun

CRITERIA = Criteria(weights=Weights(quality=1, speed=0))
STATUSES = {
    "p": Status.PASSED,
    "f": Status.FAILED,
    "e": Status.ERROR,
    "n": Status.NOT_JUDGED,
    "u": Status.NOT_JUDGED,
}
"""`n` could not be judged, `u` wasn't yet."""


def run(name: str, ends: str, *needs: str, ended: bool = True) -> UnfinishedRun:
    """A run of that name whose attempts ended so, a letter each; `.` hasn't ended."""
    task = Task(name=name, prompt="p", sha256="0")
    generator = Generator(name="g", model="m")
    attempts = tuple(
        Attempt(id=f"c{n}", instance=instance(generator, n, 0)) for n in range(len(ends))
    )
    return UnfinishedRun(
        run_id=name,
        plan=Plan(task=task, roster=(), criteria=CRITERIA, needs=needs),
        attempts=attempts,
        candidates=tuple(
            Candidate(
                attempt=attempt,
                status=STATUSES[end],
                error=Fault(kind=UNJUDGED_KIND if end == "u" else "k", message="m"),
            )
            for attempt, end in zip(attempts, ends, strict=True)
            if end != "."
        ),
        ended=ended,
        run=Run(
            run_id=name,
            session_id="s",
            task=task,
            mode="all",
            criteria=CRITERIA,
            sandbox=SandboxState(level="none", sealed=False),
            started_at="then",
        ),
    )


def played(runs: list[UnfinishedRun], retry: Retry) -> dict[str, list[str]]:
    """The runs that are played, and which of their candidates stay."""
    found = resumed(runs, retry)
    assert list(found) == [one.run_id for one in runs]
    return {
        run_id: [candidate.id for candidate in one.candidates]
        for run_id, one in found.items()
        if one.run is None
    }


def test_runs_that_have_ended_stay_as_they_are() -> None:
    runs = [run("a", "pfe"), run("b", "pe..", ended=False)]
    assert played(runs, Retry.NONE) == {"b": ["c0", "c1"]}
    found = resumed(runs, Retry.NONE)["b"]
    assert (len(found.attempts), found.started_at) == (4, "then")


def test_a_retry_opens_those_that_have_something_to_ask_again() -> None:
    runs = [run("a", "pf"), run("b", "pfe"), run("c", "p")]
    assert played(runs, Retry.ERRORS) == {"b": ["c0", "c1"]}
    assert played(runs, Retry.FAILED) == {"a": ["c0"], "b": ["c0"]}


def test_only_what_had_ended_and_is_opened_again_has_its_deadline_anew() -> None:
    found = resumed([run("a", "pf"), run("b", "p"), run("c", "f.", ended=False)], Retry.FAILED)
    assert [one.reopened for one in found.values()] == [True, False, False]


def test_what_is_asked_again_is_known_as_it_was() -> None:
    found = resumed([run("a", "pfe")], Retry.FAILED)["a"]
    assert [candidate.id for candidate in found.earlier] == ["c1", "c2"]
    assert resumed([run("b", "pfe.", ended=False)], Retry.NONE)["b"].earlier == ()


def test_what_was_answered_needs_only_a_verdict() -> None:
    found = resumed([run("a", "pnu.", ended=False)], Retry.NONE)["a"]
    assert [candidate.id for candidate in found.candidates] == ["c0", "c1"]
    assert "c2" in found.answered
    assert found.earlier == (), "a verdict that wasn't there is none that could count"
    again = resumed([run("a", "pnu.", ended=False)], Retry.ERRORS)["a"]
    assert [candidate.id for candidate in again.candidates] == ["c0"]
    assert list(again.answered) == ["c1", "c2"]


def test_whoever_had_to_do_without_a_winner_is_opened_with_him() -> None:
    runs = [run("last", "", "mid"), run("mid", "", "a"), run("a", "e"), run("other", "", "lost")]
    assert played(runs, Retry.ERRORS) == {"last": [], "mid": [], "a": []}
    assert played(runs, Retry.NONE) == {}
