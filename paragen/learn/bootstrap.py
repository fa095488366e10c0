"""Intervals by resampling: what the mean might have been with other tasks of the same kind."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Sequence
from statistics import NormalDist

CONFIDENCE = 0.95
RESAMPLES, FEWEST, MOST_DRAWS = 10_000, 1_000, 2_000_000
"""As many resamples as may be had for so many draws, within bounds."""

Interval = tuple[float, float]


def mean_intervals(columns: Sequence[Sequence[float]], *, seed: int) -> list[Interval | None]:
    """An interval of 95 % around the mean of each column; rows are resampled as wholes.

    Expanded percentile intervals (Hesterberg 2015, "What Teachers Should Know About the
    Bootstrap"), which are as wide as t intervals where rows are few. None where all values of a
    column are the same: then resampling says nothing. Equal seeds give equal intervals.
    """
    tellable = [column for column in columns if len(set(column)) > 1]
    means: list[list[float]] = [[] for _ in tellable]
    rows = len(tellable[0]) if tellable else 0
    for chosen in _resamples(rows, seed) if rows else ():
        for column, into in zip(tellable, means, strict=True):
            into.append(math.fsum(map(column.__getitem__, chosen)) / rows)
    intervals = iter([_middle(sorted(some), rows) for some in means])
    return [next(intervals) if len(set(column)) > 1 else None for column in columns]


def _middle(ordered: Sequence[float], rows: int) -> Interval:
    tail = NormalDist().cdf(-math.sqrt(rows / (rows - 1)) * t_quantile(CONFIDENCE, rows - 1))
    last = len(ordered) - 1
    return ordered[math.floor(tail * last)], ordered[math.ceil((1 - tail) * last)]


def _resamples(rows: int, seed: int) -> Iterator[list[int]]:
    """Numbers of rows, drawn with replacement: the same on every machine."""
    for number in range(max(FEWEST, min(RESAMPLES, MOST_DRAWS // rows))):
        drawn = hashlib.shake_128(f"{seed} {number}".encode()).digest(4 * rows)
        yield [word * rows >> 32 for word in struct.unpack(f"<{rows}I", drawn)]


def t_quantile(confidence: float, freedom: int) -> float:
    """Beyond ± what Student's t lies with a chance of 1 − `confidence`.

    `freedom` are the degrees of freedom, from 1 on.
    """
    low, high = 0.0, 1.0
    while t_within(high, freedom) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_within(middle, freedom) < confidence else (low, middle)
    return high


def t_within(t: float, freedom: int) -> float:
    """The chance that Student's t lies within ± `t`.

    Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    square = math.cos(angle) ** 2
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    series = term if freedom > 1 else 0.0
    for power in range(2 + odd, freedom - 1, 2):
        term *= square * (power - 1) / power
        series += term
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * series)
    return math.sin(angle) * series
