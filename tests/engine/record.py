"""What a store would have of a session, for tests that break sessions off and go on with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from paragen.domain.candidate import Candidate
from paragen.domain.events import (
    AttemptsAsked,
    AttemptStarted,
    CandidateEnded,
    Event,
    JudgingStarted,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.domain.generator import Attempt
from paragen.domain.plan import Plan
from paragen.domain.status import Status
from paragen.domain.tournament import Run
from paragen.engine.resumed import Resumed, answered
from tests.engine.playing import plan


class Stop(Exception):
    """The process was killed, as far as the engine can tell."""


@dataclass
class Record:
    """What a store would have of a session; it may break the session off at some event."""

    breaks_at: int | None = None
    events: list[Event] = field(default_factory=list)
    session_id: str = ""
    plans: Mapping[str, Plan] = field(default_factory=dict)
    attempts: dict[str, list[Attempt]] = field(default_factory=dict)
    candidates: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    started_at: dict[str, str] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case SessionStarted(session_id=session_id, plans=plans):
                self.session_id, self.plans = session_id, plans
            case RunStarted(run=run):
                self.started_at[run.run_id] = run.started_at
            case AttemptsAsked(run_id=run_id, attempts=attempts):
                self.attempts.setdefault(run_id, []).extend(attempts)
            case JudgingStarted(run_id=run_id, answered=candidate):
                self.candidates.setdefault(run_id, {})[candidate.id] = candidate
            case CandidateEnded(run_id=run_id, candidate=candidate):
                self.candidates.setdefault(run_id, {})[candidate.id] = candidate
            case RunEnded(run=run) if run.exit_code != 130:
                self.runs[run.run_id] = run
        if len(self.events) == self.breaks_at:
            raise Stop

    @property
    def resumed(self) -> dict[str, Resumed]:
        return {
            run_id: Resumed(
                attempts=tuple(self.attempts.get(run_id, ())),
                candidates=tuple(self.candidates.get(run_id, {}).values()),
                run=self.runs.get(run_id),
                started_at=self.started_at.get(run_id, ""),
                answered=answered(self.candidates.get(run_id, {}).values()),
            )
            for run_id in self.plans
        }

    def broken_off(self) -> Record:
        """A record that goes on from this one."""
        return replace(self, breaks_at=None, events=[])

    def started(self) -> list[tuple[str, str]]:
        return [(e.run_id, e.attempt_id) for e in self.events if isinstance(e, AttemptStarted)]


def ends(runs: Sequence[Run]) -> list[tuple[str, str | None, str, list[tuple[str, Status]]]]:
    """What doesn't depend on how long anything took."""
    return [
        (run.task.name, run.winner, run.finish, sorted((c.id, c.status) for c in run.ranking))
        for run in runs
    ]


THREE = [
    plan("right", "wrong", "prose"),
    plan("wrong", "right", name="second", mode="race"),
    replace(plan("right", "down", name="third"), needs=("second",)),
]
SEQUENCE: dict[str, Any] = {"sequential": True, "max_steps": 1}
"""One after the other, so that races too end the same way every time."""
