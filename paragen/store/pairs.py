"""What generators did, task by task: in the history, and in baselines that were saved from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace

from paragen.domain.errors import UsageError
from paragen.learn.paired import TaskTally
from paragen.learn.standing import Recipe
from paragen.parse.nearest import did_you_mean
from paragen.store.encode import storable
from paragen.store.rows import Parameters, rows
from paragen.store.tallies import FAIR, PLAYS, TESTED

RECIPES = f"""
SELECT g.name, g.model, g.temperature, max(r.started_at) AS last
FROM runs AS r
JOIN candidates AS c ON c.run = r.key
JOIN generators AS g ON g.key = c.generator
WHERE c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} AND {{condition}}
GROUP BY g.name, g.model, g.temperature
ORDER BY g.name, last DESC, max(c.key) DESC
"""

ANY = f"""
SELECT 1 FROM runs AS r JOIN candidates AS c ON c.run = r.key
WHERE c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} LIMIT 1
"""

# Beside the one max() SQLite takes a plain column, the weight, from the row that it found: the
# newest run's.
TALLIES = f"""
SELECT r.task_sha256, r.task_type, {FAIR} AS fair, count(*) AS plays,
       count(*) FILTER (WHERE c.status = 'passed') AS passes,
       coalesce(sum(c.quality), 0.0) AS quality, coalesce(sum(c.speed), 0.0) AS speed,
       count(c.generation_s) AS timed, coalesce(sum(c.generation_s), 0.0) AS generation_s,
       r.quality_weight, max(r.started_at) AS last
FROM runs AS r
JOIN candidates AS c ON c.run = r.key
JOIN generators AS g ON g.key = c.generator
WHERE g.name = :name AND g.model = :model AND g.temperature = :temperature
      AND c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} AND {{condition}}
GROUP BY r.task_sha256, r.task_type, fair
ORDER BY r.task_sha256, last
"""


class GeneratorNotPlayedError(UsageError):
    """No play of a generator is recorded (exit code 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A recipe's tallies by task, and the other recipes that its name stood for before.

    The tallies are of fair plays (see domain.fair); of `unfair` tasks it has only others.
    """

    recipe: Recipe
    tallies: Mapping[str, TaskTally]
    before: tuple[Recipe, ...] = ()
    unfair: frozenset[str] = frozenset()


def any_played(connection: sqlite3.Connection) -> bool:
    """Whether there is any play to compare; raises StoreError."""
    return bool(rows(connection, ANY))


def played_recipes(connection: sqlite3.Connection) -> list[Recipe]:
    """What each name stood for when it was last played; raises StoreError."""
    newest: dict[str, Recipe] = {}
    for row in rows(connection, RECIPES.format(condition="true")):
        newest.setdefault(row["name"], _recipe(row))
    return list(newest.values())


def record(
    connection: sqlite3.Connection,
    name: str,
    *,
    task_type: str | None = None,
    since: str | None = None,
) -> Record:
    """What a generator did, of what its name stood for last; `since` is a time in ISO 8601.

    Raises GeneratorNotPlayedError, StoreError.
    """
    name = str(storable(name))
    found = rows(connection, RECIPES.format(condition="g.name = :name"), {"name": name})
    if not found:
        known = [recipe.name for recipe in played_recipes(connection)]
        raise GeneratorNotPlayedError(
            f"No play of a generator {name!r} is recorded{did_you_mean(name, known) or '.'} "
            "`paragen stats` lists those that have played a task with tests."
        )
    recipe, *before = map(_recipe, found)
    tallies: dict[str, TaskTally] = {}
    played = _played(connection, recipe, task_type=task_type, since=since)
    for row in played:
        if row["fair"]:
            task = row["task_sha256"]
            tallies[task] = added(tallies.get(task), tally_of(row))
    return Record(
        recipe=recipe,
        tallies=tallies,
        before=tuple(before),
        unfair=frozenset(row["task_sha256"] for row in played) - tallies.keys(),
    )


def unfair_tasks(one: Record, other: Record) -> frozenset[str]:
    """The tasks that both played, but not both of them fairly."""
    both = (one.tallies.keys() | one.unfair) & (other.tallies.keys() | other.unfair)
    return frozenset(both - (one.tallies.keys() & other.tallies.keys()))


def tallies_of(
    connection: sqlite3.Connection,
    recipe: Recipe,
    *,
    task_type: str | None = None,
    since: str | None = None,
) -> list[tuple[str, str, TaskTally]]:
    """What a recipe did on each task: (the task's SHA-256, its task type, tally).

    As in the statistics, what isn't its own doing, answers that were given before and tasks without
    tests are left out; and so are plays that are no fair evidence. Raises StoreError.
    """
    return [
        (row["task_sha256"], row["task_type"], tally_of(row))
        for row in _played(connection, recipe, task_type=task_type, since=since)
        if row["fair"]
    ]


def _played(
    connection: sqlite3.Connection,
    recipe: Recipe,
    *,
    task_type: str | None,
    since: str | None,
) -> list[sqlite3.Row]:
    """A recipe's plays by task, the fair ones and the others apart."""
    conditions = ["true"]
    if task_type is not None:
        conditions.append("r.task_type = :task_type")
    if since is not None:
        conditions.append("r.started_at >= :since")
    parameters: Parameters = {
        "name": recipe.name,
        "model": recipe.model,
        "temperature": recipe.temperature,
        "task_type": None if task_type is None else str(storable(task_type)),
        "since": since,
    }
    return rows(connection, TALLIES.format(condition=" AND ".join(conditions)), parameters)


def tally_of(row: sqlite3.Row) -> TaskTally:
    """The tally in a row that has its columns."""
    return TaskTally(
        plays=row["plays"],
        passes=row["passes"],
        quality=row["quality"],
        speed=row["speed"],
        quality_weight=row["quality_weight"],
        timed=row["timed"],
        generation_s=row["generation_s"],
    )


def added(before: TaskTally | None, tally: TaskTally) -> TaskTally:
    """Two tallies of one task as one; the weight is the latter's."""
    if before is None:
        return tally
    return replace(
        tally,
        plays=before.plays + tally.plays,
        passes=before.passes + tally.passes,
        quality=before.quality + tally.quality,
        speed=before.speed + tally.speed,
        timed=before.timed + tally.timed,
        generation_s=before.generation_s + tally.generation_s,
    )


def _recipe(row: sqlite3.Row) -> Recipe:
    return Recipe(name=row["name"], model=row["model"], temperature=row["temperature"])
