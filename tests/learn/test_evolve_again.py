"""Searching again and again for the same task type, on the same tasks, where there is no better.

What a generator passes depends on the task and on its genes, in one direction as often as in the
other, so that none is better on average over all tasks that there could be. Those that are kept
are parents of later searches, and have been chosen by the very tasks that are held back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from paragen.domain.generator import Generator
from paragen.learn import bootstrap
from paragen.learn.evolve import (
    Individual,
    Played,
    Spending,
    offspring,
    spending,
    split,
    survivors,
)
from paragen.learn.genes import NUMBERS, genome
from paragen.learn.paired import SIGNIFICANT, Finding, Measure, TaskTally, compare

TASKS, SEARCHES, BUDGET = 40, 5, 600
MATTERS = 1.5
"""How much a gene matters on a task, in log-odds for each two of its mutations."""


@dataclass
class World:
    """A task type whose tasks suit one or the other, and who is known there."""

    seed: int
    generators: list[Generator] = field(default_factory=list)
    record: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lots = Random(f"tasks {self.seed}")
        self._lots = Random(f"plays {self.seed}")
        self.tasks = {
            f"{lots.getrandbits(64):016x}": (
                lots.gauss(0, 1),
                {name: lots.gauss(0, MATTERS) for name in NUMBERS},
            )
            for _ in range(TASKS)
        }
        self.generators += (
            Generator(name=f"p{number}", model="m", temperature=0.2 * number) for number in range(4)
        )
        for one in self.generators:
            self.play(one, list(self.tasks))

    def play(self, generator: Generator, tasks: Sequence[str], copies: int = 1) -> Played:
        passes = {
            task: sum(self._lots.random() < self._chance(generator, task) for _ in range(copies))
            for task in tasks
        }
        self.record.setdefault(generator.name, []).extend(passes[task] / copies for task in tasks)
        return Played(
            tallies={task: TaskTally(plays=copies, passes=passes[task]) for task in tasks},
            rewards={task: passes[task] / copies for task in tasks},
        )

    def best(self) -> tuple[Individual, ...]:
        """Those who begin, by all that they ever played."""
        rate = {name: sum(found) / len(found) for name, found in self.record.items()}
        ranked = sorted(self.generators, key=lambda one: -rate[one.name])
        return tuple(Individual(generator=one, founders=(one.name,)) for one in ranked[:4])

    def _chance(self, generator: Generator, task: str) -> float:
        ease, matter = self.tasks[task]
        for name, gene in NUMBERS.items():
            value = getattr(generator, name)
            steps = (gene.usual if value is None else value) - gene.usual
            ease += matter[name] * steps / (2 * gene.spread)
        return 1 / (1 + math.exp(-ease))


def kept(world: World, seed: int) -> bool:
    """Whether a search keeps one, which is in the config then."""
    parents = world.best()
    spent = spending(TASKS, len(parents), budget=BUDGET, generations=3, population=6)
    assert spent is not None
    selection, held = split({task: task for task in world.tasks}, spent)
    best, rival = _selected(world, parents, selection, spent, seed)
    if best is rival:
        return False
    copies = spent.copies(spent.most - 2 * len(held))
    expert = replace(best.generator, name=f"expert-{seed}")
    own, other = (world.play(one, held, copies) for one in (expert, rival.generator))
    is_better = compare(own.tallies, other.tallies).finding is Finding.BETTER
    if is_better:
        world.generators.append(expert)
    return is_better


def _selected(
    world: World, parents: Sequence[Individual], tasks: Sequence[str], spent: Spending, seed: int
) -> tuple[Individual, Individual]:
    """The best of all generations, and the best of the parents."""
    everyone = list(parents)
    played = {one.name: world.play(one.generator, tasks) for one in parents}
    ranked: Sequence[Individual] = parents
    for generation in range(1, spent.generations + 1):
        born = offspring(
            ranked[: len(parents)],
            spent.population,
            task_type="api",
            seed=seed,
            generation=generation,
            known={genome(one.generator) for one in everyone},
        )
        everyone += born
        played |= {one.name: world.play(one.generator, tasks) for one in born}
        ranked = survivors(everyone, played, len(tasks), Measure.PASSES)
    return ranked[0], next(one for one in ranked if one in parents)


@pytest.mark.slow
def test_a_later_search_keeps_by_luck_as_seldom_as_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One in forty, whether or not one was kept before: so all together so often as is said."""
    monkeypatch.setattr(bootstrap, "MOST_DRAWS", 0)  # intervals play no part in it
    worlds, level = 200, SIGNIFICANT / 2
    found = [[kept(world, seed) for seed in range(SEARCHES)] for world in map(World, range(worlds))]
    spread = 3 * math.sqrt(level / worlds)
    for search in range(SEARCHES):
        assert sum(some[search] for some in found) / worlds <= level + spread
    assert 0 < sum(map(any, found)) / worlds <= SEARCHES * level
    after = [one for some in found if any(some) for one in some[some.index(True) + 1 :]]
    assert sum(after) / len(after) <= level + 3 * math.sqrt(level / len(after))
