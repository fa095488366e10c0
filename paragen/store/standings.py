"""What history says of generators before a tournament: from plays that were new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from paragen.domain.generator import Generator
from paragen.domain.standing import Standing
from paragen.learn import standing
from paragen.learn.standing import Recipe
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
    found: dict[str, Standing] = {}
    known = standing.standings(tallies(connection, task_type=task_type)).get(task_type, {})
    for recipe, of_recipe in known.items():
        if wanted is None or recipe in wanted:
            found[recipe.name] = _sum(found.get(recipe.name, Standing()), of_recipe)
    return found


def _sum(one: Standing, other: Standing) -> Standing:
    plays = one.plays + other.plays
    rewards = (one.mean_reward or 0.0) * one.plays + (other.mean_reward or 0.0) * other.plays
    return Standing(
        plays=plays,
        passes=one.passes + other.passes,
        runs=one.runs + other.runs,
        wins=one.wins + other.wins,
        mean_reward=rewards / plays,
    )
