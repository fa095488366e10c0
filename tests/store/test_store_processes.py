"""Many processes on one file, killed ones, and what reading loads: all with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from paragen.store.connection import connect
from paragen.store.queries import history, load_run

PROCESSES = 10
RUNS = 20
CANDIDATES = 4
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}

PLAY = """
import sys
from paragen.store.recorder import Recorder
from tests.store import build

path, me, runs, candidates = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
sys.stdin.readline()
recorder = Recorder(path, on_failure=lambda message: print(message))
for n in range(runs):
    played = [build.candidate(f"c{i}", generator=f"g{me}.{i}") for i in range(candidates)]
    for event in build.events(build.run(f"{me}-{n}", *played, winner="c0")):
        recorder(event)
recorder.close()
"""


@pytest.mark.slow
def test_ten_processes_on_a_file_that_is_not_there_yet_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "h.db"
    arguments = [str(RUNS), str(CANDIDATES)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PLAY, str(path), str(me), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        for me in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate() for process in processes]
    assert outputs == [("", "")] * PROCESSES
    connection = connect(path, write=False)
    runs = history(connection, limit=1000)
    assert len(runs) == PROCESSES * RUNS
    assert {(run.state, run.candidates, run.winner) for run in runs} == {
        ("ended", CANDIDATES, "c0")
    }
    for me in range(PROCESSES):
        assert len(load_run(connection, f"{me}-{RUNS - 1}").ranking) == CANDIDATES
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    (names, rows) = connection.execute(
        "SELECT count(DISTINCT name), count(*) FROM generators"
    ).fetchone()
    assert names == rows == PROCESSES * CANDIDATES
    assert connection.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1
    connection.close()


RACE = """
import multiprocessing, sys
import sqlite_utils.migrations
from paragen.store.connection import connect

def make_all(barrier):
    for n in range(60):
        barrier.wait()
        connect(f"{sys.argv[1]}/{n}.db", write=True).close()

context = multiprocessing.get_context("fork")
barrier = context.Barrier(10, timeout=30)
processes = [context.Process(target=make_all, args=(barrier,)) for _ in range(10)]
for process in processes:
    process.start()
for process in processes:
    process.join()
"""


@pytest.mark.slow
def test_files_made_by_ten_processes_at_the_same_moment(tmp_path: Path) -> None:
    race = [sys.executable, "-c", RACE, str(tmp_path)]
    ended = subprocess.run(race, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(list(tmp_path.glob("*.db"))) == 60


DIE = """
import sys
from paragen.domain.events import CandidateEnded, RunStarted
from paragen.store.recorder import Recorder
from tests.store import build

recorder = Recorder(sys.argv[1], on_failure=lambda message: print("FAILED", message))
recorder(RunStarted(run=build.run("r1"), planned=10**6))
for n in range(10**6):
    made = build.candidate(f"c{n}", text="x" * 10000)
    recorder(CandidateEnded(run_id="r1", candidate=made))
    print(f"c{n}", flush=True)
"""


def test_killed_at_any_moment_all_that_was_told_is_there(tmp_path: Path) -> None:
    for attempt in range(3):
        path = tmp_path / f"h{attempt}.db"
        process = subprocess.Popen(
            [sys.executable, "-c", DIE, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(50 + 7 * attempt)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split()
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        connection = connect(path, write=False)
        ranking = load_run(connection, "r1").ranking
        recorded = [c.id for c in ranking]
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.close()
        assert recorded[: len(told)] == told
        assert len(recorded) <= len(told) + 1
        assert all(c.verdict and len(c.verdict.cases) == 2 for c in ranking)


READ = """
import sys
from paragen.store.connection import connect, default_path
from paragen.store.queries import find_run, history, load_run, stats
connection = connect(default_path(), write=False)
print(len(history(connection, limit=10)), len(stats(connection)))
if len(sys.argv) > 1:
    load_run(connection, find_run(connection, "last"))
late = {"sqlite_utils", "ollama", "httpx", "pydantic", "typer", "platformdirs", "paragen.hosts"}
print(sorted(late & set(sys.modules)))
"""


def read(path: Path, *arguments: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", READ, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**ENVIRONMENT, "PARAGEN_DB": str(path)},
    ).stdout.splitlines()


def test_reading_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    assert read(path) == ["0 0", "[]"]
    assert not path.exists()
    subprocess.run(
        [sys.executable, "-c", PLAY, str(path), "me", "2", "3"],
        input="go\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    assert read(path, "and a run") == ["2 3", "[]"]


def test_a_reader_sees_whole_candidates_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    process = subprocess.Popen(
        [sys.executable, "-c", DIE, str(path)], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert process.stdout is not None
    process.stdout.readline()
    connection = connect(path, write=False)
    try:
        for _ in range(8):
            ranking = load_run(connection, "r1").ranking
            assert ranking
            assert all(c.verdict and len(c.verdict.cases) == 2 for c in ranking)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
        connection.close()


HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM runs")
print("ready", flush=True)
time.sleep(60)
"""


def test_a_killed_writers_file_can_be_written_again(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    connect(path, write=True).close()
    blocker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
            str(path),
        ],
        stdout=subprocess.PIPE,
    )
    assert blocker.stdout is not None
    blocker.stdout.readline()
    blocker.kill()
    blocker.stdout.close()
    blocker.wait()
    connection = connect(path, write=True, busy_limit_s=5)
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
