"""A view of each table, for people who browse the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from paragen.store import tables
from paragen.store.connection import connect
from paragen.store.views import BROWSE, LATER, SELECTS
from tests.store.histories import LAST_STAGE, Shelf, Told

EVERY = (*tables.every_table(), *tables.DERIVED)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    shelf = Shelf(tmp_path_factory.mktemp("views"))
    told = {
        ("s1", "r1"): Told(stage=LAST_STAGE),
        ("s1", "r2"): Told(stage=0),
        ("s2", "r3"): Told(stage=3, way=1),
    }
    path = shelf.made(told)
    with closing(connect(path, write=True)) as connection:
        connection.execute(
            "INSERT INTO feedback (id, given_at, kind, run, candidate, rating) "
            "VALUES ('f', 'then', 'rating', 'r1', 'c1', 0.4)"
        )
        connection.execute(
            "INSERT INTO audits VALUES "
            "(1, 'a', 'then', 'r1', 'c1', 'digest', 'general', 7, 1, 20, 3, 1, '[]')"
        )
        connection.execute(
            "INSERT INTO experts VALUES (1, 'e', 'then', 'api-expert-1', 'api', 'm', 0.3, 'a', 'm',"
            " 0.1, 'passes', 9, 8, 0, 's1', '[]', '{}')"
        )
    with closing(connect(path, write=False)) as connection:
        yield connection


def test_every_table_has_one() -> None:
    assert {*SELECTS, *LATER} == set(EVERY)
    assert not SELECTS.keys() & LATER.keys()


@pytest.mark.parametrize("table", EVERY)
def test_it_has_the_rows_of_its_table(history: sqlite3.Connection, table: str) -> None:
    (rows,) = history.execute(f"SELECT count(*) FROM {table}").fetchone()
    found = history.execute(f"SELECT * FROM {BROWSE}{table}").fetchall()
    assert len(found) == rows
    assert rows or table in ("baselines", "baseline_records"), "there is something to look at"


@pytest.mark.parametrize("table", EVERY)
def test_it_shows_no_keys(history: sqlite3.Connection, table: str) -> None:
    shown = {row["name"] for row in history.execute(f"PRAGMA table_info({BROWSE}{table})")}
    keyed = {row["from"] for row in history.execute(f"PRAGMA foreign_key_list({table})")}
    assert "key" not in shown
    for row in history.execute(f"SELECT * FROM {BROWSE}{table}"):
        for name in keyed & shown:
            assert isinstance(row[name], str | None), f"{name} is a name"


def test_names_are_joined_in(history: sqlite3.Connection) -> None:
    won = history.execute("SELECT * FROM browse_runs WHERE run = 'r1'").fetchone()
    assert (won["session"], won["task"], won["winner"]) == ("s1", "r1", "b")
    assert (won["candidates"], won["passes"]) == (2, 2)
    going_on = history.execute("SELECT * FROM browse_runs WHERE run = 'r3'").fetchone()
    assert (going_on["state"], going_on["winner"]) == ("running", None)
    (plan,) = history.execute("SELECT * FROM browse_plans WHERE run = 'r2'")
    assert (plan["task"], plan["state"]) == ("r2", None)
    (rated,) = history.execute("SELECT * FROM browse_feedback")
    assert (rated["task"], rated["generator"], rated["rating"]) == ("r1", "b", 0.4)
    case = history.execute("SELECT * FROM browse_cases WHERE candidate = 'c1'").fetchone()
    assert (case["generator"], case["name"], case["outcome"]) == ("b", "test_a", "passed")
