"""`paragen plan`: what would be played, without playing it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import NOWHERE, TASK, Place
from tests.cli.scripts import BAD, GOOD, config, recorded

ANSWERS = (
    recorded(GOOD, load_s=0.6, tokens_per_s=100.0),
    recorded(BAD, "```python\nx = 1\n```", load_s=0.6, tokens_per_s=100.0),
)


def planned(place: Place, *arguments: str) -> dict[str, Any]:
    done = place.run("plan", *arguments, "--json")
    assert done.code == 0, done.err
    jsonschema.validate(done.object, json.loads(place.run("schema", "plan").out))
    return done.object


@pytest.mark.slow
def test_nothing_is_played_and_all_is_said(place: Place) -> None:
    place.write("task.md")
    with ScriptedOllama(ANSWERS) as server:
        place.write("generators.toml", config(server.url))
        plan = planned(place, "task.md", "-g", "good:2,bad", "--deadline", "90s")
        done = place.run("plan", "task.md")
        assert server.requests == ()
    assert not place.database.exists()
    (task,) = plan["tasks"]
    assert (task["task"]["name"], task["mode"], task["deadline_s"]) == ("task", "all", 90)
    assert task["roster"] == ["good", "good#1", "bad"]
    assert "looks trivial" in task["not_worth_it"]
    (host,) = plan["hosts"]
    assert (host["name"], host["down"], host["attempts"], host["loads"]) == ("gpu0", None, 3, 2)
    assert [one["generator"] for one in plan["attempts"]] == ["good", "good", "bad"]
    sent = [one["sent_s"] for one in plan["attempts"]]
    assert sent == sorted(sent)
    assert {one["basis"] for one in plan["costs"]} == {"a guess"}
    assert plan["expected"] == {"wall_s": pytest.approx(80.5), "attempts": 3, "tokens": None}
    assert "expected: 60.5 s, 2 attempts" in done.out
    assert "plain guess" in done.out


@pytest.mark.slow
def test_costs_and_tokens_come_from_the_history(place: Place) -> None:
    place.write("task.md")
    with ScriptedOllama(ANSWERS, max_loaded=1) as server:
        place.write("generators.toml", config(server.url))
        assert place.run("run", "task.md", "-q").code == 0
        before = len(server.requests)
        plan = planned(place, "task.md")
        assert len(server.requests) == before
    assert {one["basis"] for one in plan["costs"]} == {"measured"}
    assert all(0.5 < one["load_s"] < 30 for one in plan["costs"])
    assert plan["expected"]["tokens"] == sum(
        one["tokens"]["completion"]
        for one in place.run("show", "--format", "json").object["candidates"]
    )
    assert 0 < plan["expected"]["wall_s"] < 60


@pytest.mark.slow
def test_a_mode_that_may_end_early_has_two_ends(place: Place) -> None:
    place.write("task.md")
    with ScriptedOllama(ANSWERS) as server:
        place.write("generators.toml", config(server.url))
        plan = planned(place, "task.md", "--mode", "race")
        shown = place.run("plan", "task.md", "--mode", "race").out
    assert plan["if_all_pass"]["wall_s"] == 30.5, "the second is called off"
    assert plan["if_none_passes"]["wall_s"] == 60.5
    assert "if every program passes: 30.5 s" in shown
    assert "if none does: 60.5 s, 2 attempts" in shown


@pytest.mark.slow
def test_hosts_that_are_down_and_models_that_are_missing(place: Place) -> None:
    place.write("task.md")
    place.write("generators.toml", config(NOWHERE))
    plan = planned(place, "task.md")
    assert "can't be reached" in plan["hosts"][0]["down"]
    assert plan["hosts"][0]["attempts"] == 2
    with ScriptedOllama(ANSWERS) as server:
        done = place.run("plan", "task.md", "--host", server.url, "-m", "absent")
    assert done.code == 0
    assert "warning: no host has absent; get it with: ollama pull absent" in done.err


@pytest.mark.slow
def test_steps_and_what_is_not_worth_it(place: Place) -> None:
    place.write("tasks/app.md", TASK.replace("---\n", "---\nneeds: double\n", 1))
    place.write("tasks/double.md")
    with ScriptedOllama(ANSWERS) as server:
        place.write("generators.toml", config(server.url, models=[GOOD]))
        plan = planned(place, "tasks")
        shown = place.run("plan", "tasks").out
    tasks = {one["task"]["name"]: one for one in plan["tasks"]}
    assert tasks["app"]["needs"] == ["double"]
    assert tasks["app"]["ends_s"] > tasks["double"]["ends_s"]
    assert [one["task"] for one in plan["attempts"]] == ["double", "app"]
    assert "Only good plays" in tasks["app"]["not_worth_it"]
    assert "Only good plays" in shown
    assert "after double" in shown


@pytest.mark.slow
def test_it_says_that_a_session_would_be_gone_on_with(place: Place) -> None:
    place.write("task.md")
    with ScriptedOllama([recorded(GOOD), recorded(BAD, tokens_per_s=0.5)], slots=2) as server:
        text = config(server.url)
        place.write("generators.toml", text.replace("[[gen", "slots = 2\n[[gen", 1))
        running = place.start("run", "task.md")
        running.shows("  good: passed")
        running.process.kill()
        running.done()
        (warning,) = planned(place, "task.md")["warnings"]
        assert "left unfinished" in warning
        assert planned(place, "task.md", "--seed", "1")["warnings"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--mode", "qorum"], ["did you mean 'quorum'?"]),
        (["--mode-opt", "x"], ["--mode-opt x", "threshold=0.8"]),
        (["--profile", "slow"], ["There is no profile 'slow'", "high-confidence"]),
    ],
)
@pytest.mark.slow
def test_mistakes_are_those_of_run(place: Place, arguments: list[str], words: list[str]) -> None:
    place.write("task.md")
    for verb in ("plan", "run"):
        place.run(verb, "task.md", "-m", GOOD, *arguments).refused(*words)
