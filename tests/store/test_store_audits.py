"""Audits of tests in the history."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.audit import Audit, Suites
from paragen.domain.events import RunAudited, RunEnded
from paragen.store import audits
from paragen.store.audits import audit_of, audited_suites
from paragen.store.connection import connect
from paragen.store.merge import merge
from paragen.store.queries import load_run
from paragen.store.recorder import Recorder
from tests.store.histories import LAST_STAGE, Told, content, events

WEAK = Audit(stubs=7, stubs_passed=1, mutants=20, mutants_passed=3, survivors=("a stub", "`<`"))
STRONG = Audit(stubs=7, stubs_passed=0, mutants=20, mutants_passed=0)


def record(path: Path, run_id: str, *made: Audit | None) -> None:
    """Record a run that ended, and then audits of its tests."""
    recorder = Recorder(path, on_failure=pytest.fail)
    told = events("s1", run_id, Told(stage=LAST_STAGE))
    for event in told:
        recorder(event)
    over = told[-1]
    assert isinstance(over, RunEnded)
    for audit in made:
        recorder(RunAudited(run=replace(over.run, audit=audit)))
    recorder.close()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each audit is made at a moment of its own."""
    moments = (f"2026-01-01T00:00:{n:02d}.000Z" for n in itertools.count())
    monkeypatch.setattr(audits, "now", lambda: next(moments))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture
def history(path: Path) -> Iterator[sqlite3.Connection]:
    record(path, "r1", STRONG, WEAK)
    record(path, "r2", None)
    with closing(connect(path, write=False)) as connection:
        yield connection


def test_the_newest_of_a_run_comes_back_with_it(history: sqlite3.Connection) -> None:
    assert audit_of(history, "r1") == WEAK
    assert load_run(history, "r1").audit == WEAK
    assert load_run(history, "r2").audit is None
    assert history.execute("SELECT count(*) FROM audits").fetchone()[0] == 2


def test_each_task_counts_once_by_its_last_audit(path: Path, history: sqlite3.Connection) -> None:
    assert audited_suites(history) == [Suites("utilities", 1, 1)]
    record(path, "r3", WEAK, STRONG)
    assert audited_suites(history) == [Suites("utilities", 2, 1)]
    assert audited_suites(history, task_type="utilities") == [Suites("utilities", 2, 1)]
    assert audited_suites(history, task_type="general") == []


def test_they_merge_with_the_rest_and_only_once(
    tmp_path: Path, path: Path, history: sqlite3.Connection
) -> None:
    other = tmp_path / "other.db"
    record(other, "r1", WEAK)
    with closing(connect(other, write=True)) as connection:
        merge(connection, path)
        merge(connection, path)
        assert connection.execute("SELECT count(*) FROM audits").fetchone()[0] == 3
    assert any("audits" in line for line in content(other))
