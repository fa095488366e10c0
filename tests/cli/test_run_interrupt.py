"""Ctrl-C: at every moment of a run, once and twice."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from paragen.parse.recording import RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import ENDLESS, TASK, Place, plain, until
from tests.cli.scripts import GOOD, config, faulty, generations, recorded, slow

UNENDING = TASK.replace("timeout_s: 5", "timeout_s: 600")


@pytest.mark.slow
def test_what_had_ended_is_recorded_and_shown(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD), slow("slow")], slots=2) as server:
        text = config(server.url, models=[GOOD, "slow"])
        place.write("generators.toml", text.replace("[[gen", "slots = 2\n[[gen", 1))
        place.write("task.md")
        running = place.start("run", "task.md")
        running.shows("  good: passed")
        assert running.process.poll() is None
        assert server.active == 1
        running.interrupt()
        done = running.done()
        until(lambda: server.active == 0, "the stream is closed at the server")
        endings = {e.body["model"]: e.ending for e in generations(server)}
    assert done.code == 130
    assert endings == {GOOD: "answered", "slow": "gone"}
    assert "slow: cancelled" in done.err
    assert "nterrupted" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err
    assert "def double" in done.out, "the best so far is shown"
    (row,) = place.history()
    assert (row["state"], row["candidates"], row["passes"]) == ("interrupted", 2, 1)
    recorded_run = place.run("show", "last", "--format", "json").object
    assert recorded_run["exit_code"] == 130
    assert {c["generator"]: c["status"] for c in recorded_run["candidates"]} == {
        "good": "passed",
        "slow": "cancelled",
    }


@pytest.mark.slow
def test_the_json_is_printed_all_the_same(place: Place) -> None:
    with ScriptedOllama([slow("slow")]) as server:
        place.write("task.md")
        running = place.start("run", "task.md", "--host", server.url, "-m", "slow", "--json")
        until(lambda: server.active, "it generates")
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert done.object["exit_code"] == 130
    assert done.object["winner"] is None
    assert [c["status"] for c in done.object["candidates"]] == ["cancelled"]
    schema = json.loads(place.run("schema", "run").out)
    import jsonschema

    jsonschema.validate(done.object, schema)


@pytest.mark.slow
def test_of_several_tasks_those_that_began_are_recorded(place: Place) -> None:
    with ScriptedOllama([slow("slow")]) as server:
        for name in ("one.md", "two.md"):
            place.write(name)
        running = place.start(
            "run", "one.md", "two.md", "--host", server.url, "-m", "slow", "--json"
        )
        until(lambda: server.active, "it generates")
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert [run["task"]["name"] for run in done.objects] == ["one"]
    assert [row["state"] for row in place.history()] == ["interrupted"]


@pytest.mark.slow
def test_on_a_terminal_the_cursor_comes_back(place: Place) -> None:
    with ScriptedOllama([slow("slow")]) as server:
        place.write("task.md")
        running = place.on_terminal("run", "task.md", "--host", server.url, "-m", "slow")
        until(lambda: server.active, "it generates")
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert done.err.rindex("\x1b[?25h") > done.err.rindex("\x1b[?25l")
    assert "cancelled" in plain(done.err)
    assert "Traceback" not in plain(done.err)


@pytest.mark.slow
def test_terminate_is_as_good_as_ctrl_c(place: Place) -> None:
    with ScriptedOllama([slow("slow")]) as server:
        place.write("task.md")
        running = place.start("run", "task.md", "--host", server.url, "-m", "slow")
        until(lambda: server.active, "it generates")
        running.process.send_signal(signal.SIGTERM)
        done = running.done()
    assert done.code == 130
    assert place.history()[0]["state"] == "interrupted"


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and those that they did."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        own = children.get(waiting.pop(), [])
        found += own
        waiting += own
    return found


def alive(pids: list[int]) -> list[int]:
    """Those of them that run (a zombie doesn't)."""
    running = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.append(pid)
    return running


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_no_process_is_left_of_a_program_that_never_ends(place: Place, times: int) -> None:
    with ScriptedOllama([recorded("loop", ENDLESS)]) as server:
        place.write("task.md", UNENDING)
        running = place.start("run", "task.md", "--host", server.url, "-m", "loop")
        burning: list[int] = []

        def burns() -> bool:
            burning[:] = [p for p in descendants(running.process.pid) if cpu_ticks(p) > 20]
            return bool(burning)

        until(burns, "the program runs")
        everything = descendants(running.process.pid)
        for _ in range(times):
            running.interrupt()
        done = running.done()
    assert done.code == 130
    until(lambda: not alive(everything), "all of its processes have ended")


def cpu_ticks(pid: int) -> int:
    """The CPU time of a process, in ticks of 10 ms."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


@pytest.mark.slow
def test_a_second_ctrl_c_leaves_at_once(place: Place) -> None:
    with ScriptedOllama([faulty("hangs", RecordedFault.HANG_MID_STREAM)]) as server:
        place.write("task.md")
        running = place.start("run", "task.md", "--host", server.url, "-m", "hangs")
        until(lambda: server.active, "it generates")
        running.interrupt()
        running.interrupt()
        assert running.done().code == 130
    (row,) = place.history()
    assert row["state"] in ("unfinished", "interrupted"), (
        "the history is sound, however it was left"
    )


@pytest.mark.slow
def test_a_second_ctrl_c_leaves_even_what_is_stopped_from_obeying(place: Place) -> None:
    """Another program keeps the history locked: the first Ctrl-C waits for it, not the second."""
    import sqlite3

    with ScriptedOllama([recorded(GOOD), slow("slow")], slots=2) as server:
        place.write("task.md")
        text = config(server.url, models=["slow"])
        place.write("generators.toml", text)
        running = place.start("run", "task.md")
        until(lambda: server.active, "it generates")
        until(lambda: len(place.history()) == 1, "the run is on record")
        holding = sqlite3.connect(place.database, isolation_level=None)
        holding.execute("BEGIN IMMEDIATE")
        try:
            running.interrupt()
            until(lambda: server.active == 0, "the stream is closed")
            assert running.process.poll() is None, "it waits for the database"
            running.interrupt()
            done = running.done()
        finally:
            holding.execute("ROLLBACK")
            holding.close()
    assert done.code == 130
    assert "Traceback" not in done.err
    assert "locked" not in done.err, "it left before SQLite had waited to its limit"


def test_before_anything_began(place: Place, tmp_path: Path) -> None:
    """While the task is still being read, from a pipe that says nothing."""
    fifo = place.folder / "task.md"
    os.mkfifo(fifo)
    running = place.start("run", "task.md", "-m", GOOD)
    writer = os.open(fifo, os.O_WRONLY)  # waits until it is opened for reading
    try:
        running.interrupt()
        done = running.done()
    finally:
        os.close(writer)
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err
    assert not place.database.exists()


@pytest.mark.slow
def test_while_hosts_are_asked_how_they_are(place: Place) -> None:
    """A server that takes the connection and never answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        running = place.start("run", place.write("task.md"), "--host", url, "-m", GOOD)
        connection, _ = deaf.accept()
        with connection:
            running.interrupt()
            done = running.done()
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err


def test_a_judge_that_is_interrupted_leaves_no_process(place: Place) -> None:
    place.write("task.md", UNENDING)
    place.write("loop.py", "def double(x):\n    while True:\n        pass\n")
    running = place.start("judge", "task.md", "loop.py")
    until(
        lambda: any(cpu_ticks(p) > 20 for p in descendants(running.process.pid)),
        "the program runs",
    )
    everything = descendants(running.process.pid)
    running.interrupt()
    done = running.done()
    assert done.code == 130
    assert "Traceback" not in done.err
    until(lambda: not alive(everything), "all of its processes have ended")
