"""Scores: the worked examples, and the laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.checks.lint import MEASURES
from paragen.domain.candidate import Verdict
from paragen.domain.generator import Answer
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Weights
from paragen.judge.criteria import PRESETS
from paragen.judge.score import (
    MEASURE_WEIGHTS,
    combined,
    evaluator_score,
    passed_its_tests,
    quality,
    scores,
    speed,
)

units = st.floats(0, 1)
times = st.floats(allow_nan=True, allow_infinity=True)
passed = st.none() | st.booleans()
lines = st.integers(0, 200)


def plain_quality(tests: bool | None, evaluator: float | None) -> float:
    return quality(
        tests_passed=tests,
        evaluator=evaluator,
        lines=100,
        handles_errors=False,
        prefer_simplicity=False,
    )


def test_the_worked_example_of_the_combined_score() -> None:
    assert combined(0.85, 0.65, PRESETS["balanced"]) == pytest.approx(0.79)


@pytest.mark.parametrize(
    ("tests", "evaluator", "n", "handles", "simple", "expected"),
    [
        (True, 0.6, 100, False, False, 0.8),
        (False, 0.6, 100, False, False, 0.3),
        (True, 0.6, 49, False, True, 0.9),
        (True, 0.6, 50, False, True, 0.8),
        (True, 0.6, 49, False, False, 0.8),
        (True, 0.6, 49, True, True, 0.95),
        (True, 1.0, 10, True, True, 1.0),
        (None, 0.6, 100, False, False, 0.6),
        (True, None, 100, False, False, 1.0),
        (False, None, 100, False, False, 0.0),
        (None, None, 100, False, False, 0.0),
        (None, None, 10, True, True, 0.15),
    ],
)
def test_quality(
    tests: bool | None,
    evaluator: float | None,
    n: int,
    handles: bool,
    simple: bool,
    expected: float,
) -> None:
    score = quality(
        tests_passed=tests,
        evaluator=evaluator,
        lines=n,
        handles_errors=handles,
        prefer_simplicity=simple,
    )
    assert score == pytest.approx(expected)


@pytest.mark.parametrize(
    ("generation_s", "execution_s", "expected"),
    [
        (0, 0, 1.0),
        (30, 0, 0.7),
        (30, 5, 0.5),
        (60, 10, 0.0),
        (600, 100, 0.0),
        (600, 0, 0.4),
        (-1, -1, 1.0),
        (math.inf, 0, 0.4),
        (0, math.nan, 0.6),
    ],
)
def test_speed(generation_s: float, execution_s: float, expected: float) -> None:
    assert speed(generation_s=generation_s, execution_s=execution_s) == pytest.approx(expected)


@given(passed, st.none() | units, lines, st.booleans(), st.booleans())
def test_quality_is_in_range(
    tests: bool | None, evaluator: float | None, n: int, handles: bool, simple: bool
) -> None:
    score = quality(
        tests_passed=tests,
        evaluator=evaluator,
        lines=n,
        handles_errors=handles,
        prefer_simplicity=simple,
    )
    assert 0 <= score <= 1


@given(st.none() | units, lines, lines, st.booleans(), st.booleans())
def test_quality_never_falls_when_a_part_gets_better(
    evaluator: float | None, n: int, m: int, handles: bool, simple: bool
) -> None:
    def score(tests: bool, lines: int, handles_errors: bool) -> float:
        return quality(
            tests_passed=tests,
            evaluator=evaluator,
            lines=lines,
            handles_errors=handles_errors,
            prefer_simplicity=simple,
        )

    fewer, more = sorted((n, m))
    assert score(True, n, handles) >= score(False, n, handles)
    assert score(True, fewer, handles) >= score(True, more, handles)
    assert score(False, n, True) >= score(False, n, False)


@given(passed, units, units)
def test_quality_grows_with_the_evaluator(tests: bool | None, a: float, b: float) -> None:
    less, more = sorted((a, b))
    assert plain_quality(tests, more) >= plain_quality(tests, less)


@given(times, times)
def test_speed_is_in_range(generation_s: float, execution_s: float) -> None:
    assert 0 <= speed(generation_s=generation_s, execution_s=execution_s) <= 1


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 20))
def test_speed_never_grows_with_time(a: float, b: float, other: float) -> None:
    less, more = sorted((a, b))
    generation = [speed(generation_s=t, execution_s=other) for t in (less, more)]
    execution = [speed(generation_s=other, execution_s=t) for t in (less, more)]
    assert generation[0] >= generation[1]
    assert execution[0] >= execution[1]


@given(units, units, units, units)
def test_combined_is_in_range_and_grows_with_each_part(
    a: float, b: float, other: float, weight: float
) -> None:
    weights = Weights(quality=weight, speed=1 - weight)
    less, more = sorted((a, b))
    assert 0 <= combined(less, other, weights) <= combined(more, other, weights) <= 1
    assert combined(other, less, weights) <= combined(other, more, weights)


def test_nan_is_no_score() -> None:
    with pytest.raises(ValueError, match="None"):
        plain_quality(True, math.nan)


def test_the_evaluators_weights_add_up_and_are_those_of_its_measures() -> None:
    assert sum(MEASURE_WEIGHTS.values()) == pytest.approx(1)
    assert set(MEASURE_WEIGHTS) == set(MEASURES)


def test_absent_measures_are_not_zero() -> None:
    assert evaluator_score({}) is None
    assert evaluator_score({"unheard_of": 0.0}) is None
    assert evaluator_score({"style": 0.5}) == pytest.approx(0.5)
    assert evaluator_score({"style": 1.0, "correctness": 0.0}) == pytest.approx(1 / 3)
    assert evaluator_score(dict.fromkeys(MEASURE_WEIGHTS, 1.0)) == pytest.approx(1)


@given(st.dictionaries(st.sampled_from(list(MEASURE_WEIGHTS)), units, min_size=1))
def test_the_evaluator_is_between_its_measures(measures: dict[str, float]) -> None:
    score = evaluator_score(measures)
    assert score is not None
    assert min(measures.values()) - 1e-9 <= score <= max(measures.values()) + 1e-9


def verdict(status: Status, total: int = 0, execution_s: float = 0.0) -> Verdict:
    return Verdict(status=status, tests_total=total, execution_s=execution_s)


def test_untested_is_neither_passed_nor_failed() -> None:
    assert passed_its_tests(verdict(Status.PASSED, 3)) is True
    assert passed_its_tests(verdict(Status.PASSED, 0)) is None
    assert passed_its_tests(verdict(Status.FAILED, 3)) is False
    assert passed_its_tests(verdict(Status.CRASHED, 0)) is False


def test_scores_use_compute_time_and_leave_loading_out() -> None:
    answer = Answer(text="", load_s=100, prompt_s=5, decode_s=25, queue_s=100, wall_s=300)
    found = scores(
        Task(name="t", prompt="p", sha256=""),
        "def f():\n    try:\n        return 1\n    except E:\n        return 2\n",
        verdict(Status.PASSED, 2, execution_s=5),
        {"style": 0.5},
        answer,
        Criteria(weights=PRESETS["balanced"]),
    )
    assert found.evaluator == pytest.approx(0.5)
    assert found.quality == pytest.approx(0.5 + 0.25 + 0.1 + 0.05)
    assert found.speed == pytest.approx(0.3 + 0.2)
    assert found.combined == pytest.approx(0.7 * 0.9 + 0.3 * 0.5)
