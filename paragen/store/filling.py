"""What lines of JSON say, made a history of its own: what `store.documents` read, back again."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from paragen.domain.errors import StoreError
from paragen.store import tables
from paragen.store.documents import TOURNAMENT, Document
from paragen.store.tables import ALONE, COUNTED, PARTS, PARTS_ALONE, SHARED, TOURNAMENTS, Part

Owners = dict[str, list[tuple[int, Document]]]
"""Rows that were inserted, by their tables: the key of each, and what hangs on it."""

UNFIT = (
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""How it shows that a line isn't what it should be."""


class LinesError(StoreError):
    """A file of JSON lines isn't what `paragen db export` wrote."""

    def __init__(self, name: str, line: int, why: str) -> None:
        super().__init__(
            f"{name}:{line}: {why}. Give a file that `paragen db export` wrote; nothing came in."
        )


def reason(error: BaseException) -> str:
    """What one of UNFIT says to people."""
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "this line is no JSON"
    if isinstance(error, KeyError):
        return f"there is no {error}"
    return f"this can't be read ({error})" if isinstance(error, TypeError) else str(error)


class Filling:
    """Fills an empty history."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        names = tables.every_table()
        self._columns = {table: set(tables.columns(connection, table)) for table in names}
        self._references = {table: tables.references(connection, table) for table in names}
        self._keys: dict[str, dict[str, int]] = defaultdict(dict)

    def add(self, document: Document) -> None:
        """Add what a line says: a table's name with a row, or a tournament.

        Raises one of UNFIT where that is nothing that a history has.
        """
        ((kind, row),) = document.items()
        if kind == TOURNAMENT:
            self._add_tournament(row)
        elif kind in SHARED:
            self._keys[kind][_name([row[name] for name in SHARED[kind]])] = self._insert(kind, row)
        elif kind in ALONE or kind in COUNTED:
            parts = [part for part in PARTS_ALONE if part.owner == kind]
            self._add_parts(parts, {kind: [(self._insert(kind, _own(row, parts)), row)]})
        else:
            raise ValueError(f"a history has nothing called {kind!r}")

    def _add_tournament(self, document: Document) -> None:
        self._keys["candidates"].clear()
        self._add_parts(
            PARTS,
            {
                table: [(self._insert(table, row), document)] if (row := document[table]) else []
                for table in TOURNAMENTS
            },
        )

    def _add_parts(self, parts: Iterable[Part], owners: Owners) -> None:
        """Insert what hangs on rows, and what hangs on that."""
        for part in parts:
            owners[part.table] = []
            for owner, document in owners[part.owner]:
                for row in document[part.table]:
                    own = {**_own(row, PARTS), part.column: owner}
                    key = self._insert(part.table, own, owned_by=part.column)
                    owners[part.table].append((key, row))
                    if part.table == "candidates":
                        self._keys["candidates"][_name([row["id"]])] = key

    def _insert(self, table: str, row: Mapping[str, object], *, owned_by: str = "") -> int:
        """Insert a row, whose column `owned_by` holds a key and not a name; its own key."""
        if unknown := row.keys() - self._columns[table]:
            raise ValueError(f"{table} have nothing called {min(unknown)!r}")
        refers = self._references[table]
        values = [
            self._key(refers[name], value) if name in refers and name != owned_by else value
            for name, value in row.items()
        ]
        inserted = self._connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", values
        )
        return inserted.lastrowid or 0

    def _key(self, table: str, name: object) -> int | None:
        """The key of a row that was added before, by what it is known by."""
        if name is None:
            return None
        key = self._keys[table].get(_name(name if isinstance(name, list) else [name]))
        if key is None:
            raise ValueError(f"no line before this one has {name!r} of the {table}")
        return key


def _name(known_by: Sequence[object]) -> str:
    return json.dumps(known_by)


def _own(row: Document, parts: Collection[Part]) -> Document:
    """A row without what hangs on it."""
    hanging = {part.table for part in parts}
    return {name: value for name, value in row.items() if name not in hanging}
