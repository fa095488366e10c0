"""Named migrations, in order: append a step, never change or remove one.

A step is SQL, so that an empty history for reading can be laid out without sqlite-utils, which
is loaded only where a file on disk is behind. A file's `user_version` counts the steps that it
has, and is read cheaply to see whether it is behind or ahead; their names and times stand in
sqlite-utils' own table.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from paragen.store.rows import transaction
from paragen.store.schema import APPLICATION_ID, FIRST, RESUMABLE, SEALED
from paragen.store.schema_audits import AUDITS
from paragen.store.schema_baselines import BASELINES
from paragen.store.schema_energy import ENERGY
from paragen.store.schema_experts import EXPERTS
from paragen.store.schema_feedback import FEEDBACK
from paragen.store.schema_ratings import RATINGS
from paragen.store.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("m001_first", FIRST),
    ("m002_sealed", SEALED),
    ("m003_resumable", RESUMABLE),
    ("m004_ratings", RATINGS),
    ("m006_feedback", FEEDBACK),
    ("m007_audits", AUDITS),
    ("m008_baselines", BASELINES),
    ("m009_views", VIEWS),
    ("m010_energy", ENERGY),
    ("m011_experts", EXPERTS),
)


def version() -> int:
    """The schema that this program knows: how many steps there are."""
    return len(STEPS)


def lay_out(connection: sqlite3.Connection) -> None:
    """Make all tables in an empty, private database."""
    for _, statements in STEPS:
        for statement in statements:
            connection.execute(statement)


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a file to this program's schema, all steps in one transaction or none.

    Raises sqlite3.Error. The connection must be in autocommit mode. Another process that came
    first is waited for, and its work left as it is.
    """
    # Tables may be rebuilt under other tables' references, which are checked at the end.
    connection.execute("PRAGMA foreign_keys = OFF")
    with transaction(connection):
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found < version():
            _apply(connection)


class _Step:
    """A step as sqlite-utils wants it: a named function of the database."""

    def __init__(self, name: str, statements: tuple[str, ...]) -> None:
        self.__name__ = name
        self._statements = statements

    def __call__(self, database: Database, /) -> None:
        for statement in self._statements:
            database.execute(statement)


def _apply(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("paragen")
    for name, statements in STEPS:
        migrations(name=name)(_Step(name, statements))
    migrations.apply(Database(connection, execute_plugins=False))
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise sqlite3.IntegrityError("a migration left references to rows that are not there")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version()}")
