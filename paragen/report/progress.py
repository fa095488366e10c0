"""What a session looks like at one moment, put together from its events: for every view."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from paragen.domain.candidate import Candidate
from paragen.domain.events import (
    AttemptQueued,
    AttemptStarted,
    CandidateEnded,
    Event,
    JudgingStarted,
    Progressed,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.domain.generator import Attempt
from paragen.domain.tournament import Run

WAITING, ASKED, GENERATING, TESTING = "waiting", "asked", "generating", "testing"
"""The states of an attempt before it has a status."""


@dataclass(slots=True)
class Row:
    """One attempt: `state` until it ended, `candidate` from then on.

    `tries` counts how often it was sent: again, where the host that it was sent to is down.
    """

    run_id: str
    attempt: Attempt
    state: str = WAITING
    host: str | None = None
    tokens: int = 0
    tokens_per_s: float | None = None
    tries: int = 0
    candidate: Candidate | None = None


class Progress:
    """Rows by run and attempt, in the order of asking; runs as they begin and end."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self.runs: dict[str, Run] = {}
        self.ended_attempts = 0
        self._expected: dict[str, int] = {}
        self._asked: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()

    @property
    def expected_attempts(self) -> int:
        """How many attempts there will be in all, as far as that can be known."""
        return sum(
            self._ended[run_id]
            if run_id in self.runs and self.runs[run_id].reason
            else max(self._expected.get(run_id, 0), self._asked[run_id])
            for run_id in {**self._expected, **self._asked}
        )

    def apply(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case SessionStarted(plans=plans):
                self._expected = {run_id: len(plan.roster) for run_id, plan in plans.items()}
            case RunStarted(run=run) | RunEnded(run=run):
                self.runs[run.run_id] = run
            case AttemptQueued(run_id=run_id, attempt=attempt):
                before = self.rows.get((run_id, attempt.id))
                self._asked[run_id] += before is None
                tries = before.tries if before is not None else 0
                self.rows[(run_id, attempt.id)] = Row(run_id, attempt, tries=tries)
            case CandidateEnded(run_id=run_id, candidate=candidate):
                self.ended_attempts += 1
                self._ended[run_id] += 1
                if (row := self.rows.get((run_id, candidate.id))) is not None:
                    row.candidate = candidate
            case AttemptStarted() | Progressed() | JudgingStarted():
                self._move(event)

    def task_name(self, row: Row) -> str:
        """The name of a row's task, empty where its run isn't known."""
        run = self.runs.get(row.run_id)
        return "" if run is None else run.task.name

    def _move(self, event: AttemptStarted | Progressed | JudgingStarted) -> None:
        row = self.rows.get((event.run_id, event.attempt_id))
        if row is None:
            return
        match event:
            case AttemptStarted(host=host):
                row.state, row.host, row.tries = ASKED, host, row.tries + 1
            case Progressed(tokens=tokens, tokens_per_s=tokens_per_s):
                row.state, row.tokens, row.tokens_per_s = GENERATING, tokens, tokens_per_s
            case JudgingStarted():
                row.state = TESTING
