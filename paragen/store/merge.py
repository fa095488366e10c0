"""One history into another: what is there is known by ids that are unique everywhere.

A tournament that both files have is taken whole from the file where it is further on, so histories
grow the same whichever file comes first, and what came in before comes in no second time.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from paragen.domain.errors import StoreError
from paragen.store import migrations, tables
from paragen.store.attach import THEIRS, attached, map_parts, map_rows, translated
from paragen.store.connection import connect, open_as_it_is
from paragen.store.differing import find_differing
from paragen.store.documents import Documents, advance
from paragen.store.errors import (
    StoreCorruptError,
    StoreEmptyError,
    StoreForeignError,
    StoreNewerError,
    clear_errors,
)
from paragen.store.locks import SessionLock, SessionPlayedError, is_played
from paragen.store.rows import file_of, transaction
from paragen.store.tables import (
    ALONE,
    COUNTED,
    DERIVED,
    KEY,
    PARTS,
    PARTS_ALONE,
    SHARED,
    TOURNAMENTS,
)

UNMERGEABLE: Mapping[type[StoreError], str] = {
    StoreCorruptError: "it is no history of paragen, or a damaged one",
    StoreEmptyError: "it is empty",
    StoreForeignError: "it is another program's database",
    StoreNewerError: "a newer paragen wrote it: update this one",
}
"""What is wrong with a file, by how it shows."""


class MergeItselfError(StoreError):
    """A history was to be merged into itself."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this is the history itself: merge another file into it.")


class UnmergeableError(StoreError):
    """A file that was to be merged is no history that this program can read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: this file can't be merged: {why}. Nothing came in from it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge brought: new rows by table, and tournaments of ours that were further on there.

    `played` counts the sessions that were left out because a living process plays them.
    """

    rows: Mapping[str, int]
    advanced: int
    played: int


def merge(connection: sqlite3.Connection, other: Path) -> Merged:
    """Bring in all that `other` has, in one transaction or not at all; raises StoreError.

    The connection must be open for writing. `other` is only read; one with an older schema is
    copied for that. Sessions that a living process plays, here or there, are left out.
    """
    ours = file_of(connection)
    if other.exists() and other.samefile(ours):
        raise MergeItselfError(other)
    with ExitStack() as entered:
        with _refusing(other):
            file = entered.enter_context(_up_to_date(other))
            entered.enter_context(attached(connection, file, other))
        with clear_errors(ours), transaction(connection), ExitStack() as locks:
            return _Merging(connection, other, locks).merged()


def check_mergeable(path: Path) -> None:
    """Raise UnmergeableError where it is plain that a file can't be merged."""
    with _refusing(path):
        open_as_it_is(path)[0].close()


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Around what opens a file to merge: what is said elsewhere is advice on one's own history."""
    try:
        yield
    except StoreError as error:
        is_there = path.exists()
        known = (why for kind, why in UNMERGEABLE.items() if isinstance(error, kind))
        why = next(known, None) if is_there else "there is no such file"
        if why is None:
            raise
        raise UnmergeableError(path, why) from error


@contextmanager
def _up_to_date(path: Path) -> Iterator[Path]:
    """The file itself, or where its schema is an older one a copy that was brought up to date."""
    opened, schema = open_as_it_is(path)
    with closing(opened), ExitStack() as entered:
        if schema < migrations.version():
            folder = entered.enter_context(tempfile.TemporaryDirectory(prefix="paragen-"))
            copy = Path(folder) / "copy.db"
            with clear_errors(path), closing(sqlite3.connect(copy)) as target:
                opened.backup(target)
            connect(copy, write=True).close()
            path = copy
        yield path


class _Merging:
    """A merge within its transaction; `other` is the file that what is attached came from."""

    def __init__(self, connection: sqlite3.Connection, other: Path, locks: ExitStack) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._other = other
        self._locks = locks

    def merged(self) -> Merged:
        """Do it."""
        before = self._counts()
        played = self._leave_out()
        for table, known_by in SHARED.items():
            self._merge_rows(table, known_by)
            map_rows(self._connection, table, known_by)
        advanced = self._merge_tournaments()
        for table, known_by in ALONE.items():
            self._merge_rows(table, known_by)
        for part in PARTS_ALONE:
            map_rows(self._connection, part.owner, ALONE[part.owner])
            self._insert(part.table, on_conflict="ON CONFLICT DO NOTHING")
        for table in COUNTED:
            self._merge_counted(table)
        rows = {table: count - before[table] for table, count in self._counts().items()}
        if advanced or any(rows.values()):
            for table in DERIVED:
                self._execute(f"DELETE FROM main.{table}")
        self._tidy()
        return Merged(rows=rows, advanced=advanced, played=played)

    def _counts(self) -> dict[str, int]:
        return {
            table: self._number(f"SELECT count(*) FROM main.{table}")
            for table in tables.every_table()
        }

    def _leave_out(self) -> int:
        """Note the sessions that are being played, there or here; how many they are."""
        self._execute("CREATE TEMP TABLE left_out (id TEXT PRIMARY KEY)")
        there = self._open_sessions(THEIRS, "true")
        here = self._open_sessions("main", f"sessions.id IN (SELECT id FROM {THEIRS}.sessions)")
        left = {row["id"] for row in there if is_played(self._other, row["key"])}
        left |= {row["id"] for row in here if not self._is_locked(row["key"])}
        self._connection.executemany("INSERT INTO left_out VALUES (?)", [(one,) for one in left])
        return len(left)

    def _open_sessions(self, schema: str, where: str) -> list[sqlite3.Row]:
        return self._execute(
            f"""
            SELECT key, id FROM {schema}.sessions AS sessions
            WHERE {where} AND EXISTS (
                SELECT 1 FROM {schema}.plans AS p LEFT JOIN {schema}.runs AS r ON r.id = p.run
                WHERE p.session = sessions.key AND r.state IS NOT 'ended'
            )
            """
        ).fetchall()

    def _is_locked(self, session: int) -> bool:
        """Lock a session of ours, so that nobody goes on with it meanwhile; False if one does."""
        lock = SessionLock(file_of(self._connection), session)
        try:
            lock.take()
        except SessionPlayedError:
            return False
        self._locks.callback(lock.release)
        return True

    def _merge_rows(self, table: str, known_by: Sequence[str]) -> None:
        """Bring in the rows that aren't there; of two that differ the larger one stays."""
        values = translated(self._connection, table)
        wanted = "o.id NOT IN (SELECT id FROM left_out)" if table == "sessions" else "true"
        same = " AND ".join(f"m.{name} IS o.{name}" for name in known_by)
        rest = [name for name in values if name not in known_by]
        if rest:
            theirs = ", ".join(
                f"{values[name]} IS NOT NULL, coalesce({values[name]}, '')" for name in rest
            )
            ours = ", ".join(f"m.{name} IS NOT NULL, coalesce(m.{name}, '')" for name in rest)
            self._execute(
                f"""
                UPDATE main.{table} AS m SET {", ".join(f"{n} = {values[n]}" for n in rest)}
                FROM {THEIRS}.{table} AS o
                WHERE {same} AND {wanted} AND ({theirs}) > ({ours})
                """
            )
        here = f"EXISTS (SELECT 1 FROM main.{table} AS m WHERE {same})"
        self._insert(table, where=f"{wanted} AND NOT {here}")

    def _merge_tournaments(self) -> int:
        """Bring in tournaments that are new, or further on there; how many of the latter."""
        every = " UNION ".join(
            f"SELECT {id} FROM {{0}}.{table}" for table, id in TOURNAMENTS.items()
        )
        self._execute("CREATE TEMP TABLE coming (id TEXT PRIMARY KEY)")
        self._execute(
            f"""
            INSERT INTO coming SELECT * FROM ({every.format(THEIRS)})
            EXCEPT SELECT * FROM ({every.format("main")})
            """
        )
        self._execute(f"DELETE FROM coming WHERE id IN ({self._left_out_tournaments()})")
        ours, theirs = Documents(self._connection), Documents(self._connection, THEIRS)
        left_out = {row[0] for row in self._execute(self._left_out_tournaments())}
        further = [
            (run_id,)
            for run_id in find_differing(self._connection)
            if run_id not in left_out
            and advance(theirs.tournament(run_id)) > advance(ours.tournament(run_id))
        ]
        self._connection.executemany("INSERT INTO coming VALUES (?)", further)
        self._copy_tournaments()
        return len(further)

    def _left_out_tournaments(self) -> str:
        return " UNION ".join(
            f"""
            SELECT t.{id} FROM {THEIRS}.{table} AS t
            JOIN {THEIRS}.sessions AS s ON s.key = t.session
            WHERE s.id IN (SELECT id FROM left_out)
            """
            for table, id in TOURNAMENTS.items()
        )

    def _copy_tournaments(self) -> None:
        """Put what is coming in the place of what is here of the same tournaments."""
        # A plan may be there and not here or the other way; a run's key is kept, since what isn't
        # part of a tournament may refer to it.
        self._execute("DELETE FROM main.plans WHERE run IN (SELECT id FROM coming)")
        self._execute(
            """
            DELETE FROM main.candidates WHERE run IN (
                SELECT key FROM main.runs WHERE id IN (SELECT id FROM coming)
            )
            """
        )
        for table, id in TOURNAMENTS.items():
            names = tables.columns(self._connection, table)
            sets = ", ".join(f"{name} = excluded.{name}" for name in names if name != id)
            coming = f"o.{id} IN (SELECT id FROM coming)"
            self._insert(
                table, where=coming, on_conflict=f"ON CONFLICT ({id}) DO UPDATE SET {sets}"
            )
            map_rows(self._connection, table, (id,), where=coming)
        for part in PARTS:
            owned = f"o.{part.column} IN (SELECT theirs FROM map_{part.owner})"
            self._insert(part.table, where=owned)
            if part.table == "candidates":
                map_parts(self._connection, part)

    def _merge_counted(self, table: str) -> None:
        """Bring in rows as often as they are there, less as often as they are here."""
        names = ", ".join(tables.columns(self._connection, table))
        numbered = f"SELECT {names}, row_number() OVER (PARTITION BY {names}) FROM {{0}}.{table}"
        self._execute(
            f"""
            INSERT INTO main.{table} ({names})
            SELECT {names} FROM (
                {numbered.format(THEIRS)} EXCEPT {numbered.format("main")}
            ) ORDER BY {names}
            """
        )

    def _insert(self, table: str, *, where: str = "true", on_conflict: str = "") -> None:
        """Copy rows of theirs; candidates in the order of their keys, which is that of ending."""
        values = translated(self._connection, table)
        order = f"ORDER BY o.{KEY}" if table == "candidates" else ""
        self._execute(
            f"""
            INSERT INTO main.{table} ({", ".join(values)})
            SELECT {", ".join(values.values())} FROM {THEIRS}.{table} AS o
            WHERE {where} {order} {on_conflict}
            """
        )

    def _number(self, statement: str) -> int:
        (number,) = self._execute(statement).fetchone()
        return int(number)

    def _tidy(self) -> None:
        names = self._execute("SELECT name FROM temp.sqlite_master WHERE type = 'table'").fetchall()
        for row in names:
            self._execute(f"DROP TABLE temp.{row['name']}")
