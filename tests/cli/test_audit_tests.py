"""`--audit-tests`: do a task's tests tell a program from what should not pass?"""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema
import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import TASK, Place
from tests.cli.scripts import GOOD, MIXED, config, recorded

RIGHT = "def double(x):\n    return 2 * x\n"
WEAK = TASK[: TASK.index("def test_three")] + "```\n"
LOOPS = """```python
def double(x):
    n = 0
    m = 0
    while n < x:
        n += 1
    while m < x:
        m += 1
    return n + m
```"""
"""Mutants of it don't end, and are given two seconds each."""


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MIXED, slots=4) as scripted:
        yield scripted


@pytest.mark.slow
def test_a_run_says_that_its_tests_are_weak_and_so_do_show_and_stats(
    place: Place, server: ScriptedOllama
) -> None:
    place.write("generators.toml", config(server.url, models=[GOOD]))
    place.write("strong.md")
    place.write("weak.md", WEAK.replace("double(2) == 4", "double(2)"))
    done = place.run("run", "strong.md", "weak.md", "--audit-tests", "--json")
    assert done.code == 0, done.err
    strong, weak = done.objects
    schema = place.run("schema", "run").object
    for printed in (strong, weak):
        jsonschema.validate(printed, schema)
    assert strong["audit"]["stubs"] == 7
    assert (strong["audit"]["stubs_passed"], strong["audit"]["weak"]) == (0, False)
    assert weak["audit"]["weak"] is True
    assert weak["audit"]["survivors"][0] == "a stub: double() returns True"
    assert "strong: the tests caught all of 7 stubs and" in done.err
    assert "weak: the tests are weak: " in done.err
    shown = place.run("show", weak["run_id"], "-f", "json").object
    assert shown["audit"] == weak["audit"]
    assert "the tests are weak" in place.run("show", weak["run_id"]).out
    stats = place.run("stats", "--format", "json")
    jsonschema.validate(stats.object, place.run("schema", "stats").object)
    assert stats.object["audits"] == [{"task_type": "general", "audited": 2, "weak": 1}]
    assert "general: 1 of 2 audited tasks have weak tests" in stats.err


@pytest.mark.slow
def test_without_it_nothing_is_audited(place: Place, server: ScriptedOllama) -> None:
    place.write("generators.toml", config(server.url, models=[GOOD]))
    place.write("weak.md", WEAK)
    assert place.run("run", "weak.md", "--json").object["audit"] is None
    assert place.run("stats", "--format", "json").object["audits"] == []


def test_judge_audits_by_the_first_program_that_passes(place: Place) -> None:
    place.write("task.md")
    place.write("wrong.py", "def double(x):\n    return x\n")
    place.write("right.py", RIGHT)
    done = place.run("judge", "task.md", "wrong.py", "right.py", "--audit-tests", "--json")
    jsonschema.validate(done.object, place.run("schema", "judge").object)
    assert done.code == 1
    assert done.object["audit"]["stubs"] == 7
    assert done.object["audit"]["mutants"] == 3
    assert done.object["audit"]["survivors"] == []
    assert "the tests caught all of 7 stubs and 3 mutants of the winner" in done.err


def test_judge_says_where_nothing_could_be_audited(place: Place) -> None:
    place.write("task.md")
    place.write("wrong.py", "def double(x):\n    return x\n")
    done = place.run("judge", "task.md", "wrong.py", "--audit-tests")
    assert "The tests were not audited" in done.err
    place.write("suite.jsonl", "")
    place.run("judge", "s.jsonl", "--suite", "suite.jsonl", "--audit-tests").refused(
        "--audit-tests"
    )


@pytest.mark.slow
def test_an_interrupt_ends_the_audit_and_nothing_else(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD, LOOPS)]) as scripted:
        place.write("generators.toml", config(scripted.url, models=[GOOD]))
        place.write("task.md")
        running = place.start("run", "task.md", "--audit-tests", "--workers", "1", "--json")
        running.shows("passed all 2 tests")
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert (done.object["exit_code"], done.object["audit"]) == (0, None)
    assert "not all tests were audited" in done.err
    assert "paragen resume" not in done.err, "all was played"
    (row,) = place.history()
    assert row["state"] == "ended"
