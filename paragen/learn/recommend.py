"""Whom to let play: generators ranked by how often they pass at least, as far as is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import reduce
from operator import add
from typing import NamedTuple

from paragen.judge.wilson import interval
from paragen.learn.standing import FAIR_ENOUGH, Recipe, counts_fair
from paragen.learn.task_type import LIKE

SHARE = 0.25
"""What a task of another type, or one that the model played in another recipe, counts beside an own
one."""
STRENGTH = 10.0
"""So many tasks all of those count at most: own ones soon outweigh them."""
SURE_STRENGTH = 3.0
"""So many they count at most for how sure one is, since rates differ from type to type; and beside
plays of the very prompt so many others do, since they differ from task to task.

By this, intervals hold what they should where that is about one of log-odds (standard deviation).
"""
ALIKE = 5.0
"""What a play of the very same prompt counts, and a task whose prompt is in the same words.

A task that is only like it counts so much times the likeness, and never less than it would anyway:
each counts once, by the most that speaks for it.
"""
ALIKE_STRENGTH = 20.0
"""So many tasks likeness adds at most; what the very same prompt's plays add has no bound."""
SURE, FAIRLY_SURE = 0.2, 0.4
"""How wide the interval is at most of which one is so sure."""


class Sureness(StrEnum):
    """How sure a success rate is, by the width of its interval."""

    SURE = "sure"
    FAIRLY = "fairly sure"
    HARDLY = "hardly sure"
    UNKNOWN = "unknown"


class Counts(NamedTuple):
    """Plays of so many tasks, and those that passed; and what they say of other tasks.

    However often a task was played, it is one observation: its share of passes. So many tasks were
    played fairly (see domain.fair), whose shares add up so, and so many otherwise.
    """

    plays: int = 0
    passes: int = 0
    tasks: int = 0
    fair_plays: int = 0
    fair_tasks: int = 0
    fair_shares: float = 0.0
    unfair_tasks: int = 0
    unfair_shares: float = 0.0

    @property
    def is_unfair(self) -> bool:
        """Whether plays that weren't fair count, since too few were."""
        return self.unfair_tasks > 0 and not counts_fair(self.fair_tasks)

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*map(add, self, other))


Played = Mapping[Recipe, Mapping[str, Counts]]
"""What each recipe did, by task type."""


class TaskCounts(NamedTuple):
    """Plays of a task, those that passed, and the tournaments of it that were won."""

    plays: int = 0
    passes: int = 0
    wins: int = 0


class AlikeTask(NamedTuple):
    """A past task that is like the one to be played, as it was played under one task type.

    `task` tells it from others. `likeness` is from 0 to 1 (the same words); where it is the very
    same prompt, it `is_same`. `played` is what each recipe did.
    """

    task: str
    task_type: str
    likeness: float
    played: Mapping[Recipe, TaskCounts]
    is_same: bool = False


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
    `own` and `elsewhere` that were on tasks like this one. The success rate is of the tasks of all
    of them, each by its share of passes, however often it was played, and weighed as SHARE,
    STRENGTH, ALIKE and ALIKE_STRENGTH say; of the very same prompt each play counts. It is None
    where there is none. `interval` holds it with 95 % confidence (Wilson's), and counts no task
    more than once, of that prompt no play, and what is of other types or recipes SURE_STRENGTH at
    most. `score` is what they are ranked by: the lower end of the interval for as much as they
    weigh.
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
    played: Played,
    task_type: str,
    alike: Sequence[AlikeTask] = (),
) -> tuple[Recommendation, ...]:
    """All generators, the best first for a task of that type, to which past tasks may be `alike`.

    Of those that are equal comes first who won more on tasks like it, then who might be better (so
    whom nobody knows before who always failed), else who was given first.
    """
    found = [_recommendation(one, played, task_type, alike) for one in generators]
    return tuple(sorted(found, key=_order))


def _order(one: Recommendation) -> tuple[float, ...]:
    return -one.score, -(one.success_rate or 0.0), -one.alike.wins, -one.interval[1]


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


class _Weight(NamedTuple):
    """What tasks weigh together, and what those of them weigh that passed."""

    all: float = 0.0
    passed: float = 0.0

    @classmethod
    def of(cls, counts: Counts) -> _Weight:
        """A task each; of those that weren't played fairly as many as the others are too few.

        So they are replaced one by one, and one more pass never makes it less.
        """
        unfair = cls(counts.unfair_tasks, counts.unfair_shares)
        some = unfair.bounded(max(0, FAIR_ENOUGH - counts.fair_tasks))
        return cls(counts.fair_tasks + some.all, counts.fair_shares + some.passed)

    def times(self, factor: float) -> _Weight:
        """So many times the weight."""
        return _Weight(factor * self.all, factor * self.passed)

    def bounded(self, most: float) -> _Weight:
        """The same share of passes, of no more weight than `most`."""
        return self if self.all <= most else self.times(most / self.all)


def _recommendation(
    generator: Recipe, played: Played, task_type: str, alike: Sequence[AlikeTask]
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
    known = _Near.of(near, generator, task_type)
    its_own, lent = _Weight.of(own), _Weight.of(elsewhere.plus(relatives)).times(SHARE)
    parts = (
        its_own,
        lent.bounded(STRENGTH),
        known.like.bounded(ALIKE_STRENGTH),
        known.same,
    )
    weight = sum(one.all for one in parts)
    # Rounding must not leave more passes than there are tasks.
    passed = min(weight, sum(one.passed for one in parts))
    rate = passed / weight if weight else None
    once = known.once(its_own.all + min(lent.all, SURE_STRENGTH))
    return Recommendation(
        recipe=generator,
        own=own,
        elsewhere=elsewhere,
        relatives=relatives,
        alike=_done(near, generator),
        success_rate=rate,
        interval=interval(once * (rate or 0.0), once),
        score=interval(passed, weight)[0],
    )


class _Near(NamedTuple):
    """What tasks like it weigh beyond what they weigh anyway, as tasks of their types.

    `like` are those that are only like it, of which `others` count once where they wouldn't anyway.
    `same` is the very same prompt: so many `plays`, which would weigh so much `anyway`.
    """

    like: _Weight
    others: float
    same: _Weight
    plays: int
    anyway: float

    @classmethod
    def of(cls, near: Iterable[AlikeTask], generator: Recipe, task_type: str) -> _Near:
        """What a generator did on them, before a task of this type."""
        like, others, same, plays, sames_anyway = _Weight(), 0.0, _Weight(), 0, 0.0
        for one in near:
            done = one.played[generator]
            if not done.plays:  # it won by what counts as no play
                continue
            anyway = 1.0 if one.task_type == task_type else SHARE
            share = done.passes / done.plays
            if one.is_same:
                same = _plus(same, ALIKE * done.plays - anyway, share)
                plays, sames_anyway = plays + done.plays, sames_anyway + anyway
            else:
                like = _plus(like, max(0.0, ALIKE * one.likeness - anyway), share)
                others += max(0.0, min(1.0, ALIKE * one.likeness) - anyway)
        return cls(like, others, same, plays, sames_anyway)

    def once(self, tasks: float) -> float:
        """How many tasks all are, each counted once; `tasks` are they without any likeness.

        Of a prompt that was played, each play is one, and others tell less.
        """
        others = max(0.0, tasks - self.anyway) + min(self.others, ALIKE_STRENGTH)
        return self.plays + min(others, SURE_STRENGTH) if self.plays else others


def _plus(before: _Weight, weight: float, share: float) -> _Weight:
    return _Weight(before.all + weight, before.passed + weight * share)


def _done(near: Sequence[AlikeTask], generator: Recipe) -> AlikeCounts:
    found = [one.played[generator] for one in near]
    return AlikeCounts(
        tasks=len({one.task for one in near}),
        plays=sum(one.plays for one in found),
        passes=sum(one.passes for one in found),
        wins=sum(one.wins for one in found),
    )


def _sum(counts: Iterable[Counts]) -> Counts:
    return reduce(Counts.plus, counts, Counts())
