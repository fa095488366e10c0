"""Criteria: defaults by task type, and what the user changes."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paragen.domain.errors import UsageError
from paragen.domain.tournament import Criteria, Weights
from paragen.judge.criteria import (
    PRESETS,
    TASK_GROUPS,
    CriteriaOptions,
    criteria_for,
    normal_weights,
)
from paragen.parse.task_type import TASK_TYPES

weights = st.floats(0, allow_infinity=False)


@pytest.mark.parametrize("task_type", ["api", "database", "security", "API integration", "_api"])
def test_what_must_be_right_is_weighed_by_quality(task_type: str) -> None:
    assert criteria_for(task_type) == Criteria(
        weights=Weights(quality=0.85, speed=0.15), min_quality=0.7, max_generation_s=120
    )


@pytest.mark.parametrize("task_type", ["simple_function", "utilities", "Utility"])
def test_small_things_are_wanted_quickly(task_type: str) -> None:
    assert criteria_for(task_type) == Criteria(
        weights=Weights(quality=0.5, speed=0.5), min_quality=0.4, max_generation_s=30
    )


@pytest.mark.parametrize("task_type", ["data_processing", "data-processing", "batch"])
def test_bulk_work_may_run_long(task_type: str) -> None:
    assert criteria_for(task_type) == Criteria(
        weights=Weights(quality=0.6, speed=0.4), min_quality=0.5, max_execution_s=30
    )


@pytest.mark.parametrize("task_type", ["general", "", "quantum_chess"])
def test_everything_else_is_balanced_and_unbounded(task_type: str) -> None:
    assert criteria_for(task_type) == Criteria(weights=PRESETS["balanced"])


def test_every_type_that_can_be_inferred_but_general_has_defaults() -> None:
    assert set(TASK_TYPES) - set(TASK_GROUPS) == {"general"}


def test_options_win_over_the_task_type() -> None:
    options = CriteriaOptions(
        preset="speed",
        min_quality=0.1,
        max_generation_s=math.inf,
        max_execution_s=3,
        prefer_simplicity=False,
    )
    assert criteria_for("api", options) == Criteria(
        weights=PRESETS["speed"],
        min_quality=0.1,
        max_generation_s=None,
        max_execution_s=3,
        prefer_simplicity=False,
    )


def test_who_chooses_the_weights_chooses_all_of_them() -> None:
    config = CriteriaOptions(quality_weight=3, speed_weight=1, min_quality=0.2)
    flags = CriteriaOptions(preset="speed", max_execution_s=4)
    both = flags.over(config)
    assert both == CriteriaOptions(preset="speed", min_quality=0.2, max_execution_s=4)
    assert CriteriaOptions().over(config) == config
    assert CriteriaOptions(prefer_simplicity=False).over(
        CriteriaOptions(prefer_simplicity=True)
    ) == CriteriaOptions(prefer_simplicity=False)


@given(weights, weights)
def test_weights_add_up_and_keep_their_proportion(quality: float, speed: float) -> None:
    assume(quality or speed)
    found = normal_weights(quality, speed)
    assert found.quality + found.speed == pytest.approx(1)
    assert 0 <= found.quality <= 1
    if 1e-9 < quality < 1e9 and 1e-9 < speed < 1e9:
        assert found.quality * speed == pytest.approx(found.speed * quality, rel=1e-3, abs=1e-6)


def test_one_weight_alone_leaves_the_rest() -> None:
    assert normal_weights(0.75, None) == Weights(quality=0.75, speed=0.25)
    assert normal_weights(None, 0.75) == Weights(quality=0.25, speed=0.75)


@pytest.mark.parametrize(
    "options",
    [
        CriteriaOptions(preset="best"),
        CriteriaOptions(preset="speed", quality_weight=1),
        CriteriaOptions(quality_weight=0, speed_weight=0),
        CriteriaOptions(quality_weight=-1, speed_weight=1),
        CriteriaOptions(quality_weight=math.nan, speed_weight=1),
        CriteriaOptions(quality_weight=math.inf, speed_weight=1),
        CriteriaOptions(speed_weight=1.5),
        CriteriaOptions(min_quality=1.1),
        CriteriaOptions(min_quality=math.nan),
        CriteriaOptions(max_generation_s=0),
        CriteriaOptions(max_execution_s=math.nan),
    ],
)
def test_mistakes_are_usage_errors(options: CriteriaOptions) -> None:
    with pytest.raises(UsageError):
        criteria_for("general", options)
