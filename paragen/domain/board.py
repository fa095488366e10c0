"""The board: all that a tournament knows so far, and what a mode may answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Instance
from paragen.domain.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a tournament may spend: None is no limit."""

    max_attempts: int | None = None
    max_in_flight: int | None = None
    fail_fast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A tournament at one moment: who plays, which attempts were asked for, and how they ended.

    `attempts` holds every attempt asked for, by id, in the order of asking; `candidates` those
    that have ended. What is in the first and not in the second is in flight. A mode that draws
    lots takes them from `seed`.
    """

    task: Task
    roster: tuple[Instance, ...]
    seed: int = 0
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    candidates: Mapping[str, Candidate] = field(default_factory=dict)

    @property
    def in_flight(self) -> tuple[str, ...]:
        """The ids of attempts that were asked for and haven't ended, in the order of asking."""
        return tuple(i for i in self.attempts if i not in self.candidates)

    def asked(self, attempts: tuple[Attempt, ...]) -> Board:
        """The board after these attempts were asked for."""
        return replace(self, attempts={**self.attempts, **{a.id: a for a in attempts}})

    def ended(self, candidate: Candidate) -> Board:
        """The board after this attempt ended; a second end of the same attempt is ignored."""
        if candidate.id in self.candidates:
            return self
        return replace(self, candidates={**self.candidates, candidate.id: candidate})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a mode wants next: start these, cancel those, or finish for this reason."""

    start: tuple[Attempt, ...] = ()
    cancel: tuple[str, ...] = ()
    finish: str | None = None
