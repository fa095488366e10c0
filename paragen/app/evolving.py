"""What a genetic search begins with: the best of the history, its tasks, and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from paragen.app.choices import Choices, configured
from paragen.app.history import database_of
from paragen.app.picking import recipes_of
from paragen.app.playing import generators_of
from paragen.app.task_types import named
from paragen.domain.errors import UsageError
from paragen.domain.generator import Generator
from paragen.domain.task import Task
from paragen.learn.evolve import (
    FEWEST_TASKS,
    Individual,
    Spending,
    least_budget,
    spending,
    split,
)
from paragen.learn.evolved import Searched
from paragen.learn.experts import was_made
from paragen.learn.genes import filled
from paragen.learn.paired import Measure
from paragen.learn.recommend import recommend
from paragen.learn.standing import Recipe

if TYPE_CHECKING:
    import sqlite3

    from paragen.learn.standing import Tallies
    from paragen.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to search: `budget` bounds the attempts of the whole search.

    Without a `task_type` it is the one of which most tasks are on record.
    """

    task_type: str | None = None
    budget: int = 200
    generations: int = 3
    population: int = 6
    parents: int = 4
    by: Measure = Measure.PASSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A search that can begin: where its expert would stand, and the tasks on both sides.

    `taken` are the names that nobody else may have.
    """

    searched: Searched
    settings: Settings
    choices: Choices
    config: Path
    selection: tuple[Task, ...]
    held_back: tuple[Task, ...]
    taken: frozenset[str]


def beginning(choices: Choices, wanted: Wanted) -> Beginning:
    """What the search begins with; nothing is asked of anybody.

    Raises UsageError where there is nobody to begin with or the budget can't tell anything,
    ConfigError, StoreError.
    """
    from paragen.store.connection import connect
    from paragen.store.experts import final_count
    from paragen.store.recorded import recorded_names, recorded_tasks, task_counts

    settings = _settings(choices)
    assert settings.path is not None
    seed = settings.seed if choices.seed is None else choices.seed
    with closing(connect(database_of(settings, choices), write=False)) as history:
        task_type = _task_type(wanted, task_counts(history))
        recorded = recorded_tasks(history, task_type)
        tasks = {one.sha256: one for one in recorded if not one.needs}
        parents = _parents(history, settings, choices, task_type, wanted.parents)
        taken, finals = recorded_names(history), final_count(history, task_type)
        spent = _spending(wanted, len(tasks), len(parents))
        selection, held = split(tasks, spent) if spent is not None else ([], [])
        unbeatable = (
            _unbeatable(history, parents, {one.sha256 for one in (*selection, *held)}, task_type)
            if spent is not None and wanted.by is Measure.PASSES
            else None
        )
    return Beginning(
        searched=Searched(
            task_type=task_type,
            inferred=wanted.task_type is None,
            tasks=len(tasks),
            unfit=len(recorded) - len(tasks),
            seed=seed,
            by=wanted.by,
            parents=parents,
            spending=spent,
            finals=finals,
            unbeatable=unbeatable,
        ),
        settings=settings,
        choices=replace(choices, task_type=task_type, seed=seed, search=wanted.by.value),
        config=Path(settings.path),
        selection=tuple(selection),
        held_back=tuple(held),
        taken=taken | {one.name for one in settings.generators},
    )


def _spending(wanted: Wanted, tasks: int, parents: int) -> Spending | None:
    """How the budget is spent, None where the tasks are too few.

    Raises UsageError where the budget is too small.
    """
    spent = spending(
        tasks,
        parents,
        budget=wanted.budget,
        generations=wanted.generations,
        population=wanted.population,
    )
    if spent is None and tasks >= FEWEST_TASKS:
        raise UsageError(
            f"--budget {wanted.budget}: with {parents} parents fewer than "
            f"{least_budget(parents)} attempts can't tell anything."
        )
    return spent


def _unbeatable(
    history: sqlite3.Connection,
    parents: Sequence[Individual],
    tasks: Collection[str],
    task_type: str,
) -> str | None:
    """The first parent that passed each of the tasks whenever it played it, and played them all."""
    from paragen.store.pairs import tallies_of

    for parent in parents:
        one = parent.generator
        recipe = Recipe(one.name, one.model, float(one.temperature))
        found = tallies_of(history, recipe, task_type=task_type)
        passed = {task for task, _, tally in found if tally.passes == tally.plays > 0}
        if passed.issuperset(tasks):
            return parent.name
    return None


def _settings(choices: Choices) -> Settings:
    """The config's, but for how tournaments are ended: here everybody plays every task."""
    from paragen.settings import FILE_NAME, PlayOptions

    settings = configured(choices)
    if settings.path is None:
        raise UsageError(
            f"An expert is written into a config, and there is no {FILE_NAME} here. "
            "`paragen init` writes one; --config names another."
        )
    run = settings.run
    own = PlayOptions(
        mode="all",
        criteria=run.criteria,
        concurrency=run.concurrency,
        max_models=run.max_models,
        max_steps=run.max_steps,
        workers=run.workers,
        cache=False,
    )
    return replace(settings, run=own, modes={}, profile=None)


def _task_type(wanted: Wanted, counts: Mapping[str, int]) -> str:
    """The task type that is meant; raises UsageError where nothing of it is on record."""
    if wanted.task_type is not None:
        task_type = named(wanted.task_type)
        if task_type in counts:
            return task_type
        known = f" There are {', '.join(list(counts)[:10])}." if counts else ""
        raise UsageError(
            f"No task with tests of task type {task_type} is on record: `paragen run` records "
            f"what it plays.{known}"
        )
    if not counts:
        raise UsageError("No task with tests is on record: `paragen run` records what it plays.")
    return next(iter(counts))


def _parents(
    history: sqlite3.Connection,
    settings: Settings,
    choices: Choices,
    task_type: str,
    number: int,
) -> tuple[Individual, ...]:
    """The recorded best for a task type, by the ranking of `paragen recommend`.

    They are the config's, and others on record that run one of its models. Raises UsageError,
    StoreError.
    """
    from paragen.store.evidence import evidence
    from paragen.store.tallies import tallies

    known = tallies(history)
    ours = generators_of(settings, choices)
    hosts = {one.name for one in settings.hosts}
    everyone = (*_others(history, known, task_type, ours, hosts), *ours)
    pool = dict(zip(recipes_of(everyone), everyone, strict=True))
    played = evidence(history, None, (), named=pool).played
    ranked = [one for one in recommend(pool, played, task_type) if one.own.plays]
    if not ranked:
        raise UsageError(
            f"None of the config's generators has played a task of task type {task_type} that has "
            "tests, so there is nobody to begin with: `paragen run` lets them play."
        )
    template = settings.template
    return tuple(
        Individual(generator=filled(pool[one.recipe], template), founders=(one.recipe.name,))
        for one in ranked[:number]
    )


def _others(
    history: sqlite3.Connection,
    known: Tallies,
    task_type: str,
    ours: Sequence[Generator],
    hosts: Collection[str],
) -> Iterator[Generator]:
    """Generators that played the task type and aren't in the config: as each was last.

    Who played on a host that isn't there, in a history from elsewhere, may play on any.

    Those that earlier searches made and didn't keep are left out: they were chosen among many by
    the tasks on which they seem good.
    """
    from paragen.store.recorded import recorded_generators

    keys = (key for of_type, key in known.plays if of_type == task_type)
    models = {one.model for one in ours}
    names = {one.name for one in ours}
    for one in recorded_generators(history, keys):
        if one.model in models and one.name not in names and not was_made(one.name, one.tags):
            names.add(one.name)
            yield one if one.host in hosts else replace(one, host=None)
