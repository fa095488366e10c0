"""What decides a tournament, and what came of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paragen.domain.audit import Audit
from paragen.domain.candidate import Candidate
from paragen.domain.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What quality and speed count for; they add up to 1."""

    quality: float
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What a candidate must reach to win, and how candidates are weighed.

    `max_generation_s` bounds the model's compute time, `max_execution_s` the program's CPU time;
    None is no bound.
    """

    weights: Weights
    min_quality: float = 0.0
    max_generation_s: float | None = None
    max_execution_s: float | None = None
    prefer_simplicity: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxState:
    """The sandbox level in force, and whether its verdicts are sealed."""

    level: str
    sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One tournament over one task, as played and recorded.

    `ranking` holds the candidates, best first; `winner` is the first's id where it is
    acceptable, else None, and `reason` says why in a sentence. `started_at` is UTC in ISO 8601.
    `finish` is why its mode asked for nothing more; `mode_options` are the mode's own, as written.
    A `resumed` run was broken off and gone on with; `wall_s` is the time that it was played.
    `audit` is what came of the tests where they were put to the test themselves.
    """

    run_id: str
    session_id: str
    task: Task
    mode: str
    criteria: Criteria
    sandbox: SandboxState
    started_at: str
    seed: int = 0
    wall_s: float = 0.0
    ranking: tuple[Candidate, ...] = ()
    winner: str | None = None
    reason: str = ""
    exit_code: int = 1
    warnings: tuple[str, ...] = field(default=())
    mode_options: Mapping[str, object] = field(default_factory=dict)
    deadline_s: float | None = None
    finish: str = ""
    resumed: bool = False
    audit: Audit | None = None

    @property
    def winning(self) -> Candidate | None:
        """The winner, None where no candidate was acceptable."""
        return next((c for c in self.ranking if c.id == self.winner), None)
