"""Baselines: what generators had done by a moment, kept under a name to compare with later."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass

from paragen.domain.errors import UsageError
from paragen.learn.paired import TaskTally
from paragen.learn.standing import Recipe
from paragen.parse.nearest import did_you_mean
from paragen.store.clock import now
from paragen.store.encode import storable
from paragen.store.errors import clear_errors
from paragen.store.pairs import (
    GeneratorNotPlayedError,
    Record,
    added,
    any_played,
    played_recipes,
    tallies_of,
    tally_of,
)
from paragen.store.rows import file_of, rows, transaction

LIST = """
SELECT b.name, b.saved_at, count(DISTINCT d.generator) AS generators,
       count(DISTINCT d.task_sha256) AS tasks, coalesce(sum(d.plays), 0) AS plays
FROM baselines AS b LEFT JOIN baseline_records AS d ON d.baseline = b.key
GROUP BY b.key
ORDER BY b.saved_at DESC, b.id DESC
"""

SHOW = """
SELECT generator, model, temperature, count(DISTINCT task_sha256) AS tasks,
       sum(plays) AS plays, sum(passes) AS passes, 1.0 * sum(passes) / sum(plays) AS success_rate
FROM baseline_records WHERE baseline = :key
GROUP BY generator ORDER BY success_rate DESC, generator
"""


class BaselineNotFoundError(UsageError):
    """No baseline has this name (exit code 2)."""


class BaselineTakenError(UsageError):
    """A baseline of this name is there already (exit code 2)."""

    def __init__(self, name: str, saved_at: str) -> None:
        super().__init__(
            f"A baseline {name!r} was saved at {saved_at}. Give another name, or save it anew with "
            "--replace."
        )


class NothingToSaveError(UsageError):
    """The history holds nothing that a baseline could keep (exit code 2)."""

    def __init__(self) -> None:
        super().__init__(
            "No play of a task with tests is recorded yet, so there is nothing to save: "
            "`paragen run` records one."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A baseline as it is listed; `tasks` and `plays` are those of all its generators."""

    name: str
    saved_at: str
    generators: int
    tasks: int
    plays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    """What one generator had done."""

    generator: str
    model: str
    temperature: float
    tasks: int
    plays: int
    passes: int
    success_rate: float


def check_savable(connection: sqlite3.Connection) -> None:
    """Raises NothingToSaveError where there is nothing that a baseline could keep, StoreError."""
    if not any_played(connection):
        raise NothingToSaveError


def save_baseline(connection: sqlite3.Connection, name: str, *, replace: bool) -> Baseline:
    """Keep what every generator has done so far, of what its name stands for now.

    The connection is one for writing. Raises BaselineTakenError, NothingToSaveError, StoreError.
    """
    name, saved_at = str(storable(name)), now()
    with clear_errors(file_of(connection)), transaction(connection):
        _make_room(connection, name, replace=replace)
        _copy(connection, name, saved_at)
    return next(one for one in baselines(connection) if one.name == name)


def delete_baseline(connection: sqlite3.Connection, name: str) -> None:
    """Forget a baseline, with all that have its name; raises BaselineNotFoundError, StoreError."""
    _find(connection, name)
    rows(connection, "DELETE FROM baselines WHERE name = ?", [storable(name)])


def baselines(connection: sqlite3.Connection) -> list[Baseline]:
    """All baselines, newest first: of several with one name, the first counts. Raises StoreError.

    Merging histories may bring several with one name.
    """
    return [Baseline(**dict(row)) for row in rows(connection, LIST)]


def baseline_rows(connection: sqlite3.Connection, name: str) -> list[BaselineRow]:
    """What each generator had done, the best first; raises BaselineNotFoundError, StoreError."""
    key, _ = _find(connection, name)
    return [BaselineRow(**dict(row)) for row in rows(connection, SHOW, {"key": key})]


def saved_at(connection: sqlite3.Connection, name: str) -> str:
    """When a baseline was saved; raises BaselineNotFoundError, StoreError."""
    return _find(connection, name)[1]


def baseline_record(
    connection: sqlite3.Connection, name: str, generator: str, *, task_type: str | None = None
) -> Record:
    """What a generator had done when a baseline was saved.

    Raises BaselineNotFoundError, GeneratorNotPlayedError, StoreError.
    """
    key, _ = _find(connection, name)
    generator = str(storable(generator))
    found = rows(
        connection,
        "SELECT * FROM baseline_records WHERE baseline = ? AND generator = ? ORDER BY task_sha256",
        [key, generator],
    )
    if not found:
        known = [row.generator for row in baseline_rows(connection, name)]
        raise GeneratorNotPlayedError(
            f"The baseline {name!r} has no generator {generator!r}"
            f"{did_you_mean(generator, known) or '.'} `paragen baseline show` lists those it has."
        )
    recipe = Recipe(name=generator, model=found[0]["model"], temperature=found[0]["temperature"])
    tallies: dict[str, TaskTally] = {}
    for row in found:
        if task_type is None or row["task_type"] == task_type:
            task = row["task_sha256"]
            tallies[task] = added(tallies.get(task), tally_of(row))
    return Record(recipe=recipe, tallies=tallies)


def _make_room(connection: sqlite3.Connection, name: str, *, replace: bool) -> None:
    there = connection.execute(
        "SELECT max(saved_at) AS last FROM baselines WHERE name = ?", (name,)
    ).fetchone()
    if there["last"] is not None and not replace:
        raise BaselineTakenError(name, there["last"])
    connection.execute("DELETE FROM baselines WHERE name = ?", (name,))


def _copy(connection: sqlite3.Connection, name: str, saved_at: str) -> None:
    ((key,),) = connection.execute(
        "INSERT INTO baselines (id, name, saved_at) VALUES (?, ?, ?) RETURNING key",
        (uuid.uuid4().hex, name, saved_at),
    ).fetchall()
    check_savable(connection)
    for recipe in played_recipes(connection):
        connection.executemany(
            "INSERT INTO baseline_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    key,
                    recipe.name,
                    task,
                    task_type,
                    recipe.model,
                    recipe.temperature,
                    tally.plays,
                    tally.passes,
                    tally.quality,
                    tally.speed,
                    tally.quality_weight,
                    tally.timed,
                    tally.generation_s,
                )
                for task, task_type, tally in tallies_of(connection, recipe)
            ),
        )


def _find(connection: sqlite3.Connection, name: str) -> tuple[int, str]:
    """A baseline's key and its time: the newest of this name."""
    found = rows(
        connection,
        "SELECT key, saved_at FROM baselines WHERE name = ? ORDER BY saved_at DESC, id DESC",
        [storable(name)],
    )
    if not found:
        known = [one.name for one in baselines(connection)]
        raise BaselineNotFoundError(
            f"There is no baseline {name!r}{did_you_mean(name, known) or '.'} "
            "`paragen baseline list` lists them, `paragen baseline save` makes one."
        )
    return int(found[0]["key"]), str(found[0]["saved_at"])
