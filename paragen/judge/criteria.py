"""What a candidate must reach to win, by task type, and what the user changes of that.

Of the groups in TASK_GROUPS, the first three have their own defaults; every other task type is
weighed by the balanced preset, with no bounds: a program that passes is never turned down unless
somebody asked for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from paragen.domain.errors import UsageError
from paragen.domain.task import normal_task_type
from paragen.domain.tournament import Criteria, Weights

PRESETS: Mapping[str, Weights] = {
    "quality": Weights(quality=0.85, speed=0.15),
    "balanced": Weights(quality=0.7, speed=0.3),
    "speed": Weights(quality=0.5, speed=0.5),
}

CAREFUL = Criteria(weights=PRESETS["quality"], min_quality=0.7, max_generation_s=120.0)
QUICK = Criteria(weights=PRESETS["speed"], min_quality=0.4, max_generation_s=30.0)
BULK = Criteria(weights=Weights(quality=0.6, speed=0.4), min_quality=0.5, max_execution_s=30.0)
BALANCED = Criteria(weights=PRESETS["balanced"])

TASK_GROUPS: Mapping[str, Criteria] = {
    "api": CAREFUL,
    "api_integration": CAREFUL,
    "database": CAREFUL,
    "database_operations": CAREFUL,
    "security": CAREFUL,
    "simple_function": QUICK,
    "simple_functions": QUICK,
    "utilities": QUICK,
    "utility": QUICK,
    "data_processing": BULK,
    "batch": BULK,
    "batch_processing": BULK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaOptions:
    """What a user says about the criteria; None is "not said".

    An infinite bound lifts the bound that the task type would set.
    """

    preset: str | None = None
    quality_weight: float | None = None
    speed_weight: float | None = None
    min_quality: float | None = None
    max_generation_s: float | None = None
    max_execution_s: float | None = None
    prefer_simplicity: bool | None = None

    def over(self, weaker: CriteriaOptions) -> CriteriaOptions:
        """These options, and the weaker ones where these say nothing.

        Preset and weights are one choice: whoever makes any of it makes all of it.
        """
        merged = {
            name: mine if (mine := getattr(self, name)) is not None else getattr(weaker, name)
            for name in ("min_quality", "max_generation_s", "max_execution_s", "prefer_simplicity")
        }
        source = self if self.weighs else weaker
        return CriteriaOptions(
            preset=source.preset,
            quality_weight=source.quality_weight,
            speed_weight=source.speed_weight,
            **merged,
        )

    @property
    def weighs(self) -> bool:
        """Whether these say what quality and speed count for."""
        return (self.preset, self.quality_weight, self.speed_weight) != (None, None, None)


def criteria_for(task_type: str, options: CriteriaOptions | None = None) -> Criteria:
    """The criteria of a task type, with what the user changes; raises UsageError."""
    said = options or CriteriaOptions()
    defaults = TASK_GROUPS.get(normal_task_type(task_type), BALANCED)
    criteria = replace(defaults, weights=_weights(said, defaults.weights))
    if said.min_quality is not None:
        if not 0 <= said.min_quality <= 1:
            raise UsageError(f"min_quality must be from 0 to 1, not {said.min_quality:g}.")
        criteria = replace(criteria, min_quality=said.min_quality)
    if said.max_generation_s is not None:
        bound = _bound("max_generation_s", said.max_generation_s)
        criteria = replace(criteria, max_generation_s=bound)
    if said.max_execution_s is not None:
        bound = _bound("max_execution_s", said.max_execution_s)
        criteria = replace(criteria, max_execution_s=bound)
    if said.prefer_simplicity is not None:
        criteria = replace(criteria, prefer_simplicity=said.prefer_simplicity)
    return criteria


def normal_weights(quality: float | None, speed: float | None) -> Weights:
    """Weights that add up to 1, in the proportion given; one alone leaves the rest to the other.

    Raises UsageError for weights that are negative, not finite, or both zero.
    """
    for name, weight in (("quality_weight", quality), ("speed_weight", speed)):
        if weight is not None and not (math.isfinite(weight) and weight >= 0):
            raise UsageError(f"{name} must be a number from 0 up, not {weight:g}.")
    if quality is None or speed is None:
        alone = quality if speed is None else speed
        if alone is None or alone > 1:
            raise UsageError(
                "One weight alone must be from 0 to 1: the other is what is left of 1."
            )
        return (
            Weights(quality=alone, speed=1 - alone)
            if speed is None
            else Weights(quality=1 - alone, speed=alone)
        )
    # By the larger first: the sum of two huge weights would be infinite.
    larger = max(quality, speed)
    if larger == 0:
        raise UsageError("quality_weight and speed_weight can't both be 0.")
    share = (quality / larger) / (quality / larger + speed / larger)
    return Weights(quality=share, speed=1 - share)


def _weights(said: CriteriaOptions, default: Weights) -> Weights:
    if said.quality_weight is not None or said.speed_weight is not None:
        if said.preset is not None:
            raise UsageError("Give either a preset or weights, not both.")
        return normal_weights(said.quality_weight, said.speed_weight)
    if said.preset is None:
        return default
    if said.preset not in PRESETS:
        raise UsageError(f"There is no preset {said.preset!r}. Presets: {', '.join(PRESETS)}.")
    return PRESETS[said.preset]


def _bound(name: str, seconds: float) -> float | None:
    if not seconds > 0:
        raise UsageError(f"{name} must be more than 0 seconds (inf for no bound).")
    return None if math.isinf(seconds) else seconds
