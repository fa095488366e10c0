"""What `paragen stats --format json` prints."""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import CLOSED, WeightsObject


@with_config(CLOSED)
class RatingObject(TypedDict):
    """A rating by placements, by openskill's Plackett-Luce: how good, and how unsure that is."""

    mu: float
    sigma: float


@with_config(CLOSED)
class StandingObject(TypedDict):
    """What history says of a generator (or a model, a temperature, all) for a task type.

    `generator`, `model` and `temperature` are null where they differ within the row. `plays` are
    candidates whose outcome is the model's own doing, `judged` those of them that gave a program;
    `success_rate` is `passes` of `plays`, if all are fair, and lies in `interval` with 95 %
    confidence. `runs` are
    tournaments with at least two judged candidates whose mode lets all play alike, `wins` those
    that it won, with any of its copies. `fair_plays` came about whatever others did on the same
    task, and `fair_passes` of them passed; where `basis` is `fair`, there are enough of them, and
    the success rate, its interval and the combined score are of these alone, else of all plays. A
    play without a score counts 0 in that. What a pass took is of all plays, and of answers that
    came to no end (`unended`), for each that passed; energy, in joules, of the `metered` ones
    alone. `mean_rating` is of the `ratings`, in 0..1, that users gave to its candidates.
    """

    task_type: str
    generator: str | None
    model: str | None
    temperature: float | None
    plays: int
    runs: int
    wins: int
    win_rate: float | None
    passes: int
    judged: int
    success_rate: float
    interval: tuple[float, float]
    rating: RatingObject | None
    mean_combined: float | None
    std_combined: float | None
    tokens_per_s: float | None
    generation_s: float | None
    load_s: float | None
    generation_s_per_pass: float | None
    tokens_per_pass: float | None
    metered: NotRequired[int]
    energy_j_per_pass: NotRequired[float | None]
    ratings: NotRequired[int]
    mean_rating: NotRequired[float | None]
    basis: NotRequired[Literal["fair", "all"]]
    fair_plays: NotRequired[int]
    fair_passes: NotRequired[int]
    unended: NotRequired[int]


@with_config(CLOSED)
class SelectionsObject(TypedDict):
    """The winners of a task type's tournaments: how many, who how often, and how good.

    `weights` are in force now; feedback moved them as often as `adjustments` says.
    """

    task_type: str
    selections: int
    distribution: dict[str, int]
    mean_combined: float | None
    std_combined: float | None
    weights: WeightsObject
    adjustments: int


@with_config(CLOSED)
class SuitesObject(TypedDict):
    """How many tasks of a type had their tests audited, and whose are weak by the last audit."""

    task_type: str
    audited: int
    weak: int


@with_config(CLOSED)
class ExpertObject(TypedDict):
    """An expert that `paragen evolve` kept, and what was played of its task type since.

    `success_rate` is that with which it was kept, `better_than` the best of its parents then.
    `since` is `worse` where that one is better now on the `tasks` that both played, `fallen` where
    the expert passes less at most than it did at least then, else it `holds`; `sentence` says it.
    """

    generator: str
    model: str
    temperature: float
    task_type: str
    evolved_at: str
    evolved_from: list[str]
    success_rate: float
    better_than: str
    since: Literal["unplayed", "holds", "fallen", "worse"]
    sentence: str
    plays: int
    passes: int
    interval: tuple[float, float]
    tasks: int


@with_config(CLOSED)
class StatsObject(TypedDict):
    """What `paragen stats --format json` prints; the best first in each task type."""

    schema: Literal["paragen.stats/1"]
    by: Literal["generator", "model", "temperature", "task-type"]
    rows: list[StandingObject]
    selections: list[SelectionsObject]
    audits: NotRequired[list[SuitesObject]]
    experts: NotRequired[list[ExpertObject]]
