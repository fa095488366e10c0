"""A history as JSON lines, and back: text that any tool reads, the same for the same history.

The first line says what it is; each of the others is one row that others refer to, one tournament
with everything that comes with it, or one row that stands for itself. Files may be joined: the
lines of one after those of another.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from paragen.store import migrations
from paragen.store.connection import connect
from paragen.store.documents import TOURNAMENT, Document, Documents
from paragen.store.errors import clear_errors
from paragen.store.filling import UNFIT, Filling, LinesError, reason
from paragen.store.merge import Merged, merge
from paragen.store.rows import file_of, snapshot
from paragen.store.tables import ALONE, COUNTED, SHARED

SCHEMA = "paragen.export/1"


class _Line(NamedTuple):
    part: int
    number: int
    value: Document


def lines(connection: sqlite3.Connection) -> Generator[str, None, None]:
    """All lines of a history, each without its end; raises StoreError.

    Two histories that hold the same give the same lines, in the same order.
    """
    with snapshot(connection), clear_errors(file_of(connection)):
        documents = Documents(connection)
        yield _text({"schema": SCHEMA, "tables": migrations.version()})
        for table in SHARED:
            yield from (_text({table: row}) for row in documents.rows(table))
        yield from (_text({TOURNAMENT: one}) for one in documents.tournaments())
        for table in (*ALONE, *COUNTED):
            yield from (_text({table: row}) for row in documents.rows(table))


def merge_lines(connection: sqlite3.Connection, name: str, given: Iterable[bytes]) -> Merged:
    """Bring in what the lines of a file of this name say, all of it or nothing.

    Raises LinesError, StoreError. The connection must be open for writing.
    """
    read = groupby(_read(name, given), key=lambda line: line.part)
    with tempfile.TemporaryDirectory(prefix="paragen-") as folder:
        whole = Path(folder) / "whole.db"
        _fill(whole, name, next(read)[1])
        for _, joined in read:  # which may say the same again, or as it was at another time
            part = Path(folder) / "part.db"
            _fill(part, name, joined)
            with closing(connect(whole, write=True)) as before:
                merge(before, part)
            part.unlink()
        return merge(connection, whole)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read(name: str, given: Iterable[bytes]) -> Iterator[_Line]:
    """The lines, each with the number of the file that it was in before files were joined."""
    part = 0
    for number, line in enumerate(given, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            is_first = "schema" in value
            if is_first:
                part += 1
                _check(value)
            if part == 0 or not isinstance(value, dict):
                raise ValueError("this isn't the first line of an export")
        except UNFIT as error:
            raise LinesError(name, number, reason(error)) from error
        yield _Line(part, number, value)
    if part == 0:
        raise LinesError(name, 1, "there is nothing in it")


def _check(header: Document) -> None:
    if header["schema"] != SCHEMA:
        raise ValueError(f"this is {header['schema']!r}, not {SCHEMA!r}")
    if header["tables"] > migrations.version():
        raise ValueError(
            f"a newer paragen wrote it (its schema is {header['tables']}, this program knows "
            f"{migrations.version()}): update paragen"
        )


def _fill(file: Path, name: str, part: Iterable[_Line]) -> None:
    """Make a history of the lines of one export."""
    with closing(connect(file, write=True)) as beside, clear_errors(file):
        filling = Filling(beside)
        beside.execute("BEGIN")
        for line in part:
            try:
                if "schema" not in line.value:
                    filling.add(line.value)
            except UNFIT as error:
                raise LinesError(name, line.number, reason(error)) from error
        beside.execute("COMMIT")
