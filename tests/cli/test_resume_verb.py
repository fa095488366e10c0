"""`paragen resume`, and `paragen run` over what was left unfinished."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from paragen.parse.recording import RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import TASK, Done, Place, until
from tests.cli.scripts import BAD, GOOD, config, faulty, generations, recorded, slow

SLOW = "slow:7b"


def prepare(place: Place, url: str, *models: str, more: str = "") -> None:
    text = config(url, models=models, more=more)
    place.write("generators.toml", text.replace("[[gen", "slots = 2\n[[gen", 1))
    place.write("task.md")


def broken_off(place: Place, url: str, *arguments: str) -> None:
    """A session of which one attempt has ended and one hasn't, and then its process was killed."""
    prepare(place, url, GOOD, SLOW)
    running = place.start("run", "task.md", *arguments)
    running.shows("  good: passed")
    running.process.kill()
    running.done()


def statuses(done: Done) -> dict[str, str]:
    return {one["generator"]: one["status"] for one in done.object["candidates"]}


@pytest.mark.parametrize("verb", [("resume",), ("run", "task.md")])
@pytest.mark.slow
def test_what_is_missing_is_played_and_nothing_else(place: Place, verb: tuple[str, ...]) -> None:
    with ScriptedOllama([recorded(GOOD), slow(SLOW)], slots=2) as server:
        broken_off(place, server.url)
        (row,) = place.history()
        assert (row["state"], row["candidates"]) == ("unfinished", 1)
        shown = place.run("show")
        assert "paragen resume" in shown.out
    with ScriptedOllama([recorded(SLOW)], slots=2) as server:
        done = place.run(*verb, "--json", "--host", server.url)
        asked = [one.body["model"] for one in generations(server)]
    assert done.code == 0, done.err
    assert "going on with the unfinished session" in done.err
    assert "1 attempt had ended" in done.err
    assert asked == [SLOW]
    assert statuses(done) == {"good": "passed", "slow": "passed"}
    assert done.object["resumed"] is True
    (now,) = place.history()
    assert (now["run_id"], now["state"]) == (row["run_id"], "ended")
    assert done.object["started_at"] == row["started_at"]


@pytest.mark.slow
def test_new_starts_over(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD), slow(SLOW)], slots=2) as server:
        broken_off(place, server.url)
    with ScriptedOllama([recorded(GOOD), recorded(SLOW)], slots=2) as server:
        done = place.run("run", "task.md", "--json", "--new", "--host", server.url)
        assert len(generations(server)) == 2
    assert "going on" not in done.err
    assert done.object["resumed"] is False
    assert [row["state"] for row in place.history()] == ["ended", "unfinished"]
    place.run("resume").refused("No session was left unfinished", "paragen history")


@pytest.mark.slow
def test_another_command_is_another_session(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD), slow(SLOW)], slots=2) as server:
        broken_off(place, server.url)
    with ScriptedOllama([recorded(GOOD), recorded(SLOW)], slots=2) as server:
        for more in (["--seed", "1"], ["--mode", "race"], ["-g", "good"], ["--max-attempts", "1"]):
            done = place.run("run", "task.md", "--host", server.url, *more)
            assert "going on" not in done.err
            assert ("isn't the same" in done.err) is (more[0] == "--seed"), "said once"
    assert len(place.history()) == 5


def test_after_ctrl_c_it_is_said_how_to_go_on(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD), slow(SLOW)], slots=2) as server:
        prepare(place, server.url, GOOD, SLOW)
        running = place.start("run", "task.md", "--json")
        running.shows("  good: passed")
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert "`paragen resume` goes on with it" in done.err.splitlines()[-1]
    with ScriptedOllama([recorded(SLOW)], slots=2) as server:
        prepare(place, server.url, GOOD, SLOW)
        resumed = place.run("resume", done.object["run_id"], "--json", "-q")
        assert len(generations(server)) == 1
    assert resumed.code == 0, resumed.err
    assert statuses(resumed) == {"good": "passed", "slow": "passed"}


@pytest.mark.slow
def test_what_is_not_recorded_cannot_be_gone_on_with_and_nobody_says_so(place: Place) -> None:
    with ScriptedOllama([slow(SLOW)]) as server:
        prepare(place, server.url, SLOW)
        running = place.start("run", "task.md", "--no-record")
        until(lambda: server.active, "it generates")
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert "paragen resume" not in done.err


@pytest.mark.slow
def test_a_session_that_somebody_plays_is_left_to_him(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD), slow(SLOW)], slots=4) as server:
        prepare(place, server.url, GOOD, SLOW)
        running = place.start("run", "task.md")
        running.shows("  good: passed")
        (row,) = place.history()
        assert row["state"] == "running"
        place.run("resume", row["run_id"]).refused("Another process is playing this session")
        place.run("resume").refused("No session was left unfinished")
        running.interrupt()
        assert running.done().code == 130


class TestRetry:
    def end_in_an_error(self, place: Place) -> dict[str, Any]:
        answers = [recorded(BAD, "```python\nx = 1\n```"), faulty(SLOW, RecordedFault.REFUSE)]
        with ScriptedOllama(answers, slots=2) as server:
            prepare(place, server.url, BAD, SLOW)
            done = place.run("run", "task.md", "--json")
        assert statuses(done) == {"bad": "failed", "slow": "error"}
        return done.object

    @pytest.mark.slow
    def test_errors_are_asked_again_when_it_is_said(self, place: Place) -> None:
        run = self.end_in_an_error(place)
        place.run("resume", run["run_id"]).refused("--retry errors", "there is nothing to go on")
        with ScriptedOllama([recorded(BAD), recorded(SLOW)], slots=2) as server:
            done = place.run(
                "resume", run["run_id"], "--retry", "errors", "--json", "--host", server.url
            )
            assert [one.body["model"] for one in generations(server)] == [SLOW]
        assert done.code == 0, done.err
        assert statuses(done) == {"bad": "failed", "slow": "passed"}
        assert [row["winner"] for row in place.history()] == ["slow"]

    @pytest.mark.slow
    def test_where_all_failed_it_is_said_how_to_try_again(self, place: Place) -> None:
        faults = [
            faulty(GOOD, RecordedFault.DIE_MID_STREAM),
            faulty(SLOW, RecordedFault.DROP),
        ]
        with ScriptedOllama(faults, slots=2) as server:
            prepare(place, server.url, GOOD, SLOW, more="[run]\nretries = 0\n")
            failed = place.run("run", "task.md", "--json")
        assert (failed.code, failed.object["exit_code"]) == (3, 3)
        run_id = failed.object["run_id"]
        assert f"`paragen resume {run_id} --retry errors` tries again" in failed.err
        place.run("resume").refused("2 attempts ended", "`paragen resume --retry errors`")
        with ScriptedOllama([recorded(GOOD), recorded(SLOW)], slots=2) as server:
            done = place.run("resume", "--retry", "errors", "--json", "--host", server.url)
        assert (done.code, done.object["run_id"]) == (0, run_id)

    @pytest.mark.slow
    def test_failed_are_all_that_did_not_pass(self, place: Place) -> None:
        self.end_in_an_error(place)
        with ScriptedOllama([recorded(BAD), recorded(SLOW)], slots=2) as server:
            done = place.run("resume", "--retry", "failed", "--json", "--host", server.url)
            assert len(generations(server)) == 2
        assert statuses(done) == {"bad": "passed", "slow": "passed"}


@pytest.mark.slow
def test_runs_that_had_ended_are_printed_and_not_played(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD), slow(SLOW)], slots=2) as server:
        prepare(place, server.url, GOOD)
        place.write("tasks/a.md")
        place.write("tasks/b.md", TASK + "\nAgain.\n")
        running = place.start("run", "tasks", "--sequential")
        running.shows("a: [1/2]")
        running.process.kill()
        running.done()
        # As if the kill had come before the second one's end, whoever was faster.
        _unend(place, "b")
        before = len(generations(server))
        done = place.run("resume", "--json", "-o", "out")
        assert len(generations(server)) - before <= 1
    assert done.code == 0, done.err
    assert [one["task"]["name"] for one in done.objects] == ["a", "b"]
    assert sorted(path.name for path in (place.folder / "out").iterdir()) == ["a.py", "b.py"]
    assert "1 task" in done.err


def _unend(place: Place, task: str) -> None:
    with sqlite3.connect(place.database) as history:
        history.execute("UPDATE runs SET state = 'running' WHERE task_name = ?", (task,))
    history.close()


@pytest.mark.slow
def test_it_says_which_run_is_not_there(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD)]) as server:
        prepare(place, server.url, GOOD)
        assert place.run("run", "task.md", "-q").code == 0
    place.run("resume", "nothing").refused("No run 'nothing' is recorded")


class TestDeadline:
    @pytest.mark.slow
    def test_the_best_so_far_wins_and_it_is_said(self, place: Place) -> None:
        with ScriptedOllama([recorded(GOOD), slow(SLOW)], slots=2) as server:
            prepare(place, server.url, GOOD, SLOW)
            done = place.run("run", "task.md", "--deadline", "4s", "--json")
        assert done.code == 0, done.err
        assert done.object["deadline_s"] == 4
        assert done.object["reason"].startswith("Stopped at the deadline of 4 s. good passed")
        assert statuses(done) == {"good": "passed", "slow": "cancelled"}
        assert "deadline 4.0 s" in done.err

    def test_what_it_must_look_like(self, place: Place) -> None:
        place.write("task.md")
        done = place.run("run", "task.md", "-m", GOOD, "--deadline", "soon")
        done.refused("--deadline: 'soon' is no duration", "5m")


class TestCache:
    @pytest.mark.slow
    def test_an_answer_is_taken_again_and_is_no_evidence(self, place: Place) -> None:
        with ScriptedOllama([recorded(GOOD)]) as server:
            prepare(place, server.url, GOOD)
            first = place.run("run", "task.md", "--cache", "--json")
            second = place.run("run", "task.md", "--cache", "--json")
            third = place.run("run", "task.md", "--json")
            assert len(generations(server)) == 2
        cached = [one.object["candidates"][0]["cached"] for one in (first, second, third)]
        assert cached == [False, True, False]
        assert "passed, cached" in second.err
        assert [row["cached"] for row in place.history()] == [0, 1, 0]
        (row,) = place.run("stats", "--format", "json").object["rows"]
        assert row["plays"] == 2


class TestNeeds:
    APP = """\
---
entry_point: twice_four
needs: double
---
Write `twice_four()`, which is double(4), by double's program.

```python test
from solution import twice_four


def test_it():
    assert twice_four() == 8
```
"""
    USES_IT = "```python\nfrom double import double\ndef twice_four():\n    return double(4)\n```"

    def test_a_tasks_winner_is_given_to_those_that_need_it(self, place: Place) -> None:
        answers = [
            recorded(GOOD, match="Write a function `double(x)`"),
            recorded(GOOD, self.USES_IT, match="Write `twice_four()`"),
        ]
        place.write("tasks/app.md", self.APP)
        place.write("tasks/double.md")
        with ScriptedOllama(answers) as server:
            done = place.run("run", "tasks", "--host", server.url, "-m", GOOD, "--json")
            prompts = [json.dumps(one.body["messages"]) for one in generations(server)]
        assert done.code == 0, done.err
        assert [one["task"]["name"] for one in done.objects] == ["double", "app"]
        assert "return 2 * x" not in prompts[0]
        assert "return 2 * x" in prompts[1]
