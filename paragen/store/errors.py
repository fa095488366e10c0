"""What can go wrong with the database, a class each, and which one an SQLite error is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paragen.domain.errors import StoreError

ELSEWHERE = "Give another file with --db or PARAGEN_DB."
SHARED_MEMORY_BYTES = 1 << 15


class StorePathError(StoreError):
    """The database file can't be opened or made."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: the history can't be opened: {why}. {ELSEWHERE}")


class StoreReadOnlyError(StoreError):
    """The database can be read, not written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: the history can't be written: the file, its folder or its file system is "
            f"read-only. {ELSEWHERE}"
        )


class StoreCorruptError(StoreError):
    """The file isn't a database, or a damaged one."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path}: the history is damaged or not a database (SQLite says: {why}). Move the file "
            f"away to begin a new one; `sqlite3 FILE .recover` may save what is in it."
        )


class StoreEmptyError(StoreError):
    """A file that should hold a history holds nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this file is empty: it holds no history.")


class StoreForeignError(StoreError):
    """The file is a sound database of some other program."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this database belongs to another program. {ELSEWHERE}")


class StoreNewerError(StoreError):
    """The database was written by a newer paragen."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path}: the history was written by a newer paragen (its schema is {found}, this "
            f"program knows {known}). Update paragen, or give another file with --db or PARAGEN_DB."
        )


class StoreFullError(StoreError):
    """There is no room left for the database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: the disk is full. Make room, or give a file on another disk with --db or "
            f"PARAGEN_DB."
        )


class StoreLockedError(StoreError):
    """Another program kept the database locked for longer than the limit."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: another program keeps the history locked. End what has it open (a "
            f"database browser in the middle of a change, say). {ELSEWHERE}"
        )


class StoreFault(StoreError):
    """Any other failure of the database: a failing disk, or a mistake of paragen's own."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: the history can't be used (SQLite says: {why}). {ELSEWHERE}")


def primary_code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code of an error, None where sqlite3 itself raised it."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def clear(error: sqlite3.Error, path: Path) -> StoreError:
    """The one clear message for an SQLite error on this file."""
    match primary_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return StoreLockedError(path)
        case sqlite3.SQLITE_READONLY:
            return StoreReadOnlyError(path)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreCorruptError(path, str(error))
        case sqlite3.SQLITE_FULL:
            return StoreFullError(path)
        case sqlite3.SQLITE_IOERR if _no_room(path):  # for the -shm file, say
            return StoreFullError(path)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return StorePathError(path, _why_not_opened(path))
        case _:
            return StoreFault(path, str(error))


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Turn every SQLite and system error inside into a StoreError about `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise clear(error, path) from error
    except OSError as error:
        raise StorePathError(path, _reason(error)) from error


def _no_room(path: Path) -> bool:
    """Whether the disk has less room left than SQLite needs beside a database."""
    try:
        return shutil.disk_usage(path.parent).free < SHARED_MEMORY_BYTES
    except OSError:
        return False


def _why_not_opened(path: Path) -> str:
    """What SQLite doesn't say with "unable to open database file"."""
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError:
        return "it can't be made there"
    except OSError as error:
        return _reason(error)
    return "SQLite can't open it, or make its -wal and -shm files beside it"


def _reason(error: OSError) -> str:
    text = error.strerror or str(error)
    where = f" ({error.filename})" if error.filename else ""
    return text[:1].lower() + text[1:] + where
