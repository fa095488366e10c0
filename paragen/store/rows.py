"""Asking the database: rows, with clear errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from paragen.store.errors import clear_errors

Value = str | int | float | None
Parameters = Mapping[str, Value] | Sequence[Value]


def rows(
    connection: sqlite3.Connection, statement: str, parameters: Parameters = ()
) -> list[sqlite3.Row]:
    """All rows of a query; raises StoreError."""
    with clear_errors(file_of(connection)):
        return connection.execute(statement, parameters).fetchall()


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Within it all queries see the same moment, whatever others write; raises StoreError."""
    if connection.in_transaction:
        yield
        return
    with clear_errors(file_of(connection)):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Within it nobody else writes; all that is written stays, or nothing of it.

    Raises sqlite3.Error.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def file_of(connection: sqlite3.Connection) -> Path:
    """The file that a connection is open on."""
    (_, _, name) = connection.execute("PRAGMA database_list").fetchone()
    return Path(name or ":memory:")
