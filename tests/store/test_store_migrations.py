from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.status import Status
from paragen.domain.task import Limits
from paragen.store import migrations
from paragen.store.connection import connect
from paragen.store.errors import StoreFault
from paragen.store.queries import find_run, history, load_run, stats
from paragen.store.recorder import Recorder
from paragen.store.resume import unfinished
from paragen.store.standings import standings
from tests.store import build

FIXTURES = Path(__file__).parent / "fixtures"

PLAYED = build.run(
    "run-a",
    build.candidate("a", temperature=0.1),
    build.candidate("b", Status.FAILED),
    build.candidate("c", Status.ERROR),
    winner="a",
)
FIRST_RUN = replace(PLAYED, task=replace(PLAYED.task, limits=Limits(processes=64)))
"""As it was recorded; newer versions have another default."""


def restored(dump: str, path: Path) -> Path:
    """A database as an older paragen left it."""
    old = sqlite3.connect(path)
    old.executescript((FIXTURES / dump).read_text(encoding="utf-8"))
    old.close()
    return path


def shape(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return [
        (row["type"], row["name"], " ".join(str(row["sql"]).split()))
        for row in connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%sqlite%' ORDER BY name"
        )
    ]


@pytest.mark.parametrize("dump", sorted(p.name for p in FIXTURES.glob("*.sql")))
@pytest.mark.parametrize("write", [False, True])
def test_a_database_of_an_older_version(tmp_path: Path, dump: str, write: bool) -> None:
    path = restored(dump, tmp_path / "h.db")
    connection = connect(path, write=write)
    assert load_run(connection, find_run(connection, "last")) == FIRST_RUN
    assert [row.generator for row in stats(connection)] == ["a", "b"]
    assert {name: one.mean_reward for name, one in standings(connection, "utilities").items()} == {
        "a": PLAYED.ranking[0].reward,
        "b": PLAYED.ranking[1].reward,
    }
    fresh = connect(tmp_path / "fresh.db", write=True)
    assert shape(connection) == shape(fresh)
    for one in (connection, fresh):
        one.close()


@pytest.mark.parametrize("dump", ["v3.sql"])
def test_what_an_older_version_was_going_to_play(tmp_path: Path, dump: str) -> None:
    connection = connect(restored(dump, tmp_path / "h.db"), write=False)
    found = unfinished(connection, "run-a", ended=True)
    connection.close()
    assert found is not None
    (run,) = found.runs
    plan = build.plan("slugify", "a", "b", "c", copies=1)
    assert run.plan == replace(plan, task=FIRST_RUN.task)
    assert run.attempts == tuple(candidate.attempt for candidate in PLAYED.ranking)
    assert run.candidates == PLAYED.ranking


def test_each_migration_is_recorded_by_name(tmp_path: Path) -> None:
    connection = connect(tmp_path / "h.db", write=True)
    names = [row["name"] for row in connection.execute("SELECT name FROM _sqlite_migrations")]
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    assert names == [name for name, _ in migrations.STEPS]
    assert names[0] == "m001_first"
    assert version == len(names) == migrations.version()


def test_what_reading_makes_in_memory_is_what_migrating_makes_on_disk(tmp_path: Path) -> None:
    in_memory = connect(tmp_path / "none.db", write=False)
    on_disk = connect(tmp_path / "h.db", write=True)
    assert shape(in_memory) == shape(on_disk)
    for one in (in_memory, on_disk):
        one.close()


SECOND = ("m998_notes", ("CREATE TABLE notes (text TEXT) STRICT", "INSERT INTO notes VALUES ('x')"))
BROKEN = ("m999_broken", ("CREATE TABLE more (a TEXT) STRICT", "INSERT INTO nowhere VALUES (1)"))


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return restored("v1.sql", tmp_path / "h.db")


@pytest.mark.parametrize("write", [False, True])
def test_an_older_schema_is_brought_up_to_date_once(
    filled: Path, monkeypatch: pytest.MonkeyPatch, write: bool
) -> None:
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, SECOND))
    for _ in range(2):
        connection = connect(filled, write=write)
        assert connection.execute("SELECT text FROM notes").fetchall()[0][:] == ("x",)
        assert connection.execute("SELECT count(*) FROM notes").fetchone()[0] == 1
        assert len(history(connection, limit=5)) == 1
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        connection.close()


def test_a_failing_migration_leaves_the_file_as_it_was(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(filled)) as old:
        before = list(old.iterdump())
    with monkeypatch.context() as context:
        context.setattr(migrations, "STEPS", (*migrations.STEPS, SECOND, BROKEN))
        with pytest.raises(StoreFault, match="nowhere"):
            connect(filled, write=True)
        recorder = Recorder(filled)
        assert isinstance(recorder.failure, StoreFault)
    with closing(sqlite3.connect(filled)) as still:
        assert list(still.iterdump()) == before
    connection = connect(filled, write=True)
    assert load_run(connection, "run-a") == FIRST_RUN
    connection.close()


def test_a_migration_may_not_leave_broken_references(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ("m998_careless", ("DELETE FROM generators",))
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, step))
    with pytest.raises(StoreFault, match="left references"):
        connect(filled, write=True)
