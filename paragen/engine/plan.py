"""What the engine is asked to play, and how the things it plays are named."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from paragen.domain.board import Budget
from paragen.domain.generator import Instance
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One tournament to be played: a task, who plays, in which mode, and what decides it."""

    task: Task
    roster: tuple[Instance, ...]
    criteria: Criteria
    mode: str = "all"
    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    warnings: tuple[str, ...] = ()


def new_id(now: datetime) -> str:
    """An id that sorts by time and is unique over machines: 40 random bits within a second."""
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(5)}"
