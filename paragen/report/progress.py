"""What a session looks like at one moment, put together from its events: for every view."""

from __future__ import annotations

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
)
from paragen.domain.generator import Attempt
from paragen.domain.tournament import Run

WAITING, LOADING, GENERATING, TESTING = "waiting", "asked", "generating", "testing"
"""The states of an attempt before it has a status."""


@dataclass(slots=True)
class Row:
    """One attempt: `state` until it ended, `candidate` from then on."""

    run_id: str
    attempt: Attempt
    state: str = WAITING
    host: str | None = None
    tokens: int = 0
    tokens_per_s: float | None = None
    candidate: Candidate | None = None


class Progress:
    """Rows by run and attempt, in the order of asking; runs as they begin and end."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self.runs: dict[str, Run] = {}
        self.ended_attempts = 0

    def apply(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case RunStarted(run=run) | RunEnded(run=run):
                self.runs[run.run_id] = run
            case AttemptQueued(run_id=run_id, attempt=attempt):
                self.rows[(run_id, attempt.id)] = Row(run_id, attempt)
            case CandidateEnded(run_id=run_id, candidate=candidate):
                self.ended_attempts += 1
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
                row.state, row.host = LOADING, host
            case Progressed(tokens=tokens, tokens_per_s=tokens_per_s):
                row.state, row.tokens, row.tokens_per_s = GENERATING, tokens, tokens_per_s
            case JudgingStarted():
                row.state = TESTING
