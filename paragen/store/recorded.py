"""What was played, to be played again: the tasks on record, and whole generators."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from paragen.domain.generator import Generator
from paragen.domain.task import Task
from paragen.learn.standing import Recipe
from paragen.store.decode import generator_of, task_of
from paragen.store.encode import storable
from paragen.store.rows import rows
from paragen.store.tallies import TESTED

TYPES = f"""
SELECT r.task_type, count(DISTINCT r.task_sha256) AS tasks
FROM runs AS r WHERE {TESTED} GROUP BY r.task_type ORDER BY tasks DESC, r.task_type
"""

# Beside the one max() SQLite takes the other columns from the row that it found: the newest run's.
TASKS = f"""
SELECT r.*, max(r.started_at) AS last
FROM runs AS r WHERE r.task_type = ? AND {TESTED}
GROUP BY r.task_sha256 ORDER BY r.task_sha256
"""


def task_counts(connection: sqlite3.Connection) -> Mapping[str, int]:
    """How many tasks with tests are on record of each task type, the most first.

    Raises StoreError.
    """
    return {row["task_type"]: row["tasks"] for row in rows(connection, TYPES)}


def recorded_tasks(connection: sqlite3.Connection, task_type: str) -> tuple[Task, ...]:
    """The tasks of a type that have tests, each as it was played last; raises StoreError."""
    return tuple(task_of(row) for row in rows(connection, TASKS, [storable(task_type)]))


def recorded_generators(
    connection: sqlite3.Connection, keys: Iterable[int]
) -> tuple[Generator, ...]:
    """The generators of these keys, those that were recorded last first; raises StoreError."""
    wanted = set(keys)
    found = rows(connection, "SELECT * FROM generators ORDER BY key DESC")
    return tuple(generator_of(row) for row in found if row["key"] in wanted)


def recorded_recipes(connection: sqlite3.Connection) -> tuple[Recipe, ...]:
    """What all generators' plays are known by, by name; raises StoreError."""
    found = rows(connection, "SELECT DISTINCT name, model, temperature FROM generators")
    return tuple(sorted(Recipe(*row) for row in found))


def recorded_names(connection: sqlite3.Connection) -> frozenset[str]:
    """The names of all generators that ever played, and of all experts; raises StoreError."""
    found = rows(connection, "SELECT name FROM generators UNION SELECT name FROM experts")
    return frozenset(row["name"] for row in found)
