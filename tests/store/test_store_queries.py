from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.events import CandidateEnded, RunStarted
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.domain.task import Example
from paragen.store.connection import connect
from paragen.store.queries import (
    HISTORY,
    RunNotFoundError,
    find_run,
    history,
    load_run,
    stats,
)
from paragen.store.recorder import Recorder
from paragen.store.tallies import FIELDS, SUMS, condition
from tests.store import build


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connect(path, write=True).close()
    connection = connect(path, write=False)
    yield connection
    connection.close()


def test_history_is_newest_first(path: Path, connection: sqlite3.Connection) -> None:
    build.record(
        path,
        build.run("old", build.candidate("a"), winner="a", started_at="2026-01-01T00:00:00"),
        build.run(
            "new",
            build.candidate("g#1", generator="g", combined=0.9),
            build.candidate("b", Status.FAILED),
            build.candidate("c", Status.ERROR),
            winner="g#1",
            started_at="2026-01-03T00:00:00",
            task_type="parsing",
        ),
        build.run("mid", started_at="2026-01-02T00:00:00"),
    )
    assert [row.run_id for row in history(connection, limit=10)] == ["new", "mid", "old"]
    assert [row.run_id for row in history(connection, limit=1)] == ["new"]
    assert len(history(connection, limit=10**20)) == 3
    (parsing,) = history(connection, limit=10, task_type="parsing")
    assert (parsing.candidates, parsing.plays, parsing.passes) == (3, 2, 1)
    assert (parsing.winner, parsing.generator, parsing.combined) == ("g#1", "g", 0.9)
    assert (parsing.task, parsing.state, parsing.exit_code) == ("slugify", "ended", 0)
    empty = history(connection, limit=10)[1]
    assert (empty.candidates, empty.plays, empty.winner, empty.generator) == (0, 0, None, None)


def test_a_run_is_found_by_last_its_id_or_a_beginning(
    path: Path, connection: sqlite3.Connection
) -> None:
    build.record(
        path,
        build.run("abc1", started_at="2026-01-02T00:00:00"),
        build.run("abd2", started_at="2026-01-01T00:00:00"),
        build.run("ab", started_at="2025-01-01T00:00:00"),
    )
    assert find_run(connection, "last") == "abc1"
    assert find_run(connection, "abd2") == "abd2"
    assert find_run(connection, "abd") == "abd2"
    assert find_run(connection, "ab") == "ab"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("abc", "begins more than one run's id: abc1, abc2. Write more"),
        ("abx1", "No run 'abx1' is recorded. Nearest: abc1"),
        ("%", "`paragen history` lists"),
        ("", "No run ''"),
    ],
)
def test_a_run_that_is_not_found_names_the_nearest(
    path: Path, connection: sqlite3.Connection, reference: str, message: str
) -> None:
    build.record(path, build.run("abc1"), build.run("abc2"))
    with pytest.raises(RunNotFoundError) as raised:
        find_run(connection, reference)
    assert message in str(raised.value)


def test_in_an_empty_history_nothing_is_found(tmp_path: Path) -> None:
    connection = connect(tmp_path / "no.db", write=False)
    with pytest.raises(RunNotFoundError, match="No run is recorded yet"):
        find_run(connection, "last")
    with pytest.raises(RunNotFoundError, match="history is empty"):
        find_run(connection, "abc")
    with pytest.raises(RunNotFoundError):
        load_run(connection, "abc")
    assert (history(connection, limit=5), stats(connection)) == ([], [])
    connection.close()


def test_infrastructure_is_left_out_of_the_record(
    path: Path, connection: sqlite3.Connection
) -> None:
    played = (build.candidate(f"g#{i}", s, generator="g") for i, s in enumerate(Status))
    build.record(path, build.run("r1", *played))
    (row,) = stats(connection)
    assert (row.plays, row.passes) == (len(MODEL_OUTCOMES), 1)
    assert row.success_rate == 1 / 6


def test_instances_are_pooled_and_a_win_is_a_run(
    path: Path, connection: sqlite3.Connection
) -> None:
    def instances(*statuses: Status) -> list[Candidate]:
        return [build.candidate(f"g#{i}", s, generator="g") for i, s in enumerate(statuses)]

    rival = build.candidate("rival", combined=0.9, decode_s=4.0)
    build.record(
        path,
        build.run("r1", *instances(Status.PASSED, Status.PASSED), rival, winner="g#0"),
        build.run("r2", rival, *instances(Status.FAILED), winner="rival"),
        build.run("r3", rival, *instances(Status.ERROR), winner="rival"),
        build.run("r4", *instances(Status.PASSED), winner="g#0", task_type="parsing"),
    )
    parsing, first, second = stats(connection)
    assert (parsing.task_type, parsing.generator, parsing.win_rate) == ("parsing", "g", None)
    assert (parsing.wins, parsing.runs, parsing.plays) == (0, 0, 1), "alone, nobody wins"
    assert (first.generator, first.plays, first.runs, first.wins) == ("rival", 3, 2, 1)
    assert first.win_rate == 0.5
    assert first.mean_combined == pytest.approx(0.9)
    assert (first.mean_tokens_per_s, first.mean_generation_s) == (25.0, 4.5)
    assert (second.generator, second.plays, second.runs, second.wins) == ("g", 3, 2, 1)
    assert second.win_rate == 0.5
    assert second.success_rate == pytest.approx(2 / 3)
    assert stats(connection, task_type="parsing") == [parsing]
    assert stats(connection, task_type="none such") == []


def test_tasks_without_tests_are_left_out_of_the_record(
    path: Path, connection: sqlite3.Connection
) -> None:
    rival = build.candidate("rival", Status.FAILED)
    played = build.run("r1", build.candidate("g"), rival, winner="g")
    untested = replace(played, run_id="r2", task=replace(played.task, tests=()))
    build.record(path, untested)
    assert stats(connection) == []
    example = Example(name="e", stdin="1", stdout="2")
    by_example = replace(untested, run_id="r3", task=replace(untested.task, examples=(example,)))
    build.record(path, played, by_example)
    row, _ = stats(connection)
    assert (row.plays, row.runs, row.wins, row.passes) == (2, 2, 2, 2)


def test_wins_count_only_in_tournaments_played_to_their_end(
    path: Path, connection: sqlite3.Connection
) -> None:
    build.record(path, build.run("r1", build.candidate("a"), winner="a", exit_code=130))
    recorder = Recorder(path, on_failure=pytest.fail)
    recorder(RunStarted(run=build.run("r2"), planned=1))
    recorder(CandidateEnded(run_id="r2", candidate=build.candidate("a")))
    recorder.close()
    (row,) = stats(connection)
    assert (row.plays, row.runs, row.wins, row.win_rate) == (2, 0, 0, None)


def test_another_temperature_is_another_generator(
    path: Path, connection: sqlite3.Connection
) -> None:
    warm = build.candidate("b", generator="g", temperature=0.9)
    build.record(path, build.run("r1", build.candidate("a", generator="g", temperature=0), warm))
    assert {row.temperature for row in stats(connection)} == {0.0, 0.9}


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (HISTORY, "COVERING INDEX candidates_record"),
        (FIELDS, "COVERING INDEX candidates_record"),
        (SUMS, "INDEX candidates_record"),  # which covers all but the kinds of errors
    ],
)
@pytest.mark.parametrize("which", ["true", condition("x", "2026")])
def test_candidates_are_only_looked_up_in_the_covering_index(
    connection: sqlite3.Connection, statement: str, index: str, which: str
) -> None:
    plan = connection.execute(
        "EXPLAIN QUERY PLAN " + statement.format(condition="true", which=which),
        {"limit": 5, "task_type": "x", "since": "2026", "tried": "[]"},
    )
    steps = [row["detail"] for row in plan]
    assert any(index in step for step in steps)
    scans = [step for step in steps if step.startswith(("SCAN c", "SCAN s"))]
    assert all(index.removesuffix(" candidates_record") in step for step in scans)
