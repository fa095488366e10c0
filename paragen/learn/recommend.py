"""Whom to let play: generators ranked by how often they pass at least, as far as is known."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from paragen.judge.wilson import interval
from paragen.learn.standing import Recipe, Tallies
from paragen.learn.task_type import LIKE

SHARE = 0.25
"""What a play of another task type, or of the model in another recipe, counts beside an own one."""
STRENGTH = 10.0
"""So many plays all of those count at most: own plays soon outweigh them."""
ALIKE = 5.0
"""What a play of the very same task counts, whatever type that was taken for.

On a task that is only like it a play counts so much times the likeness, and never less than it
would anyway: each play counts once, by the most that speaks for it.
"""
ALIKE_STRENGTH = 20.0
"""So many plays likeness adds at most: one task that was played often doesn't drown its type."""
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


class TaskCounts(NamedTuple):
    """Plays of a task, those that passed, and the tournaments of it that were won."""

    plays: int = 0
    passes: int = 0
    wins: int = 0


class AlikeTask(NamedTuple):
    """A past task that is like the one to be played, as it was played under one task type.

    `task` tells it from others. `likeness` is from 0 to 1 (the very same words), and `played` is
    what each recipe did.
    """

    task: str
    task_type: str
    likeness: float
    played: Mapping[Recipe, TaskCounts]


class AlikeCounts(NamedTuple):
    """What was done on tasks like the one to be played: so many of them, and all together."""

    tasks: int = 0
    plays: int = 0
    passes: int = 0
    wins: int = 0


class Recommendation(NamedTuple):
    """What is to be expected of a generator on a task, or on a task type.

    `own` are its plays of the type, `elsewhere` those of other types, `relatives` its model's plays
    of the type in other recipes: at other temperatures, or under other names. `alike` are those of
    `own` and `elsewhere` that were on tasks like this one. The success rate is of all of them, each
    weighed as SHARE, STRENGTH, ALIKE and ALIKE_STRENGTH say, and None where there is none.
    `interval` holds it with 95 % confidence (Wilson's), and counts no play more than once. `score`
    is what they are ranked by: the lower end of the interval for as many plays as they weigh.
    """

    recipe: Recipe
    own: Counts
    elsewhere: Counts
    relatives: Counts
    alike: AlikeCounts
    success_rate: float | None
    interval: tuple[float, float]
    score: float

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
    generators: Iterable[Recipe],
    tallies: Tallies,
    task_type: str,
    alike: Sequence[AlikeTask] = (),
) -> tuple[Recommendation, ...]:
    """All generators, the best first for a task of that type, to which past tasks may be `alike`.

    Of those that are equal comes first who won more on tasks like it, else who was given first.
    """
    played = _by_recipe(tallies)
    found = [_recommendation(one, played, task_type, alike) for one in generators]
    return tuple(
        sorted(found, key=lambda one: (-one.score, -(one.success_rate or 0.0), -one.alike.wins))
    )


def pick(
    ranked: Sequence[Recommendation], number: int, *, explore: float = 0.0, lot: float = 0.0
) -> tuple[Recommendation, ...]:
    """The first `number`, and one more where the lot (from 0, below 1) is below `explore`.

    That one is who might be the best of the rest: whose interval reaches highest. So whom nobody
    knows comes first, and who is known to be bad isn't tried for ever.
    """
    best, rest = tuple(ranked[:number]), ranked[number:]
    if not rest or not lot < explore:  # so that a chance that is no number is none
        return best
    return (*best, max(rest, key=_promise))


def lot(*parts: object) -> float:
    """A number from 0, below 1, that looks drawn, and is the same for the same parts."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _promise(one: Recommendation) -> tuple[float, float, int]:
    low, high = one.interval
    return high, -low, -one.own.plays


_Played = Mapping[Recipe, Mapping[str, Counts]]
"""Plays by recipe and task type."""


def _by_recipe(tallies: Tallies) -> _Played:
    found: dict[Recipe, dict[str, Counts]] = defaultdict(dict)
    for (task_type, key), tally in tallies.plays.items():
        of_recipe = found[tallies.recipes[key]]
        more = Counts(tally.plays, tally.passes)
        of_recipe[task_type] = _sum((of_recipe.get(task_type, Counts()), more))
    return found


def _recommendation(
    generator: Recipe, played: _Played, task_type: str, alike: Sequence[AlikeTask]
) -> Recommendation:
    by_type = played.get(generator, {})
    own = by_type.get(task_type, Counts())
    elsewhere = _sum(counts for of, counts in by_type.items() if of != task_type)
    relatives = _sum(
        of_recipe.get(task_type, Counts())
        for recipe, of_recipe in played.items()
        if recipe != generator and recipe.model == generator.model
    )
    near = [one for one in alike if one.likeness >= LIKE and generator in one.played]
    borrowed, added = _borrowed((elsewhere, relatives)), _added(near, generator, task_type)
    plays = own.plays + borrowed[0] + added[0]
    # Rounding must not leave more passes than plays.
    passes = min(plays, own.passes + borrowed[1] + added[1])
    once = own.plays + borrowed[0] + _added(near, generator, task_type, most=1.0)[0]
    return Recommendation(
        recipe=generator,
        own=own,
        elsewhere=elsewhere,
        relatives=relatives,
        alike=_done(near, generator),
        success_rate=passes / plays if plays else None,
        interval=interval(once * (passes / plays) if plays else 0.0, once),
        score=interval(passes, plays)[0],
    )


def _borrowed(counts: Iterable[Counts]) -> tuple[float, float]:
    """What plays of other types and of relatives weigh, and those of them that passed."""
    plays, passes = _sum(counts)
    share = min(SHARE, STRENGTH / plays) if plays else 0.0
    return share * plays, share * passes


def _added(
    near: Iterable[AlikeTask], generator: Recipe, task_type: str, *, most: float = ALIKE
) -> tuple[float, float]:
    """What plays of tasks like it weigh beyond what they weigh anyway, and those that passed.

    None of them weighs more than `most`.
    """
    plays = passes = 0.0
    for one in near:
        anyway = 1.0 if one.task_type == task_type else SHARE
        more = max(0.0, min(most, ALIKE * one.likeness) - anyway)
        plays += more * one.played[generator].plays
        passes += more * one.played[generator].passes
    share = min(1.0, ALIKE_STRENGTH / plays) if plays else 0.0
    return share * plays, share * passes


def _done(near: Sequence[AlikeTask], generator: Recipe) -> AlikeCounts:
    found = [one.played[generator] for one in near]
    return AlikeCounts(
        tasks=len({one.task for one in near}),
        plays=sum(one.plays for one in found),
        passes=sum(one.passes for one in found),
        wins=sum(one.wins for one in found),
    )


def _sum(counts: Iterable[Counts]) -> Counts:
    found = tuple(counts)
    return Counts(sum(one.plays for one in found), sum(one.passes for one in found))
