"""Draws without chance are spread as they should be, and the same every time."""

from __future__ import annotations

from itertools import islice
from statistics import fmean, pvariance

import pytest

from paragen.modes.chance import beta, uniforms


def test_a_key_gives_its_draws_and_no_other_key_does() -> None:
    first, again, other = (list(islice(uniforms(7, name), 50)) for name in ("a", "a", "b"))
    assert first == again
    assert not set(first) & set(other)


def test_the_draws_of_a_key_are_the_same_on_every_machine() -> None:
    assert [round(x, 9) for x in islice(uniforms(0, "a"), 3)] == [
        0.799860185,
        0.643963219,
        0.228972854,
    ]


def test_draws_are_evenly_spread() -> None:
    drawn = list(islice(uniforms("spread"), 20_000))
    assert all(0 < x < 1 for x in drawn)
    tenths = [sum(n <= 10 * x < n + 1 for x in drawn) for n in range(10)]
    assert all(abs(count - 2000) < 200 for count in tenths)


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (3.0, 9.0), (12.5, 1.5)])
def test_beta_has_the_mean_and_variance_of_the_distribution(a: float, b: float) -> None:
    draws = uniforms("beta", repr(a))
    drawn = [beta(a, b, draws) for _ in range(20_000)]
    mean = a / (a + b)
    variance = mean * (1 - mean) / (a + b + 1)
    assert fmean(drawn) == pytest.approx(mean, abs=0.01)
    assert pvariance(drawn) == pytest.approx(variance, rel=0.05)
