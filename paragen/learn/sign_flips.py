"""How likely chance alone is to make paired differences add up to as much as they do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from paragen.learn.sums import Part, chances_of


def p_value(differences: Sequence[int]) -> float:
    """The two-sided p-value of the hypothesis that each difference's sign is a fair coin's.

    Fisher's randomisation test of paired differences ("The Design of Experiments", 1935, §21): the
    share of all ways to choose the signs whose sum lies as far from zero as the real one. Where all
    differences are −1, 0 or 1 this is McNemar's exact test, and the sign test. It is exact up to
    sums.MOST_STEPS, and from there on by the normal distribution, which by then is very near.
    """
    total = abs(sum(differences))
    sizes = Counter(abs(one) for one in differences if one)
    parts = (Part(count + 1, _signs(size, count)) for size, count in sorted(sizes.items()))
    chances = chances_of(parts)
    if chances is None:
        largest = max(sizes)  # differences of shares may be too large in their unit for a float
        variance = math.fsum(count * (size / largest) ** 2 for size, count in sizes.items())
        return math.erfc(total / largest / math.sqrt(2 * variance))
    return min(1.0, math.fsum(chance for at, chance in chances.items() if abs(at) >= total))


def _signs(size: int, count: int) -> Iterator[tuple[int, float]]:
    """What so many differences of one size add up to under random signs."""
    for plus in range(count + 1):
        yield size * (2 * plus - count), _fair(plus, count)


def _fair(heads: int, tosses: int) -> float:
    """The chance of so many heads of a fair coin."""
    ways = math.lgamma(tosses + 1) - math.lgamma(heads + 1) - math.lgamma(tosses - heads + 1)
    return math.exp(ways - tosses * math.log(2))
