"""How likely chance alone is to make paired differences add up to as much as they do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

MOST_STEPS = 3_000_000
"""Sums that are gone through before the normal distribution answers instead (about a second)."""


def p_value(differences: Sequence[int]) -> float:
    """The two-sided p-value of the hypothesis that each difference's sign is a fair coin's.

    Fisher's randomisation test of paired differences ("The Design of Experiments", 1935, §21): the
    share of all ways to choose the signs whose sum lies as far from zero as the real one. Where all
    differences are −1, 0 or 1 this is McNemar's exact test, and the sign test. It is exact up to
    MOST_STEPS, and from there on by the normal distribution, which by then is very near.
    """
    total = abs(sum(differences))
    sizes = Counter(abs(one) for one in differences if one)
    chances = _sums(sizes)
    if chances is None:
        largest = max(sizes)  # differences of shares may be too large in their unit for a float
        variance = math.fsum(count * (size / largest) ** 2 for size, count in sizes.items())
        return math.erfc(total / largest / math.sqrt(2 * variance))
    return min(1.0, math.fsum(chance for at, chance in chances.items() if abs(at) >= total))


def _sums(sizes: Counter[int]) -> dict[int, float] | None:
    """The chance of each sum under random signs; None where that takes too long."""
    chances, steps = {0: 1.0}, 0
    for size, count in sorted(sizes.items()):
        steps += len(chances) * (count + 1)
        if steps > MOST_STEPS:
            return None
        signs = [(size * (2 * plus - count), _fair(plus, count)) for plus in range(count + 1)]
        grown: dict[int, float] = {}
        for at, chance in chances.items():
            for step, share in signs:
                grown[at + step] = grown.get(at + step, 0.0) + chance * share
        chances = grown
    return chances


def _fair(heads: int, tosses: int) -> float:
    """The chance of so many heads of a fair coin."""
    ways = math.lgamma(tosses + 1) - math.lgamma(heads + 1) - math.lgamma(tosses - heads + 1)
    return math.exp(ways - tosses * math.log(2))
