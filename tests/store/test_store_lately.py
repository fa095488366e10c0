"""How success rates went of late, as the history has it."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.status import Status
from paragen.domain.tournament import Run
from paragen.learn.standing import By, player
from paragen.store import lately, writer
from paragen.store.connection import connect
from paragen.store.lately import trends
from paragen.store.queries import stats
from paragen.store.recorder import Recorder
from tests.store import build

RISING = (0, 0, 0, 0, 1, 1, 1, 1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run ends at a moment of its own."""
    moments = (f"2026-01-01T00:00:{n:02d}.000Z" for n in itertools.count())
    monkeypatch.setattr(writer, "now", lambda: next(moments))


def candidate(name: str, *, passes: bool, temperature: float = 0.3) -> Candidate:
    status = Status.PASSED if passes else Status.FAILED
    return build.candidate(name, status, temperature=temperature)


def played(number: int, *candidates: Candidate, task_type: str = "utilities") -> Run:
    return build.run(f"{task_type}-{number:03d}", *candidates, task_type=task_type)


@pytest.fixture
def history(tmp_path: Path, clock: None) -> Iterator[sqlite3.Connection]:
    """Twice as many tournaments as are needed: a gets better, b was played too seldom."""
    recorder = Recorder(tmp_path / "h.db", on_failure=pytest.fail)
    answer = build.candidate("a").answer
    assert answer is not None
    for number in range(32):
        a = candidate("a", passes=number >= 16)
        b = [candidate("b", passes=True, temperature=0.9)] if number % 4 == 0 else []
        of_before = replace(candidate("a", passes=False), answer=replace(answer, cached=True))
        old = replace(of_before, attempt=replace(of_before.attempt, id="old"))
        error = build.candidate("e", Status.ERROR, generator="a")
        for event in build.events(played(number, a, *b, old, error)):
            recorder(event)
    recorder.close()
    with closing(connect(tmp_path / "h.db", write=False)) as connection:
        yield connection


def test_plays_are_in_their_order_and_what_is_none_is_left_out(
    history: sqlite3.Connection,
) -> None:
    assert trends(history, By.GENERATOR) == {
        ("utilities", ("a", "coder:7b", 0.3)): RISING,
    }
    (pooled,) = trends(history, By.MODEL).values()
    assert pooled[0] < pooled[-1]
    assert trends(history, By.TASK_TYPE) == {("utilities", ()): pooled}
    assert trends(history, By.GENERATOR, task_type="parsing") == {}
    assert trends(history, By.GENERATOR, since="2027-01-01") == {}


@pytest.mark.parametrize("by", By)
def test_they_are_found_by_the_record(history: sqlite3.Connection, by: By) -> None:
    found = trends(history, by)
    assert {player(one, by) for one in stats(history, by=by)} >= set(found)


def test_only_the_last_count(history: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "TOURNAMENTS", 16)
    (parts,) = trends(history, By.GENERATOR).values()
    assert parts == (1,) * 8
