"""Writes values into the history's tables, each within a transaction that is the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from paragen.domain.candidate import Candidate
from paragen.domain.errors import InterruptedRunError
from paragen.domain.events import ModelLoaded
from paragen.domain.generator import Attempt, Generator
from paragen.domain.plan import Plan
from paragen.domain.tournament import Run
from paragen.store.clock import now
from paragen.store.encode import (
    Row,
    as_json,
    attempt_row,
    candidate_row,
    case_rows,
    criteria_json,
    generator_row,
    measure_rows,
    model_row,
    run_row,
    storable,
)
from paragen.store.errors import StoreFault
from paragen.store.fingerprint import fingerprint
from paragen.store.plans import to_json
from paragen.version import __version__

MODEL = ("name", "digest", "server_version")


class Writer:
    """Writes to one connection; `forget` must be called where a transaction was rolled back."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, settings: Mapping[str, object]
    ) -> None:
        self._connection = connection
        self._path = path
        self._settings = as_json(settings)
        self._generators: dict[Generator, int] = {}

    def forget(self) -> None:
        """Forget which rows are there."""
        self._generators.clear()

    def session(self, session_id: str, plans: Mapping[str, Plan]) -> int:
        """Write what a session is going to play; its key."""
        session = self._session(session_id, now())
        self._connection.execute(
            "UPDATE sessions SET fingerprint = ? WHERE key = ?",
            (fingerprint(plans.values()), session),
        )
        self._connection.executemany(
            """
            INSERT INTO plans (session, position, run, plan) VALUES (?, ?, ?, ?)
            ON CONFLICT (run) DO UPDATE SET plan = excluded.plan
            """,
            (
                (session, position, storable(run_id), to_json(plan))
                for position, (run_id, plan) in enumerate(plans.items())
            ),
        )
        return session

    def begun(self, run: Run) -> None:
        """Write a run that begins, or goes on: nobody is ranked, and nobody has won."""
        key = self._run(run, state="running")
        self._connection.execute("DELETE FROM selections WHERE run = ?", (key,))
        self._connection.execute(
            "UPDATE candidates SET rank = NULL WHERE run = ? AND rank IS NOT NULL", (key,)
        )

    def attempts(self, run_id: str, attempts: Iterable[Attempt]) -> None:
        """Write what a run's mode asked for, after what it asked for before."""
        plan = self._key("plans", "run", run_id)
        (first,) = self._connection.execute(
            "SELECT coalesce(max(position) + 1, 0) FROM attempts WHERE plan = ?", (plan,)
        ).fetchone()
        rows = [
            {
                "plan": plan,
                "position": position,
                "generator": self._generator(attempt.instance.generator),
                **attempt_row(attempt),
            }
            for position, attempt in enumerate(attempts, first)
        ]
        if rows:
            self._connection.executemany(
                f"{_insertion('attempts', rows[0])} ON CONFLICT (plan, id) DO NOTHING",
                [_values(row) for row in rows],
            )

    def ended(self, run_id: str, candidate: Candidate) -> None:
        """Write a candidate as the last that ended, over whatever was known of it."""
        run = self._key("runs", "id", run_id)
        # Keys are in the order of ending, also where an attempt was asked again.
        self._connection.execute(
            "DELETE FROM candidates WHERE run = ? AND id = ?", (run, storable(candidate.id))
        )
        self._candidate(run, candidate)

    def over(self, run: Run, committed: Mapping[tuple[str, str], Candidate]) -> None:
        """Write a run that is over; candidates are written again where they aren't `committed`."""
        interrupted = run.exit_code == InterruptedRunError.exit_code
        key = self._run(run, state="interrupted" if interrupted else "ended")
        self._connection.execute("UPDATE candidates SET rank = NULL WHERE run = ?", (key,))
        for candidate in run.ranking:
            # Scores may depend on the field, and be settled only now.
            if committed.get((run.run_id, candidate.id)) != candidate:
                self._candidate(key, candidate)
        self._connection.executemany(
            "UPDATE candidates SET rank = ? WHERE run = ? AND id = ?",
            ((rank, key, storable(one.id)) for rank, one in enumerate(run.ranking)),
        )
        self._selection(key, run)

    def load(self, loaded: ModelLoaded) -> None:
        """Write what loading a model took."""
        row: Row = {
            "host": loaded.host,
            "model": loaded.model,
            "num_ctx": loaded.num_ctx,
            "load_s": float(loaded.load_s),
            "ended_at": now(),
        }
        _insert(self._connection, "loads", row)

    def _session(self, session_id: str, started_at: str) -> int:
        row: Row = {
            "id": session_id,
            "started_at": started_at,
            "paragen_version": __version__,
            "settings": self._settings,
        }
        return _find_or_insert(self._connection, "sessions", row, by=("id",))

    def _run(self, run: Run, *, state: str) -> int:
        over = state != "running"
        row: Row = {
            **run_row(run),
            "session": self._session(run.session_id, run.started_at),
            "state": state,
            "ended_at": now() if over else None,
            "exit_code": run.exit_code if over else None,
            "paragen_version": __version__,
        }
        return _upsert(self._connection, "runs", row, by=("id",))

    def _candidate(self, run: int, candidate: Candidate) -> None:
        row: Row = {
            **candidate_row(candidate),
            "run": run,
            "generator": self._generator(candidate.attempt.instance.generator),
            "model": None,
        }
        if candidate.answer is not None:
            model = model_row(candidate.attempt, candidate.answer)
            row["model"] = _find_or_insert(self._connection, "models", model, by=MODEL)
        key = _upsert(self._connection, "candidates", row, by=("run", "id"))
        self._connection.execute("DELETE FROM cases WHERE candidate = ?", (key,))
        self._connection.execute("DELETE FROM measures WHERE candidate = ?", (key,))
        self._connection.executemany(
            "INSERT INTO cases (candidate, position, name, outcome, detail) VALUES (?, ?, ?, ?, ?)",
            ((key, *case) for case in case_rows(candidate)),
        )
        self._connection.executemany(
            "INSERT INTO measures (candidate, name, value) VALUES (?, ?, ?)",
            ((key, *measure) for measure in measure_rows(candidate)),
        )

    def _generator(self, generator: Generator) -> int:
        key = self._generators.get(generator)
        if key is None:
            row = generator_row(generator)
            key = _find_or_insert(self._connection, "generators", row, by=("sha256",))
            self._generators[generator] = key
        return key

    def _selection(self, key: int, run: Run) -> None:
        self._connection.execute("DELETE FROM selections WHERE run = ?", (key,))
        self._connection.execute(
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

    def _key(self, table: str, column: str, run_id: str) -> int:
        found = self._connection.execute(
            f"SELECT key FROM {table} WHERE {column} = ?", (storable(run_id),)
        ).fetchone()
        if found is None:
            raise StoreFault(self._path, f"no run {run_id} was begun")
        return int(found["key"])


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
    return int(found["key"]) if found else _insert(connection, table, row)


def _insert(connection: sqlite3.Connection, table: str, row: Row, on_conflict: str = "") -> int:
    statement = f"{_insertion(table, row)} {on_conflict} RETURNING key"
    # All rows are fetched: a statement that isn't at its end keeps the transaction open.
    ((key,),) = connection.execute(statement, _values(row)).fetchall()
    return int(key)


def _insertion(table: str, row: Row) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"


def _values(row: Row) -> list[str | int | float | None]:
    return [storable(value) for value in row.values()]
