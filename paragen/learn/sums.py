"""The chances of what a sum of independent parts comes to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MOST_STEPS = 3_000_000
"""Sums that are gone through before that takes too long (about a second)."""


class Part(NamedTuple):
    """One part of a sum: the number of ways in which it may come out, and each with its chance."""

    number: int
    ways: Iterable[tuple[int, float]]


def chances_of(parts: Iterable[Part]) -> dict[int, float] | None:
    """The chance of each sum of these parts; None where there are more than MOST_STEPS."""
    chances, steps = {0: 1.0}, 0
    for part in parts:
        steps += len(chances) * part.number
        if steps > MOST_STEPS:
            return None
        ways = list(part.ways)
        grown: dict[int, float] = {}
        for at, chance in chances.items():
            for step, share in ways:
                grown[at + step] = grown.get(at + step, 0.0) + chance * share
        chances = grown
    return chances
