"""Passes shared out anew among plays, against scipy's tests and distributions."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from paragen.learn import shuffles, sums
from paragen.learn.shuffles import Plays, p_value, variance

plays = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda both: st.builds(
        Plays, st.just(both[0]), st.integers(0, both[0]), st.just(both[1]), st.integers(0, both[1])
    )
)


@given(plays)
@settings(max_examples=40)
def test_on_one_task_it_is_the_exact_permutation_test(one: Plays) -> None:
    first, second = (
        np.array([1.0] * passes + [0.0] * (number - passes))
        for number, passes in ((one.first, one.first_passes), (one.second, one.second_passes))
    )
    if min(one.first, one.second) == 1:
        return  # scipy's wants two each
    found = stats.permutation_test(
        (first, second), lambda a, b: a.mean() - b.mean(), n_resamples=np.inf
    )
    expected = np.mean(abs(found.null_distribution) >= abs(found.statistic) - 1e-12)
    assert p_value([one]) == pytest.approx(expected)


@given(st.lists(plays, min_size=2, max_size=4))
@settings(max_examples=60)
def test_on_several_it_is_the_sum_over_all_ways(tasks: list[Plays]) -> None:
    def rates(one: Plays, passes: int) -> float:
        return passes / one.first - (one.passes - passes) / one.second

    total = abs(sum(rates(one, one.first_passes) for one in tasks))
    expected = 0.0
    for ways in product(*(range(one.fewest, one.most + 1) for one in tasks)):
        if abs(sum(map(rates, tasks, ways))) >= total - 1e-9:
            expected += np.prod(
                [
                    stats.hypergeom.pmf(way, one.all, one.passes, one.first)
                    for one, way in zip(tasks, ways, strict=True)
                ]
            )
    assert p_value(tasks) == pytest.approx(expected)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 9))
@settings(max_examples=30)
def test_with_one_play_each_it_is_mcnemars_exact_test(ahead: int, behind: int, level: int) -> None:
    tasks = [Plays(1, 1, 1, 0)] * ahead + [Plays(1, 0, 1, 1)] * behind + [Plays(1, 1, 1, 1)] * level
    expected = stats.binomtest(ahead, ahead + behind).pvalue if ahead + behind else 1.0
    assert p_value(tasks) == pytest.approx(expected, rel=1e-9)


@given(st.lists(plays, max_size=6))
@settings(max_examples=60)
def test_neither_order_nor_who_is_called_the_first_matters(tasks: list[Plays]) -> None:
    turned = [Plays(*one[2:], *one[:2]) for one in reversed(tasks)]
    failing = [
        one._replace(
            first_passes=one.first - one.first_passes, second_passes=one.second - one.second_passes
        )
        for one in tasks
    ]
    found = p_value(tasks)
    assert 0 < found <= 1
    assert p_value(turned) == pytest.approx(found)
    assert p_value(failing) == pytest.approx(found), "nor which of the two outcomes is counted"


def test_what_all_pass_or_all_fail_says_nothing() -> None:
    assert p_value([]) == 1
    assert p_value([Plays(3, 3, 9, 9), Plays(2, 0, 5, 0)]) == 1


@given(plays)
def test_moments_are_the_hypergeometric_distributions(one: Plays) -> None:
    if not 0 < one.passes < one.all:
        return
    second, third = shuffles._moments(one)
    number = np.arange(one.first + 1)
    chances = stats.hypergeom.pmf(number, one.all, one.passes, one.first)
    rates = number / one.first - (one.passes - number) / one.second
    assert np.sum(chances * rates) == pytest.approx(0, abs=1e-12)
    assert second == pytest.approx(np.sum(chances * rates**2))
    assert third == pytest.approx(np.sum(chances * rates**3), abs=1e-12)
    assert variance([one, one]) == pytest.approx(2 * second)


@pytest.mark.parametrize("skewness", [-1.5, -0.4, -1e-5, 0.0, 1e-9, 1e-5, 0.4, 1.5])
@pytest.mark.parametrize("deviate", [0.0, 0.7, 1.96, 3.0])
def test_tails_are_pearsons(deviate: float, skewness: float) -> None:
    expected = stats.pearson3.sf(deviate, skewness)
    assert shuffles._beyond(deviate, skewness) == pytest.approx(expected, abs=0.004)


@pytest.mark.parametrize(
    ("both", "chance", "near"),
    [
        ([(5, 5)] * 20, 0.7, 0.005),
        ([(9, 4), (6, 8)] * 8, 0.6, 0.1),
        ([(4, 40)] * 12, 0.98, 0.6),
        ([(1, 12), (2, 13)] * 12, 0.95, 0.3),
    ],
)
def test_where_there_are_too_many_sums_moments_are_near_and_hardly_smaller(
    monkeypatch: pytest.MonkeyPatch, both: list[tuple[int, int]], chance: float, near: float
) -> None:
    """Also where hardly any fail, and the sum is skewed as the normal distribution isn't."""
    lots = np.random.default_rng(3)
    for _ in range(40):
        tasks = [Plays(a, lots.binomial(a, chance), b, lots.binomial(b, chance)) for a, b in both]
        exact = p_value(tasks)
        with monkeypatch.context() as few:
            few.setattr(sums, "MOST_STEPS", 1)
            by_moments = p_value(tasks)
        assert by_moments == pytest.approx(exact, abs=near)
        assert by_moments > exact - 0.03


def test_moments_know_the_longer_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the normal distribution, which has none, this would be thirty times less likely."""
    tasks = [Plays(4, 3, 40, 40)] * 6 + [Plays(4, 4, 40, 39)] * 6
    exact = p_value(tasks)
    monkeypatch.setattr(sums, "MOST_STEPS", 1)
    assert exact < p_value(tasks) < 4 * exact


def test_histories_of_any_length_take_no_longer_than_the_bound() -> None:
    lots = np.random.default_rng(4)
    tasks = [
        Plays(a, lots.binomial(a, 0.5), b, lots.binomial(b, 0.5))
        for a, b in lots.integers(100, 700, (200, 2)).tolist()
    ]
    assert 0 < p_value(tasks) <= 1
