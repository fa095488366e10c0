"""The formulas of sharing out: their worked examples, and their laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.modes.shares import pruning_threshold, shared_out, ucb1

rewards = st.floats(0, 1)
weights = st.lists(st.floats(0, 1e6), min_size=1, max_size=12)


def test_the_threshold_follows_the_best() -> None:
    threshold = pruning_threshold(0.82)
    assert threshold == 0.52
    assert [mean >= threshold for mean in (0.82, 0.71, 0.55, 0.42)] == [True, True, True, False]


def test_the_threshold_has_a_floor() -> None:
    assert pruning_threshold(0.5) == 0.40


@pytest.mark.parametrize("best", [n / 100 for n in range(70, 101)])
def test_what_lies_on_the_threshold_is_not_below_it(best: float) -> None:
    on_it = round(best * 100 - 30) / 100
    assert pruning_threshold(best) == on_it


@given(best=rewards, other=rewards, margin=rewards, floor=rewards)
def test_laws_of_the_threshold(best: float, other: float, margin: float, floor: float) -> None:
    threshold = pruning_threshold(best, margin, floor)
    assert threshold >= floor
    assert threshold <= max(best, floor) + 1e-9, "the best falls only below the floor"
    if other >= best:
        assert pruning_threshold(other, margin, floor) >= threshold


def test_ucb1_as_worked_out() -> None:
    scores = [round(ucb1(mean, 1, 5), 2) for mean in (72, 68, 81, 55, 63)]
    assert scores == [73.79, 69.79, 82.79, 56.79, 64.79]


@given(
    mean=rewards, visits=st.integers(1, 99), more=st.integers(1, 99), total=st.integers(200, 999)
)
def test_ucb1_hopes_less_of_what_is_known_better(
    mean: float, visits: int, more: int, total: int
) -> None:
    assert mean <= ucb1(mean, visits + more, total) < ucb1(mean, visits, total)
    assert ucb1(mean, 0, total) == math.inf


def test_workers_go_by_confidence() -> None:
    assert shared_out(10, (0.82, 0.71, 0.55)) == (4, 3, 3)


def test_nothing_to_go_by_is_the_same_for_all() -> None:
    assert shared_out(7, (0.0, 0.0, 0.0)) == (3, 2, 2)


def test_too_little_for_all_goes_to_the_heaviest() -> None:
    assert shared_out(2, (0.1, 0.9, 0.5)) == (0, 1, 1)
    assert shared_out(2, (0.01, 0.98, 0.01)) == (1, 1, 0)
    assert shared_out(4, (0.1, 0.9, 0.5), least=2) == (1, 2, 1)


def test_nobody_has_no_share() -> None:
    assert shared_out(5, ()) == ()


@given(total=st.integers(0, 200), weights=weights, least=st.integers(0, 3))
def test_shares_add_up_and_leave_nobody_out(total: int, weights: list[float], least: int) -> None:
    shares = shared_out(total, weights, least)
    assert sum(shares) == total
    assert min(shares) >= min(least, total // len(weights))
    for a, mine in zip(weights, shares, strict=True):
        for b, other in zip(weights, shares, strict=True):
            assert mine >= other or a <= b, "more weight, no less"


@given(total=st.integers(0, 200), weights=weights, least=st.integers(0, 3), data=st.data())
def test_shares_do_not_depend_on_the_order(
    total: int, weights: list[float], least: int, data: st.DataObject
) -> None:
    other = data.draw(st.permutations(weights))
    mine = sorted(zip(weights, shared_out(total, weights, least), strict=True))
    assert sorted(zip(other, shared_out(total, other, least), strict=True)) == mine


@given(total=st.integers(0, 200), weights=weights)
def test_a_share_is_within_one_of_its_quota(total: int, weights: list[float]) -> None:
    whole = math.fsum(weights)
    for weight, share in zip(weights, shared_out(total, weights, least=0), strict=True):
        quota = total * weight / whole if whole else total / len(weights)
        assert abs(share - quota) < 1 + 1e-6
