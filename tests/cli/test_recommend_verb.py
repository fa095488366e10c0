"""`paragen recommend`, and `run --recommended`, after tournaments that were really played."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import jsonschema
import pytest

from paragen.report.schema import json_schema
from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import RIGHT, TASK, WRONG, Place, plain
from tests.cli.scripts import config, generations, recorded

BAD, GOOD, NEW = "bad:7b", "good:7b", "new:7b"
ANSWERS = (recorded(BAD, WRONG), recorded(GOOD, RIGHT), recorded(NEW, RIGHT))


@pytest.fixture
def server(place: Place) -> Iterator[ScriptedOllama]:
    """Three models, of which the config names the worst first."""
    with ScriptedOllama(ANSWERS) as server:
        place.write("task.md")
        place.write("generators.toml", config(server.url, models=(BAD, GOOD, NEW)))
        yield server


def recommended(place: Place, *arguments: str) -> dict[str, Any]:
    """What is recommended, held against its schema."""
    done = place.run("recommend", *arguments, "--format", "json")
    assert done.code == 0, done.err
    jsonschema.validate(done.object, json_schema("recommend"))
    return done.object


def names(found: dict[str, Any]) -> list[str]:
    return [one["generator"] for one in found["generators"]]


def asked(server: ScriptedOllama) -> list[str]:
    return [str(one.body["model"]) for one in generations(server)]


@pytest.mark.slow
def test_who_passed_is_recommended_and_played(place: Place, server: ScriptedOllama) -> None:
    first = recommended(place, "task.md")
    assert (first["basis"], first["task_type"]) == ("config", "general")
    assert names(first) == ["bad", "good", "new"]
    assert not place.database.exists()

    assert place.run("run", "task.md", "-q", "-g", "bad:2,good:2").code == 0
    found = recommended(place, "task.md")
    assert found["basis"] == "history"
    assert names(found) == ["good", "new", "bad"], (
        "who always failed stands behind whom nobody knows"
    )
    good, new, bad = found["generators"]
    assert (good["plays"], good["passes"], good["success_rate"]) == (2, 2, 1.0)
    assert (good["tasks"], good["fair_plays"]) == (1, 2)
    assert good["alike_tasks"] == {"tasks": 1, "plays": 2, "passes": 2, "wins": 1}
    assert good["why"] == (
        "passed 2 of 2 plays on a task like this one, and won 1; 2 of 2 plays on 1 task of general "
        "(hardly sure)"
    )
    assert bad["success_rate"] == new["score"] == 0
    assert new["why"] == "has never played anything like it"
    elsewhere = recommended(place, "--task-type", "API", "-k", "1")
    assert (elsewhere["task_type"], names(elsewhere)) == ("api", ["good"])
    assert "2 of 2 plays on 1 task of other task types" in elsewhere["generators"][0]["why"]

    before = len(asked(server))
    done = place.run("run", "task.md", "--recommended", "1")
    assert done.code == 0, done.err
    assert asked(server)[before:] == [GOOD]
    assert "task is played by good (as recommended;" in done.err
    assert "warning" not in done.err
    assert "nothing is known of new: with --explore 0.1 they play now and then" in done.err
    done = place.run("run", "task.md", "--recommended", "1", "--explore", "1")
    assert sorted(asked(server)[before + 1 :]) == [GOOD, NEW]
    assert "task is played by good, and by new to learn more of it" in done.err


@pytest.mark.slow
def test_each_task_type_is_played_by_its_own(place: Place, server: ScriptedOllama) -> None:
    other = TASK.replace("task_type: general", "task_type: api")
    place.write("other.md", other.replace("Write", "Serve the status of machines over HTTP."))
    assert place.run("run", "other.md", "-q", "-g", "new:3", "--mode", "all").code == 0
    assert place.run("run", "task.md", "-q", "-g", "good:9").code == 0
    plan = place.run("plan", "task.md", "other.md", "--recommended", "1", "--json").object
    assert [one["roster"] for one in plan["tasks"]] == [["good"], ["new"]]
    assert plan["warnings"] == []
    assert [note.split(" (")[0] for note in plan["notes"]] == [
        "task is played by good",
        "nothing is known of bad: with --explore 0.1 they play now and then",
        "other is played by new",
    ]
    place.write("third.md", TASK.replace("Write a function", "Sort mountains by height:"))
    plan = place.run("plan", "third.md", "-t", "api", "--recommended", "1", "--json").object
    assert plan["tasks"][0]["task"]["task_type"] == "api"
    assert plan["tasks"][0]["roster"] == ["new"]


@pytest.mark.slow
def test_what_passed_tasks_like_it_plays_it_though_their_types_are_wrong(
    place: Place, server: ScriptedOllama
) -> None:
    """Each task by its own; what was recommended stays so while its session is unfinished."""
    like = TASK.replace("Write", "Of a mortgage, compute the interest and the rate. Write")
    place.write("past.md", like.replace("task_type: general", "task_type: wrong"))
    place.write("new.md", like.replace("the rate", "the monthly rate"))
    assert place.run("run", "task.md", "-q", "-g", "good:4").code == 0
    assert place.run("run", "past.md", "-q", "-g", "new:2,bad:1").code == 0
    (best, *_) = recommended(place, "new.md")["generators"]
    assert best["generator"] == "new"
    assert (best["plays"], best["alike_tasks"]["passes"]) == (0, 2)
    assert best["why"].startswith("passed 2 of 2 plays on a task like this one, and won 1; ")
    assert names(recommended(place, "-t", "general"))[0] == "good"

    plan = place.run("plan", "task.md", "new.md", "--recommended", "1", "--json").object
    assert [one["roster"] for one in plan["tasks"]] == [["good"], ["new"]]
    assert plan["notes"] == [
        "task is played by good (as recommended; `paragen recommend` says why)",
        "new is played by new (by what was played like it; `paragen recommend` says why)",
    ]


@pytest.mark.slow
def test_the_session_that_is_gone_on_with_doesnt_change_who_plays(
    place: Place, server: ScriptedOllama
) -> None:
    place.write("other.md", TASK.replace("Write", "Serve a status over HTTP. Write"))
    assert place.run("run", "task.md", "-q", "-g", "good:2").code == 0
    command = ("task.md", "other.md", "--recommended", "1", "--explore", "1")
    assert place.run("run", *command).code == 0
    assert sorted(asked(server)[2:]) == [BAD, BAD, GOOD, GOOD]
    anew = place.run("plan", *command, "--json").object
    assert [one["roster"] for one in anew["tasks"]] == [["good", "new"]] * 2
    with closing(sqlite3.connect(place.database)) as connection, connection:
        connection.execute("UPDATE runs SET state = 'interrupted' WHERE task_name = 'other'")
    again = place.run("plan", *command, "--json").object
    assert [one["roster"] for one in again["tasks"]] == [["good", "bad"]] * 2
    done = place.run("run", *command)
    assert "going on with the unfinished session" in done.err
    played = len(asked(server))
    assert place.run("run", *command, "--new").code == 0
    assert sorted(asked(server)[played:]) == [GOOD, GOOD, NEW, NEW]


@pytest.mark.slow
def test_a_type_is_inferred_from_past_tasks(place: Place, server: ScriptedOllama) -> None:
    said = "task_type: general\n"
    like = TASK.replace("Write", "Of a mortgage, compute the interest and the rate. Write")
    place.write("past.md", like.replace(said, "task_type: finance\n"))
    place.write("new.md", like.replace(said, ""))
    before = recommended(place, "new.md")
    assert (before["task_type"], before["task_type_inferred"]) == ("simple_function", True)
    assert place.run("run", "past.md", "-q", "-g", "good").code == 0
    found = recommended(place, "new.md")
    assert (found["task_type"], found["task_type_inferred"]) == ("finance", True)
    assert found["task_type_confidence"] > before["task_type_confidence"]
    assert names(found)[0] == "good"
    done = place.run("run", "new.md", "-g", "good")
    assert done.code == 0
    assert "new is taken for finance (inferred by 1 past task like it, confidence 0." in done.err
    assert place.run("history", "--format", "json").object["rows"][0]["task_type"] == "finance"
    named = place.run("plan", "new.md", "-t", "maths", "--json").object
    assert (named["tasks"][0]["task"]["task_type"], named["warnings"]) == ("maths", [])


def test_a_history_that_cant_be_read_is_no_empty_one(place: Place, server: ScriptedOllama) -> None:
    place.write("new.md", TASK.replace("task_type: general\n", ""))
    place.database.write_bytes(b"no database" * 100)
    place.run("recommend", "new.md").refused("the history is damaged", "Move the file away")
    place.run("recommend", "-t", "api").refused("the history is damaged")
    plan = place.run("plan", "new.md", "--json").object
    assert plan["tasks"][0]["task"]["task_type"] == "simple_function", "one can play without it"


def test_on_a_terminal_why_stands_under_the_table(place: Place, server: ScriptedOllama) -> None:
    assert place.run("run", "task.md", "-q", "-g", "good,bad").code == 0
    shown = plain(place.on_terminal("recommend", "-t", "api").done().err).splitlines()
    assert shown[1] == "Nothing is on record of task type api: this is by what else there is."
    heading, *lines = shown[2:]
    assert heading.split()[-2:] == ["how", "sure"]
    assert "  good: passed 1 of 1 play of other task types" in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.slow
def test_without_a_config_all_on_record_are_ranked(place: Place, server: ScriptedOllama) -> None:
    assert place.run("run", "task.md", "-q", "-g", "bad,good").code == 0
    (place.folder / "generators.toml").unlink()
    done = place.run("recommend", "-t", "general", "--format", "json")
    assert names(done.object) == ["good", "bad"]
    assert "no config here" in done.err
    place.database.unlink()
    place.run("recommend", "-t", "general").refused("No generators", "paragen init")


@pytest.mark.slow
def test_fifty_passes_of_one_task_make_nobody_sure_of_the_next(
    place: Place, server: ScriptedOllama
) -> None:
    place.write("next.md", TASK.replace("Write a function", "Sort mountains by height:"))
    assert place.run("run", "task.md", "-q", "-g", "good:50").code == 0
    (task,) = place.run("plan", "next.md", "--json").object["tasks"]
    assert "alone is enough" not in (task["not_worth_it"] or "")
    good = recommended(place, "next.md")["generators"][0]
    assert (good["plays"], good["passes"], good["tasks"]) == (50, 50, 1)
    assert good["sureness"] == "hardly sure"
    assert good["interval"][0] < 0.5
    assert good["why"].endswith("50 of 50 plays on 1 task of general (hardly sure)")


@pytest.mark.slow
def test_that_nobody_need_mind_who_plays(place: Place, server: ScriptedOllama) -> None:
    """It is said, but is no warning, and where only the result is wanted it isn't said."""
    assert place.run("run", "task.md", "-q", "-g", "good,bad").code == 0
    said = "task is played by good (as recommended; `paragen recommend` says why)"
    loud, quiet, planned = (
        place.run(*command, "task.md", "--recommended", "1").err
        for command in (("run", "--new"), ("run", "--new", "-q"), ("plan",))
    )
    assert said in loud
    assert said in " ".join(planned.split())
    assert "warning" not in loud + planned
    assert "played by" not in quiet
    place.database.unlink()
    unknown = place.run("run", "task.md", "--recommended", "1", "-q").err
    assert "warning: task is played by bad (the first of the config: nothing is known" in unknown


@pytest.mark.slow
def test_a_type_that_may_be_misspelled_is_asked_about(place: Place, server: ScriptedOllama) -> None:
    place.write("wrong.md", TASK.replace("task_type: general", "task_type: utilites"))
    asked = "warning: task type utilites is new here: did you mean utilities?"
    for command in (("plan", "wrong.md"), ("plan", "task.md", "-t", "utilites")):
        assert asked in place.run(*command).err
    assert "did you mean" not in place.run("plan", "task.md", "-t", "my own").err
    assert place.run("run", "wrong.md", "-q", "-g", "good").err.count(asked) == 1
    assert "did you mean" not in place.run("plan", "wrong.md").err, "it is on record"
    done = place.run("recommend", "-t", "databse")
    assert "warning: task type databse is new here: did you mean database?" in done.err
    assert "Nothing is on record of task type databse" in done.err
    assert "Nothing is on record" not in place.run("recommend", "-t", "utilites").err


def test_mistakes(place: Place, server: ScriptedOllama) -> None:
    place.run("recommend").refused("Recommended for what?", "--task-type")
    place.run("run", "task.md", "--recommended", "2", "-g", "good").refused("one of them")
    place.run("run", "task.md", "--explore", "0.1").refused("--recommended")
    place.run("plan", "task.md", "-t", " ").refused("--task-type is empty")
    assert asked(server) == []
