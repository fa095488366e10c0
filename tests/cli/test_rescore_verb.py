"""`paragen rescore`: a recorded run decided again, with no host anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import RIGHT, TASK, WRONG, Place
from tests.cli.scripts import config, recorded

SLOPPY = "```python\nimport os, sys\ndef double(x):\n  l = [x]*2; unused = 1\n  return sum(l)\n```"
ANSWERS = (
    recorded("tidy:7b", RIGHT, tokens_per_s=40.0),
    recorded("sloppy:7b", SLOPPY),
    recorded("wrong:7b", WRONG),
    recorded("talk:7b", "No."),
)
MODELS = [answer.model for answer in ANSWERS]
NEGATIVE = "from solution import double\n\n\ndef test_it():\n    assert double(-1) == -2\n"
PLUS_TWO = TASK.replace("== 4", "== 4").replace("== 6", "== 5").replace("Write a", "WRITE A")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place with a run on record, and no host any more."""
    place = Place(tmp_path_factory.mktemp("played"))
    with ScriptedOllama(ANSWERS, slots=4, max_loaded=4) as server:
        text = config(server.url, models=MODELS)
        place.write("generators.toml", text.replace("[[gen", "slots = 4\n[[gen", 1))
        place.write("task.md")
        assert place.run("run", "task.md", "--preset", "quality", "-q").code == 0
    return place


def ended(run: dict[str, Any]) -> dict[str, str]:
    return {one["generator"]: one["status"] for one in run["candidates"]}


def winner(run: dict[str, Any]) -> str | None:
    names = {one["id"]: one["generator"] for one in run["candidates"]}
    return names.get(run["winner"])


def rescored(place: Place, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
    done = place.run("rescore", *arguments, "--json")
    assert done.code == code, done.err
    jsonschema.validate(done.object, json.loads(place.run("schema", "run").out))
    return done.object


@pytest.mark.slow
def test_the_same_weights_give_the_same_run(played: Place) -> None:
    before = played.run("show", "--format", "json").object
    assert rescored(played) == before
    assert played.run("show", "--format", "json").object == before, "nothing is recorded"


@pytest.mark.slow
def test_other_weights_another_winner(played: Place) -> None:
    assert winner(rescored(played)) == "tidy"
    done = played.run("rescore", "--weights", "0/1")
    assert done.code == 0
    assert "★  sloppy" in done.out
    assert "quality 0.00, speed 1.00" in done.out
    assert "Before, tidy" in done.err
    run = rescored(played, "--preset", "speed")
    assert run["weights"] == {"quality": 0.5, "speed": 0.5}
    assert rescored(played, "--weights", "3/1")["weights"] == {"quality": 0.75, "speed": 0.25}
    assert [row["winner"] for row in played.history()] == ["tidy"]


@pytest.mark.slow
def test_more_tests_are_run_in_the_sandbox(played: Place) -> None:
    more = played.write("more.py", NEGATIVE)
    run = rescored(played, "--tests", more)
    assert {one["generator"]: one["tests"] for one in run["candidates"]} == {
        "tidy": {"passed": 3, "total": 3},
        "sloppy": {"passed": 3, "total": 3},
        "wrong": {"passed": 1, "total": 3},
        "talk": {"passed": 0, "total": 0},
    }
    assert run["task"]["sha256"] != rescored(played)["task"]["sha256"]


@pytest.mark.slow
def test_a_task_files_tests_count_instead_of_the_recorded(played: Place) -> None:
    run = rescored(played, "--tests", played.write("other.md", PLUS_TWO))
    assert ended(run) == {
        "wrong": "passed",
        "tidy": "failed",
        "sloppy": "failed",
        "talk": "no_code",
    }
    assert winner(run) == "wrong"
    none = played.write("none.md", PLUS_TWO.replace("== 4", "== 0"))
    assert winner(rescored(played, "--tests", none, code=1)) is None


@pytest.mark.slow
def test_a_mode_that_rests_on_some_does_so_again(place: Place) -> None:
    place.write("task.md")
    with ScriptedOllama(ANSWERS[:2], slots=4, max_loaded=4) as server:
        place.write("generators.toml", config(server.url, models=MODELS[:2]))
        assert place.run("run", "task.md", "--mode", "race", "--sequential", "-q").code == 0
    before = place.run("show", "--format", "json").object
    after = rescored(place, "--weights", "0/1")
    assert winner(after) == winner(before), "the first that passed wins, however it is weighed"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--weights", "a/b"], ["--weights a/b", "0.8/0.2"]),
        (["--weights", "2"], ["One weight alone"]),
        (["--weights", "1/0", "--preset", "speed"], ["either --preset or --weights"]),
        (["--tests", "none.py"], ["none.py", "no such file"]),
        (["nothing"], ["No run 'nothing'"]),
    ],
)
def test_mistakes(played: Place, arguments: list[str], words: list[str]) -> None:
    played.run("rescore", *arguments).refused(*words)
