"""Which tournaments two histories both have, but not the same."""

from __future__ import annotations

import sqlite3

from paragen.store.attach import THEIRS, map_parts, map_rows, translated
from paragen.store.tables import PARTS, TOURNAMENTS, Part


def find_differing(connection: sqlite3.Connection) -> list[str]:
    """The ids of such tournaments, sorted; what tournaments refer to must be mapped.

    A row in one is looked up in the other, in both directions: nothing is sorted or hashed, so
    that a large history is compared as fast as it is read.
    """
    connection.execute("CREATE TEMP TABLE differing (id TEXT PRIMARY KEY)")
    # A row of a plan's or a run's key → the tournament's id, to say of a part whose it is.
    for table, column in TOURNAMENTS.items():
        map_rows(connection, table, (column,))
        _note(connection, _changed(connection, table, column))
        _note(connection, _only_in("main", THEIRS, table, column))
        _note(connection, _only_in(THEIRS, "main", table, column))
    for part in PARTS:
        _note(connection, _lacking_here(connection, part))
        _note(connection, _lacking_there(part))
        if part.table == "candidates":  # they own rows too
            map_parts(connection, part)
    found = connection.execute("SELECT id FROM differing ORDER BY id").fetchall()
    connection.execute("DROP TABLE temp.differing")
    return [row["id"] for row in found]


def _note(connection: sqlite3.Connection, ids: str) -> None:
    connection.execute(f"INSERT OR IGNORE INTO differing {ids}")


def _changed(connection: sqlite3.Connection, table: str, column: str) -> str:
    equal = " AND ".join(
        f"m.{name} IS {value}" for name, value in translated(connection, table).items()
    )
    return f"""
        SELECT o.{column} FROM {THEIRS}.{table} AS o JOIN main.{table} AS m USING ({column})
        WHERE NOT ({equal})
    """


def _only_in(here: str, there: str, table: str, column: str) -> str:
    """Tournaments that both have somewhere, but only one in this table."""
    both = " INTERSECT ".join(
        "SELECT * FROM ("
        + " UNION ".join(f"SELECT {name} FROM {schema}.{one}" for one, name in TOURNAMENTS.items())
        + ")"
        for schema in (here, there)
    )
    return f"""
        SELECT {column} FROM {here}.{table}
        WHERE {column} NOT IN (SELECT {column} FROM {there}.{table}) AND {column} IN ({both})
    """


def _lacking_here(connection: sqlite3.Connection, part: Part) -> str:
    """Whose rows of theirs have no equal here."""
    equal = " AND ".join(
        f"m.{name} IS {value}"
        for name, value in translated(connection, part.table).items()
        if name != part.column
    )
    return f"""
        SELECT {_whose(part, "o")} FROM map_{part.owner} AS owner
        JOIN {THEIRS}.{part.table} AS o ON o.{part.column} = owner.theirs
        WHERE NOT EXISTS (
            SELECT 1 FROM main.{part.table} AS m
            WHERE m.{part.column} = owner.ours AND {equal}
        )
    """


def _lacking_there(part: Part) -> str:
    """Whose rows of ours aren't there at all."""
    same = "".join(f" AND o.{name} = m.{name}" for name in part.known_by)
    return f"""
        SELECT {_whose(part, "m")} FROM map_{part.owner} AS owner
        JOIN main.{part.table} AS m ON m.{part.column} = owner.ours
        WHERE NOT EXISTS (
            SELECT 1 FROM {THEIRS}.{part.table} AS o
            WHERE o.{part.column} = owner.theirs {same}
        )
    """


def _whose(part: Part, row: str) -> str:
    """The id of the tournament that a part's row belongs to, by ours of its owners' keys."""
    if part.owner == "plans":
        return "(SELECT run FROM main.plans WHERE key = owner.ours)"
    run = "owner.ours"
    if part.owner == "candidates":
        run = "(SELECT run FROM main.candidates WHERE key = owner.ours)"
    return f"(SELECT id FROM main.runs WHERE key = {run})"
