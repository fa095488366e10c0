from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest

from paragen.domain.errors import StoreError
from paragen.store import migrations
from paragen.store.connection import connect, default_path
from paragen.store.errors import (
    StoreCorruptError,
    StoreForeignError,
    StoreLockedError,
    StoreNewerError,
    StorePathError,
)
from paragen.store.queries import history, load_run, stats
from paragen.store.recorder import Recorder
from tests.store import build


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


def fill(path: Path) -> None:
    recorder = Recorder(path, on_failure=pytest.fail)
    for event in build.events(build.run("r1", build.candidate("a", text="x" * 20000), winner="a")):
        recorder(event)
    recorder.close()


def test_where_the_history_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PARAGEN_DB", "~/mine.db")
    assert default_path() == tmp_path / "mine.db"
    monkeypatch.setenv("PARAGEN_DB", "")
    expected = Path(platformdirs.user_data_dir("paragen", appauthor=False)) / "history.db"
    assert default_path() == expected


def test_writing_makes_folders_and_the_pragmas_hold(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a" / "b?c#d%20.db", write=True)
    pragmas = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
    }
    strict = connection.execute(
        "SELECT name FROM pragma_table_list WHERE NOT strict AND schema = 'main' "
        "AND type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).fetchall()
    connection.close()
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 1,
        "busy_timeout": 30_000,
    }
    assert [row["name"] for row in strict] == ["_sqlite_migrations"]
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b?c#d%20.db"]


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.touch()], ids=["missing", "empty"])
def test_reading_nothing_is_an_empty_history_and_makes_nothing(path: Path, make: object) -> None:
    assert callable(make)
    make(path)
    before = [p.stat().st_size for p in path.parent.iterdir()]
    connection = connect(path, write=False)
    assert (history(connection, limit=1), stats(connection)) == ([], [])
    connection.close()
    assert [p.stat().st_size for p in path.parent.iterdir()] == before


def test_reading_a_file_that_is_just_being_made_is_an_empty_history(path: Path) -> None:
    maker = sqlite3.connect(path)
    maker.execute("PRAGMA journal_mode = WAL")
    maker.close()
    assert path.stat().st_size > 0
    connection = connect(path, write=False)
    assert history(connection, limit=1) == []
    connection.close()


def test_reading_cannot_write_and_leaves_no_files(path: Path) -> None:
    fill(path)
    connection = connect(path, write=False)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM runs")
    connection.close()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("write", [True, False])
def test_a_folder_is_no_database(tmp_path: Path, write: bool) -> None:
    with pytest.raises(StorePathError, match="it is a folder"):
        connect(tmp_path, write=write)


@pytest.mark.parametrize("write", [True, False])
def test_a_folder_that_is_a_file(tmp_path: Path, write: bool) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorePathError, match=r"h\.db: the history can't be opened: "):
        connect(tmp_path / "file" / "h.db", write=write)


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0", b"# notes\n"])
def test_a_file_of_something_else_is_left_as_it_is(path: Path, content: bytes, write: bool) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreCorruptError, match="damaged or not a database"):
        connect(path, write=write)
    assert path.read_bytes() == content


def test_a_truncated_database_is_one_clear_message(path: Path) -> None:
    fill(path)
    whole = path.read_bytes()
    messages = []
    for pages in range(1, len(whole) // 4096, 3):
        path.write_bytes(whole[: pages * 4096])
        try:
            connection = connect(path, write=False)
            try:
                load_run(connection, "r1")
            finally:
                connection.close()
        except StoreError as error:
            messages.append(error)
    assert messages
    assert {type(error) for error in messages} == {StoreCorruptError}


def test_recording_to_a_damaged_file_is_told_once(path: Path) -> None:
    fill(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    messages: list[str] = []
    recorder = Recorder(path, on_failure=messages.append)
    for event in build.events(build.run("r2", build.candidate("a"))):
        recorder(event)
    recorder.close()
    assert isinstance(recorder.failure, StoreCorruptError)
    assert len(messages) == 1


@pytest.mark.parametrize("write", [True, False])
def test_a_newer_schema_says_what_to_do(path: Path, write: bool) -> None:
    connection = connect(path, write=True)
    connection.execute(f"PRAGMA user_version = {migrations.version() + 1}")
    connection.close()
    with pytest.raises(StoreNewerError, match=r"newer paragen .* Update paragen, or .* --db"):
        connect(path, write=write)


@pytest.mark.parametrize("write", [True, False])
def test_another_programs_database_is_not_touched(path: Path, write: bool) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreForeignError, match="belongs to another program"):
        connect(path, write=write)
    assert path.read_bytes() == before


def test_a_lock_beyond_the_limit(path: Path) -> None:
    fill(path)
    other = connect(path, write=True)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLockedError, match="keeps the history locked"):
        connect(path, write=True, busy_limit_s=0.05)
    reader = connect(path, write=False, busy_limit_s=0.05)
    assert len(history(reader, limit=5)) == 1
    for connection in (reader, other):
        connection.close()


def test_a_lock_on_a_file_being_made_is_waited_for_no_longer_than_the_limit(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreLockedError):
        connect(path, write=True, busy_limit_s=0.05)
    other.close()


RECORD = """
import os, resource, signal, sys
from pathlib import Path
from paragen.store.connection import connect
from paragen.store.queries import history
from paragen.store.recorder import Recorder
import sqlite_utils.migrations  # all imports come before rights are dropped
from tests.store import build

path = Path(sys.argv[1])
{before}
recorder = Recorder(path, on_failure=lambda message: print("FAILED", message))
for n in range({runs}):
    for event in build.events(build.run(f"run{{n}}", build.candidate("a", text="x" * 20000))):
        recorder(event)
recorder.close()
print(type(recorder.failure).__name__)
try:
    connection = connect(path, write=False)
    print(len(history(connection, limit=1000)))
except Exception as error:
    print(type(error).__name__)
"""

AS_NOBODY = "os.setuid(65534) if os.getuid() == 0 else None"
SMALL_FILES = "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))"


def record(path: Path, *, before: str = "", runs: int = 1, wrapper: str = "") -> list[str]:
    """The lines that a process prints which records to `path`."""
    script = RECORD.format(before=before, runs=runs)
    argv = [sys.executable, "-c", script, str(path)]
    if wrapper:
        argv = ["unshare", "-rm", "sh", "-c", wrapper, *argv]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    ended = subprocess.run(argv, capture_output=True, text=True, env=environment, check=False)
    assert ended.stderr == ""
    return ended.stdout.splitlines()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user may enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="paragen-store-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_file_that_may_only_be_read(open_folder: Path) -> None:
    path = open_folder / "h.db"
    fill(path)
    path.chmod(0o444)
    open_folder.chmod(0o777)
    failed, kind, runs = record(path, before=AS_NOBODY)
    assert failed.startswith("FAILED") and "read-only" in failed
    assert (kind, runs) == ("StoreReadOnlyError", "1")


def test_a_folder_that_may_only_be_read(open_folder: Path) -> None:
    path = open_folder / "h.db"
    fill(path)
    path.chmod(0o444)
    open_folder.chmod(0o555)
    failed, kind, runs = record(path, before=AS_NOBODY)
    assert failed.startswith("FAILED") and "read-only" in failed
    assert (kind, runs) == ("StoreReadOnlyError", "1")


def test_a_file_that_may_not_even_be_read(open_folder: Path) -> None:
    path = open_folder / "h.db"
    fill(path)
    path.chmod(0o000)
    failed, kind, runs = record(path, before=AS_NOBODY)
    assert failed.startswith("FAILED") and "permission denied" in failed
    assert (kind, runs) == ("StorePathError", "StorePathError")


def test_a_folder_where_nothing_may_be_made(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    for path in (open_folder / "h.db", open_folder / "deeper" / "h.db"):
        failed, kind, runs = record(path, before=AS_NOBODY)
        assert failed.startswith("FAILED") and "can't be opened" in failed
        assert (kind, runs) == ("StorePathError", "0")


def test_a_file_that_may_grow_no_further_keeps_what_it_has(path: Path) -> None:
    *failed, kind, runs = record(path, before=SMALL_FILES, runs=100)
    assert len(failed) == 1 and failed[0].startswith("FAILED")
    assert kind == "StoreFault"
    assert 5 < int(runs) < 100
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def can_mount() -> bool:
    probe = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return shutil.which("unshare") is not None and (
        subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )


def test_a_full_disk_is_one_clear_message_and_keeps_what_it_has(tmp_path: Path) -> None:
    if not can_mount():
        pytest.skip("a small disk can't be mounted here")
    mount = f'mount -t tmpfs -o size=1m tmpfs {tmp_path} && exec "$0" "$@"'
    *failed, kind, runs = record(tmp_path / "h.db", runs=100, wrapper=mount)
    assert len(failed) == 1 and "the disk is full" in failed[0]
    assert kind == "StoreFullError"
    assert 5 < int(runs) < 100


def test_a_disk_too_full_to_begin(tmp_path: Path) -> None:
    if not can_mount():
        pytest.skip("a small disk can't be mounted here")
    mount = f'mount -t tmpfs -o size=8k tmpfs {tmp_path} && exec "$0" "$@"'
    *failed, kind, runs = record(tmp_path / "h.db", wrapper=mount)
    assert len(failed) == 1 and "the disk is full" in failed[0]
    assert (kind, runs) == ("StoreFullError", "StoreFullError")
