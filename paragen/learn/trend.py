"""How a success rate went over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

PARTS = 8
FEWEST = 2 * PARTS
"""Of fewer plays nothing is said: each part would be a single one."""


def trend(passed: Sequence[bool]) -> tuple[float, ...]:
    """The share that passed of each part of some plays, given in their order; () of too few.

    Parts are as large as each other, but for one play where that can't be.
    """
    if len(passed) < FEWEST:
        return ()
    ends = [len(passed) * number // PARTS for number in range(PARTS + 1)]
    parts = [passed[begin:end] for begin, end in pairwise(ends)]
    return tuple(sum(part) / len(part) for part in parts)
