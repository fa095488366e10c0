"""Standings: what a history says of generators, of models, or of temperatures, by task type.

These values are named tuples, which are made in a tenth of the time that dataclasses take: they
are loaded whenever a history is only to be read, and that should begin at once.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from operator import add
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from paragen.judge.wilson import interval

if TYPE_CHECKING:
    from paragen.domain.standing import Standing
    from paragen.domain.tournament import Weights


class By(StrEnum):
    """Whose standings: each is one of these, for one task type."""

    GENERATOR = "generator"
    MODEL = "model"
    TEMPERATURE = "temperature"
    TASK_TYPE = "task-type"


class Recipe(NamedTuple):
    """What tells generators apart: a name that stood for two models stood for two generators."""

    name: str
    model: str
    temperature: float


_T = TypeVar("_T")

Player = tuple[str | float, ...]
"""Whoever has a standing within a task type: the parts of a recipe that make the difference."""

PLAYERS: Mapping[By, Callable[[Recipe], Player]] = {
    By.GENERATOR: lambda recipe: (recipe.name, recipe.model, recipe.temperature),
    By.MODEL: lambda recipe: (recipe.model,),
    By.TEMPERATURE: lambda recipe: (recipe.temperature,),
    By.TASK_TYPE: lambda recipe: (),
}


FAIR_ENOUGH = 10
"""From so many fair plays on they alone say how good a generator is; a share of fewer says little,
and all plays say more, though what others did brought them about."""


def counts_fair(fair_plays: int) -> bool:
    """Whether so many fair plays are enough to go by nothing else."""
    return fair_plays >= FAIR_ENOUGH


class Basis(StrEnum):
    """Which plays say how good a generator is."""

    FAIR = "fair"
    ALL = "all"


class Evidence(NamedTuple):
    """The plays that say how good a generator is, and their sums; see domain.fair."""

    basis: Basis
    plays: int
    passes: int
    combined: float
    combined_squared: float
    reward: float


class Tally(NamedTuple):
    """Counts and sums over plays: candidates whose outcome is their model's own doing.

    `judged` are those whose program was executed. A sum stands before the number of plays that
    have what is summed; a load is one that took longer than finding the model there. Of those
    whose energy was `metered`, so many passed. What users rated are candidates of any outcome. The
    `fair` are those of the plays that came about whatever others did, and the `unended` no plays:
    answers that came to no end, and what they took.
    """

    plays: int = 0
    passes: int = 0
    judged: int = 0
    combined: float = 0.0
    combined_squared: float = 0.0
    tokens_per_s: float = 0.0
    timed: int = 0
    generation_s: float = 0.0
    generated: int = 0
    load_s: float = 0.0
    loads: int = 0
    completion_tokens: int = 0
    counted: int = 0
    reward: float = 0.0
    energy_j: float = 0.0
    metered: int = 0
    metered_passes: int = 0
    rating: float = 0.0
    ratings: int = 0
    fair_plays: int = 0
    fair_passes: int = 0
    fair_combined: float = 0.0
    fair_combined_squared: float = 0.0
    fair_reward: float = 0.0
    unended: int = 0
    unended_s: float = 0.0
    unended_tokens: int = 0
    unended_j: float = 0.0

    @property
    def evidence(self) -> Evidence:
        """What says how good it is: its fair plays, or all where those are too few."""
        if counts_fair(self.fair_plays):
            return Evidence(
                Basis.FAIR,
                self.fair_plays,
                self.fair_passes,
                self.fair_combined,
                self.fair_combined_squared,
                self.fair_reward,
            )
        return Evidence(
            Basis.ALL, self.plays, self.passes, self.combined, self.combined_squared, self.reward
        )


class Tournaments(NamedTuple):
    """So many fair tournaments of a task type with the same field and the same winner.

    All were played to their end, and have at least two judged candidates. `field` are the recipes
    with a play, by their keys; of `untold` the tournament says nothing, since an answer of theirs
    was given before.
    """

    task_type: str
    field: frozenset[int]
    untold: frozenset[int]
    winner: int | None
    number: int


class Tallies(NamedTuple):
    """What a history holds: tallies by task type and recipe's key, and tournaments.

    `left_out` is how many recipes' plays are in none of it.
    """

    recipes: Mapping[int, Recipe]
    plays: Mapping[tuple[str, int], Tally]
    tournaments: tuple[Tournaments, ...]
    left_out: int = 0


class Rating(NamedTuple):
    """How good a player is by its placements, and how unsure that is, on openskill's scale."""

    mu: float
    sigma: float


class Record(NamedTuple):
    """A standing, for one task type; what isn't the same for all that is in it is None.

    Tasks without tests are left out: to pass them proves nothing. `plays` are candidates with an
    outcome of the model's own doing, all instances together, and `judged` those of them that gave
    a program to judge. `fair_plays` came about whatever others did on the same task (domain.fair
    says in which modes that is so), and where there are FAIR_ENOUGH they are the `basis`, else all
    plays: `success_rate` is of those, and lies in `interval` with 95 % confidence, and so are
    `mean_combined`, in which a play without a score counts 0, and its (sample) standard deviation.
    `runs` are the tournaments of fair modes with at least two judged candidates that were played to
    their end with a play of it, and `wins` those of them that it won: with any of its copies, each
    of which is a lot, so that who plays with more wins more. Answers that were given before are no
    new evidence: their candidates are no plays, and where there is one, that tournament says
    nothing of it. Other means are over the plays that have the number, seconds of a load over
    loads. What a pass takes is all that was spent on plays and on the `unended`, answers that came
    to no end and so are no plays, for each that passed; energy, which not every machine has a meter
    for, is all that was spent so where it was `metered`, for each of those plays that passed.
    `mean_rating` is what users gave, in 0..1, to `ratings` of its candidates, cached ones and those
    without tests too. None is none.
    """

    task_type: str
    generator: str | None
    model: str | None
    temperature: float | None
    plays: int
    runs: int
    wins: int
    win_rate: float | None
    passes: int
    judged: int
    success_rate: float
    interval: tuple[float, float]
    rating: Rating | None
    mean_combined: float | None
    std_combined: float | None
    mean_tokens_per_s: float | None
    mean_generation_s: float | None
    mean_load_s: float | None
    generation_s_per_pass: float | None
    tokens_per_pass: float | None
    metered: int = 0
    energy_j_per_pass: float | None = None
    ratings: int = 0
    mean_rating: float | None = None
    basis: Basis = Basis.ALL
    fair_plays: int = 0
    fair_passes: int = 0
    unended: int = 0


def player(record: Record, by: By) -> tuple[str, Player]:
    """Whose record it is: the task type, and which of those who are told apart so."""
    name, model, temperature = record.generator, record.model, record.temperature
    return record.task_type, PLAYERS[by](Recipe(name or "", model or "", temperature or 0.0))


class Selections(NamedTuple):
    """The winners of a task type's tournaments, those without tests too.

    `distribution` says how often each generator was chosen, the most often first. `weights` are
    those that are in force now, and `adjustments` how many times feedback moved them.
    """

    task_type: str
    selections: int
    distribution: Mapping[str, int]
    mean_combined: float | None
    std_combined: float | None
    weights: Weights
    adjustments: int


Ratings = Mapping[tuple[str, Player], Rating]
"""Ratings by task type and player."""


def records(
    tallies: Tallies, by: By = By.GENERATOR, ratings: Ratings | None = None
) -> tuple[Record, ...]:
    """The standings, the best first in each task type."""
    pooled, runs, wins = _pooled(tallies, by)
    recipes: dict[tuple[str, Player], list[Recipe]] = defaultdict(list)
    for task_type, key in tallies.plays:
        recipe = tallies.recipes[key]
        recipes[task_type, PLAYERS[by](recipe)].append(recipe)
    found = [
        _record(who, tally, recipes[who], runs[who], wins[who], (ratings or {}).get(who))
        for who, tally in pooled.items()
        if tally.plays
    ]
    return tuple(sorted(found, key=_order))


def best(records: Iterable[Record], most: int | None) -> list[Record]:
    """The first so many of each task type; None is all."""
    taken: dict[str, int] = defaultdict(int)
    kept = []
    for one in records:
        taken[one.task_type] += 1
        if most is None or taken[one.task_type] <= most:
            kept.append(one)
    return kept


def standings(tallies: Tallies) -> Mapping[str, Mapping[Recipe, Standing]]:
    """What modes know of each recipe before a tournament, by task type."""
    from paragen.domain.standing import Standing

    pooled, runs, wins = _pooled(tallies, By.GENERATOR)
    found: dict[str, dict[Recipe, Standing]] = defaultdict(dict)
    for (task_type, key), _ in tallies.plays.items():
        recipe = tallies.recipes[key]
        who = task_type, PLAYERS[By.GENERATOR](recipe)
        tally = pooled[who]
        if tally.plays:
            found[task_type][recipe] = Standing(
                plays=tally.evidence.plays,
                passes=tally.evidence.passes,
                runs=runs[who],
                wins=wins[who],
                mean_reward=tally.evidence.reward / tally.evidence.plays,
            )
    return found


_Counts = Mapping[tuple[str, Player], int]


def _pooled(
    tallies: Tallies, by: By
) -> tuple[Mapping[tuple[str, Player], Tally], _Counts, _Counts]:
    """Tallies, tournaments and wins, by task type and player."""
    player = {key: PLAYERS[by](recipe) for key, recipe in tallies.recipes.items()}
    pooled: dict[tuple[str, Player], Tally] = defaultdict(Tally)
    for (task_type, key), tally in tallies.plays.items():
        who = task_type, player[key]
        pooled[who] = Tally(*map(add, pooled[who], tally))
    runs: dict[tuple[str, Player], int] = defaultdict(int)
    wins: dict[tuple[str, Player], int] = defaultdict(int)
    for some in tallies.tournaments:
        told = {player[key] for key in some.field} - {player[key] for key in some.untold}
        for one in told:
            runs[some.task_type, one] += some.number
        if some.winner is not None and player[some.winner] in told:
            wins[some.task_type, player[some.winner]] += some.number
    return pooled, runs, wins


def _record(
    who: tuple[str, Player],
    tally: Tally,
    recipes: Iterable[Recipe],
    runs: int,
    wins: int,
    rating: Rating | None,
) -> Record:
    recipes = tuple(recipes)
    evidence = tally.evidence
    spent_s = tally.generation_s + tally.unended_s
    spent_tokens = tally.completion_tokens + tally.unended_tokens
    return Record(
        task_type=who[0],
        generator=_only({recipe.name for recipe in recipes}),
        model=_only({recipe.model for recipe in recipes}),
        temperature=_only({recipe.temperature for recipe in recipes}),
        plays=tally.plays,
        runs=runs,
        wins=wins,
        win_rate=_mean(wins, runs),
        passes=tally.passes,
        judged=tally.judged,
        success_rate=evidence.passes / evidence.plays,
        interval=interval(evidence.passes, evidence.plays),
        rating=rating,
        mean_combined=evidence.combined / evidence.plays,
        std_combined=deviation(evidence.combined, evidence.combined_squared, evidence.plays),
        mean_tokens_per_s=_mean(tally.tokens_per_s, tally.timed),
        mean_generation_s=_mean(tally.generation_s, tally.generated),
        mean_load_s=_mean(tally.load_s, tally.loads),
        generation_s_per_pass=_mean(spent_s, tally.passes) if tally.generated else None,
        tokens_per_pass=_mean(spent_tokens, tally.passes) if tally.counted else None,
        metered=tally.metered,
        energy_j_per_pass=_mean(tally.energy_j + tally.unended_j, tally.metered_passes),
        ratings=tally.ratings,
        mean_rating=_mean(tally.rating, tally.ratings),
        basis=evidence.basis,
        fair_plays=tally.fair_plays,
        fair_passes=tally.fair_passes,
        unended=tally.unended,
    )


def deviation(total: float, squares: float, number: int) -> float | None:
    """The sample's standard deviation by its sum and its sum of squares; None of fewer than two."""
    if number < 2:
        return None
    return math.sqrt(max(0.0, squares - total * total / number) / (number - 1))


def _mean(total: float, number: int) -> float | None:
    return total / number if number else None


def _only(values: set[_T]) -> _T | None:
    return next(iter(values)) if len(values) == 1 else None


def _order(record: Record) -> tuple[object, ...]:
    """Who passes most often at least first, so that luck in few plays isn't; unknown last."""
    return (
        record.task_type,
        *(
            (value is None, -(value or 0.0))
            for value in (record.interval[0], record.win_rate, record.mean_combined)
        ),
        record.generator or "",
        record.model or "",
        record.temperature or 0.0,
    )
