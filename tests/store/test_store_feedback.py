"""Feedback as it is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import StoreError
from paragen.domain.tournament import Weights
from paragen.learn.feedback import Entry, Preference, Rating, Reset, Said, Scored, Undo, learned
from paragen.store.connection import connect
from paragen.store.feedback import add, entries, new_entry, preferred
from tests.store import build

GOOD = Scored(quality=0.9, speed=0.5)
FAST = Scored(quality=0.5, speed=0.9)
LOW = Rating(rating=0.4, scored=GOOD, weights=Weights(quality=0.7, speed=0.3))
FOR_FAST = Preference(preferred=FAST, other=GOOD)

scored = st.none() | st.builds(Scored, quality=build.shares, speed=build.shares)
by = st.builds(Weights, quality=build.shares, speed=build.shares)
SAID: st.SearchStrategy[tuple[Said, tuple[str, ...]]] = st.one_of(
    st.tuples(
        st.builds(Rating, rating=build.shares, scored=scored, weights=by), st.tuples(build.names)
    ),
    st.tuples(
        st.builds(Preference, preferred=scored, other=scored), st.tuples(build.names, build.names)
    ),
    st.tuples(st.just(Reset()), st.just(())),
    st.tuples(st.builds(Undo, undone=build.names), st.just(())),
)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "h.db", write=True)) as connection:
        yield connection


@given(SAID, st.none() | build.names, st.none() | build.names, st.none() | build.names)
def test_what_was_said_comes_back_whole(
    said: tuple[Said, tuple[str, ...]], task_type: str | None, run: str | None, note: str | None
) -> None:
    what, candidates = said
    entry = new_entry(what, task_type=task_type, run=run, candidates=candidates, note=note)
    with closing(connect(":memory:", write=False)) as connection:
        connection.execute("PRAGMA query_only = OFF")
        assert add(connection, entry) == (entry,)
        assert entries(connection) == (entry,)


def test_surrogates_in_a_note_lose_nothing(history: sqlite3.Connection) -> None:
    add(history, new_entry(LOW, task_type="general", run="r", candidates=("c1",), note="\udcff"))
    assert [entry.note for entry in entries(history)] == ["�"]


def test_each_is_later_than_all_before_it_whatever_the_clock_says(
    history: sqlite3.Connection,
) -> None:
    ahead = replace(new_entry(LOW, candidates=("c1",)), given_at="2999-12-31T23:59:59.999999+00:00")
    add(history, ahead)  # as older histories have them
    later = [add(history, new_entry(LOW, candidates=(name,)))[-1] for name in ("c2", "c3")]
    assert list(entries(history)) == [ahead, *later]
    assert ahead.given_at < later[0].given_at < later[1].given_at


def test_preferences_that_count(history: sqlite3.Connection) -> None:
    def say(said: Said, *candidates: str) -> Entry:
        return add(history, new_entry(said, run="r", candidates=candidates))[-1]

    say(LOW, "c1")
    say(FOR_FAST, "c2", "c1")
    again = say(FOR_FAST, "c1", "c2")
    other = say(FOR_FAST, "c3", "c2")
    assert preferred(history) == (again, other)
    say(Undo(undone=other.id))
    assert preferred(history) == (again,)


def test_two_histories_put_together_say_the_same_whichever_comes_first(tmp_path: Path) -> None:
    parts = []
    for name in ("a", "b"):
        with closing(connect(tmp_path / f"{name}.db", write=True)) as connection:
            for number in range(4):
                entry = new_entry(LOW, task_type="general", run=name, candidates=(f"c{number}",))
                add(connection, entry)
            last = entries(connection)[-1]
            add(connection, new_entry(Undo(undone=last.id), task_type="general"))
            parts.append(entries(connection))
    first, second = parts
    together = learned((*first, *second), "general")
    assert together == learned((*second, *first), "general")
    assert together.adjustments == 6


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    connect(path, write=True).close()

    def say(number: int) -> None:
        with closing(connect(path, write=True)) as connection:
            add(connection, new_entry(LOW, run="r", candidates=(f"c{number}",)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(say, range(20)))
    with closing(connect(path, write=False)) as connection:
        found = entries(connection)
    assert {entry.candidates for entry in found} == {(f"c{number}",) for number in range(20)}
    assert len({entry.given_at for entry in found}) == 20


def test_a_history_that_cannot_be_written_is_a_clear_error(history: sqlite3.Connection) -> None:
    history.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="read-only"):
        add(history, new_entry(LOW, candidates=("c1",)))
    assert not history.in_transaction
    assert entries(history) == ()
