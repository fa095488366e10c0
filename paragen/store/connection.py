"""Where the history is, and how it is opened: pragmas, the schema's version, clear errors."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from paragen.places import home_expanded
from paragen.store import migrations
from paragen.store.errors import (
    StoreEmptyError,
    StoreFault,
    StoreForeignError,
    StoreNewerError,
    StorePathError,
    clear_errors,
    primary_code,
)
from paragen.store.schema import APPLICATION_ID

BUSY_LIMIT_S = 30.0
OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables


def default_path(configured: str | Path | None = None) -> Path:
    """The history's file: PARAGEN_DB, else the config's, else in the platform's data folder.

    `configured` is taken as it is: whoever read the config knows where its paths begin.
    """
    given = os.environ.get("PARAGEN_DB")
    if given:
        return home_expanded(given)
    if configured:
        return Path(configured)
    return _data_folder() / "history.db"


def demo_path() -> Path:
    """The demo's file: PARAGEN_DB, else one beside the usual history, whatever a config says.

    Who plays in it is no model, and what it costs is no model's: that mustn't count for others.
    """
    return default_path(_data_folder() / "demo.db")


def _data_folder() -> Path:
    from platformdirs import user_data_dir

    return Path(user_data_dir("paragen", appauthor=False))


def connect(
    path: str | Path, *, write: bool, busy_limit_s: float = BUSY_LIMIT_S
) -> sqlite3.Connection:
    """Open the history, in autocommit mode, with rows that know their columns' names.

    For writing, the file and its folders are made, and an older schema is brought up to date.
    For reading, a file that isn't there is an empty history, and none is made; an older schema is
    brought up to date too, so that there is one schema to ask. Raises StoreError, each with one
    clear message. The connection may be used by any thread, by one at a time.
    """
    path = Path(path)
    with clear_errors(path):
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreFault(path, f"version {sqlite3.sqlite_version} is too old, 3.37 is needed")
        if path.is_dir():
            raise StorePathError(path, "it is a folder")
        if write:
            return _for_writing(path, busy_limit_s)
        return _for_reading(path, busy_limit_s)


def is_to_be_made(path: Path) -> bool:
    """Whether there is no such file yet, and it can be made; raises StorePathError where it can't.

    Nothing is made.
    """
    real = os.path.realpath(path)
    if os.path.exists(real):  # noqa: PTH110 (Path's raises where it may not look)
        return False
    above = next(one for one in Path(real).parents if os.path.exists(one))  # noqa: PTH110 (so does this)
    if not above.is_dir():
        raise StorePathError(path, f"{above} is no folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise StorePathError(path, f"nothing may be made in {above}")
    return True


def open_as_it_is(path: Path, busy_limit_s: float = BUSY_LIMIT_S) -> tuple[sqlite3.Connection, int]:
    """A file opened for reading, and its schema, which may be an older one: it isn't touched.

    Raises StoreError; also where there is no such file, or an empty one.
    """
    with clear_errors(path):
        if path.is_dir():
            raise StorePathError(path, "it is a folder")
        if path.stat().st_size == 0:
            raise StoreEmptyError(path)
        connection, schema = _open_for_reading(path, busy_limit_s)
    if schema == 0:
        connection.close()
        raise StoreEmptyError(path)
    return connection, schema


def _for_writing(path: Path, busy_limit_s: float) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path, "mode=rwc", busy_limit_s)
    try:
        if _schema_of(connection, path) < migrations.version():
            _use_wal(connection, busy_limit_s)
            migrations.upgrade(connection)
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        if journal == "wal":
            # Survives a killed process; a power cut may cost the last transactions, no more.
            connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # A file that can't be written is found out now, not when the first answer is there.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except BaseException:
        connection.close()
        raise
    return connection


def _for_reading(path: Path, busy_limit_s: float) -> sqlite3.Connection:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        size = 0
    if size == 0:
        return _nothing()
    connection, schema = _open_for_reading(path, busy_limit_s)
    if schema == migrations.version():
        connection.execute("PRAGMA query_only = ON")
        return connection
    connection.close()
    if schema == 0:  # another process is just making it
        return _nothing()
    _for_writing(path, busy_limit_s).close()
    return _for_reading(path, busy_limit_s)


def _open_for_reading(path: Path, busy_limit_s: float) -> tuple[sqlite3.Connection, int]:
    """A connection and the schema found.

    It is opened for writing where that is allowed, because reading in WAL mode takes a -shm file
    beside it; in a folder where none can be made nobody writes, so the file is read as it is.
    """
    modes = reading_modes(path)
    for mode in modes:
        connection = _open(path, mode, busy_limit_s)
        try:
            return connection, _schema_of(connection, path)
        except BaseException as error:
            connection.close()
            readonly = isinstance(error, sqlite3.Error) and primary_code(error) in (
                sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_CANTOPEN,
            )
            if not readonly or mode == modes[-1]:
                raise
    raise AssertionError("the loop returns or raises")


def reading_modes(path: Path) -> tuple[str, ...]:
    """The ways in which a file may be opened to read it, the first that works is the best."""
    return ("mode=rw",) if _has_wal(path) else ("mode=rw", "immutable=1")


def uri(path: Path, mode: str) -> str:
    """A file's name as SQLite takes it together with a mode."""
    name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file://{name}?{mode}"


def _has_wal(path: Path) -> bool:
    """Whether there are transactions beside the file that aren't in it yet."""
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _nothing() -> sqlite3.Connection:
    """An empty history that is nowhere on disk."""
    connection = _configured(
        sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    )
    migrations.lay_out(connection)
    return connection


def _open(path: Path, mode: str, busy_limit_s: float) -> sqlite3.Connection:
    return _configured(
        sqlite3.connect(
            uri(path, mode),
            uri=True,
            timeout=busy_limit_s,
            isolation_level=None,
            check_same_thread=False,
        )
    )


def _configured(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.row_factory = sqlite3.Row
    return connection


def _schema_of(connection: sqlite3.Connection, path: Path) -> int:
    """How many migrations the file has: 0 for an empty one.

    Raises StoreForeignError for another program's database, StoreNewerError for a newer paragen's.
    """
    # One transaction: another process may just now be making the tables.
    connection.execute("BEGIN")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.execute("COMMIT")
    if application != APPLICATION_ID and (application or found or tables):
        raise StoreForeignError(path)
    if found > migrations.version():
        raise StoreNewerError(path, found, migrations.version())
    return int(found)


def _use_wal(connection: sqlite3.Connection, busy_limit_s: float) -> None:
    """Switch to write-ahead logging, once and for all.

    Unlike everything else, the switch doesn't wait while other processes have the file open. Where
    the file system has no shared memory SQLite stays as it was, which is slower and as safe.
    """
    deadline = time.monotonic() + busy_limit_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)
