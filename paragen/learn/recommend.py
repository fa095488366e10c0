"""Whom to let play: generators ranked by how often they pass at least, as far as is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from paragen.judge.wilson import interval
from paragen.learn.standing import Recipe, Tallies

SHARE = 0.25
"""What a play of another task type, or of the model in another recipe, counts beside an own one."""
STRENGTH = 10.0
"""So many plays all of those count at most: own plays soon outweigh them."""
SURE, FAIRLY_SURE = 0.2, 0.4
"""How wide the interval is at most of which one is so sure."""


class Sureness(StrEnum):
    """How sure a success rate is, by the width of its interval."""

    SURE = "sure"
    FAIRLY = "fairly sure"
    HARDLY = "hardly sure"
    UNKNOWN = "unknown"


class Counts(NamedTuple):
    """Plays, and those of them that passed."""

    plays: int = 0
    passes: int = 0


class Recommendation(NamedTuple):
    """What is to be expected of a generator on a task type.

    `own` are its plays of the type, `elsewhere` those of other types, `alike` its model's plays of
    the type in other recipes: at other temperatures, or under other names. The success rate is of
    all of them, each weighed as SHARE and STRENGTH say, lies in `interval` with 95 % confidence,
    and is None where there is none. The score is the interval's lower end.
    """

    recipe: Recipe
    own: Counts
    elsewhere: Counts
    alike: Counts
    success_rate: float | None
    interval: tuple[float, float]

    @property
    def score(self) -> float:
        """How often it passes at least."""
        return self.interval[0]

    @property
    def sureness(self) -> Sureness:
        """How sure that is."""
        if self.success_rate is None:
            return Sureness.UNKNOWN
        width = self.interval[1] - self.interval[0]
        if width <= SURE:
            return Sureness.SURE
        return Sureness.FAIRLY if width <= FAIRLY_SURE else Sureness.HARDLY


def recommend(
    generators: Iterable[Recipe], tallies: Tallies, task_type: str
) -> tuple[Recommendation, ...]:
    """All generators, the best for a task type first; in the order given where they are equal."""
    found = [_recommendation(one, tallies, task_type) for one in generators]
    return tuple(sorted(found, key=lambda one: (-one.score, -(one.success_rate or 0.0))))


def pick(
    ranked: Sequence[Recommendation], number: int, *, explore: float = 0.0, lot: float = 0.0
) -> tuple[Recommendation, ...]:
    """The first `number`, and one more where the lot (from 0, below 1) is below `explore`.

    That one is the least known of the rest: the one with the widest interval, the fewest plays.
    """
    best, rest = tuple(ranked[:number]), ranked[number:]
    if not rest or not lot < explore:  # so that a chance that is no number is none
        return best
    least = min(rest, key=lambda one: (one.interval[0] - one.interval[1], one.own.plays))
    return (*best, least)


def lot(*parts: object) -> float:
    """A number from 0, below 1, that looks drawn, and is the same for the same parts."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _recommendation(generator: Recipe, tallies: Tallies, task_type: str) -> Recommendation:
    def is_alike(recipe: Recipe) -> bool:
        return recipe != generator and recipe.model == generator.model

    own = _counts(tallies, lambda recipe, of: recipe == generator and of == task_type)
    elsewhere = _counts(tallies, lambda recipe, of: recipe == generator and of != task_type)
    alike = _counts(tallies, lambda recipe, of: is_alike(recipe) and of == task_type)
    plays, passes = _weighed(own, (elsewhere, alike))
    return Recommendation(
        recipe=generator,
        own=own,
        elsewhere=elsewhere,
        alike=alike,
        success_rate=passes / plays if plays else None,
        interval=interval(passes, plays),
    )


def _counts(tallies: Tallies, counts: Callable[[Recipe, str], bool]) -> Counts:
    found = [
        tally
        for (task_type, key), tally in tallies.plays.items()
        if counts(tallies.recipes[key], task_type)
    ]
    return Counts(sum(one.plays for one in found), sum(one.passes for one in found))


def _weighed(own: Counts, borrowed: Iterable[Counts]) -> tuple[float, float]:
    """Plays and passes, own ones as they are and borrowed ones as so many that count less."""
    plays, passes = map(sum, zip(*borrowed, strict=True))
    share = min(SHARE, STRENGTH / plays) if plays else 0.0
    # Rounding must not leave more passes than plays.
    return own.plays + share * plays, own.passes + share * min(passes, plays)
