"""`paragen judge`: programs from anywhere."""

from __future__ import annotations

import jsonschema
import pytest

from tests.cli.running import TASK, Place, plain

RIGHT = "def double(x):\n    return 2 * x\n"
RESULT_KEYS = {
    "file",
    "status",
    "tests",
    "sealed",
    "unsealed_because",
    "level",
    "execution_s",
    "wall_s",
    "peak_bytes",
    "detail",
}
PROGRAMS = {
    "right.py": (RIGHT, "passed", 2),
    "half right.py": ("def double(x):\n    return x + 2\n", "failed", 1),
    "loop.py": ("def double(x):\n    while True:\n        pass\n", "timeout", 0),
    "hungry.py": ("def double(x):\n    return len(bytearray(1 << 40)) * x\n", None, 0),
    "dies.py": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "crashed", 0),
    "leaves.py": ("import sys\nsys.exit(0)\n", None, 0),
    "no python.txt": ("Dear all,", None, 0),
    "empty.py": ("", None, 0),
}


@pytest.mark.slow
def test_many_programs_as_json(place: Place) -> None:
    place.write("task.md", TASK.replace("timeout_s: 5", "timeout_s: 1"))
    for name, (program, _, _) in PROGRAMS.items():
        place.write(name, program)
    done = place.run("judge", "task.md", *PROGRAMS, "--json")
    assert (done.code, done.err) == (1, "")
    printed = done.object
    jsonschema.validate(printed, place.run("schema", "judge").object)
    assert printed["schema"] == "paragen.judge/1"
    assert printed["task"]["name"] == "task"
    assert [result["file"] for result in printed["results"]] == list(PROGRAMS), "in their order"
    for result in printed["results"]:
        assert set(result) == RESULT_KEYS
        _, status, passed = PROGRAMS[result["file"]]
        assert result["tests"] == {"passed": passed, "total": 2}, result
        assert result["status"] != "not_judged"
        assert (result["status"] == "passed") is (result["file"] == "right.py")
        assert status is None or result["status"] == status
        assert result["sealed"] is (result["level"] != "none")
        assert (result["unsealed_because"] is None) is result["sealed"]
        assert result["wall_s"] >= 0
        assert (result["detail"] == "") is (result["file"] == "right.py"), "what went wrong"


@pytest.mark.slow
def test_the_table_and_the_exit_code(place: Place) -> None:
    place.write("task.md")
    place.write("a [b].py", RIGHT)
    place.write("wrong.py", "double = str\n")
    one = place.run("judge", "task.md", "a [b].py")
    assert (one.code, one.err) == (0, "")
    assert "a [b].py" in one.out
    assert "2/2" in one.out
    assert "\x1b" not in one.out
    both = place.run("judge", "task.md", "a [b].py", "wrong.py")
    assert both.code == 1
    assert "failed" in both.out
    assert "0/2" in both.out
    assert "test_two" in both.out.replace("\n", " "), "which test, and how"
    seen = place.on_terminal("judge", "task.md", "a [b].py", columns=100).done()
    assert seen.code == 0
    assert "a [b].py" in plain(seen.err)


UNCONFINED = ("judge", "task.md", "right.py", "--sandbox", "none")


def test_an_unconfined_judging_warns_and_says_that_nothing_is_sealed(place: Place) -> None:
    place.write("task.md")
    place.write("right.py", RIGHT)
    done = place.run(*UNCONFINED, "--unsafe", "--json")
    assert done.code == 0, done.err
    warning, note = done.err.splitlines()
    assert warning.startswith("warning: programs are not confined")
    assert note == f"unsealed: {done.object['results'][0]['unsealed_because']}"
    place.run(*UNCONFINED).refused("--unsafe", code=4)
    place.run(*UNCONFINED, "--unsafe", "--sealed-only").refused("seals no verdict", code=4)


def test_a_config_that_is_named_says_where_programs_run(place: Place) -> None:
    place.write("task.md", TASK.replace("timeout_s: 5", "packages: [nothing-like-it]"))
    place.write("right.py", RIGHT)
    place.write("there.toml", '[sandbox]\nenvironment = "nowhere"\n')
    command = ("judge", "task.md", "right.py", "--json")
    place.run(*command, "--config", "there.toml").refused("nowhere is no virtual environment")
    place.run(*command).refused("nothing-like-it isn't installed in")


@pytest.mark.slow
def test_long_names_and_details_are_whole_in_a_pipe(place: Place) -> None:
    place.write("task.md")
    name = "a/very/long/path/" + "x" * 90 + ".py"
    place.write(name, "def double(x):\n    raise ValueError('" + "word " * 30 + "')\n")
    done = place.run("judge", "task.md", name)
    assert name in done.out, "a line that somebody greps isn't folded"


@pytest.mark.slow
def test_programs_from_standard_input(place: Place) -> None:
    place.write("task.md")
    done = place.run("judge", "task.md", "-", "--json", stdin=RIGHT.replace("\n", "\r\n"))
    assert done.code == 0, done.err
    assert done.object["results"][0]["file"] == "-"
    none = place.run("judge", "-", "-", stdin=TASK)
    assert none.code == 2, "there is one standard input"
    assert "Traceback" not in none.err


@pytest.mark.slow
def test_more_tests(place: Place) -> None:
    place.write("task.md", "---\nentry_point: double\n---\nWrite `double(x)`.\n")
    place.write("right.py", RIGHT)
    untested = place.run("judge", "task.md", "right.py", "--json")
    assert untested.code == 0
    assert untested.object["results"][0]["tests"] == {"passed": 0, "total": 0}
    shown = place.run("judge", "task.md", "right.py")
    assert "othing was tested" in shown.out + shown.err
    place.write(
        "tests.py", "from solution import double\ndef test_it():\n    assert double(1) == 3\n"
    )
    tested = place.run("judge", "task.md", "right.py", "--tests", "tests.py", "--json")
    assert tested.code == 1
    assert tested.object["results"][0]["tests"] == {"passed": 0, "total": 1}


@pytest.mark.slow
def test_programs_that_read_and_print(place: Place) -> None:
    place.write(
        "task.md",
        "Read a number, print its double.\n```stdin test\n4\n```\n```stdout test\n8\n```\n",
    )
    place.write("right.py", "print(2 * int(input()))\n")
    place.write("wrong.py", "print(input())\n")
    done = place.run("judge", "task.md", "right.py", "wrong.py", "--json")
    assert [r["status"] for r in done.object["results"]] == ["passed", "failed"]
    assert "8" in done.object["results"][1]["detail"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"\0\1\2", "not a text file"),
        (b"\xe4", "UTF-8"),
        (b"#" * (2 << 20), "larger"),
    ],
)
def test_programs_that_are_none(place: Place, content: bytes | None, words: str) -> None:
    place.write("task.md")
    place.write("right.py", RIGHT)
    if content is not None:
        place.write("given.py", content)
    message = place.run("judge", "task.md", "right.py", "given.py").refused("given.py", words)
    assert len(message.splitlines()) == 1


@pytest.mark.slow
def test_no_program(place: Place) -> None:
    done = place.run("judge", place.write("task.md"))
    assert (done.code, done.out) == (2, "")
    assert "PROGRAM" in done.err


@pytest.mark.slow
def test_it_asks_no_host_and_leaves_no_history(place: Place) -> None:
    place.write("generators.toml", "no TOML at all")
    place.write("right.py", RIGHT)
    assert place.run("judge", place.write("task.md"), "right.py").code == 0
    assert not place.database.exists()


def test_a_task_that_needs_others_is_played_not_judged(place: Place) -> None:
    place.write("task.md", TASK.replace("---\n", "---\nneeds: lexer\n", 1))
    place.write("a.py", "def double(x):\n    return 2 * x\n")
    place.run("judge", "task.md", "a.py").refused("task.md needs the programs of lexer", "run")
