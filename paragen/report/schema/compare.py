"""What `paragen compare --format json` prints."""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import CLOSED


@with_config(CLOSED)
class SideObject(TypedDict):
    """One of two generators; `baseline` where its record is that which was saved under this name.

    `model` and `temperature` are what its name stood for when it was last played.
    """

    generator: str
    model: str
    temperature: float
    baseline: str | None


@with_config(CLOSED)
class DifferenceObject(TypedDict):
    """Means of A and B over the tasks; `difference` is A's minus B's.

    `interval` holds the difference with 95 % confidence (null: it is the same on every task);
    `p_value` is how likely it, or a larger one, is where neither is better: Fisher's randomisation
    test over the tasks, which is McNemar's where each played each task once.
    """

    a: float
    b: float
    difference: float
    interval: tuple[float, float] | None
    p_value: float


@with_config(CLOSED)
class SpeedObject(TypedDict):
    """How many times faster A generates: a geometric mean over `tasks`; under 1 it is slower.

    `error` is its standard error, `interval` that of 95 % (null: too few tasks to tell).
    """

    ratio: float
    error: float | None
    interval: tuple[float, float] | None
    tasks: int


@with_config(CLOSED)
class CompareObject(TypedDict):
    """Whether A is better than B on the `tasks` that both played.

    `finding` is decided `by` passes or the score, and `sentence` says it in words. `more_tasks` is
    about how many more would decide (null: it is decided, or that can't be said). A passes more
    often than B on `ahead` of the tasks, less often on `behind`, as often on `level`; `only_a` and
    `only_b` were played by one of them, and are left out, and so are those `unfair` ones on which
    whether both were asked and judged hung on how others did.
    """

    schema: Literal["paragen.compare/1"]
    a: SideObject
    b: SideObject
    task_type: str | None
    by: Literal["passes", "score"]
    finding: Literal["better", "worse", "undecided", "no_tasks"]
    sentence: str
    more_tasks: int | None
    tasks: int
    only_a: int
    only_b: int
    unfair: NotRequired[int]
    ahead: int
    behind: int
    level: int
    pass_rate: DifferenceObject | None
    score: DifferenceObject | None
    speed: SpeedObject | None
