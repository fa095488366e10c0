"""Wilson's interval, held against scipy and its laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from paragen.judge.wilson import interval, lower, quantile

TRIALS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCES = st.sampled_from([0.5, 0.8, 0.95, 0.99])


@given(TRIALS, CONFIDENCES)
def test_it_is_what_scipy_says(trials: tuple[int, int], confidence: float) -> None:
    passes, plays = trials
    known = binomtest(passes, plays).proportion_ci(confidence, method="wilson")
    assert interval(passes, plays, confidence) == pytest.approx((known.low, known.high), abs=1e-9)


@given(TRIALS, CONFIDENCES)
def test_its_laws(trials: tuple[int, int], confidence: float) -> None:
    passes, plays = trials
    low, high = interval(passes, plays, confidence)
    assert 0 <= low <= passes / plays <= high <= 1
    assert lower(passes, plays, confidence) == low
    narrower = interval(2 * passes, 2 * plays, confidence)
    assert low <= narrower[0] + 1e-12, "more of the same is surer"
    assert narrower[1] <= high + 1e-12
    if passes < plays:
        better = interval(passes + 1, plays, confidence)
        assert low < better[0]
        assert high < better[1] or better[1] == 1


def test_nothing_known_is_no_knowledge() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert lower(0, 0) == 0.0
    assert interval(0, 10)[0] == 0.0
    assert interval(10, 10)[1] == 1.0


@given(st.floats(0.01, 0.999))
def test_the_normal_quantile(confidence: float) -> None:
    assert quantile(confidence) == pytest.approx(norm.ppf((1 + confidence) / 2))


@pytest.mark.parametrize(("passes", "plays"), [(-1, 2), (3, 2), (1, 0)])
def test_what_is_no_share(passes: int, plays: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        interval(passes, plays)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5])
def test_what_is_no_confidence(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval(1, 2, confidence)
