"""What `paragen evolve --json` prints."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.compare import CompareObject
from paragen.report.schema.parts import CLOSED


@with_config(CLOSED)
class BredObject(TypedDict):
    """A generator in a search, and what it did there; `evolved_from` are parents of the first.

    `options` are those that are set, but for the temperature. `pass_rate` is the mean over tasks
    (null: it has played none).
    """

    generator: str
    model: str
    temperature: float
    options: dict[str, Any]
    system: str | None
    evolved_from: list[str]
    plays: int
    passes: int
    pass_rate: float | None


@with_config(CLOSED)
class EvolveTasksObject(TypedDict):
    """Tasks on record, those to select on, those held back, and plays of each of these."""

    recorded: int
    selection: int
    held_back: int
    copies: int


@with_config(CLOSED)
class EvolveObject(TypedDict):
    """A genetic search: who was bred from whom, and whether the best is better than its parents.

    `rival` is the best parent, with which the `finalist` was compared on the tasks held back; what
    the finalist did is what it did there. `expert` is its name where it was kept, in `config`.
    """

    schema: Literal["paragen.evolve/1"]
    task_type: str
    task_type_inferred: bool
    dry_run: bool
    seed: int
    by: Literal["passes", "score"]
    verdict: Literal[
        "kept", "not_better", "undecided", "none_ahead", "too_few_tasks", "no_room", "not_played"
    ]
    sentence: str
    budget: int | None
    planned_attempts: int
    attempts: int
    attempts_on_record: int
    tasks: EvolveTasksObject
    parents: list[BredObject]
    generations: list[list[BredObject]]
    rival: str | None
    finalist: BredObject | None
    comparison: CompareObject | None
    expert: str | None
    config: str | None
