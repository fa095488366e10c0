"""What history says of generators before a tournament: from plays that were new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace

from paragen.domain.generator import Generator
from paragen.domain.standing import Standing
from paragen.learn import standing
from paragen.learn.recommend import Counts
from paragen.learn.standing import Recipe
from paragen.store.evidence import played
from paragen.store.rows import snapshot
from paragen.store.tallies import tallies


def standings(
    connection: sqlite3.Connection,
    task_type: str,
    *,
    generators: Iterable[Generator] | None = None,
) -> Mapping[str, Standing]:
    """Each generator's standing for a task type, by its name; raises StoreError.

    Of `generators`, where they are given, only what was played with the same model and temperature
    counts: a name may have stood for something else. Answers that were given before count nowhere,
    nor do tasks without tests.
    """
    wanted = None
    if generators is not None:
        wanted = {
            Recipe(name=one.name, model=one.model, temperature=float(one.temperature))
            for one in generators
        }
    with snapshot(connection):
        known = standing.standings(tallies(connection, task_type=task_type)).get(task_type, {})
        by_task = played(connection, task_type)
    found: dict[str, Standing] = {}
    for recipe, of_recipe in known.items():
        if wanted is None or recipe in wanted:
            counts = by_task.get(recipe, {}).get(task_type, Counts())
            found[recipe.name] = _sum(
                found.get(recipe.name, Standing()), _with_tasks(of_recipe, counts)
            )
    return found


def _with_tasks(of_recipe: Standing, counts: Counts) -> Standing:
    tasks = counts.fair_tasks
    rate = counts.fair_shares / tasks if tasks else None
    return replace(of_recipe, tasks=tasks, task_rate=rate)


def _sum(one: Standing, other: Standing) -> Standing:
    plays, tasks = one.plays + other.plays, one.tasks + other.tasks
    rewards = (one.mean_reward or 0.0) * one.plays + (other.mean_reward or 0.0) * other.plays
    shares = (one.task_rate or 0.0) * one.tasks + (other.task_rate or 0.0) * other.tasks
    return Standing(
        plays=plays,
        passes=one.passes + other.passes,
        runs=one.runs + other.runs,
        wins=one.wins + other.wins,
        mean_reward=rewards / plays,
        tasks=tasks,
        task_rate=shares / tasks if tasks else None,
    )
