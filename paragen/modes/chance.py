"""Lots drawn without chance: the same key gives the same draws, on every machine.

The pure floors know no randomness: what a mode draws is a function of its board, so that it draws
the same again after a crash.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def uniforms(*key: str | int) -> Iterator[float]:
    """Numbers in (0, 1) without end, evenly spread, by a key.

    SplitMix64 (Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators"),
    begun where the key's digest says.
    """
    state = int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:8])
    while True:
        state = (state + _GOLDEN) & _MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        yield (((mixed ^ (mixed >> 31)) >> 11) + 0.5) / (1 << 53)


def beta(a: float, b: float, draws: Iterator[float]) -> float:
    """A number drawn from the Beta distribution of these two shapes, each at least 1."""
    first, second = _gamma(a, draws), _gamma(b, draws)
    return first / (first + second)


def _gamma(shape: float, draws: Iterator[float]) -> float:
    """A number drawn from the Gamma distribution of a shape of at least 1.

    Marsaglia and Tsang 2000, "A Simple Method for Generating Gamma Variables".
    """
    d = shape - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        normal = _normal(draws)
        v = (1 + c * normal) ** 3
        if v > 0 and math.log(next(draws)) < 0.5 * normal**2 + d - d * v + d * math.log(v):
            return d * v


def _normal(draws: Iterator[float]) -> float:
    """A number drawn from the normal distribution, by Box and Muller."""
    return math.sqrt(-2 * math.log(next(draws))) * math.cos(2 * math.pi * next(draws))
