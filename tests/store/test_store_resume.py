from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate, Fault
from paragen.domain.events import (
    AttemptsAsked,
    CandidateEnded,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.domain.generator import Attempt, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.status import Status
from paragen.engine.outcome import conclude
from paragen.store.connection import connect
from paragen.store.fingerprint import fingerprint
from paragen.store.locks import SessionLock, SessionPlayedError, is_played
from paragen.store.queries import RunNotFoundError, history, load_run
from paragen.store.recorder import Recorder
from paragen.store.resume import (
    NothingToResumeError,
    Unfinished,
    UnfinishedRun,
    left_open,
    unfinished,
)
from tests.store import build
from tests.store.test_store_round_trip import whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture
def recorder(path: Path) -> Iterator[Recorder]:
    recorder = Recorder(path, settings={"config": "here.toml"}, on_failure=pytest.fail)
    yield recorder
    recorder.close()


@pytest.fixture
def seen(path: Path, recorder: Recorder) -> Iterator[sqlite3.Connection]:
    """What another process sees."""
    connection = connect(path, write=False)
    yield connection
    connection.close()


def begin(recorder: Recorder, session: str, plans: Mapping[str, Plan]) -> None:
    recorder(SessionStarted(session_id=session, plans=plans))


def start(recorder: Recorder, session: str, run_id: str) -> None:
    run = replace(build.run(run_id), session_id=session)
    recorder(RunStarted(run=run, planned=0))


def finish(recorder: Recorder, session: str, run_id: str, *ranking: Candidate) -> None:
    run = replace(build.run(run_id, *ranking), session_id=session)
    recorder(RunEnded(run=run))


def asked(plan: Plan) -> tuple[Attempt, ...]:
    return tuple(Attempt(id=f"c{n}", instance=who) for n, who in enumerate(plan.roster, 1))


def record(path: Path, session: str, plans: Mapping[str, Plan], *, ended: bool = False) -> None:
    """A session that began, and of which nothing else is known, or its end."""
    recorder = Recorder(path, on_failure=pytest.fail)
    begin(recorder, session, plans)
    for run_id in plans:
        if ended:
            start(recorder, session, run_id)
            finish(recorder, session, run_id)
    recorder.close()


def the_one(found: Unfinished | None) -> Unfinished:
    assert found is not None
    return found


def test_a_session_is_there_whole_as_soon_as_it_began(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    plans = {"r2": build.plan("two"), "r1": build.plan("one", "a", seed=3)}
    begin(recorder, "s1", plans)
    recorder.close()
    found = the_one(unfinished(seen))
    assert found.session_id == "s1"
    assert found.settings == {"config": "here.toml"}
    assert found.fingerprint == fingerprint(plans.values())
    assert {one.run_id: one.plan for one in found.runs} == plans
    assert [one.run_id for one in found.runs] == ["r2", "r1"]
    assert {(one.attempts, one.candidates, one.ended, one.run) for one in found.runs} == {
        ((), (), False, None)
    }


def test_what_was_asked_and_what_ended_is_there_in_its_order(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    plan = build.plan()
    first, second, third, fourth = asked(plan)
    begin(recorder, "s1", {"r1": plan})
    start(recorder, "s1", "r1")
    recorder(AttemptsAsked(run_id="r1", attempts=(first, third)))
    recorder(AttemptsAsked(run_id="r1", attempts=(second, fourth)))
    ends = (build.ended(fourth), build.ended(first, Status.FAILED))
    for one in ends:
        recorder(CandidateEnded(run_id="r1", candidate=one))
    recorder.close()
    (run,) = the_one(unfinished(seen)).runs
    assert run.attempts == (first, third, second, fourth)
    assert run.attempts[0].instance is run.plan.roster[0]
    assert run.candidates == ends
    assert run.candidates[1].attempt is run.attempts[0]
    assert not run.ended
    assert run.run is not None
    assert run.run.started_at == build.run("r1").started_at


def test_an_attempt_that_is_asked_again_ends_last(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    plan = build.plan()
    first, second, *_ = asked(plan)
    interrupted = replace(
        build.ended(first, Status.CANCELLED), error=Fault(kind="interrupted", message="Stopped.")
    )
    begin(recorder, "s1", {"r1": plan})
    start(recorder, "s1", "r1")
    recorder(AttemptsAsked(run_id="r1", attempts=(first, second)))
    for one in (interrupted, build.ended(second)):
        recorder(CandidateEnded(run_id="r1", candidate=one))
    stopped = build.run("r1", build.ended(second), interrupted, winner="c2", exit_code=130)
    recorder(RunEnded(run=replace(stopped, session_id="s1")))
    assert history(seen, limit=1)[0].state == "interrupted"

    begin(recorder, "s1", {"r1": plan})
    start(recorder, "s1", "r1")
    (again,) = history(seen, limit=1)
    assert (again.state, again.winner, again.generator) == ("running", None, None)
    recorder(AttemptsAsked(run_id="r1", attempts=(first, second)))
    recorder(CandidateEnded(run_id="r1", candidate=build.ended(first)))
    assert load_run(seen, "r1").ranking == (build.ended(second), build.ended(first))
    finish(recorder, "s1", "r1", build.ended(first), build.ended(second))
    recorder.close()
    (run,) = the_one(unfinished(seen, "r1", ended=True)).runs
    assert run.attempts == (first, second)
    assert run.candidates == (build.ended(second), build.ended(first))
    assert run.ended
    assert run.run is not None
    assert run.run.ranking == (build.ended(first), build.ended(second))


def test_instances_that_are_not_of_the_roster_come_back(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    plan = build.plan()
    further = instance(Generator(name="d", model="d", system="\ud800", temperature=0), 7, 5)
    attempts = (
        Attempt(id="c1", instance=further),
        Attempt(id="c2", instance=replace(plan.roster[0], seed=99)),
    )
    begin(recorder, "s1", {"r1": replace(plan, roster=(*plan.roster, further))})
    recorder(AttemptsAsked(run_id="r1", attempts=attempts))
    recorder.close()
    (run,) = the_one(unfinished(seen)).runs
    assert run.attempts == attempts


@pytest.mark.parametrize("reference", ["run-aa", "run-a", "sess-1", "sess", "last", None])
def test_a_session_is_meant_by_its_id_a_runs_or_a_beginning(
    path: Path, seen: sqlite3.Connection, reference: str | None
) -> None:
    record(path, "sess-1", {"run-aa": build.plan("one"), "run-ab": build.plan("two")})
    assert the_one(unfinished(seen, reference)).session_id == "sess-1"


def test_ids_that_mean_none_or_several_say_so(path: Path, seen: sqlite3.Connection) -> None:
    record(path, "s1", {"run-aa": build.plan()})
    record(path, "s2", {"run-ab": build.plan()}, ended=True)
    with pytest.raises(RunNotFoundError, match="begins more than one id: run-aa, run-ab, … Write"):
        unfinished(seen, "run")
    with pytest.raises(RunNotFoundError, match=r"No run 'run-b' is recorded\. Nearest: run-ab"):
        unfinished(seen, "run-b")
    with pytest.raises(RunNotFoundError, match="No run ''"):
        unfinished(seen, "")


def test_a_session_that_ended_is_found_only_where_that_is_asked_for(
    path: Path, seen: sqlite3.Connection
) -> None:
    record(path, "s1", {"r1": build.plan()}, ended=True)
    assert unfinished(seen) is None
    with pytest.raises(NothingToResumeError, match=r"r1 has ended.*--retry"):
        unfinished(seen, "r1")
    assert the_one(unfinished(seen, "r1", ended=True)).session_id == "s1"
    assert the_one(unfinished(seen, ended=True)).session_id == "s1"


def test_one_run_that_has_not_ended_leaves_the_session_unfinished(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    begin(recorder, "s1", {"r1": build.plan("one"), "r2": build.plan("two")})
    start(recorder, "s1", "r1")
    finish(recorder, "s1", "r1")
    recorder.close()
    assert [one.ended for one in the_one(unfinished(seen)).runs] == [True, False]


def test_the_newest_unfinished_session_comes_first(path: Path, seen: sqlite3.Connection) -> None:
    record(path, "s1", {"r1": build.plan("one")})
    record(path, "s2", {"r2": build.plan("two")})
    record(path, "s3", {"r3": build.plan("three")}, ended=True)
    assert the_one(unfinished(seen)).session_id == "s2"


def test_by_fingerprint_only_the_same_session_is_found(
    path: Path, seen: sqlite3.Connection
) -> None:
    one, two = build.plan("one"), build.plan("two")
    record(path, "s1", {"r1": one})
    record(path, "s2", {"r2": two})
    assert the_one(unfinished(seen, fingerprint=fingerprint([one]))).session_id == "s1"
    assert unfinished(seen, fingerprint=fingerprint([one, two])) is None


def test_a_session_that_was_begun_anew_is_passed_over(path: Path, seen: sqlite3.Connection) -> None:
    plan = build.plan()
    record(path, "s1", {"r1": plan})
    record(path, "s2", {"r2": plan}, ended=True)
    assert unfinished(seen) is None
    assert unfinished(seen, fingerprint=fingerprint([plan])) is None
    assert the_one(unfinished(seen, "r1")).session_id == "s1"


def test_what_was_left_open_is_the_newest_session_of_these_tasks(
    path: Path, recorder: Recorder, seen: sqlite3.Connection
) -> None:
    assert left_open(seen, {"one"}) is None
    record(path, "s1", {"r1": build.plan("one"), "r2": build.plan("two")})
    assert left_open(seen, {"one", "two"}) == "s1"
    assert left_open(seen, {"one"}) is None
    record(path, "s2", {"r3": build.plan("one")}, ended=True)
    assert left_open(seen, {"one"}) is None
    assert left_open(seen, {"one", "two"}) is None, "it isn't the newest any more"
    begin(recorder, "s3", {"r4": build.plan("one")})
    assert left_open(seen, {"one"}) is None, "it is being played"
    recorder.close()
    assert left_open(seen, {"one"}) == "s3"


def test_a_session_that_is_played_is_left_alone(
    path: Path, recorder: Recorder, seen: sqlite3.Connection
) -> None:
    record(path, "s1", {"r1": build.plan("one")})
    begin(recorder, "s2", {"r2": build.plan("two")})
    assert the_one(unfinished(seen)).session_id == "s1"
    with pytest.raises(SessionPlayedError):
        unfinished(seen, "r2")
    recorder.close()
    assert the_one(unfinished(seen)).session_id == "s2"


def test_a_second_recorder_of_a_played_session_records_nothing(
    path: Path, recorder: Recorder
) -> None:
    begin(recorder, "s1", {"r1": build.plan("one")})
    messages: list[str] = []
    second = Recorder(path, on_failure=messages.append)
    begin(second, "s1", {"r1": build.plan("two"), "r2": build.plan("three")})
    second.close()
    assert isinstance(second.failure, SessionPlayedError)
    assert len(messages) == 1
    recorder.close()
    connection = connect(path, write=False)
    assert [one.plan.task.name for one in the_one(unfinished(connection)).runs] == ["one"]
    connection.close()


def test_a_lock_taken_before_is_the_recorders_until_it_closes(
    path: Path, seen: sqlite3.Connection
) -> None:
    plans = {"r1": build.plan()}
    record(path, "s1", plans)
    lock = SessionLock(path, the_one(unfinished(seen)).session_key)
    lock.take()
    with pytest.raises(SessionPlayedError):
        unfinished(seen, "s1")
    assert the_one(unfinished(seen, "s1", lock=lock)).session_id == "s1"
    recorder = Recorder(path, on_failure=pytest.fail, lock=lock)
    begin(recorder, "s1", plans)
    assert is_played(path, lock.session_key)
    recorder.close()
    assert not is_played(path, lock.session_key)


def test_history_tells_what_is_played_from_what_died(
    path: Path, recorder: Recorder, seen: sqlite3.Connection
) -> None:
    begin(recorder, "s1", {"r1": build.plan()})
    start(recorder, "s1", "r1")
    assert history(seen, limit=1)[0].state == "running"
    recorder.close()
    assert history(seen, limit=1)[0].state == "unfinished"


def test_runs_recorded_without_plans_cannot_be_gone_on_with(
    path: Path, recorder: Recorder, seen: sqlite3.Connection
) -> None:
    start(recorder, "s1", "old-run")
    recorder.close()
    assert history(seen, limit=1)[0].state == "unfinished"
    assert unfinished(seen) is None
    with pytest.raises(NothingToResumeError, match="by an older paragen"):
        unfinished(seen, "old")


def test_in_an_empty_history_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    connection = connect(tmp_path / "none.db", write=False)
    assert unfinished(connection) is None
    connection.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(plans=st.lists(build.plans(), min_size=1, max_size=3))
def test_any_session_comes_back(plans: list[Plan]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.db"
        record(path, "s1", {f"r{n}": plan for n, plan in enumerate(plans)})
        connection = connect(path, write=False)
        found = the_one(unfinished(connection))
        connection.close()
    assert whole([asdict(one.plan) for one in found.runs]) == whole([asdict(p) for p in plans])


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.slow
def test_any_board_is_rebuilt_exactly(data: st.DataObject) -> None:
    plan = build.plan("slugify", "a", "b", copies=4)
    waiting = list(asked(plan))
    board = Board(task=plan.task, roster=plan.roster, criteria=plan.criteria)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.db"
        recorder = Recorder(path, on_failure=pytest.fail)
        begin(recorder, "s1", {"r1": plan})
        start(recorder, "s1", "r1")
        for _ in range(data.draw(st.integers(0, 12))):
            board = play_on(data, board, waiting, recorder)
            if data.draw(st.integers(0, 5)) == 0:
                recorder.close()
                recorder = Recorder(path, on_failure=pytest.fail)
                begin(recorder, "s1", {"r1": plan})
                start(recorder, "s1", "r1")
        recorder.close()
        connection = connect(path, write=False)
        (run,) = the_one(unfinished(connection)).runs
        connection.close()
    rebuilt = Board(task=run.plan.task, roster=run.plan.roster, criteria=run.plan.criteria)
    rebuilt = rebuilt.asked(run.attempts)
    for one in run.candidates:
        rebuilt = rebuilt.ended(one)
    assert list(rebuilt.attempts.items()) == list(board.attempts.items())
    assert list(rebuilt.candidates.items()) == list(board.candidates.items())
    assert rebuilt.showings == board.showings


def play_on(data: st.DataObject, board: Board, waiting: list[Attempt], recorder: Recorder) -> Board:
    """Ask for some of those that wait, or end one that is in flight; recorded, perhaps twice."""
    event: AttemptsAsked | CandidateEnded
    if waiting and (not board.running or data.draw(st.booleans())):
        count = data.draw(st.integers(1, len(waiting)))
        attempts = tuple(waiting.pop(0) for _ in range(count))
        board, event = board.asked(attempts), AttemptsAsked(run_id="r1", attempts=attempts)
    elif board.running:
        attempt = board.attempts[data.draw(st.sampled_from(board.in_flight))]
        candidate = build.ended(attempt, data.draw(st.sampled_from(Status)))
        board, event = board.ended(candidate), CandidateEnded(run_id="r1", candidate=candidate)
    else:
        return board
    for _ in range(data.draw(st.integers(1, 2))):
        recorder(event)
    return board


def test_what_was_played_to_its_end_is_equal_after_all(
    recorder: Recorder, seen: sqlite3.Connection
) -> None:
    plan = build.plan()
    board = Board(task=plan.task, roster=plan.roster, criteria=plan.criteria).asked(asked(plan))
    begin(recorder, "s1", {"r1": plan})
    run = replace(build.run("r1"), session_id="s1", task=plan.task)
    recorder(RunStarted(run=run, planned=4))
    recorder(AttemptsAsked(run_id="r1", attempts=asked(plan)))
    for attempt in asked(plan):
        candidate = build.ended(attempt)
        board = board.ended(candidate)
        recorder(CandidateEnded(run_id="r1", candidate=candidate))
    ended = conclude(run, board, finish="everyone has played", wall_s=1.0, interrupted=False)
    recorder(RunEnded(run=ended))
    recorder.close()
    (found,) = the_one(unfinished(seen, "s1", ended=True)).runs
    assert found == UnfinishedRun(
        run_id="r1",
        plan=plan,
        attempts=asked(plan),
        candidates=tuple(board.candidates.values()),
        ended=True,
        run=ended,
    )
