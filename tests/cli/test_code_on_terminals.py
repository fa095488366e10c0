"""Programs on terminals: they can be copied from there, however narrow it is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from paragen.store.recorder import Recorder
from tests.cli.running import Place, Running, plain
from tests.cli.scripts import GOOD, recorded
from tests.store import build

LONG = "    return x + x  # " + "a remark that no terminal has room for, " * 8 + "really"
CODE = f"def double(x):\n{LONG}\n"
OTHER = CODE.replace("x + x", "2 * x")
RUN = build.run(
    "run-a",
    replace(build.candidate("one"), code=CODE),
    replace(build.candidate("other"), code=OTHER),
    winner="one",
    task_type="general",
)


@pytest.fixture
def recorded_run(place: Place) -> Place:
    """A place with a run on record, whose programs have long lines."""
    with closing(Recorder(place.database, settings={})) as recorder:
        for event in build.events(RUN):
            recorder(event)
        assert recorder.failure is None
    return place


def lines(running: Running) -> list[str]:
    """What a terminal was given, line by line."""
    done = running.done()
    assert done.code == 0, done.err
    return plain(done.err).split("\n")


@pytest.mark.parametrize("settings", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_its_bytes_are_the_programs(recorded_run: Place, settings: dict[str, str]) -> None:
    shown = recorded_run.on_terminal("show", "last", "--code", columns=40, settings=settings)
    assert "\n".join(lines(shown)) == CODE


def test_of_a_candidate_and_of_what_differs(recorded_run: Place) -> None:
    one = lines(recorded_run.on_terminal("show", "last", "--candidate", "other", columns=80))
    assert "\n".join(one).endswith(OTHER)
    differs = lines(recorded_run.on_terminal("show", "last", "--diff", "other", columns=80))
    assert f"+{LONG}" in differs


def test_what_is_looked_at_in_a_pipe_is_whole_too(recorded_run: Place) -> None:
    assert recorded_run.run("show", "last", "--candidate", "one").out.endswith(CODE)


def test_of_two_that_are_compared(recorded_run: Place) -> None:
    asking = recorded_run.on_terminal("feedback", "--blind", columns=60)
    asking.shows("Which is better")
    asking.interrupt()
    shown = plain(asking.done().err).split("\n")
    assert {LONG, LONG.replace("x + x", "2 * x")} <= set(shown)


def test_of_the_winner(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD, f"```python\n{CODE}```")]) as server:
        place.write("task.md")
        played = place.on_terminal(
            "run", "task.md", "--host", server.url, "-m", GOOD, "--no-record", columns=50
        )
        assert "\n".join(lines(played)).endswith(CODE)
