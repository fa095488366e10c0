"""The demo doesn't get in the way of who plays in earnest."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from paragen.dispatch.costs import GUESS, MEASURED
from tests.cli.running import Place

SAID = re.compile(r"`paragen (.*?)`")


@pytest.fixture
def unnamed(place: Place) -> Place:
    """A place where no history is named."""
    del place.environment["PARAGEN_DB"]
    return place


def said(place: Place, line: str) -> list[str]:
    """The command that a line names, as a shell reads it."""
    found = SAID.search(line)
    assert found, line
    home = place.environment["HOME"]
    return [re.sub("^~", home, word) for word in shlex.split(found[1])]


def test_it_is_recorded_apart_and_the_last_line_says_where(unnamed: Place) -> None:
    done = unnamed.run("run", "--demo", "-g", "quick_and_right", "-o", "x.py")
    assert done.code == 0, done.err
    command = said(unnamed, done.err.splitlines()[-1])
    assert command[:2] == ["stats", "--db"]
    assert Path(command[2]).name == "demo.db"
    rows = unnamed.run(*command, "--format", "json").object["rows"]
    assert [row["generator"] for row in rows] == ["quick_and_right"]
    assert unnamed.history() == []


@pytest.mark.slow
def test_with_a_history_named_for_it_it_is_there(place: Place) -> None:
    done = place.run("run", "--demo", "-g", "quick_and_right")
    assert "apart" not in done.err
    assert [row["winner"] for row in place.history()] == ["quick_and_right"]
    named = place.run("run", "--demo", "-g", "quick_and_right", "--db", "named.db")
    assert "apart" not in named.err
    assert len(place.history("--db", "named.db")) == 1


@pytest.mark.slow
def test_broken_off_it_is_gone_on_with_as_the_last_line_says_and_by_the_same_command(
    unnamed: Place,
) -> None:
    played = ("run", "--demo", "-g", "quick_and_right,slow_and_right:3")
    running = unnamed.start(*played)
    running.shows("quick_and_right: passed")
    running.interrupt()
    broken_off = running.done()
    assert broken_off.code == 130
    last = broken_off.err.splitlines()[-1]
    command = said(unnamed, last)
    assert command[:2] == ["resume", "--db"]
    assert "same command" in last

    again = unnamed.run(*played)
    assert again.code == 0, again.err
    assert "going on with the unfinished session" in again.err
    refused = unnamed.run(*command).refused("No session was left unfinished")
    assert "Traceback" not in refused


@pytest.mark.slow
def test_the_plan_of_others_knows_nothing_of_it(unnamed: Place) -> None:
    unnamed.write("task.md")
    assert unnamed.run("run", "--demo", "-g", "quick_and_right").code == 0
    costs = unnamed.run("plan", "task.md", "-m", "mistral:7b", "--json").object["costs"]
    assert {cost["basis"] for cost in costs} == {GUESS}
    costs = unnamed.run("plan", "--demo", "-g", "quick_and_right", "--json").object["costs"]
    assert {cost["basis"] for cost in costs} == {MEASURED}
