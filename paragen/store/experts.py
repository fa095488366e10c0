"""Experts: generators that a search kept, with what they were then and what they did since."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from paragen.learn.experts import EXPERT, Expert, ExpertRecord, record_since, was_made
from paragen.learn.standing import Recipe
from paragen.store.clock import now
from paragen.store.errors import clear_errors
from paragen.store.rows import Value, file_of, rows

if TYPE_CHECKING:
    from paragen.domain.generator import Generator
    from paragen.learn.paired import TaskTally

INSERTION = """
INSERT INTO experts (
    id, evolved_at, name, task_type, model, temperature, rival, rival_model, rival_temperature,
    measure, plays, passes, seed, session, evolved_from, recipe
)
SELECT
    :id, :evolved_at, :name, :task_type, :model, :temperature, :rival, :rival_model,
    :rival_temperature, :measure, :plays, :passes, :seed, :session, :evolved_from, :recipe
WHERE NOT EXISTS (SELECT 1 FROM experts WHERE session = :session AND name = :name)
"""


def add_expert(
    connection: sqlite3.Connection,
    generator: Generator,
    rival: Generator,
    *,
    task_type: str,
    measure: str,
    plays: int,
    passes: int,
    seed: int,
    session: str,
    evolved_from: Sequence[str],
) -> None:
    """Keep that a generator was found to be better than its rival, now; raises StoreError.

    Found again in the same session it is kept once.
    """
    from paragen.store.codec import encoded
    from paragen.store.encode import as_json, storable

    row: dict[str, Value] = {
        "id": uuid.uuid4().hex,
        "evolved_at": now(),
        "name": generator.name,
        "task_type": task_type,
        "model": generator.model,
        "temperature": float(generator.temperature),
        "rival": rival.name,
        "rival_model": rival.model,
        "rival_temperature": float(rival.temperature),
        "measure": measure,
        "plays": plays,
        "passes": passes,
        "seed": seed,
        "session": session,
        "evolved_from": as_json(list(evolved_from)),
        "recipe": as_json(encoded(generator)),
    }
    with clear_errors(file_of(connection)):
        connection.execute(INSERTION, {name: storable(value) for name, value in row.items()})


def experts(connection: sqlite3.Connection, *, task_type: str | None = None) -> tuple[Expert, ...]:
    """All experts by task type, or those for one, of each the newest first; raises StoreError."""
    order = "ORDER BY task_type, evolved_at DESC, id"
    found = rows(connection, f"SELECT * FROM experts {order}")
    return tuple(_expert(row) for row in found if task_type in (None, row["task_type"]))


def expert_records(
    connection: sqlite3.Connection, *, task_type: str | None = None
) -> tuple[ExpertRecord, ...]:
    """What became of each expert since it was evolved; raises StoreError."""
    return tuple(
        record_since(one, _since(connection, one, one.recipe), _since(connection, one, one.rival))
        for one in experts(connection, task_type=task_type)
    )


def tried_recipes(connection: sqlite3.Connection) -> frozenset[Recipe]:
    """What searches made and didn't keep; raises StoreError."""
    found = rows(connection, "SELECT name, model, temperature, tags FROM generators")
    made = {_recipe(row) for row in found if was_made(row["name"], json.loads(row["tags"]))}
    return frozenset(made.difference(one.recipe for one in experts(connection)))


def final_count(connection: sqlite3.Connection, task_type: str) -> int:
    """In how many searches for a task type the best played against its rival; raises StoreError.

    Each of those who did has a name of its own, whether it was kept or not.
    """
    found = rows(connection, "SELECT DISTINCT name, tags FROM generators")
    tags = ((row["name"], json.loads(row["tags"])) for row in found)
    return len({name for name, own in tags if own == [EXPERT, task_type] and was_made(name, own)})


def _since(connection: sqlite3.Connection, expert: Expert, recipe: Recipe) -> dict[str, TaskTally]:
    """What a recipe did of an expert's task type since that was evolved, where all play alike."""
    from paragen.store.pairs import added, tallies_of

    tallies: dict[str, TaskTally] = {}
    found = tallies_of(connection, recipe, task_type=expert.task_type, since=expert.evolved_at)
    for task, _, tally in found:
        tallies[task] = added(tallies.get(task), tally)
    return tallies


def _expert(row: sqlite3.Row) -> Expert:
    return Expert(
        id=row["id"],
        recipe=_recipe(row),
        task_type=row["task_type"],
        evolved_at=row["evolved_at"],
        evolved_from=tuple(json.loads(row["evolved_from"])),
        rival=Recipe(row["rival"], row["rival_model"], row["rival_temperature"]),
        measure=row["measure"],
        plays=row["plays"],
        passes=row["passes"],
    )


def _recipe(row: sqlite3.Row) -> Recipe:
    return Recipe(row["name"], row["model"], row["temperature"])
