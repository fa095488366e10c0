"""What a history consists of, table by table: what a row is known by beyond its own file.

Keys are small numbers that mean something in one file only. Between files a row is known by what
stands here, and what it refers to by what that is known by; all else is read from the schema.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

KEY = "key"
SHARED: Mapping[str, tuple[str, ...]] = {
    "generators": ("sha256",),
    "models": ("name", "digest", "server_version"),
    "sessions": ("id",),
}
"""What tournaments refer to: rows that never change, or are only filled in."""

TOURNAMENTS: Mapping[str, str] = {"plans": "run", "runs": "id"}
"""Where a tournament stands, and the column with its id: as a plan, as a run, mostly as both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table of rows that belong to others: `column` refers to the row of the table `owner`.

    Within that they are known by `known_by`.
    """

    table: str
    owner: str
    column: str
    known_by: tuple[str, ...] = ()


PARTS: tuple[Part, ...] = (
    Part(table="attempts", owner="plans", column="plan", known_by=("position",)),
    Part(table="candidates", owner="runs", column="run", known_by=("id",)),
    Part(table="cases", owner="candidates", column="candidate", known_by=("position",)),
    Part(table="measures", owner="candidates", column="candidate", known_by=("name",)),
    Part(table="selections", owner="runs", column="run"),
)
"""What comes with a tournament, which is taken whole: owners stand before what they own."""

ALONE: Mapping[str, tuple[str, ...]] = {
    "answers": ("key",),
    "audits": ("id",),
    "baselines": ("id",),
    "experts": ("id",),
    "feedback": ("id",),
}
"""Rows that stand for themselves, and what they are known by."""

PARTS_ALONE: tuple[Part, ...] = (
    Part(
        table="baseline_records",
        owner="baselines",
        column="baseline",
        known_by=("generator", "task_sha256", "task_type"),
    ),
)
"""What comes with those that stand for themselves."""

COUNTED: tuple[str, ...] = ("loads",)
"""Rows that nothing is known by: the same row twice in a file is two."""

DERIVED: tuple[str, ...] = ("ratings", "rated")
"""Made from the rest; emptied by a merge, and made anew by those who read them."""


def every_table() -> tuple[str, ...]:
    """All tables with anything of their own."""
    parts = (part.table for part in (*PARTS, *PARTS_ALONE))
    return (*SHARED, *TOURNAMENTS, *parts, *ALONE, *COUNTED)


def columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """A table's columns but for a key that means something in one file only."""
    found = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
    is_ours = KEY not in ALONE.get(table, ())
    return tuple(row["name"] for row in found if not (is_ours and row["name"] == KEY))


def references(connection: sqlite3.Connection, table: str) -> Mapping[str, str]:
    """The columns of a table that hold another table's keys, and which table's."""
    found = connection.execute(f"PRAGMA main.foreign_key_list({table})").fetchall()
    return {row["from"]: row["table"] for row in found}
