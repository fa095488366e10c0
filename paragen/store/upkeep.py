"""What a history's file holds and takes, and making it as small as it can be."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from paragen.store import tables
from paragen.store.errors import clear_errors
from paragen.store.migrations import version
from paragen.store.rows import file_of, rows, snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a file holds: rows by table, when the first and the last run began, and its bytes.

    `free_bytes` are those of them that nothing needs any more. Where there is no file both are 0.
    """

    schema: int
    rows: Mapping[str, int]
    first_run: str | None
    last_run: str | None
    bytes: int
    free_bytes: int


def holdings(connection: sqlite3.Connection) -> Holdings:
    """What is in the history; raises StoreError."""
    with snapshot(connection):
        counts = {
            table: int(rows(connection, f"SELECT count(*) AS n FROM {table}")[0]["n"])
            for table in tables.every_table()
        }
        (began,) = rows(
            connection, "SELECT min(started_at) AS first, max(started_at) AS last FROM runs"
        )
        (pages, free, page_bytes) = (
            rows(connection, f"PRAGMA {name}")[0][0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    if not file_of(connection).exists():  # an empty history that is only in memory has pages too
        pages = free = 0
    return Holdings(
        schema=version(),
        rows=counts,
        first_run=began["first"],
        last_run=began["last"],
        bytes=pages * page_bytes,
        free_bytes=free * page_bytes,
    )


def vacuum(connection: sqlite3.Connection) -> tuple[int, int]:
    """Write the file anew without what nothing needs; its bytes before and after.

    The connection must be open for writing. Raises StoreError, also where somebody else is writing.
    """
    file = file_of(connection)
    with clear_errors(file):
        before = _bytes(file)
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.execute("PRAGMA optimize").fetchall()
        return before, _bytes(file)


def _bytes(file: Path) -> int:
    """What a history takes on disk, with what isn't in the file yet."""
    beside = file.with_name(file.name + "-wal")
    return file.stat().st_size + (beside.stat().st_size if beside.exists() else 0)
