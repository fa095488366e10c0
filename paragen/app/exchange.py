"""Histories as files of JSON lines: read, and written whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from paragen.domain.errors import UsageError
from paragen.files import STDIN
from paragen.store.jsonl import lines, merge_lines
from paragen.store.merge import Merged
from paragen.store.rows import file_of


def import_lines(history: sqlite3.Connection, file: str) -> Merged:
    """Bring in what a file says (`-` is standard input); raises UsageError, StoreError."""
    if file == STDIN:
        return merge_lines(history, "standard input", sys.stdin.buffer)
    with _failing(file, "read"), Path(file).open("rb") as opened:
        return merge_lines(history, file, opened)


def export_lines(history: sqlite3.Connection, path: Path) -> int:
    """Write a history into a file; how many lines. Raises UsageError, StoreError.

    The file is there when it is whole; until then one that was there before is left as it was.
    """
    with _failing(str(path), "written"):
        if path.exists() and path.samefile(file_of(history)):
            raise UsageError(f"{path}: this is the history itself: export it to another file.")
        if path.exists() and not path.is_file():  # a pipe, say: nothing takes its place
            with path.open("wb") as opened:
                return write_lines(opened, history)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with beside.open("xb") as opened:
                count = write_lines(opened, history)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return count


def write_lines(opened: BinaryIO, history: sqlite3.Connection) -> int:
    """Write a history's lines; how many they are. Raises StoreError."""
    count = 0
    with closing(lines(history)) as given:  # where writing fails, what is left isn't read
        for line in given:
            opened.write(line.encode() + b"\n")
            count += 1
    return count


@contextmanager
def _failing(file: str, how: str) -> Iterator[None]:
    """Around what handles a file: system errors become one message."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{file}: this file can't be {how}: {error.strerror or error}.") from None
