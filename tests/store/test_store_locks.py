"""Who plays a session, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from paragen.store import locks
from paragen.store.errors import StorePathError
from paragen.store.locks import SessionLock, SessionPlayedError, is_played

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}

HOLD = """
import subprocess, sys
from paragen.store.locks import SessionLock
SessionLock(sys.argv[1], int(sys.argv[2])).take()
if len(sys.argv) > 3:
    child = subprocess.Popen(["sleep", "60"], close_fds=False, stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
print("held", flush=True)
sys.stdin.read()
"""

LOOK = """
import sys
from paragen.store.locks import is_played
print([is_played(sys.argv[1], key) for key in map(int, sys.argv[2:])])
"""

LOOK_LONG = """
import fcntl, sys, time
file = open(f"{sys.argv[1]}.lock", "a+")
fcntl.lockf(file, fcntl.LOCK_SH, 1, 1)
print("looking", flush=True)
time.sleep(0.2)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@contextmanager
def running(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def seen_elsewhere(database: Path, *keys: int) -> str:
    look = [sys.executable, "-c", LOOK, str(database), *map(str, keys)]
    return subprocess.run(
        look, capture_output=True, text=True, check=True, env=ENVIRONMENT
    ).stdout.strip()


def test_nobody_plays_where_there_is_no_file_and_none_is_made(database: Path) -> None:
    assert not is_played(database, 1)
    assert list(database.parent.iterdir()) == []


def test_a_session_is_played_by_one_process_and_dies_with_it(database: Path) -> None:
    with running(HOLD, database, 7) as process:
        assert line(process) == "held"
        assert is_played(database, 7)
        assert not is_played(database, 8)
        with pytest.raises(SessionPlayedError, match="Another process is playing"):
            SessionLock(database, 7).take()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not is_played(database, 7)
        lock = SessionLock(database, 7)
        lock.take()
        lock.release()


def test_a_program_that_outlives_its_parent_keeps_nothing(database: Path) -> None:
    with running(HOLD, database, 7, "with a child") as process:
        child = int(line(process))
        assert line(process) == "held"
        process.kill()
        process.wait()
        try:
            os.kill(child, 0)
            assert not is_played(database, 7)
        finally:
            os.kill(child, signal.SIGKILL)


def test_in_one_process_too_a_session_is_played_once(database: Path) -> None:
    lock = SessionLock(database, 7)
    lock.take()
    with pytest.raises(SessionPlayedError):
        SessionLock(database, 7).take()
    assert is_played(database, 7)
    lock.release()
    lock.release()
    assert not is_played(database, 7)


def test_neither_a_look_nor_another_lock_takes_a_lock_away(database: Path) -> None:
    one, other = SessionLock(database, 1), SessionLock(database, 2)
    one.take()
    other.take()
    try:
        assert is_played(database, 1)
        assert not is_played(database, 3)
        assert seen_elsewhere(database, 1, 2, 3) == "[True, True, False]"
        other.release()
        assert seen_elsewhere(database, 1, 2) == "[True, False]"
    finally:
        one.release()
    assert seen_elsewhere(database, 1) == "[False]"


def test_a_link_to_the_database_is_the_database(database: Path) -> None:
    database.touch()
    link = database.with_name("link.db")
    link.symlink_to(database)
    lock = SessionLock(link, 1)
    lock.take()
    try:
        assert is_played(database, 1)
        assert seen_elsewhere(database, 1) == "[True]"
    finally:
        lock.release()


def test_who_looks_does_not_keep_a_session_from_being_played(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "TAKEN_BY_A_LOOK_S", 30.0)
    with running(LOOK_LONG, database) as process:
        assert line(process) == "looking"
        lock = SessionLock(database, 1)
        lock.take()
        lock.release()


def test_where_no_lock_can_be_made_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorePathError, match="can't be opened"):
        SessionLock(tmp_path / "nowhere" / "h.db", 1).take()
