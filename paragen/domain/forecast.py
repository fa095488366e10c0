"""What is to be expected of a session before it is played."""

from __future__ import annotations

from dataclasses import dataclass

from paragen.domain.generator import Attempt
from paragen.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTask:
    """A task's tournament: when it should end, and why it isn't worth it (None: it is)."""

    plan: Plan
    attempts: int
    ends_s: float
    not_worth_it: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAttempt:
    """An attempt on a host, in seconds from the start; until `begins_s` its model is loaded."""

    task: str
    attempt: Attempt
    host: str
    sent_s: float
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHost:
    """A host and what falls to it; `down` says why it didn't answer."""

    name: str
    slots: int
    down: str | None
    attempts: int
    loads: int
    busy_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCost:
    """What a model should cost on a host, and where that is known from."""

    host: str
    model: str
    num_ctx: int
    load_s: float
    generation_s: float
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a session would take: seconds on the clock, attempts, and tokens written.

    `tokens` is None where of no model at all is known how much it writes.
    """

    wall_s: float
    attempts: int
    tokens: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What would be played, where, in what order, and for how long.

    `expected` is by what history says of generators; `if_all_pass` and `if_none_passes` are the
    ends between which it may fall. `attempts` are in the order of sending. `notes` say how the plan
    came to be, `warnings` what is odd about it.
    """

    tasks: tuple[PlannedTask, ...]
    hosts: tuple[PlannedHost, ...]
    attempts: tuple[PlannedAttempt, ...]
    costs: tuple[PlannedCost, ...]
    expected: Outlook
    if_all_pass: Outlook
    if_none_passes: Outlook
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
