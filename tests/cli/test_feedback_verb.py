"""`paragen feedback` and `paragen weights`, on runs that were really played."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from paragen.domain.candidate import Candidate, Scores
from paragen.domain.status import Status
from paragen.report.schema import json_schema
from paragen.server.scripted_ollama import ScriptedOllama
from paragen.store.recorder import Recorder
from tests.cli.running import LIMIT_S, RIGHT, Place, command, plain
from tests.cli.scripts import config, recorded
from tests.store import build

ANSWER = recorded("tidy:7b", RIGHT)


def made(name: str, code: str, quality: float, speed: float, **parts: Any) -> Candidate:
    scores = Scores(evaluator=None, quality=quality, speed=speed, combined=quality)
    return replace(build.candidate(name, **parts), code=code, scores=scores)


RUN = build.run(
    "run-a",
    made("tidy", "def double(x):\n    return 2 * x", 0.9, 0.5),
    made("sloppy", "def double(x):\n    unused = 1\n    return x + x", 0.5, 0.9),
    made("wrong", "def double(x):\n    return x", 0.1, 0.9, status=Status.FAILED),
    winner="tidy",
    task_type="general",
)


@pytest.fixture
def rated(place: Place) -> Place:
    """A place with a run on record, to be rated."""
    with closing(Recorder(place.database, settings={})) as recorder:
        for event in build.events(RUN):
            recorder(event)
        assert recorder.failure is None
    return place


def weights(place: Place) -> dict[str, Any]:
    """The one row of `paragen weights`, held against its schema."""
    shown = place.run("weights", "--format", "json").object
    jsonschema.validate(shown, json_schema("weights"))
    (row,) = shown["rows"]
    assert isinstance(row, dict)
    return row


def test_the_worked_example(rated: Place) -> None:
    assert (weights(rated)["quality"], weights(rated)["speed"]) == (0.7, 0.3)
    done = rated.run("feedback", "--rating", "0.4")
    assert done.code == 0, done.err
    assert "is rated 0.40." in done.out
    assert "Weights of general (quality/speed): 0.70/0.30 → 0.65/0.35." in done.out
    row = weights(rated)
    assert (row["quality"], row["speed"]) == pytest.approx((0.65, 0.35))
    assert (row["own_quality"], row["own_speed"]) == (0.7, 0.3)
    assert (row["adjustments"], row["ratings"], row["mean_rating"]) == (1, 1, 0.4)


def test_json_says_what_it_did(rated: Place) -> None:
    schema = json_schema("feedback")
    done = rated.run("feedback", "run-a", "--rating", "1", "--note", "just so", "--json")
    jsonschema.validate(done.object, schema)
    assert done.object["run_id"] == "run-a"
    assert (done.object["rating"], done.object["note"]) == (1, "just so")
    assert done.object["replaced"] is False
    assert done.object["weights_before"] == {"quality": 0.7, "speed": 0.3}
    assert done.object["weights_after"]["quality"] == pytest.approx(0.725)
    again = rated.run("feedback", "run-a", "--rating", "0.4", "--json").object
    assert again["replaced"] is True
    assert again["weights_after"]["quality"] == pytest.approx(0.65)
    assert weights(rated)["ratings"] == 1


def test_another_candidate_than_the_winner(rated: Place) -> None:
    done = rated.run("feedback", "--rating", "0", "--candidate", "wrong", "--json")
    assert (done.object["generator"], done.object["replaced"]) == ("wrong", False)
    assert "users" in rated.run("stats").out
    rows = rated.run("stats", "--format", "json").object["rows"]
    said = {row["generator"]: (row["ratings"], row["mean_rating"]) for row in rows}
    assert said.pop("wrong") == (1, 0.0)
    assert set(said.values()) == {(0, None)}


def test_the_log_and_undo_and_reset(rated: Place) -> None:
    assert rated.run("feedback", "-r", "0.4").code == 0
    done = rated.run("weights", "reset")
    assert (done.code, "0.70" in done.out, "0.65" in done.out) == (0, True, False)
    log = rated.run("weights", "log", "--format", "json").object
    jsonschema.validate(log, json_schema("weights-log"))
    assert [row["kind"] for row in log["rows"]] == ["rating", "reset"]
    assert log["rows"][0]["quality"] == log["rows"][1]["quality_before"] == pytest.approx(0.65)
    done = rated.run("weights", "undo")
    assert "Taken back: the reset of all task types" in done.err
    assert "0.65" in done.out
    done = rated.run("weights", "undo", "-t", "General")
    assert "Taken back: the rating of general" in done.err
    assert "0.70" in done.out


@pytest.mark.slow
def test_runs_are_weighed_by_what_was_learned(rated: Place) -> None:
    assert rated.run("feedback", "-r", "0.4").code == 0
    rated.write("task.md")
    with ScriptedOllama([ANSWER]) as server:
        rated.write("generators.toml", config(server.url, models=["tidy:7b"]))
        done = rated.run("run", "task.md", "--json")
    assert done.object["weights"]["quality"] == pytest.approx(0.65)
    assert "general is weighed 0.65/0.35" in done.err
    plan = rated.run("plan", "task.md", "--json").object
    assert plan["tasks"][0]["weights"]["quality"] == pytest.approx(0.65)
    assert any("general is weighed 0.65/0.35" in warning for warning in plan["warnings"])
    text = rated.read("generators.toml")
    rated.write("generators.toml", f"[run]\nquality_weight = 0.9\n\n{text}")
    for options, quality in (((), 0.9), (("--preset", "speed"), 0.5)):
        plan = rated.run("plan", "task.md", "--json", *options).object
        assert plan["tasks"][0]["weights"]["quality"] == pytest.approx(quality)
        assert not any("is weighed" in warning for warning in plan["warnings"])


def test_what_cannot_be_meant(rated: Place) -> None:
    rated.run("feedback", "--rating", "nan").refused("from 0 (useless) to 1 (perfect)")
    rated.run("feedback", "--rating", "good").refused("is not a number")
    rated.run("feedback").refused("--rating 0..1", "--blind")
    rated.run("feedback", "--blind", "--rating", "1").refused("--blind chooses two itself")
    rated.run("feedback", "--blind", stdin="1\n").refused("standard input is none", "--rating")
    rated.run("feedback", "-r", "1", "--candidate", "x").refused("has no candidate 'x'")
    assert weights(rated)["ratings"] == 0, "nothing of it was kept"


def test_without_a_history_none_is_made(place: Place) -> None:
    place.run("feedback", "-r", "1").refused("No run is recorded yet")
    place.run("weights", "reset").refused("No feedback is recorded")
    assert place.run("weights", "--format", "json").object["rows"] == []
    assert not place.database.exists()


class Terminal:
    """A command on a terminal on which one can type."""

    def __init__(self, place: Place, *arguments: str) -> None:
        self._master, slave = os.openpty()
        self._process = subprocess.Popen(
            command(arguments),
            cwd=place.folder,
            env={**place.environment, "TERM": "dumb"},
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=slave,
        )
        os.close(slave)
        self.shown = ""

    def until(self, words: str) -> None:
        """Read until these words are shown."""
        deadline = time.monotonic() + LIMIT_S
        while words not in self.shown:
            assert time.monotonic() < deadline, self.shown
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # the other end is closed
                data = b""
            assert data, self.shown
            self.shown += plain(data.decode())

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, str]:
        """The exit code and stdout; what is still shown is read."""
        out, _ = self._process.communicate(timeout=LIMIT_S)
        try:
            while data := os.read(self._master, 1 << 16):
                self.shown += plain(data.decode())
        except OSError:  # the other end is closed
            pass
        os.close(self._master)
        return self._process.returncode, out.decode()


QUESTION = "Which is better, 1 or 2? (Enter: neither)"


def asked(place: Place, *options: str) -> tuple[Terminal, str]:
    """A comparison at its question, and the number under which the sloppy program is shown."""
    terminal = Terminal(place, "feedback", "--blind", *options)
    terminal.until(QUESTION)
    first, second = re.split("─ program 2 ─", terminal.shown)
    assert ("unused" in first) != ("unused" in second), "those that passed are shown"
    return terminal, "1" if "unused" in first else "2"


def test_blind_shows_programs_without_names_and_then_says_whose(rated: Place) -> None:
    terminal, sloppy = asked(rated, "--note", "short", "--json")
    for name in ("tidy", "sloppy", "7b", "quality", "passed"):
        assert name not in terminal.shown
    terminal.type("3\n")
    terminal.type(f"{sloppy}\n")
    terminal.until("Program 2: ")
    code, out = terminal.end()
    assert code == 0
    schema = json_schema("feedback")
    given = json.loads(out)
    jsonschema.validate(given, schema)
    assert (given["kind"], given["generator"], given["other_generator"]) == (
        "preference", "sloppy", "tidy",
    )  # fmt: skip
    assert given["note"] == "short"
    assert f"Program {sloppy}: sloppy (" in terminal.shown
    assert weights(rated)["preferences"] == 1


def test_blind_moves_the_weights_to_where_both_score_the_same(rated: Place) -> None:
    terminal, sloppy = asked(rated)
    terminal.type(f"{sloppy}\n")
    code, out = terminal.end()
    assert code == 0
    assert "sloppy (sloppy) is preferred to tidy (tidy)." in out
    assert "0.70/0.30 → 0.68/0.32" in out


@pytest.mark.parametrize("typed", ["\n", "\x04", "Ctrl-C"])
def test_blind_without_an_answer_keeps_nothing(rated: Place, typed: str) -> None:
    terminal, _ = asked(rated)
    if typed == "Ctrl-C":
        terminal.interrupt()
    else:
        terminal.type(typed)
    terminal.until("\nparagen: No preference was given; nothing is kept")
    assert terminal.end() == (130, "")
    for name in ("tidy", "sloppy"):
        assert name not in terminal.shown
    assert weights(rated)["preferences"] == 0
