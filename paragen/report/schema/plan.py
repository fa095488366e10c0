"""What `paragen plan --json` prints."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import CLOSED, TaskObject, WeightsObject


@with_config(CLOSED)
class PlannedTaskObject(TypedDict):
    """A task that would be played; `not_worth_it` says why a tournament isn't (null: it is)."""

    task: TaskObject
    mode: str
    mode_options: dict[str, Any]
    roster: list[str]
    weights: WeightsObject
    min_attempts: int
    max_attempts: int | None
    deadline_s: float | None
    needs: list[str]
    attempts: int
    ends_s: float
    not_worth_it: str | None


@with_config(CLOSED)
class PlannedHostObject(TypedDict):
    """A host and what would fall to it; `down` says why it doesn't answer."""

    name: str
    slots: int
    down: str | None
    attempts: int
    loads: int
    busy_s: float


@with_config(CLOSED)
class PlannedAttemptObject(TypedDict):
    """An attempt on a host, in seconds from the start; until `begins_s` its model is loaded."""

    task: str
    id: str
    generator: str
    copy: int
    model: str
    host: str
    sent_s: float
    begins_s: float
    ends_s: float


@with_config(CLOSED)
class PlannedCostObject(TypedDict):
    """What a model should cost on a host; `basis` says where that is known from."""

    host: str
    model: str
    num_ctx: int
    load_s: float
    generation_s: float
    basis: str


@with_config(CLOSED)
class OutlookObject(TypedDict):
    """What a session would take; `tokens` is null where nothing is known of any model."""

    wall_s: float
    attempts: int
    tokens: int | None


@with_config(CLOSED)
class PlanObject(TypedDict):
    """What would be played, where, in what order, and for how long.

    `expected` is by what history says of generators; `if_all_pass` and `if_none_passes` are the
    ends between which it may fall. `notes` say who plays, and why, where that was chosen.
    """

    schema: Literal["paragen.plan/1"]
    tasks: list[PlannedTaskObject]
    hosts: list[PlannedHostObject]
    attempts: list[PlannedAttemptObject]
    costs: list[PlannedCostObject]
    expected: OutlookObject
    if_all_pass: OutlookObject
    if_none_passes: OutlookObject
    warnings: list[str]
    notes: list[str]
