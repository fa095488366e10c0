"""Where `paragen run` puts what: the code, a file, lines, a task without tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import RIGHT, TASK, Place
from tests.cli.scripts import BAD, GOOD, MIXED, recorded

CODE = "def double(x):\n    return 2 * x\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MIXED, slots=4) as scripted:
        yield scripted


@pytest.fixture
def who(server: ScriptedOllama) -> tuple[str, ...]:
    """Options by which two play."""
    return ("--host", server.url, "--model", f"{GOOD},{BAD}")


def test_the_plain_code_and_plain_lines(place: Place, who: tuple[str, ...]) -> None:
    done = place.run("run", place.write("task.md"), *who)
    assert (done.code, done.out) == (0, CODE)
    lines = done.err.splitlines()
    assert lines[0].startswith("task: 2 attempts, mode all, task type general, sandbox ")
    assert "sealed" in lines[0]
    assert any(line.startswith(f"  {GOOD}: passed, 2/2 tests, quality ") for line in lines)
    (bad,) = [line for line in lines if line.startswith(f"  {BAD}: failed, 1/2 tests")]
    assert "test_three" in bad, "which test failed, and how"
    assert lines[-1].startswith(f"task: {GOOD} passed")
    assert "\x1b" not in done.err + done.out


@pytest.mark.slow
def test_no_terminal_means_no_colour_even_if_the_other_end_is_one(
    place: Place, who: tuple[str, ...]
) -> None:
    done = place.run("run", place.write("task.md"), *who, settings={"TERM": "xterm-256color"})
    assert "\x1b" not in done.out + done.err


def test_the_code_into_a_file(place: Place, who: tuple[str, ...]) -> None:
    done = place.run("run", place.write("task.md"), *who, "-o", "my solution.py")
    assert (done.code, done.out) == (0, "")
    assert place.read("my solution.py") == CODE
    assert "my solution.py" in done.err


@pytest.mark.slow
def test_quiet_is_the_code_alone(place: Place, who: tuple[str, ...]) -> None:
    done = place.run("run", place.write("task.md"), *who, "-q", "--no-record")
    assert (done.code, done.out, done.err) == (0, CODE, "")
    silent = place.run("run", "task.md", *who, "-q", "-o", "best.py", "--no-record")
    assert (silent.code, silent.out, silent.err) == (0, "", ""), "quiet means quiet"
    assert place.read("best.py") == CODE


@pytest.mark.slow
def test_a_task_from_standard_input(place: Place, who: tuple[str, ...]) -> None:
    done = place.run("run", "-", *who, "--json", stdin=TASK)
    assert done.code == 0, done.err
    assert done.object["task"]["name"] == "stdin"
    assert done.object["candidates"][0]["tests"] == {"passed": 2, "total": 2}


@pytest.mark.slow
def test_a_task_without_tests_says_that_nothing_was_tested(
    place: Place, who: tuple[str, ...]
) -> None:
    place.write("task.md", "---\nentry_point: double\n---\nWrite `double(x)`.\n")
    done = place.run("run", "task.md", *who, "--json")
    assert done.code == 0
    assert "othing was tested" in done.object["reason"]
    assert "othing was tested" in done.err
    assert {c["status"] for c in done.object["candidates"]} == {"passed"}
    for candidate in done.object["candidates"]:
        assert candidate["tests"] == {"passed": 0, "total": 0}
    shown = place.run("show", "last")
    assert "othing was tested" in shown.out


@pytest.mark.slow
def test_a_program_that_lacks_the_entry_point_fails_without_tests(place: Place) -> None:
    place.write("task.md", "---\nentry_point: double\n---\nWrite it.\n")
    answers = [
        recorded("other", RIGHT.replace("double", "treble")),
        recorded("dies", "```python\n1/0\n```"),
    ]
    with ScriptedOllama(answers) as server:
        done = place.run("run", "task.md", "--host", server.url, "-m", "other,dies", "--json")
    assert done.code == 1
    assert {c["status"] for c in done.object["candidates"]} <= {"failed", "crashed"}
    assert "double" in done.err, "what is missing is said"


@pytest.mark.slow
def test_tests_from_files_beside_those_of_the_task(place: Place, who: tuple[str, ...]) -> None:
    place.write("task.md")
    place.write(
        "more tests.py",
        "from solution import double\n\ndef test_zero():\n    assert double(0) == 0\n",
    )
    done = place.run("run", "task.md", *who, "--tests", "more tests.py", "--json")
    good, bad = done.object["candidates"]
    assert good["tests"] == {"passed": 3, "total": 3}
    assert bad["tests"] == {"passed": 1, "total": 3}


@pytest.mark.slow
def test_inferred_task_types_are_said_to_be(place: Place, who: tuple[str, ...]) -> None:
    place.write("task.md", TASK.replace("task_type: general\n", ""))
    done = place.run("run", "task.md", *who)
    assert "inferred" in done.err


@pytest.mark.slow
def test_a_program_whose_answer_holds_control_codes(place: Place) -> None:
    program = "# \x1b[2J\x1b]0;owned\x07\ndef double(x):\n    raise ValueError('\\x1b[31mred')"
    sneaky = f"```python\n{program}\n```"
    with ScriptedOllama([recorded("sneaky", sneaky)]) as server:
        place.write("task.md")
        done = place.run("run", "task.md", "--host", server.url, "-m", "sneaky")
        assert done.code == 1
        assert "\x1b" not in done.err
        assert "Traceback" not in done.err
        seen = place.on_terminal("show", "last", "--candidate", "c1").done()
        assert seen.code == 0
        for harmful in ("\x1b[2J", "\x1b]0;", "\x07", "\x1b[31mred"):
            assert harmful not in seen.err


@pytest.mark.slow
def test_nothing_warns_and_nothing_is_left_open(place: Place, who: tuple[str, ...]) -> None:
    place.write("task.md")
    done = place.run("run", "task.md", *who, options=["-X", "dev", "-W", "error"])
    assert done.code == 0, done.err
    assert "Warning" not in done.err, done.err
    for verb in (["stats"], ["show", "last"], ["history"]):
        shown = place.run(*verb, options=["-X", "dev", "-W", "error"])
        assert (shown.code, shown.err) == (0, "")


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_traceback(place: Place, who: tuple[str, ...]) -> None:
    place.write("task.md")
    for arguments in (["run", "task.md", *who, "--json"], ["run", "task.md", *who], ["history"]):
        running = place.start(*arguments, deaf=True)
        done = running.done()
        assert done.code in (0, 141)
        assert "Traceback" not in done.err
        assert "Exception ignored" not in done.err
