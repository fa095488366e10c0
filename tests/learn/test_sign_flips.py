"""The exact paired test, against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from paragen.learn import sums
from paragen.learn.sign_flips import p_value

STEPS = st.lists(st.integers(-6, 6), min_size=2, max_size=9)


@given(ahead=st.integers(0, 150), behind=st.integers(0, 150), level=st.integers(0, 50))
@settings(max_examples=60)
def test_with_one_play_a_task_it_is_mcnemars_exact_test(
    ahead: int, behind: int, level: int
) -> None:
    expected = stats.binomtest(ahead, ahead + behind).pvalue if ahead + behind else 1.0
    found = p_value([1] * ahead + [-1] * behind + [0] * level)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(STEPS)
@settings(max_examples=40)
def test_it_is_the_exact_permutation_test(steps: list[int]) -> None:
    expected = stats.permutation_test(
        (np.array(steps),), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert p_value(steps) == pytest.approx(expected)


@given(STEPS, st.integers(2, 1000))
def test_neither_order_nor_unit_nor_direction_matters(steps: list[int], unit: int) -> None:
    found = p_value(steps)
    assert 0 < found <= 1
    assert p_value(sorted(steps)) == pytest.approx(found)
    assert p_value([-one for one in steps]) == pytest.approx(found)
    assert p_value([unit * one for one in steps]) == pytest.approx(found)
    assert p_value([*steps, 0, 0]) == pytest.approx(found)


def test_nothing_is_evidence_of_nothing() -> None:
    assert p_value([]) == 1
    assert p_value([0] * 40) == 1
    assert p_value([5]) == 1, "one task never tells"


def test_where_there_are_too_many_sums_the_normal_distribution_is_near(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lots = np.random.default_rng(5)
    steps = [int(one) for one in lots.integers(-90, 120, 100)]
    exact = p_value(steps)
    monkeypatch.setattr(sums, "MOST_STEPS", 10)
    assert p_value(steps) != exact
    assert p_value(steps) == pytest.approx(exact, rel=0.05)


def test_a_unit_larger_than_any_float_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [3, -1, 4, 1, -5, 9, 2, 6]
    for most in (sums.MOST_STEPS, 10):
        monkeypatch.setattr(sums, "MOST_STEPS", most)
        assert p_value([one * 10**400 for one in steps]) == p_value(steps)


def test_thousands_of_tasks_take_no_longer_than_their_bound() -> None:
    assert 0 < p_value([n % 997 - 450 for n in range(20_000)]) < 1e-100
    assert p_value([1] * 5000 + [-1] * 4900) == pytest.approx(stats.binomtest(5000, 9900).pvalue)
