"""What `paragen recommend --format json` prints."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import CLOSED


@with_config(CLOSED)
class AlikeTasksObject(TypedDict):
    """What a generator did on past tasks like the one that was asked for, whatever their types."""

    tasks: int
    plays: int
    passes: int
    wins: int


@with_config(CLOSED)
class RecommendedObject(TypedDict):
    """A generator, and what is to be expected of it.

    `plays` and `passes` are of the task type, on so many `tasks`; where there are enough, only
    `fair_plays` count: the others hung on what other generators did. `success_rate` (null: none is
    known) is of these, each by its share of passes, however often it was played; tasks of other
    types and of its model count too, where there are few, and `alike_tasks` for more: each play,
    where the prompt is the very same. It lies in `interval` with 95 % confidence, which counts no
    task more than once. They are ranked by `score`: how often it passes at least, if each is worth
    what it counts.
    """

    generator: str
    model: str
    temperature: float
    score: float
    success_rate: float | None
    interval: tuple[float, float]
    plays: int
    passes: int
    tasks: int
    fair_plays: int
    alike_tasks: AlikeTasksObject
    sureness: Literal["sure", "fairly sure", "hardly sure", "unknown"]
    why: str


@with_config(CLOSED)
class RecommendObject(TypedDict):
    """Who should play a task type, the best first; by the config's order where `basis` says so.

    `task_type_confidence` is null where the type wasn't inferred.
    """

    schema: Literal["paragen.recommend/1"]
    task_type: str
    task_type_inferred: bool
    task_type_confidence: float | None
    basis: Literal["history", "config"]
    generators: list[RecommendedObject]
