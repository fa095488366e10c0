"""Rows as any file knows them: without keys, and with what they refer to by its names."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from paragen.domain.status import Status
from paragen.store import tables
from paragen.store.tables import COUNTED, KEY, PARTS, PARTS_ALONE, SHARED, TOURNAMENTS, Part

Document = dict[str, Any]
Owners = Mapping[int | str, Document]

TOURNAMENT = "tournament"
STATES = ("running", "interrupted", "ended")


def advance(tournament: Document) -> tuple[int, str, int, int, int, str]:
    """How far on a tournament is: of two records of one, the larger is kept.

    Its state, its end, its candidates that aren't waiting for a verdict, all of them, its attempts,
    and, so that two that differ are never equal, a digest of it all.
    """
    run, candidates = tournament["runs"], tournament["candidates"]
    return (
        -1 if run is None else STATES.index(run["state"]),
        "" if run is None else run["ended_at"] or "",
        sum(one["status"] != Status.NOT_JUDGED for one in candidates),
        len(candidates),
        len(tournament["attempts"]),
        hashlib.sha256(json.dumps(tournament, sort_keys=True).encode()).hexdigest(),
    )


class Documents:
    """Reads one of the histories that a connection has open."""

    def __init__(self, connection: sqlite3.Connection, schema: str = "main") -> None:
        self._connection = connection
        self._schema = schema
        self._columns = {name: tables.columns(connection, name) for name in tables.every_table()}
        self._references = {
            name: tables.references(connection, name) for name in tables.every_table()
        }
        self._names: dict[str, dict[int, object]] = {}

    def rows(self, table: str) -> Iterator[Document]:
        """The rows of a table that nothing owns, with their parts, always in the same order."""
        parts = [part for part in PARTS_ALONE if part.owner == table]
        names = self._columns[table]
        order = ", ".join(tables.SHARED.get(table) or tables.ALONE.get(table) or names)
        if table in COUNTED:
            order = ", ".join(names)
        for row in self._select(table, f"true ORDER BY {order}"):
            document = self._document(table, row)
            for part in parts:
                self._hang(part, {row[KEY]: document})
            yield document

    def tournaments(self) -> Iterator[Document]:
        """All tournaments, by their ids."""
        each = " UNION ".join(
            f"SELECT {column} AS id FROM {self._schema}.{table}"
            for table, column in TOURNAMENTS.items()
        )
        for row in self._connection.execute(f"{each} ORDER BY id").fetchall():
            yield self.tournament(row["id"])

    def tournament(self, run_id: str) -> Document:
        """A tournament: its row of each table that it stands in, or None, and lists of its parts.

        Parts come in the order of their keys: candidates in the order of ending.
        """
        document: Document = {"id": run_id}
        document |= {part.table: [] for part in PARTS if part.owner in TOURNAMENTS}
        owners: dict[str, Owners] = {}
        for table, column in TOURNAMENTS.items():
            found = self._select(table, f"{column} = ?", run_id)
            document[table] = self._document(table, found[0]) if found else None
            owners[table] = {row[KEY]: document for row in found}
        for part in PARTS:
            owners[part.table] = self._hang(part, owners[part.owner])
            if part.table == "candidates":
                self._names["candidates"] = {
                    int(key): one["id"] for key, one in owners[part.table].items()
                }
        return document

    def _hang(self, part: Part, owners: Owners) -> Owners:
        """Add the rows of a part to their owners' documents; those rows' own, by their keys."""
        for owner in owners.values():
            owner[part.table] = []
        order = KEY if part.table == "candidates" else ", ".join((part.column, *part.known_by))
        where = f"{part.column} IN (SELECT value FROM json_each(?)) ORDER BY {order}"
        documents: dict[int | str, Document] = {}
        for row in self._select(part.table, where, json.dumps(list(owners))):
            document = self._document(part.table, row)
            del document[part.column]
            owners[row[part.column]][part.table].append(document)
            if KEY in row.keys():  # noqa: SIM118 (a row's `in` looks among its values)
                documents[row[KEY]] = document
        return documents

    def _select(self, table: str, where: str, *values: str) -> list[sqlite3.Row]:
        statement = f"SELECT * FROM {self._schema}.{table} WHERE {where}"
        return self._connection.execute(statement, values).fetchall()

    def _document(self, table: str, row: sqlite3.Row) -> Document:
        refers = self._references[table]
        return {
            name: self._name(refers[name], row[name]) if name in refers else row[name]
            for name in self._columns[table]
        }

    def _name(self, table: str, key: int | None) -> object:
        """What a row that is referred to is known by: one value, or a list of several."""
        if key is None or table not in (*SHARED, "candidates"):
            return key  # an owner's key, which its part drops
        if table not in self._names:
            known_by = SHARED[table]
            self._names[table] = {
                row[KEY]: row[known_by[0]] if len(known_by) == 1 else [row[n] for n in known_by]
                for row in self._select(table, "true")
            }
        return self._names[table][key]
