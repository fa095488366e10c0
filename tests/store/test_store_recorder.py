from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paragen.domain.candidate import Scores
from paragen.domain.events import (
    AttemptsAsked,
    CandidateEnded,
    JudgingStarted,
    RunEnded,
    RunStarted,
    SessionStarted,
    Warned,
)
from paragen.domain.generator import Answer
from paragen.domain.status import Status
from paragen.engine.resumed import unjudged
from paragen.store.connection import connect
from paragen.store.errors import StoreFault, StoreLockedError
from paragen.store.queries import load_run
from paragen.store.recorder import Recorder
from tests.store import build


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture
def recorder(path: Path) -> Iterator[Recorder]:
    recorder = Recorder(path, on_failure=pytest.fail)
    yield recorder
    recorder.close()


@pytest.fixture
def seen(path: Path, recorder: Recorder) -> Iterator[sqlite3.Connection]:
    """What another process sees."""
    connection = connect(path, write=False)
    yield connection
    connection.close()


def count(connection: sqlite3.Connection, table: str) -> int:
    (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(number)


def test_a_candidate_is_committed_before_the_recorder_returns(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    a = build.candidate("a")
    recorder(RunStarted(run=build.run("r1"), planned=2))
    assert load_run(seen, "r1").ranking == ()
    assert seen.execute("SELECT state, exit_code FROM runs").fetchone()[:] == ("running", None)
    recorder(CandidateEnded(run_id="r1", candidate=a))
    assert load_run(seen, "r1").ranking == (a,)


def test_the_same_candidate_twice_is_one(recorder: Recorder, seen: sqlite3.Connection) -> None:
    a = build.candidate("a")
    recorder(RunStarted(run=build.run("r1"), planned=1))
    for _ in range(2):
        recorder(CandidateEnded(run_id="r1", candidate=a))
    assert load_run(seen, "r1").ranking == (a,)
    assert (count(seen, "cases"), count(seen, "measures")) == (2, 2)


def test_an_answer_is_on_record_before_its_verdict(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    first, second = build.candidate("a"), build.candidate("b")
    waits = unjudged(first.attempt, "gpu0", first.answer or Answer(text=""))
    recorder(RunStarted(run=build.run("r1"), planned=2))
    recorder(JudgingStarted(run_id="r1", attempt_id="a", answered=waits))
    assert load_run(seen, "r1").ranking == (waits,)
    recorder(CandidateEnded(run_id="r1", candidate=second))
    recorder(CandidateEnded(run_id="r1", candidate=first))
    assert load_run(seen, "r1").ranking == (second, first), "in the order of ending"


def test_the_whole_record_twice_is_one(recorder: Recorder, seen: sqlite3.Connection) -> None:
    played = build.run("r1", build.candidate("b"), build.candidate("a"), winner="b")
    for event in build.events(played) * 2:
        recorder(event)
    assert load_run(seen, "r1") == played
    tables = ("sessions", "runs", "candidates", "selections", "models")
    assert [count(seen, table) for table in tables] == [1, 1, 2, 1, 1]


def test_the_end_ranks_selects_and_settles_scores(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    a, b = build.candidate("a"), build.candidate("b")
    recorder(RunStarted(run=build.run("r1"), planned=2))
    for one in (a, b):
        recorder(CandidateEnded(run_id="r1", candidate=one))
    settled = replace(b, scores=Scores(evaluator=1.0, quality=1.0, speed=1.0, combined=1.0))
    ended = build.run("r1", settled, a, winner="b")
    recorder(RunEnded(run=ended))
    assert load_run(seen, "r1") == ended
    chosen = seen.execute(
        """
        SELECT candidates.id, generators.name, s.combined, s.quality_weight, s.reason
        FROM selections AS s JOIN candidates ON candidates.key = s.candidate
        JOIN generators ON generators.key = s.generator
        """
    ).fetchone()
    assert chosen[:] == ("b", "b", 1.0, 0.6, "b passed")


@pytest.mark.parametrize(("exit_code", "state"), [(0, "ended"), (1, "ended"), (130, "interrupted")])
def test_how_a_run_ended(
    recorder: Recorder, seen: sqlite3.Connection, exit_code: int, state: str
) -> None:
    for event in build.events(build.run("r1", exit_code=exit_code)):
        recorder(event)
    row = seen.execute("SELECT state, exit_code, ended_at > '2026' FROM runs").fetchone()
    assert row[:] == (state, exit_code, 1)
    assert count(seen, "selections") == 0


def test_equal_recipes_share_a_row_and_changed_ones_do_not(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    def with_prompt(name: str, system: str | None) -> CandidateEnded:
        made = build.candidate(name, generator="g")
        instance = made.attempt.instance
        generator = replace(instance.generator, system=system)
        attempt = replace(made.attempt, instance=replace(instance, generator=generator, copy=1))
        return CandidateEnded(run_id="r1", candidate=replace(made, attempt=attempt))

    recorder(RunStarted(run=build.run("r1"), planned=3))
    for name, system in (("a", None), ("b", None), ("c", "You are terse.")):
        recorder(with_prompt(name, system))
    assert (count(seen, "generators"), count(seen, "models")) == (2, 1)


def test_other_events_leave_no_trace(recorder: Recorder, seen: sqlite3.Connection) -> None:
    recorder(Warned(message="hot"))
    assert count(seen, "sessions") == 0


def test_a_failure_is_told_once_and_then_all_is_quiet(path: Path) -> None:
    messages: list[str] = []
    recorder = Recorder(path, on_failure=messages.append)
    recorder(CandidateEnded(run_id="never begun", candidate=build.candidate("a")))
    for event in build.events(build.run("r1", build.candidate("a", Status.FAILED))):
        recorder(event)
    recorder.close()
    assert isinstance(recorder.failure, StoreFault)
    assert len(messages) == 1
    connection = connect(path, write=False)
    assert count(connection, "runs") == 0
    connection.close()


def test_attempts_of_a_run_that_was_not_planned_are_a_failure(path: Path) -> None:
    messages: list[str] = []
    recorder = Recorder(path, on_failure=messages.append)
    recorder(AttemptsAsked(run_id="r1", attempts=(build.candidate("a").attempt,)))
    recorder.close()
    assert isinstance(recorder.failure, StoreFault)
    assert len(messages) == 1


def test_what_was_rolled_back_is_written_anew(recorder: Recorder, seen: sqlite3.Connection) -> None:
    class Interrupting(tuple[str, ...]):
        def __iter__(self) -> Any:
            raise KeyboardInterrupt

    a, b = build.candidate("a").attempt, build.candidate("b").attempt
    recorder(SessionStarted(session_id="s1", plans={"r1": build.plan()}))
    with pytest.raises(KeyboardInterrupt):
        generator = replace(b.instance.generator, tags=Interrupting(("a",)))
        broken = replace(b, instance=replace(b.instance, generator=generator))
        recorder(AttemptsAsked(run_id="r1", attempts=(a, broken)))
    assert (count(seen, "attempts"), count(seen, "generators")) == (0, 0)
    recorder(AttemptsAsked(run_id="r1", attempts=(a, b)))
    assert (count(seen, "attempts"), count(seen, "generators")) == (2, 2)
    assert seen.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_failure_leaves_nothing_half_written(path: Path) -> None:
    recorder = Recorder(path)
    recorder(RunStarted(run=build.run("r1"), planned=1))
    saboteur = connect(path, write=True)
    saboteur.execute(
        "CREATE TRIGGER sabotage BEFORE INSERT ON measures BEGIN SELECT raise(ABORT, 'no'); END"
    )
    recorder(CandidateEnded(run_id="r1", candidate=build.candidate("a")))
    assert isinstance(recorder.failure, StoreFault)
    assert [count(saboteur, table) for table in ("candidates", "cases", "generators")] == [0, 0, 0]
    saboteur.close()


def test_an_interruption_in_mid_write_leaves_the_recorder_usable(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    class Interrupting(dict[str, float]):
        def items(self) -> Any:
            raise KeyboardInterrupt

    a = build.candidate("a")
    recorder(RunStarted(run=build.run("r1"), planned=1))
    with pytest.raises(KeyboardInterrupt):
        recorder(CandidateEnded(run_id="r1", candidate=replace(a, measures=Interrupting())))
    assert count(seen, "candidates") == 0
    ended = build.run("r1", a, exit_code=130)
    recorder(RunEnded(run=ended))
    assert load_run(seen, "r1") == ended


def test_a_lock_beyond_the_limit_is_one_clear_message(path: Path) -> None:
    messages: list[str] = []
    recorder = Recorder(path, on_failure=messages.append, busy_limit_s=0.05)
    other = connect(path, write=True)
    other.execute("BEGIN IMMEDIATE")
    for event in build.events(build.run("r1", build.candidate("a"))):
        recorder(event)
    assert messages == [], "there may be room yet"
    recorder.close()
    other.execute("ROLLBACK")
    other.close()
    assert isinstance(recorder.failure, StoreLockedError)
    assert len(messages) == 1
    assert "keeps the history locked" in messages[0]


@pytest.mark.parametrize("free_at", range(5))
def test_what_a_lock_kept_out_is_recorded_after_it(path: Path, free_at: int) -> None:
    recorder = Recorder(path, on_failure=pytest.fail, busy_limit_s=0.05)
    played = build.run("r1", build.candidate("b"), build.candidate("a"), winner="b")
    other = connect(path, write=True)
    other.execute("BEGIN IMMEDIATE")
    told = build.events(played)
    for number, event in enumerate(told):
        if number == free_at:
            other.execute("ROLLBACK")
        recorder(event)
        if number >= free_at:
            assert count(other, "runs") == 1, "with the next event"
    if other.in_transaction:
        other.execute("ROLLBACK")
    recorder.close()
    assert load_run(other, "r1") == played
    other.close()


def test_a_run_is_recorded_whatever_becomes_of_its_ratings(path: Path) -> None:
    recorder = Recorder(path, on_failure=pytest.fail)
    saboteur = connect(path, write=True)
    saboteur.execute(
        "CREATE TRIGGER sabotage BEFORE INSERT ON rated BEGIN SELECT raise(ABORT, 'no'); END"
    )
    runs = [
        build.run(run_id, build.candidate("b"), build.candidate("a"), winner="b")
        for run_id in ("r1", "r2")
    ]
    for played in runs:
        for event in build.events(played):
            recorder(event)
    recorder.close()
    assert [load_run(saboteur, one.run_id) for one in runs] == runs
    assert [count(saboteur, table) for table in ("ratings", "rated")] == [0, 0]
    saboteur.close()


def test_after_close_nothing_is_recorded(path: Path) -> None:
    recorder = Recorder(path, on_failure=pytest.fail)
    recorder.close()
    recorder.close()
    recorder(RunStarted(run=build.run("r1"), planned=1))
    assert recorder.failure is None
