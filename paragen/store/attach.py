"""Another history beside the one that is open, as `theirs`, and which of their keys is which here.

Each map is a temporary table `map_TABLE`: a key of theirs, and ours of the same row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from paragen.store import tables
from paragen.store.connection import reading_modes, uri
from paragen.store.errors import StoreCorruptError, clear_errors, primary_code
from paragen.store.tables import Part

THEIRS = "theirs"
UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


@contextmanager
def attached(connection: sqlite3.Connection, file: Path, named: Path) -> Iterator[None]:
    """Within it `file` is there as `theirs`; raises StoreError about `named`, also if damaged."""
    with clear_errors(named):
        _attach(connection, file)
    try:
        with clear_errors(named):
            _check(connection, named)
        yield
    finally:
        connection.execute(f"DETACH {THEIRS}")


def _attach(connection: sqlite3.Connection, file: Path) -> None:
    modes = reading_modes(file)
    for mode in modes:
        try:
            # It reads the file's schema, so what is in the way of reading shows here.
            connection.execute(f"ATTACH ? AS {THEIRS}", (uri(file, mode),))
        except sqlite3.Error as error:
            if primary_code(error) not in UNWRITABLE or mode == modes[-1]:
                raise
        else:
            return


def _check(connection: sqlite3.Connection, named: Path) -> None:
    """Nothing comes in from a file that isn't sound: what is wrong would spread."""
    names = "SELECT name FROM {}.sqlite_master WHERE type = 'table'"
    there = {row["name"] for row in connection.execute(names.format(THEIRS))}
    if missing := set(tables.every_table()) - there:
        raise StoreCorruptError(named, f"there is no table {min(missing)}")
    (found,) = connection.execute(f"PRAGMA {THEIRS}.quick_check(1)").fetchone()
    if found != "ok":
        raise StoreCorruptError(named, " ".join(str(found).split()))
    loose = connection.execute(f"PRAGMA {THEIRS}.foreign_key_check").fetchone()
    if loose is not None:
        raise StoreCorruptError(named, f"rows of {loose[0]} refer to rows that aren't there")


def map_rows(
    connection: sqlite3.Connection, table: str, known_by: Sequence[str], where: str = "true"
) -> None:
    """Map the keys of rows that are known by themselves; `where` is a condition on theirs, `o`."""
    same = " AND ".join(f"m.{name} IS o.{name}" for name in known_by)
    _map(connection, table, f"FROM {THEIRS}.{table} AS o JOIN main.{table} AS m ON {same}", where)


def map_parts(connection: sqlite3.Connection, part: Part) -> None:
    """Map the keys of rows whose owners' keys are mapped."""
    same = "".join(f" AND m.{name} IS o.{name}" for name in part.known_by)
    _map(
        connection,
        part.table,
        f"""
        FROM map_{part.owner} AS owner
        JOIN {THEIRS}.{part.table} AS o ON o.{part.column} = owner.theirs
        JOIN main.{part.table} AS m ON m.{part.column} = owner.ours {same}
        """,
    )


def _map(connection: sqlite3.Connection, table: str, pairs: str, where: str = "true") -> None:
    connection.execute(f"DROP TABLE IF EXISTS temp.map_{table}")
    connection.execute(
        f"CREATE TEMP TABLE map_{table} (theirs INTEGER PRIMARY KEY, ours INTEGER UNIQUE)"
    )
    connection.execute(f"INSERT INTO map_{table} SELECT o.key, m.key {pairs} WHERE {where}")


def translated(connection: sqlite3.Connection, table: str, row: str = "o") -> dict[str, str]:
    """Each column of a table, and the SQL for it in a row of theirs, in our keys."""
    refers = tables.references(connection, table)
    return {
        name: (
            f"(SELECT ours FROM map_{refers[name]} WHERE theirs = {row}.{name})"
            if name in refers
            else f"{row}.{name}"
        )
        for name in tables.columns(connection, table)
    }
