"""Ratings are kept up to date, and are the same however a history came about."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from paragen.domain.status import Status
from paragen.domain.tournament import Run
from paragen.learn.feedback import Preference, Undo
from paragen.learn.standing import By
from paragen.store import feedback, writer
from paragen.store import ratings as module
from paragen.store.connection import connect
from paragen.store.merge import merge
from paragen.store.queries import stats
from paragen.store.ratings import ratings
from paragen.store.selections import selections
from tests.store import build


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each run ends at a moment of its own."""
    moments = (f"2026-01-01T00:{n // 60:02d}:{n % 60:02d}.000Z" for n in itertools.count())
    monkeypatch.setattr(writer, "now", lambda: next(moments))
    yield


def duel(run_id: str, winner: str, *losers: str, task_type: str = "utilities") -> Run:
    lost = [build.candidate(name, Status.FAILED) for name in losers]
    return build.run(run_id, build.candidate(winner), *lost, winner=winner, task_type=task_type)


def kept(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM ratings ORDER BY 1, 2, 3").fetchall()


def asked(path: Path, by: By = By.GENERATOR) -> dict[str, float]:
    with closing(connect(path, write=False)) as connection:
        return {str(who[0]): one.mu for (_, who), one in ratings(connection, by).items()}


def forget(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM ratings")
        connection.execute("DELETE FROM rated")


RUNS = (
    duel("r1", "a", "b", "c"),
    duel("r2", "b", "a"),
    duel("r3", "a", "c"),
    duel("r4", "c", "a", task_type="parsing"),
)


def test_runs_are_rated_as_they_end(path: Path) -> None:
    build.record(path, *RUNS[:3])
    before = kept(path)
    assert {row[1] for row in before} == {"generator", "model", "temperature"} - {
        "model",
        "temperature",
    }, "one model at one temperature has nobody to play against"
    found = asked(path)
    assert found["a"] > found["b"] > found["c"]
    assert kept(path) == before, "there was nothing to do"


def test_ratings_made_anew_are_those_that_were_kept(path: Path) -> None:
    build.record(path, *RUNS)
    before = kept(path)
    forget(path)
    asked(path)
    assert kept(path) == before


def test_a_run_that_came_from_elsewhere_is_rated_in_its_place(path: Path, tmp_path: Path) -> None:
    build.record(path, *RUNS)
    whole = kept(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET state = 'running' WHERE id = 'r1'")
    asked(path)
    assert kept(path) != whole, "it doesn't count before it has ended"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET state = 'ended' WHERE id = 'r1'")
    asked(path)
    assert kept(path) == whole


def test_many_are_left_until_they_are_asked_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setattr(module, "FEW", -1)
        build.record(path, *RUNS[:2])
    assert kept(path) == []
    with monkeypatch.context() as context:
        context.setattr(module, "FEW", 2)
        build.record(path, RUNS[2])
        assert kept(path) == [], "three are lacking"
    with closing(connect(path, write=False)) as connection:
        rows = {row.generator: row for row in stats(connection)}
    assert rows["a"].rating is not None
    assert rows["a"].rating.mu > 25
    assert len(kept(path)) == 3


def test_where_nothing_can_be_written_ratings_are_there_all_the_same(path: Path) -> None:
    build.record(path, *RUNS)
    whole = asked(path)
    forget(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON rated BEGIN SELECT raise(ABORT, 'no'); END"
        )
    assert asked(path) == whole
    assert kept(path) == []


def test_who_plays_alone_or_with_an_old_answer_is_not_rated(path: Path) -> None:
    build.record(path, build.run("r1", build.candidate("a"), winner="a"))
    assert asked(path) == {}
    failing = build.candidate("b", Status.NO_CODE)
    build.record(path, build.run("r2", build.candidate("a"), failing, winner="a"))
    assert asked(path) == {}, "two judged candidates make a tournament"


def test_blind_preferences_are_games_that_can_be_taken_back(path: Path) -> None:
    build.record(path, RUNS[0])
    before = asked(path)
    said = feedback.new_entry(
        Preference(preferred=None, other=None),
        task_type="utilities",
        run="r1",
        candidates=("c", "a"),
    )
    with closing(connect(path, write=True)) as connection:
        said = feedback.add(connection, said)[-1]
    after = asked(path)
    assert after["c"] > before["c"]
    assert after["a"] < before["a"]
    assert after["b"] == before["b"]
    with closing(connect(path, write=True)) as connection:
        feedback.add(connection, feedback.new_entry(Undo(undone=said.id), task_type="utilities"))
    assert asked(path) == before


def test_preferences_move_the_same_ratings_in_whatever_order_histories_come_in(
    tmp_path: Path,
) -> None:
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    build.record(here, RUNS[0], RUNS[2])
    build.record(there, RUNS[1])
    for path, run, better, worse in [(here, "r1", "c", "a"), (there, "r2", "a", "b")]:
        said = feedback.new_entry(
            Preference(preferred=None, other=None),
            task_type="utilities",
            run=run,
            candidates=(better, worse),
        )
        with closing(connect(path, write=True)) as connection:
            feedback.add(connection, said)
    found = []
    for name, order in [("one.db", (here, there)), ("other.db", (there, here))]:
        asked(order[0])
        with closing(connect(tmp_path / name, write=True)) as connection:
            for other in order:
                merge(connection, other)
                ratings(connection, By.GENERATOR)
        found.append(asked(tmp_path / name))
    assert found[0] == found[1]
    with closing(sqlite3.connect(tmp_path / "one.db")) as connection, connection:
        connection.execute("DELETE FROM feedback")
    without = asked(tmp_path / "one.db")
    assert found[0]["c"] > without["c"]
    assert found[0]["b"] < without["b"]


def test_selections(path: Path) -> None:
    build.record(path, *RUNS)
    with closing(connect(path, write=False)) as connection:
        parsing, utilities = selections(connection)
        assert selections(connection, task_type="parsing") == [parsing]
        assert selections(connection, since="2027-01-01T00:00:00Z") == []
        assert stats(connection, since="2027-01-01T00:00:00Z") == []
        assert len(stats(connection, since="2025")) == 5
    assert (utilities.selections, dict(utilities.distribution)) == (3, {"a": 2, "b": 1})
    assert (utilities.mean_combined, utilities.std_combined) == (0.5, 0.0)
    assert (parsing.selections, parsing.std_combined, parsing.adjustments) == (1, None, 0)
    assert utilities.weights.quality == 0.5
