"""How likely chance alone is to share out each task's passes as unequally between two."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from paragen.learn.sums import Part, chances_of

SLIGHT = 1e-6
"""A skewness under this is none."""


class Plays(NamedTuple):
    """What two did on one task: how often each played it, and how often it passed."""

    first: int
    first_passes: int
    second: int
    second_passes: int

    @property
    def all(self) -> int:
        """The plays of both."""
        return self.first + self.second

    @property
    def passes(self) -> int:
        """The passes of both."""
        return self.first_passes + self.second_passes

    @property
    def fewest(self) -> int:
        """How many of the passes are the first's at least."""
        return max(0, self.passes - self.second)

    @property
    def most(self) -> int:
        """How many of the passes are the first's at most."""
        return min(self.first, self.passes)


def p_value(tasks: Sequence[Plays]) -> float:
    """The two-sided p-value of the hypothesis that on each task any play may be either's.

    Each task's passes are shared out anew among its plays in all ways (Fisher's exact test, of many
    2 × 2 tables at once): the share of these in which the differences of pass rates add up to as
    much. However unequally often the two played, it is exact up to sums.MOST_STEPS. From there on
    it goes by the first three moments of the sum, as Mielke and Berry do ("Permutation Methods",
    2001): Pearson's type III distribution, which is skewed as the sum is, with a correction for
    steps, by which it is near and hardly ever smaller.
    """
    telling = [one for one in tasks if 0 < one.passes < one.all]
    unit = math.lcm(*(plays for one in telling for plays in (one.first, one.second)))
    total = abs(sum(_step(one, one.first_passes, unit) for one in telling))
    found = chances_of(Part(one.most - one.fewest + 1, _ways(one, unit)) for one in telling)
    if found is None:
        return min(1.0, _by_moments(telling))
    return min(1.0, math.fsum(chance for at, chance in found.items() if abs(at) >= total))


def variance(tasks: Iterable[Plays]) -> float:
    """The variance of the sum of the differences of pass rates, passes shared out in all ways."""
    return math.fsum(_moments(one)[0] for one in tasks if 0 < one.passes < one.all)


def _ways(one: Plays, unit: int) -> Iterator[tuple[int, float]]:
    """How the passes may be shared out: the difference of rates, and its hypergeometric chance."""
    ways = math.comb(one.all, one.passes)
    for passes in range(one.fewest, one.most + 1):
        own = math.comb(one.first, passes) * math.comb(one.second, one.passes - passes)
        yield _step(one, passes, unit), own / ways


def _step(one: Plays, passes: int, unit: int) -> int:
    """The difference of rates where so many of the passes are the first's: exact, as ties must."""
    return passes * (unit // one.first) - (one.passes - passes) * (unit // one.second)


def _by_moments(tasks: Sequence[Plays]) -> float:
    moments = [_moments(one) for one in tasks]
    spread = math.sqrt(math.fsum(second for second, _ in moments))
    skewness = math.fsum(third for _, third in moments) / spread**3
    total = math.fsum(
        one.first_passes / one.first - one.second_passes / one.second for one in tasks
    )
    # A pass moves the sum by a step at least: what lies half of one farther in counts as the same.
    deviate = max(0.0, abs(total) - min(map(_scale, tasks)) / 2) / spread
    return _beyond(deviate, skewness) + _beyond(deviate, -skewness)


def _moments(one: Plays) -> tuple[float, float]:
    """The second and third central moments of the difference of rates.

    They are those of the hypergeometric number of the first's passes, by which it moves in steps.
    """
    number, drawn, passes, scale = one.all, one.first, one.passes, _scale(one)
    second = drawn * one.second * passes * (number - passes) / (number**2 * (number - 1))
    if number == 2:
        return second * scale**2, 0.0
    skew = (number - 2 * drawn) * (number - 2 * passes) / (number * (number - 2))
    return second * scale**2, second * skew * scale**3


def _scale(one: Plays) -> float:
    """How far one pass that is the first's, and not the second's, moves the difference."""
    return 1 / one.first + 1 / one.second


def _beyond(deviate: float, skewness: float) -> float:
    """The chance of so many standard deviations or more, by Wilson and Hilferty's cube root."""
    if abs(skewness) < SLIGHT:
        return math.erfc(deviate / math.sqrt(2)) / 2
    root = 2 / skewness  # of the gamma distribution's shape; with the sign of the longer tail
    ratio = 1 + deviate / root
    if ratio <= 0:
        return 0.0
    normal = 3 * root * (math.cbrt(ratio) - 1 + 1 / (9 * root**2))
    return math.erfc(normal / math.sqrt(2)) / 2
