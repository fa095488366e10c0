"""Intervals by resampling, against scipy's and against the truth."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from paragen.learn import bootstrap
from paragen.learn.bootstrap import mean_intervals, t_quantile, t_within


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 29, 30, 163, 999, 5000])
def test_students_t(freedom: int) -> None:
    for confidence in (0.5, 0.9, 0.95, 0.999):
        expected = stats.t.ppf((1 + confidence) / 2, freedom)
        assert t_quantile(confidence, freedom) == pytest.approx(expected, rel=1e-9)
    for t in (0.0, 0.3, 2.0, 40.0):
        assert t_within(t, freedom) == pytest.approx(1 - 2 * stats.t.sf(t, freedom), abs=1e-10)


def test_with_many_rows_it_is_the_percentile_bootstrap() -> None:
    lots = np.random.default_rng(3)
    column = list(lots.choice([-1.0, 0.0, 0.0, 0.5, 1.0], 300))
    (found,) = mean_intervals([column], seed=1)
    expected = stats.bootstrap(
        (column,), np.mean, method="percentile", n_resamples=9999, rng=lots
    ).confidence_interval
    assert found == pytest.approx(expected, abs=0.01)


def test_with_few_rows_it_is_as_wide_as_a_t_interval() -> None:
    column = [0.1, 0.4, 0.2, 0.5, 0.3, 0.25]
    (found,) = mean_intervals([column], seed=1)
    spread = stats.t.ppf(0.975, 5) * np.std(column, ddof=1) / np.sqrt(6)
    assert found is not None
    assert found[1] - found[0] == pytest.approx(2 * spread, rel=0.2)


def test_it_holds_the_truth_nearly_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 1000)
    lots = random.Random(8)
    held = 0
    for _ in range(80):
        column = [lots.gauss(0.3, 1) for _ in range(12)]
        (found,) = mean_intervals([column], seed=1)
        held += found is not None and found[0] <= 0.3 <= found[1]
    assert held >= 71, "95 % are 76"


def test_columns_are_resampled_together() -> None:
    column = [0.0, 1.0, 0.0, 0.5]
    alone, again = mean_intervals([column, [2 * one for one in column]], seed=4)
    assert alone is not None
    assert again == pytest.approx((2 * alone[0], 2 * alone[1]))
    assert mean_intervals([[1.0] * 4, column], seed=4) == [None, alone]


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=12), st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_it_is_within_what_was_seen_and_the_same_for_the_same_seed(
    column: list[float], seed: int
) -> None:
    (found,) = mean_intervals([column], seed=seed)
    if len(set(column)) == 1:
        assert found is None
        return
    assert found is not None
    assert min(column) - 1e-9 <= found[0] <= found[1] <= max(column) + 1e-9
    assert mean_intervals([column], seed=seed) == [found]


def test_another_seed_is_another_draw() -> None:
    column = [n * n / 1600 for n in range(40)]
    (one,), (other,) = mean_intervals([column], seed=1), mean_intervals([column], seed=2)
    assert one != other
    assert one == pytest.approx(other, abs=0.02)


def test_nothing_to_resample() -> None:
    assert mean_intervals([[], []], seed=1) == [None, None]
