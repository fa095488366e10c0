"""A history that can't be written costs a warning, never the result."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import Done, Place, skip_where_modes_bind_nobody
from tests.cli.scripts import GOOD, MIXED

CODE = "def double(x):\n    return 2 * x\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MIXED, slots=4) as scripted:
        yield scripted


def play(place: Place, server: ScriptedOllama, *more: str) -> Done:
    place.write("task.md")
    return place.run("run", "task.md", "--host", server.url, "-m", GOOD, *more)


def one_warning(done: Done, *words: str) -> None:
    """The result is there, and one warning with these words."""
    assert (done.code, done.out) == (0, CODE), done.err
    (warning,) = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    for word in words:
        assert word in warning, warning
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_a_damaged_database(place: Place, server: ScriptedOllama) -> None:
    content = b"This is no database. " * 500
    place.database.write_bytes(content)
    one_warning(play(place, server), str(place.database), "damaged")
    assert place.database.read_bytes() == content, "and it is left as it is"
    quiet = play(place, server, "-q")
    assert (quiet.code, quiet.out) == (0, CODE)
    assert "damaged" in quiet.err, "quiet doesn't hide what goes wrong"
    for verb in ("stats", "history", "show"):
        place.run(verb).refused(str(place.database), "damaged")


@pytest.mark.slow
def test_a_database_of_a_newer_paragen(place: Place, server: ScriptedOllama) -> None:
    assert play(place, server).code == 0
    with sqlite3.connect(place.database) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    one_warning(play(place, server), "newer paragen", "999")
    place.run("stats").refused("newer paragen")


@pytest.mark.slow
def test_a_database_of_another_program(place: Place, server: ScriptedOllama) -> None:
    with sqlite3.connect(place.database) as connection:
        connection.execute("CREATE TABLE photos (id)")
    connection.close()
    one_warning(play(place, server), "another program")
    place.run("stats").refused("another program")


@pytest.mark.slow
def test_a_folder_in_its_place(place: Place, server: ScriptedOllama) -> None:
    place.database.mkdir()
    one_warning(play(place, server), "folder")
    place.run("history").refused("folder")


@pytest.mark.slow
def test_a_place_where_nothing_can_be_made(place: Place, server: ScriptedOllama) -> None:
    one_warning(play(place, server, "--db", "task.md/history.db"), "task.md")
    if Path("/proc/version").exists():
        one_warning(play(place, server, "--db", "/proc/history.db"), "/proc/history.db", "--db")


def test_a_read_only_database(place: Place, server: ScriptedOllama) -> None:
    skip_where_modes_bind_nobody(place.folder)
    assert play(place, server).code == 0
    place.database.chmod(0o400)
    place.database.parent.chmod(0o500)
    try:
        one_warning(play(place, server), "read-only")
        assert len(place.history()) == 1, "what is there can still be read"
    finally:
        place.database.parent.chmod(0o700)


def test_a_read_only_file_system(place: Place, server: ScriptedOllama) -> None:
    """What root can't write either."""
    readonly = Path("/sys/kernel/history.db")
    if not readonly.parent.is_dir():
        pytest.skip("no /sys here")
    one_warning(play(place, server, "--db", str(readonly)), str(readonly))


@pytest.mark.slow
def test_a_disk_that_is_full(place: Place, server: ScriptedOllama) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    one_warning(play(place, server, "--db", "/dev/full"), "/dev/full")


@pytest.mark.slow
def test_the_history_breaks_in_mid_run_and_the_json_is_whole(
    place: Place, server: ScriptedOllama
) -> None:
    place.database.write_bytes(b"\0" * 5000)
    done = play(place, server, "--json")
    assert (done.code, done.object["exit_code"]) == (0, 0)
    assert done.object["candidates"][0]["code"] == CODE
    assert done.err.count("warning: ") == 1


@pytest.mark.slow
def test_no_record_touches_nothing(place: Place, server: ScriptedOllama) -> None:
    done = play(place, server, "--no-record")
    assert (done.code, done.out) == (0, CODE)
    assert not place.database.exists()
    assert not (place.folder.parent / "home").exists()
