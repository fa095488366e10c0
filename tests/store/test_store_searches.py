"""Which runs are a user's, and which a search played: those are neither listed nor the last."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.candidate import Candidate
from paragen.store.connection import connect
from paragen.store.experts import add_expert
from paragen.store.queries import RunNotFoundError, find_run, history
from paragen.store.recorder import Recorder
from tests.store import build

OFFSPRING = ("api-evolved-0123abcd", "offspring")
TRIED, KEPT = ("api-expert-1", "expert"), ("api-expert-2", "expert")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "h.db", write=True)) as found:
        yield found


def made(name: str, tag: str) -> Candidate:
    found = build.candidate(name)
    generator = replace(found.attempt.instance.generator, name=name, tags=(tag, "api"))
    instance = replace(found.attempt.instance, generator=generator)
    return replace(found, attempt=replace(found.attempt, instance=instance))


def play(
    path: Path, number: int, *candidates: Candidate, settings: Mapping[str, object] | None = None
) -> str:
    """A run of these in a session of its own, a day later than the one before it."""
    recorder = Recorder(path, settings=settings or {}, on_failure=pytest.fail)
    at = f"2026-01-{number + 1:02}T00:00:00.000Z"
    run = build.run(f"r{number}", *(candidates or (build.candidate("a"),)), started_at=at)
    for event in build.events(replace(run, session_id=f"s{number}")):
        recorder(event)
    recorder.close()
    return run.run_id


def listed(connection: sqlite3.Connection, *, searches: bool = False) -> list[str]:
    return [row.run_id for row in history(connection, limit=9, searches=searches)]


def test_a_search_says_that_it_is_one(tmp_path: Path, connection: sqlite3.Connection) -> None:
    path = tmp_path / "h.db"
    by_search = play(path, 0, settings={"search": "passes"})
    with pytest.raises(RunNotFoundError):
        find_run(connection, "last")
    own = play(path, 1, settings={"search": None})
    older = play(path, 2)
    play(path, 3, settings={"search": "score"})
    assert listed(connection) == [older, own]
    assert listed(connection, searches=True) == ["r3", "r2", "r1", by_search]
    marks = [row.by_search for row in history(connection, limit=9, searches=True)]
    assert marks == [True, False, False, True]
    assert find_run(connection, "last") == older
    assert find_run(connection, "r3") == "r3", "one that is named is found all the same"


def test_as_many_as_are_asked_for_are_listed(
    tmp_path: Path, connection: sqlite3.Connection
) -> None:
    for number in range(8):
        play(tmp_path / "h.db", number, settings={"search": "passes" if number > 2 else None})
    assert [row.run_id for row in history(connection, limit=2)] == ["r2", "r1"]


def test_of_older_histories_it_is_told_by_who_played(
    tmp_path: Path, connection: sqlite3.Connection
) -> None:
    path = tmp_path / "h.db"
    play(path, 0, build.candidate("a"), made(*OFFSPRING))
    play(path, 1, made(*TRIED), build.candidate("b"))
    play(path, 2, made(*KEPT), build.candidate("b"))
    add_expert(
        connection,
        made(*KEPT).attempt.instance.generator,
        build.candidate("b").attempt.instance.generator,
        task_type="api",
        measure="passes",
        plays=6,
        passes=6,
        seed=0,
        session="s2",
        evolved_from=("b",),
    )
    own = play(path, 3, made(*KEPT), build.candidate("b"))
    named_so = play(path, 4, build.candidate("api-expert-1"), settings={"search": None})
    assert listed(connection) == [named_so, own]


def test_what_says_whose_it_is_is_believed(tmp_path: Path, connection: sqlite3.Connection) -> None:
    """A user may have taken what a search tried into the config by hand."""
    own = play(tmp_path / "h.db", 0, made(*OFFSPRING), settings={"search": None})
    assert listed(connection) == [own]
