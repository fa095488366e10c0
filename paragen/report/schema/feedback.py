"""What `paragen feedback` and `paragen weights` print as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import CLOSED, WeightsObject


@with_config(CLOSED)
class FeedbackObject(TypedDict):
    """Feedback that was kept, and what it did to its task type's weights.

    A rating is of `candidate`; a preference is for `candidate` over `other`, names unseen. One
    that `replaced` another was of what had been rated or compared before.
    """

    schema: Literal["paragen.feedback/1"]
    run_id: str
    kind: Literal["rating", "preference"]
    candidate: str
    generator: str
    other: str | None
    other_generator: str | None
    rating: float | None
    note: str | None
    replaced: bool
    task_type: str
    weights_before: WeightsObject
    weights_after: WeightsObject


@with_config(CLOSED)
class LearnedWeightsObject(TypedDict):
    """A task type's weights, its own ones, and what moved them since they last were its own."""

    task_type: str
    quality: float
    speed: float
    own_quality: float
    own_speed: float
    adjustments: int
    ratings: int
    mean_rating: float | None
    preferences: int


@with_config(CLOSED)
class WeightsListObject(TypedDict):
    """What `paragen weights` shows, a row for each task type."""

    schema: Literal["paragen.weights/1"]
    rows: list[LearnedWeightsObject]


@with_config(CLOSED)
class WeightChangeObject(TypedDict):
    """What a piece of feedback or a reset did to a task type's weights; `given_at` is UTC."""

    given_at: str
    task_type: str
    kind: Literal["rating", "preference", "reset"]
    run_id: str | None
    candidate: str | None
    other: str | None
    rating: float | None
    quality_before: float
    quality: float
    speed: float
    note: str | None


@with_config(CLOSED)
class WeightsLogObject(TypedDict):
    """What `paragen weights log` shows, a row for each change, the oldest first."""

    schema: Literal["paragen.weights-log/1"]
    rows: list[WeightChangeObject]
