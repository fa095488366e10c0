"""Moments in the history: all are written in one way, whoever writes them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.audit import Audit
from paragen.domain.events import ModelLoaded, RunAudited, SessionStarted
from paragen.domain.generator import Generator
from paragen.domain.tournament import Weights
from paragen.learn.feedback import Rating, Reset
from paragen.store import feedback
from paragen.store.answers import AnswerCache
from paragen.store.baselines import save_baseline
from paragen.store.connection import connect
from paragen.store.experts import add_expert
from paragen.store.recorder import Recorder
from tests.store import build

WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TABLES = {
    "answers",
    "audits",
    "baselines",
    "experts",
    "feedback",
    "loads",
    "runs",
    "sessions",
}


def fill(path: Path) -> None:
    """A history with a row in every table that has moments."""
    candidate = build.candidate("a")
    played = replace(build.run("r1", candidate, winner="a"), started_at="2026-01-01T00:00:00.000Z")
    recorder = Recorder(path, on_failure=pytest.fail)
    recorder(SessionStarted(session_id=played.session_id, plans={"r1": build.plan()}))
    recorder(ModelLoaded(host="gpu0", model="coder:7b", num_ctx=8192, load_s=1.0))
    for event in build.events(played):
        recorder(event)
    audit = Audit(stubs=1, stubs_passed=0, mutants=1, mutants_passed=0)
    recorder(RunAudited(run=replace(played, audit=audit)))
    recorder.close()
    cache = AnswerCache(path, on_failure=pytest.fail)
    assert candidate.answer is not None
    cache.keep("key", candidate.answer)
    cache.close()
    with closing(connect(path, write=True)) as connection:
        rating = Rating(rating=0.5, scored=None, weights=Weights(quality=1, speed=0))
        for said in (rating, Reset()):
            feedback.add(connection, feedback.new_entry(said, task_type="api", candidates=("a",)))
        save_baseline(connection, "before", replace=False)
        add_expert(
            connection,
            Generator(name="expert", model="m:1b"),
            Generator(name="rival", model="m:1b"),
            task_type="api",
            measure="passes",
            plays=2,
            passes=1,
            seed=0,
            session="s",
            evolved_from=("rival",),
        )


def test_every_moment_is_written_in_one_way(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    fill(path)
    found: dict[str, set[str]] = {}
    with closing(sqlite3.connect(path)) as connection:
        columns = connection.execute(
            "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c "
            r"WHERE m.type = 'table' AND m.name NOT LIKE '\_%' ESCAPE '\' AND c.name LIKE '%\_at' "
            r"ESCAPE '\'"
        ).fetchall()
        for table, column in columns:
            for (moment,) in connection.execute(f"SELECT {column} FROM {table}"):
                found.setdefault(table, set()).add(moment)
    assert set(found) == TABLES
    for table, moments in found.items():
        assert all(WRITTEN.fullmatch(moment) for moment in moments), (table, moments)


@pytest.mark.parametrize(
    "last", ["2999-01-01T00:00:00.123456+00:00", "2999-01-01T00:00:00.999999+00:00"]
)
def test_what_is_said_after_what_an_older_history_holds_is_later(tmp_path: Path, last: str) -> None:
    with closing(connect(tmp_path / "h.db", write=True)) as connection:
        before = replace(feedback.new_entry(Reset(), task_type="api"), given_at=last)
        feedback.add(connection, before)
        _, after = feedback.add(connection, feedback.new_entry(Reset(), task_type="api"))
        assert feedback.entries(connection) == (before, after)
    assert WRITTEN.fullmatch(after.given_at)
