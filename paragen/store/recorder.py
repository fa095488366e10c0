"""Writes a session into the history, event by event."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from paragen.domain.candidate import Candidate
from paragen.domain.errors import InterruptedRunError, StoreError
from paragen.domain.events import CandidateEnded, Event, RunEnded, RunStarted
from paragen.domain.tournament import Run
from paragen.store.connection import BUSY_LIMIT_S, connect
from paragen.store.encode import (
    Row,
    as_json,
    candidate_row,
    case_rows,
    criteria_json,
    generator_row,
    measure_rows,
    model_row,
    run_row,
    storable,
)
from paragen.store.errors import StoreFault, clear_errors

MODEL = ("name", "digest", "server_version")


class Recorder:
    """A subscriber that commits what happens before it returns.

    A candidate and all that belongs to it is one transaction. The same event may come twice. When
    the database fails, `failure` says how, `on_failure` is called once with a message, and from
    then on nothing is recorded: a tournament never fails for its record.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        settings: Mapping[str, object] | None = None,
        on_failure: Callable[[str], None] | None = None,
        busy_limit_s: float = BUSY_LIMIT_S,
    ) -> None:
        self.failure: StoreError | None = None
        self._path = Path(path)
        self._settings = as_json(settings or {})
        self._version = _paragen_version()
        self._on_failure = on_failure
        self._lock = threading.RLock()
        self._committed: dict[tuple[str, str], Candidate] = {}
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = connect(self._path, write=True, busy_limit_s=busy_limit_s)
        except StoreError as error:
            self._fail(error)

    def __call__(self, event: Event) -> None:
        """Record one event; returns after the commit, and never raises for the database's sake."""
        if not isinstance(event, RunStarted | CandidateEnded | RunEnded):
            return
        with self._lock:
            if self._connection is None:
                return
            try:
                self._record(self._connection, event)
            except StoreError as error:
                self._fail(error)

    def close(self) -> None:
        """Close the database; what comes later isn't recorded."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _fail(self, error: StoreError) -> None:
        self.failure = error
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._on_failure is not None:
            self._on_failure(f"{error} Nothing more is recorded; the results are not affected.")

    def _record(
        self, connection: sqlite3.Connection, event: RunStarted | CandidateEnded | RunEnded
    ) -> None:
        match event:
            case RunStarted(run=run):
                with self._transaction(connection):
                    self._write_run(connection, run, state="running")
            case CandidateEnded(run_id=run_id, candidate=candidate):
                with self._transaction(connection):
                    self._write_candidate(connection, self._key_of(connection, run_id), candidate)
                self._committed[run_id, candidate.id] = candidate
            case RunEnded(run=run):
                with self._transaction(connection):
                    self._write_end(connection, run)
                self._forget(run.run_id)

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        with clear_errors(self._path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _write_run(self, connection: sqlite3.Connection, run: Run, *, state: str) -> int:
        session: Row = {
            "id": run.session_id,
            "started_at": run.started_at,
            "paragen_version": self._version,
            "settings": self._settings,
        }
        ended = state != "running"
        row: Row = {
            **run_row(run),
            "session": _find_or_insert(connection, "sessions", session, by=("id",)),
            "state": state,
            "ended_at": datetime.now(UTC).isoformat(timespec="milliseconds") if ended else None,
            "exit_code": run.exit_code if ended else None,
            "paragen_version": self._version,
        }
        return _upsert(connection, "runs", row, by=("id",))

    def _write_candidate(
        self, connection: sqlite3.Connection, run: int, candidate: Candidate
    ) -> int:
        """Write a candidate over whatever was known of it."""
        generator = generator_row(candidate.attempt.instance.generator)
        row: Row = {
            **candidate_row(candidate),
            "run": run,
            "generator": _find_or_insert(connection, "generators", generator, by=("sha256",)),
            "model": None,
        }
        if candidate.answer is not None:
            row["model"] = _find_or_insert(
                connection, "models", model_row(candidate.attempt, candidate.answer), by=MODEL
            )
        key = _upsert(connection, "candidates", row, by=("run", "id"))
        connection.execute("DELETE FROM cases WHERE candidate = ?", (key,))
        connection.execute("DELETE FROM measures WHERE candidate = ?", (key,))
        connection.executemany(
            "INSERT INTO cases (candidate, position, name, outcome, detail) VALUES (?, ?, ?, ?, ?)",
            ((key, *case) for case in case_rows(candidate)),
        )
        connection.executemany(
            "INSERT INTO measures (candidate, name, value) VALUES (?, ?, ?)",
            ((key, *measure) for measure in measure_rows(candidate)),
        )
        return key

    def _write_end(self, connection: sqlite3.Connection, run: Run) -> None:
        interrupted = run.exit_code == InterruptedRunError.exit_code
        key = self._write_run(connection, run, state="interrupted" if interrupted else "ended")
        connection.execute("UPDATE candidates SET rank = NULL WHERE run = ?", (key,))
        for rank, candidate in enumerate(run.ranking):
            # Scores may depend on the field, and be settled only now.
            if self._committed.get((run.run_id, candidate.id)) != candidate:
                self._write_candidate(connection, key, candidate)
            connection.execute(
                "UPDATE candidates SET rank = ? WHERE run = ? AND id = ?",
                (rank, key, storable(candidate.id)),
            )
        connection.execute("DELETE FROM selections WHERE run = ?", (key,))
        connection.execute(
            """
            INSERT INTO selections (run, candidate, generator, combined,
                                    quality_weight, speed_weight, criteria, reason)
            SELECT run, key, generator, combined, ?, ?, ?, ?
            FROM candidates WHERE run = ? AND id = ?
            """,
            (
                run.criteria.weights.quality,
                run.criteria.weights.speed,
                criteria_json(run),
                storable(run.reason),
                key,
                storable(run.winner),
            ),
        )

    def _key_of(self, connection: sqlite3.Connection, run_id: str) -> int:
        found = connection.execute(
            "SELECT key FROM runs WHERE id = ?", (storable(run_id),)
        ).fetchone()
        if found is None:
            raise StoreFault(self._path, f"no run {run_id} was begun")
        return int(found["key"])

    def _forget(self, run_id: str) -> None:
        self._committed = {k: c for k, c in self._committed.items() if k[0] != run_id}


def _upsert(connection: sqlite3.Connection, table: str, row: Row, *, by: tuple[str, ...]) -> int:
    """Insert a row, or overwrite the one that is the same `by` these columns; its key."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in row if name not in by)
    return _insert(connection, table, row, f"ON CONFLICT ({', '.join(by)}) DO UPDATE SET {sets}")


def _find_or_insert(
    connection: sqlite3.Connection, table: str, row: Row, *, by: tuple[str, ...]
) -> int:
    """The key of the row that is the same `by` these columns, inserted where there is none."""
    where = " AND ".join(f"{name} IS ?" for name in by)
    found = connection.execute(
        f"SELECT key FROM {table} WHERE {where}", [storable(row[name]) for name in by]
    ).fetchone()
    return int(found["key"]) if found else _insert(connection, table, row, "")


def _insert(connection: sqlite3.Connection, table: str, row: Row, on_conflict: str) -> int:
    statement = (
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) "
        f"{on_conflict} RETURNING key"
    )
    # All rows are fetched: a statement that isn't at its end keeps the transaction open.
    ((key,),) = connection.execute(statement, [storable(v) for v in row.values()]).fetchall()
    return int(key)


def _paragen_version() -> str:
    try:
        return version("paragen")
    except PackageNotFoundError:  # run from a folder, never installed
        return "unknown"
