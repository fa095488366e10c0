"""How a budget is shared out: the formulas, pure, each with its source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

MARGIN = 0.30
FLOOR = 0.40
EXPLORATION = 1.41


def pruning_threshold(best: float, margin: float = MARGIN, floor: float = FLOOR) -> float:
    """What falls below this is dropped: the best less a margin, but never less than a floor.

    After dynamic parallel tree search: with 0.82 as the best it is 0.52.
    """
    # 0.9 - 0.3 is a little over 0.6 in binary: what lies on the threshold must not fall below it.
    return max(round(best - margin, 9), floor)


def ucb1(mean: float, visits: int, total: int, c: float = EXPLORATION) -> float:
    """How good a choice may be, by its mean over `visits` of `total` in all: mean and confidence.

    Auer, Cesa-Bianchi and Fischer 2002, "Finite-time Analysis of the Multiarmed Bandit Problem",
    with the exploration constant `c` for their √2. Infinite for what was never visited.
    """
    return mean + c * math.sqrt(math.log(total) / visits) if visits else math.inf


def shared_out(total: int, weights: Sequence[float], least: int = 1) -> tuple[int, ...]:
    """Parts of `total` in proportion to weights, beyond `least` for each; they add up to it.

    What doesn't come out even goes to the largest remainders (Hamilton's method). Where there
    isn't `least` for each, all get the same as far as that goes, and the heaviest one more.
    Weights are finite and not negative; where all are 0 they count the same.
    """
    if not weights:
        return ()
    exact = [Fraction(weight) for weight in weights]
    if not any(exact):
        exact = [Fraction(1)] * len(exact)
    each = min(least, total // len(exact))
    rest = total - each * len(exact)
    if each < least:
        return _one_more(rest, [each] * len(exact), exact)
    whole = sum(exact)
    quotas = [rest * weight / whole for weight in exact]
    floors = [int(quota) for quota in quotas]
    remainders = [quota - floor for quota, floor in zip(quotas, floors, strict=True)]
    parts = _one_more(rest - sum(floors), floors, list(zip(remainders, exact, strict=True)))
    return tuple(each + part for part in parts)


def _one_more(
    count: int,
    parts: Sequence[int],
    claims: Sequence[Fraction] | Sequence[tuple[Fraction, Fraction]],
) -> tuple[int, ...]:
    """The parts, the `count` with the highest claims each one larger; the first among equals."""
    order = sorted(range(len(parts)), key=lambda place: claims[place], reverse=True)
    chosen = frozenset(order[:count])
    return tuple(part + (place in chosen) for place, part in enumerate(parts))
