"""Records by task, of the history and of baselines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.status import Status
from paragen.domain.tournament import Run, Weights
from paragen.learn.paired import TaskTally
from paragen.store import baselines as module
from paragen.store.baselines import (
    BaselineNotFoundError,
    BaselineTakenError,
    NothingToSaveError,
    baseline_record,
    baseline_rows,
    baselines,
    delete_baseline,
    save_baseline,
    saved_at,
)
from paragen.store.connection import connect
from paragen.store.pairs import GeneratorNotPlayedError, record
from paragen.store.recorder import Recorder
from tests.store import build


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(path, write=True)
    yield connection
    connection.close()


def play(path: Path, *runs: Run) -> None:
    recorder = Recorder(path, on_failure=pytest.fail)
    for played in runs:
        for event in build.events(played):
            recorder(event)
    recorder.close()


def a_run(
    run_id: str, task: str, *candidates: Candidate, at: str = "01", task_type: str = "utilities"
) -> Run:
    run = build.run(run_id, *candidates, started_at=f"2026-01-{at}T00:00:00.000Z")
    return replace(run, task=replace(run.task, sha256=task, task_type=task_type))


def one(
    name: str, status: Status = Status.PASSED, *, temperature: float = 0.3, decode_s: float = 2.0
) -> Candidate:
    return build.candidate(
        name, status, generator=name.split("#")[0], temperature=temperature, decode_s=decode_s
    )


def cached(candidate: Candidate) -> Candidate:
    assert candidate.answer is not None
    return replace(candidate, answer=replace(candidate.answer, cached=True))


def without_tests(run: Run) -> Run:
    return replace(run, task=replace(run.task, tests=(), examples=()))


class TestRecord:
    def test_instances_are_pooled_by_task(self, path: Path, connection: sqlite3.Connection) -> None:
        play(
            path,
            a_run("r1", "x", one("g#1"), one("g#2", Status.FAILED, decode_s=4), one("other")),
            a_run("r2", "x", one("g#1"), at="02"),
            a_run("r3", "y", one("g#1", Status.TIMEOUT)),
        )
        found = record(connection, "g")
        assert found.tallies == {
            "x": TaskTally(
                plays=3,
                passes=2,
                quality=1.5,
                speed=1.5,
                quality_weight=0.6,
                timed=3,
                generation_s=9.5,
            ),
            "y": TaskTally(
                plays=1,
                passes=0,
                quality=0.5,
                speed=0.5,
                quality_weight=0.6,
                timed=1,
                generation_s=2.5,
            ),
        }
        assert (found.recipe.name, found.recipe.model) == ("g", "coder:7b")
        assert found.before == ()

    def test_only_what_is_its_own_doing_and_new(
        self, path: Path, connection: sqlite3.Connection
    ) -> None:
        every = [one(f"g#{number}", status) for number, status in enumerate(Status)]
        play(
            path,
            a_run("r1", "x", *every),
            a_run("r2", "y", cached(one("g#1"))),
            without_tests(a_run("r3", "z", one("g#1"))),
        )
        (tally,) = record(connection, "g").tallies.values()
        assert (tally.plays, tally.passes) == (6, 1)

    def test_of_one_task_type_and_since(self, path: Path, connection: sqlite3.Connection) -> None:
        play(
            path,
            a_run("r1", "x", one("g"), at="01"),
            a_run("r2", "x", one("g", Status.FAILED), at="03"),
            a_run("r3", "x", one("g"), at="04", task_type="api"),
            a_run("r4", "y", one("g"), at="01", task_type="api"),
        )
        assert record(connection, "g").tallies["x"].plays == 3, "one task of two types"
        of_type = record(connection, "g", task_type="utilities").tallies
        assert {task: tally.plays for task, tally in of_type.items()} == {"x": 2}
        late = record(connection, "g", since="2026-01-03T00:00:00.000Z").tallies
        assert {task: (tally.plays, tally.passes) for task, tally in late.items()} == {"x": (2, 1)}

    def test_the_newest_weights_count(self, path: Path, connection: sqlite3.Connection) -> None:
        def weighted(run: Run, quality: float) -> Run:
            weights = Weights(quality=quality, speed=1 - quality)
            return replace(run, criteria=replace(run.criteria, weights=weights))

        play(
            path,
            weighted(a_run("r2", "x", one("g"), at="02"), 0.9),
            weighted(a_run("r1", "x", one("g"), at="01"), 0.2),
            weighted(a_run("r0", "x", one("g"), at="01", task_type="api"), 0.3),
        )
        assert record(connection, "g").tallies["x"].quality_weight == 0.9

    def test_a_name_stands_for_what_was_played_last(
        self, path: Path, connection: sqlite3.Connection
    ) -> None:
        play(
            path,
            a_run("r1", "x", one("g", temperature=0.3), at="01"),
            a_run("r2", "x", one("g", Status.FAILED, temperature=0.9), at="02"),
        )
        found = record(connection, "g")
        assert found.recipe.temperature == 0.9
        assert [recipe.temperature for recipe in found.before] == [0.3]
        assert (found.tallies["x"].plays, found.tallies["x"].passes) == (1, 0)

    def test_one_that_never_played(self, path: Path, connection: sqlite3.Connection) -> None:
        play(path, a_run("r1", "x", one("qwen"), one("dead", Status.ERROR)))
        with pytest.raises(GeneratorNotPlayedError, match="did you mean 'qwen'"):
            record(connection, "qwem")
        with pytest.raises(GeneratorNotPlayedError, match="'dead' is recorded"):
            record(connection, "dead")
        with pytest.raises(GeneratorNotPlayedError):
            record(connection, "\ud800")


class TestBaselines:
    def test_what_is_saved_stays_as_it_was(
        self, path: Path, connection: sqlite3.Connection
    ) -> None:
        first = [
            a_run("r1", "x", one("g#1"), one("g#2"), one("h", Status.FAILED)),
            a_run("r2", "y", one("g#1", Status.FAILED), task_type="api"),
        ]
        play(path, *first)
        before = record(connection, "g")
        saved = save_baseline(connection, "main", replace=False)
        assert (saved.name, saved.generators, saved.tasks, saved.plays) == ("main", 2, 2, 4)
        play(path, a_run("r9", "x", one("g#1", Status.FAILED), at="09"))
        assert record(connection, "g") != before
        assert baseline_record(connection, "main", "g") == before
        of_type = baseline_record(connection, "main", "g", task_type="api")
        assert of_type.tallies.keys() == {"y"}
        assert [
            (row.generator, row.tasks, row.plays, row.passes)
            for row in baseline_rows(connection, "main")
        ] == [("g", 2, 3, 2), ("h", 1, 1, 0)]

    def test_since_it_was_saved_only_what_is_new_counts(
        self, path: Path, connection: sqlite3.Connection
    ) -> None:
        play(path, a_run("r1", "x", one("g")))
        save_baseline(connection, "main", replace=False)
        since = saved_at(connection, "main")
        assert record(connection, "g", since=since).tallies == {}
        later = replace(a_run("r2", "x", one("g")), started_at="2999-01-01T00:00:00.000Z")
        play(path, later)
        assert record(connection, "g", since=since).tallies["x"].plays == 1

    def test_a_name_is_taken_until_it_is_replaced(
        self, path: Path, connection: sqlite3.Connection
    ) -> None:
        play(path, a_run("r1", "x", one("g")))
        save_baseline(connection, "main", replace=False)
        play(path, a_run("r2", "y", one("g")))
        with pytest.raises(BaselineTakenError, match="--replace"):
            save_baseline(connection, "main", replace=False)
        assert baselines(connection)[0].tasks == 1
        assert save_baseline(connection, "main", replace=True).tasks == 2
        assert len(baselines(connection)) == 1

    def test_delete(self, path: Path, connection: sqlite3.Connection) -> None:
        play(path, a_run("r1", "x", one("g")))
        save_baseline(connection, "main", replace=False)
        save_baseline(connection, "other", replace=False)
        delete_baseline(connection, "main")
        assert [one.name for one in baselines(connection)] == ["other"]
        (left,) = connection.execute("SELECT count(*) FROM baseline_records").fetchone()
        assert left == 1
        with pytest.raises(BaselineNotFoundError):
            delete_baseline(connection, "main")

    def test_of_two_with_one_name_the_newest_counts(
        self, path: Path, connection: sqlite3.Connection
    ) -> None:
        play(path, a_run("r1", "x", one("g")))
        save_baseline(connection, "main", replace=False)
        connection.execute(
            "INSERT INTO baselines (id, name, saved_at) VALUES ('other', 'main', '2000-01-01')"
        )
        assert [one.tasks for one in baselines(connection)] == [1, 0]
        assert saved_at(connection, "main") > "2026"
        assert baseline_record(connection, "main", "g").tallies.keys() == {"x"}

    def test_mistakes(self, path: Path, connection: sqlite3.Connection) -> None:
        with pytest.raises(NothingToSaveError):
            save_baseline(connection, "main", replace=False)
        assert baselines(connection) == []
        play(path, a_run("r1", "x", one("g")))
        save_baseline(connection, "main", replace=False)
        with pytest.raises(BaselineNotFoundError, match="did you mean 'main'"):
            baseline_rows(connection, "mian")
        with pytest.raises(GeneratorNotPlayedError, match="has no generator 'f'"):
            baseline_record(connection, "main", "f")

    def test_what_fails_on_the_way_leaves_the_old_one(
        self, path: Path, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        play(path, a_run("r1", "x", one("g")))
        before = save_baseline(connection, "main", replace=False)
        monkeypatch.setattr(module, "any_played", lambda _: False)
        with pytest.raises(NothingToSaveError):
            save_baseline(connection, "main", replace=True)
        assert baselines(connection) == [before]
        assert not connection.in_transaction
