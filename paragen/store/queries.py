"""Questions to the history: lists of runs, one run whole, and the standings."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from paragen.domain.errors import UsageError
from paragen.learn.standing import By, Recipe, Record, records
from paragen.store.rows import file_of, rows
from paragen.store.searches import BY_SEARCH, tried_keys
from paragen.store.tallies import PLAYS, tallies

if TYPE_CHECKING:
    from paragen.domain.tournament import Run

NEAREST = 3
LARGEST = 2**63 - 1
"""The largest integer that SQLite takes."""


class RunNotFoundError(UsageError):
    """No recorded run, or more than one, is meant (exit code 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line of the history.

    `state` is ended, interrupted, running, or unfinished where no living process plays its session
    any more; `winner` is a candidate's id, `generator` the winner's. `plays` counts candidates
    whose outcome is the model's own doing, `cached` those whose answer was given before.
    `by_search` is what `paragen evolve` played, and not the user.
    """

    run_id: str
    session_id: str
    started_at: str
    state: str
    exit_code: int | None
    mode: str
    task: str
    path: str | None
    task_type: str
    language: str
    winner: str | None
    generator: str | None
    combined: float | None
    candidates: int
    plays: int
    passes: int
    cached: int
    wall_s: float
    deadline_s: float | None
    by_search: bool


HISTORY = f"""
WITH newest AS (
    SELECT *, {BY_SEARCH} AS by_search FROM runs WHERE {{condition}}
    ORDER BY started_at DESC, key DESC LIMIT :limit
)
SELECT r.id AS run_id, sessions.id AS session_id, r.started_at, r.state, r.exit_code, r.mode,
       r.task_name AS task, r.task_path AS path, r.task_type, r.language, r.winner,
       generators.name AS generator, selections.combined,
       count(c.run) AS candidates,
       count(*) FILTER (WHERE c.status IN ({PLAYS})) AS plays,
       count(*) FILTER (WHERE c.status = 'passed') AS passes,
       count(*) FILTER (WHERE c.cached) AS cached,
       coalesce(r.wall_s, 0.0) AS wall_s, r.deadline_s, r.by_search, r.session
FROM newest AS r
JOIN sessions ON sessions.key = r.session
LEFT JOIN selections ON selections.run = r.key
LEFT JOIN generators ON generators.key = selections.generator
LEFT JOIN candidates AS c ON c.run = r.key
GROUP BY r.key
ORDER BY r.started_at DESC, r.key DESC
"""


def history(
    connection: sqlite3.Connection,
    *,
    limit: int,
    task_type: str | None = None,
    searches: bool = False,
) -> list[RunSummary]:
    """The last runs that the user played, with `searches` all, newest first; raises StoreError."""
    condition = _types(task_type) + ("" if searches else " AND NOT by_search")
    bounded = min(limit, LARGEST)
    played: dict[int, bool] = {}
    found = rows(
        connection,
        HISTORY.format(condition=condition),
        {"limit": bounded, "task_type": task_type, "tried": tried_keys(connection)},
    )
    return [_summary(connection, row, played) for row in found]


class Shown(NamedTuple):
    """Standings by task type, the best first in each; `left_out` recipes' plays are in none."""

    records: list[Record]
    left_out: int


def stats(
    connection: sqlite3.Connection,
    *,
    task_type: str | None = None,
    since: str | None = None,
    by: By = By.GENERATOR,
) -> list[Record]:
    """The standings by task type, the best first in each; raises StoreError.

    With `since` (a moment in UTC, in ISO 8601) they are of the runs that began then or later. The
    ratings are of all runs nevertheless: they have a beginning, and can't be had from a part.
    """
    return stats_without((), connection, task_type=task_type, since=since, by=by).records


def stats_without(
    without: Collection[Recipe],
    connection: sqlite3.Connection,
    *,
    task_type: str | None = None,
    since: str | None = None,
    by: By = By.GENERATOR,
) -> Shown:
    """The same, without what some recipes did; raises StoreError."""
    found = tallies(connection, task_type=task_type, since=since, without=without)
    if not found.plays:
        return Shown([], found.left_out)
    from paragen.store.ratings import ratings

    return Shown(list(records(found, by, ratings(connection, by))), found.left_out)


def _summary(
    connection: sqlite3.Connection, row: sqlite3.Row, played: dict[int, bool]
) -> RunSummary:
    """A line of the history; `played` remembers which sessions are."""
    columns: dict[str, Any] = dict(row)
    columns["by_search"] = bool(columns["by_search"])
    session = columns.pop("session")
    if columns["state"] == "running":
        from paragen.store.locks import is_played

        if session not in played:
            played[session] = is_played(file_of(connection), session)
        if not played[session]:
            columns["state"] = "unfinished"
    return RunSummary(**columns)


def _types(task_type: str | None) -> str:
    """The condition on a run: of this type, or any (so that SQLite sees which index serves)."""
    return "true" if task_type is None else "task_type = :task_type"


def find_run(connection: sqlite3.Connection, reference: str) -> str:
    """The id of the run meant by `last` (that the user played), a whole id or its beginning.

    Raises RunNotFoundError where none or several are meant, StoreError.
    """
    if reference == "last":
        newest = history(connection, limit=1)
        if not newest:
            raise RunNotFoundError("No run is recorded yet. Play one with `paragen run`.")
        return newest[0].run_id
    begins = rows(
        connection,
        "SELECT id FROM runs WHERE id >= :from AND id < :from || :end ORDER BY id LIMIT :limit",
        {"from": reference, "end": "\U0010ffff", "limit": NEAREST + 1},
    )
    ids = [str(row["id"]) for row in begins]
    if reference in ids or (reference and len(ids) == 1):
        return reference if reference in ids else ids[0]
    if reference and ids:
        more = " and others" if len(ids) > NEAREST else ""
        listed = ", ".join(ids[:NEAREST])
        raise RunNotFoundError(
            f"{reference!r} begins more than one run's id: {listed}{more}. Write more of it."
        )
    raise RunNotFoundError(f"No run {reference!r} is recorded. {_nearest(connection, reference)}")


def load_run(connection: sqlite3.Connection, run_id: str) -> Run:
    """A run as it was recorded, with its candidates, best first.

    Candidates of a run that hasn't ended come in the order in which they ended. Raises
    RunNotFoundError, StoreError.
    """
    from paragen.store.runs import recorded_run

    found = recorded_run(connection, run_id)
    if found is None:
        raise RunNotFoundError(f"No run {run_id!r} is recorded.")
    return found.run


def _nearest(connection: sqlite3.Connection, reference: str) -> str:
    """A hint for a reference that names nothing."""
    from difflib import get_close_matches

    ids = [row.run_id for row in history(connection, limit=100, searches=True)]
    if not ids:
        return "The history is empty; play a tournament with `paragen run`."
    close = get_close_matches(reference, ids, n=NEAREST, cutoff=0.5)
    if close:
        return f"Nearest: {', '.join(close)}."
    return "`paragen history` lists the runs."
