"""A genetic search over generators: who has offspring, what it costs, and who is ahead.

Nothing is drawn by chance: the same seed gives the same offspring of the same parents.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile
from typing import TypeVar

from paragen.domain.candidate import Candidate
from paragen.domain.errors import AnswerTruncated, EmptyAfterThinking, GenerationTimeout
from paragen.domain.generator import Generator
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.domain.tournament import Run
from paragen.learn.experts import EXPERT, OFFSPRING
from paragen.learn.genes import RATE, Genome, crossed, digest, filled, genome, lots_of, mutated
from paragen.learn.paired import FEWEST, GRAIN, Measure, TaskTally

TOURNAMENT = 2
"""So many are drawn whenever a parent is chosen, and the best of them is it."""
TRIES = 40
"""So often a child is tried anew that is known already, each time with more mutations."""

FEWEST_TASKS = FEWEST + 1
"""So many tasks a search takes: those to tell by, and one to select on."""
ENOUGH = 4
"""Generations are given up rather than select on fewer tasks than these."""
FINAL = 0.4
"""The share of the budget that is kept for the comparison at the end."""
MOST_COPIES = 5
"""So often each of the two plays a task at the end at most."""
REWARD_DIGITS = 2
"""Else milliseconds would choose parents, and the same seed would never search the same again."""
UNENDED = frozenset({AnswerTruncated.kind, EmptyAfterThinking.kind, GenerationTimeout.kind})
"""Faults by which an answer comes to no end. In a record they are nobody's doing, but who is
selected by a record without them learns to ramble rather than to fail."""

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Individual:
    """A generator in a search, and the parents of the first generation that it comes from."""

    generator: Generator
    founders: tuple[str, ...]

    @property
    def name(self) -> str:
        """The generator's name."""
        return self.generator.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a generator did in a search: by task, its tally and the mean of its plays' rewards.

    Only what is the model's own doing counts. `unended` is on how many other tasks no answer of it
    came to an end.
    """

    tallies: Mapping[str, TaskTally]
    rewards: Mapping[str, float]
    unended: int = 0

    def fitness(self, by: Measure) -> tuple[float, float]:
        """What is compared in selection, the first of them before the second; more is better.

        By passes the mean pass rate, then the mean reward in hundredths, in which tests passed and
        the combined score are; by score the mean score in thousandths, then the pass rate. Tasks
        without an answer that ended count as 0.
        """
        passes = self._mean(tally.pass_rate for tally in self.tallies.values())
        if by is Measure.PASSES:
            return passes, round(self._mean(self.rewards.values()), REWARD_DIGITS)
        return round(GRAIN * self.score), passes

    @property
    def score(self) -> float:
        """The mean combined score over the tasks."""
        return self._mean(one.score(one.quality_weight) for one in self.tallies.values())

    def _mean(self, by_task: Iterable[float]) -> float:
        return math.fsum(by_task) / (len(self.tallies) + self.unended)

    @property
    def plays(self) -> int:
        """How often it played."""
        return sum(tally.plays for tally in self.tallies.values())

    @property
    def passes(self) -> int:
        """How often it passed."""
        return sum(tally.passes for tally in self.tallies.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a search plays: on so many tasks to select, and on so many that are held back for it.

    Those held back are for the comparison at the end alone: who was chosen as the best of many did
    well on the tasks of the selection by luck too.
    """

    budget: int
    parents: int
    generations: int
    population: int
    selection: int
    held_back: int

    @property
    def most(self) -> int:
        """How many attempts that is, if all that are to be born are."""
        selecting = (self.parents + self.generations * self.population) * self.selection
        return selecting + 2 * self.held_back * self.copies(selecting)

    def copies(self, spent: int) -> int:
        """How often each of the two plays each task at the end, after so many attempts."""
        return max(1, min(MOST_COPIES, (self.budget - spent) // (2 * self.held_back)))


def spending(
    tasks: int, parents: int, *, budget: int, generations: int, population: int
) -> Spending | None:
    """How a budget of attempts is spent, None where it or the tasks are too few to tell anything.

    It is never exceeded. Where it doesn't reach, fewer tasks are played, then fewer generations,
    then fewer offspring. The end has its share of it whatever is spent before: what is chosen with
    care and then hardly compared can't be kept.
    """
    if tasks < FEWEST_TASKS:
        return None
    most_held_back = held_back(tasks)
    final = min(most_held_back, max(FEWEST, int(budget * FINAL) // 2))
    copies = min(int(budget * FINAL), budget - parents - 1) // (2 * final)
    rest = budget - 2 * final * max(1, min(MOST_COPIES, copies))
    there = tasks - most_held_back
    while generations > 1 and rest // (parents + generations * population) < min(there, ENOUGH):
        generations -= 1
    population = min(population, rest - parents)
    if population < 1:
        return None
    return Spending(
        budget=budget,
        parents=parents,
        generations=generations,
        population=population,
        selection=min(there, rest // (parents + generations * population)),
        held_back=final,
    )


def least_budget(parents: int) -> int:
    """The smallest budget that can tell anything."""
    return 2 * FEWEST + parents + 1


def held_back(tasks: int) -> int:
    """How many of so many tasks are held back: half, but as many as it takes to tell."""
    return max(FEWEST, tasks - tasks // 2)


def split(tasks: Mapping[str, Known], spent: Spending) -> tuple[list[Known], list[Known]]:
    """The tasks to select on, and those held back, by the order of their hashes.

    So nothing that anybody wants has a part in it, and the sides are nearly the same in every
    search, though more tasks come: on what an expert was selected, none that descends from it has
    to prove itself.
    """
    ordered = [tasks[key] for key in sorted(tasks)]
    border = held_back(len(ordered))
    return ordered[border:][: spent.selection], ordered[:border][: spent.held_back]


def offspring(
    ranked: Sequence[Individual],
    number: int,
    *,
    task_type: str,
    seed: int,
    generation: int,
    known: Collection[Genome],
    template: Generator | None = None,
) -> tuple[Individual, ...]:
    """Children of these, of whom the best stand first: so many, or fewer where no more are new.

    Each has two parents, chosen by tournaments, each gene of one of them, and mutations; what it
    leaves open then is as in the template.
    """
    born: dict[Genome, Individual] = {}
    for place in range(number):
        child = _child(ranked, (seed, generation, place), (known, born), template)
        if child is not None:
            born[genome(child.generator)] = _named(child, task_type)
    return tuple(born.values())


def survivors(
    everyone: Iterable[Individual], played: Mapping[str, Played], tasks: int, by: Measure
) -> tuple[Individual, ...]:
    """Those who played at least half of so many tasks, the fittest first."""
    able = [one for one in everyone if one.name in played]
    able = [one for one in able if 2 * len(played[one.name].tallies) >= tasks]
    return tuple(sorted(able, key=lambda one: played[one.name].fitness(by), reverse=True))


def played_in(runs: Iterable[Run]) -> Mapping[str, Played]:
    """What each generator did in these runs, by name; a task counts once, however often played."""
    tallies: dict[str, dict[str, TaskTally]] = {}
    rewards: dict[str, dict[str, float]] = {}
    unended: dict[str, set[str]] = {}
    for run in runs:
        for one in run.ranking:
            if _is_unended(one):
                unended.setdefault(one.attempt.instance.generator.name, set()).add(run.task.sha256)
            if one.status not in MODEL_OUTCOMES or (one.answer is not None and one.answer.cached):
                continue
            name, task = one.attempt.instance.generator.name, run.task.sha256
            of_name = tallies.setdefault(name, {})
            before = of_name.get(task, TaskTally(plays=0, passes=0))
            of_name[task] = replace(
                before,
                plays=before.plays + 1,
                passes=before.passes + (one.status is Status.PASSED),
                quality=before.quality + (one.scores.quality if one.scores else 0.0),
                speed=before.speed + (one.scores.speed if one.scores else 0.0),
                quality_weight=run.criteria.weights.quality,
                timed=before.timed + (one.answer is not None),
                generation_s=before.generation_s
                + (one.answer.generation_s if one.answer is not None else 0.0),
            )
            summed = rewards.setdefault(name, {})
            summed[task] = summed.get(task, 0.0) + (one.reward or 0.0)
    return {
        name: Played(
            tallies=found,
            rewards={task: rewards[name][task] / tally.plays for task, tally in found.items()},
            unended=len(unended.get(name, set()) - found.keys()),
        )
        for name, found in tallies.items()
    }


def expert_names(task_type: str, taken: Collection[str]) -> tuple[str, ...]:
    """The names of experts for a task type up to the first that nobody has, which is the last."""
    names = (f"{_slug(task_type)}-{EXPERT}-{number}" for number in count(1))
    found = [*takewhile(lambda name: name in taken, names)]
    return (*found, f"{_slug(task_type)}-{EXPERT}-{len(found) + 1}")


def is_whole(run: Run) -> bool:
    """Whether all that was asked in a run came to what is the model's own doing."""
    return all(one.status in MODEL_OUTCOMES or _is_unended(one) for one in run.ranking)


def _is_unended(candidate: Candidate) -> bool:
    return candidate.error is not None and candidate.error.kind in UNENDED


def _child(
    ranked: Sequence[Individual],
    key: tuple[int, ...],
    known: Iterable[Collection[Genome]],
    template: Generator | None,
) -> Individual | None:
    """A child that isn't known, None where none is found."""
    for attempt in range(TRIES):
        lots = lots_of("offspring", *key, attempt)
        mother = _chosen(ranked, lots)
        father = _chosen([one for one in ranked if one is not mother] or ranked, lots)
        rate = RATE + (1 - RATE) * attempt / TRIES
        child = mutated(crossed(mother.generator, father.generator, lots), lots, rate)
        child = child if template is None else filled(child, template)
        if not any(genome(child) in some for some in known):
            founders = dict.fromkeys((*mother.founders, *father.founders))
            return Individual(generator=child, founders=tuple(founders))
    return None


def _chosen(ranked: Sequence[Individual], lots: Iterable[float]) -> Individual:
    """The best of a few that are drawn."""
    drawn = zip(range(TOURNAMENT), lots, strict=False)
    return ranked[min(int(one * len(ranked)) for _, one in drawn)]


def _named(child: Individual, task_type: str) -> Individual:
    name = f"{_slug(task_type)}-evolved-{digest(child.generator)}"
    return replace(
        child, generator=replace(child.generator, name=name, tags=(OFFSPRING, task_type))
    )


def _slug(task_type: str) -> str:
    """A task type as it may stand in a generator's name."""
    return re.sub(r"[^\w.-]+", "-", task_type).strip("-") or "general"
