"""The live view, on terminals of several sizes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import CONTROL, RIGHT, TASK, Place, plain
from tests.cli.scripts import BAD, GOOD, MIXED, TALK, config, recorded

SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
CODE = "def double(x):\n    return 2 * x\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MIXED, slots=4) as scripted:
        yield scripted


@pytest.fixture
def who(server: ScriptedOllama) -> tuple[str, ...]:
    """Options by which three play."""
    return ("--host", server.url, "--model", f"{TALK},{GOOD},{BAD}", "--no-record")


def frame_heights(output: str) -> list[int]:
    """How many lines up the cursor went for each redrawing."""
    return [
        len(re.findall(r"\x1b\[1A", moves))
        for moves in re.findall(r"(?:\x1b\[[12][AK]|\r)+", output)
    ]


def test_the_table_at_80_columns(place: Place, who: tuple[str, ...]) -> None:
    done = place.on_terminal("run", place.write("task.md"), *who).done()
    assert done.code == 0
    shown = plain(done.err)
    assert "\x1b[" in done.err
    assert HIDE_CURSOR in done.err
    assert done.err.rindex(SHOW_CURSOR) > done.err.rindex(HIDE_CURSOR)
    for heading in ("generator", "state", "tests", "quality", "speed", "combined", "tok/s"):
        assert heading in shown
    assert "memory" not in shown
    (winner,) = [line for line in shown.splitlines() if "★" in line]
    assert GOOD in winner
    assert "2/2" in winner
    for name, status in ((GOOD, "passed"), (BAD, "failed"), (TALK, "no code")):
        assert re.search(rf"{name}\s+{status}", shown), name
    assert f"{GOOD} passed" in shown, "the reason"
    assert "Traceback" not in shown


@pytest.mark.slow
def test_more_columns_where_there_is_room(place: Place, who: tuple[str, ...]) -> None:
    done = place.on_terminal("run", place.write("task.md"), *who, columns=200).done()
    shown = plain(done.err)
    for heading in ("combined", "tokens", "generation", "load", "execution", "memory"):
        assert heading in shown


def test_the_code_is_highlighted_on_a_terminal(place: Place, who: tuple[str, ...]) -> None:
    done = place.on_terminal("run", place.write("task.md"), *who).done()
    code = done.err[done.err.rindex("★") :]
    shown = [line.rstrip() for line in plain(code).splitlines()]
    assert "def double(x):" in shown
    assert "    return 2 * x" in shown
    assert re.search(r"\x1b\[[0-9;]*38;[0-9;]+mdef\x1b\[", code), "the keyword has a colour"


@pytest.mark.slow
def test_no_color_means_none(place: Place, who: tuple[str, ...]) -> None:
    done = place.on_terminal("run", place.write("task.md"), *who, settings={"NO_COLOR": "1"}).done()
    assert done.code == 0
    colours = [
        code
        for code in re.findall(r"\x1b\[([0-9;]*)m", done.err)
        if any(part.startswith(("3", "4", "9", "10")) and len(part) > 1 for part in code.split(";"))
    ]
    assert colours == []
    assert "★" in done.err


@pytest.mark.slow
def test_a_terminal_that_can_do_nothing_gets_no_control_codes(
    place: Place, who: tuple[str, ...]
) -> None:
    done = place.on_terminal("run", place.write("task.md"), *who, settings={"TERM": "dumb"}).done()
    assert done.code == 0
    assert not CONTROL.search(done.err)
    assert GOOD in done.err


@pytest.mark.slow
def test_the_table_goes_to_the_terminal_and_the_code_into_the_pipe(
    place: Place, who: tuple[str, ...]
) -> None:
    done = place.on_terminal("run", place.write("task.md"), *who, piped=True).done()
    assert done.out == CODE
    assert "★" in done.err
    assert "return 2 * x" not in plain(done.err)
    as_json = place.on_terminal("run", "task.md", *who, "--json", piped=True).done()
    assert as_json.object["winner"]
    quiet = place.on_terminal("run", "task.md", *who, "-q", piped=True).done()
    assert (quiet.out, quiet.err) == (CODE, "")


@pytest.mark.slow
def test_forty_generators_on_twenty_four_lines(place: Place) -> None:
    names = [f"model{n:02}" for n in range(40)]
    answers = [recorded(name, prompt_s=0.3) for name in names]
    with ScriptedOllama(answers, slots=10, max_loaded=50) as server:
        text = config(server.url, models=names).replace(
            f'"{server.url}"', f'"{server.url}"\nslots = 10'
        )
        place.write("generators.toml", text)
        done = place.on_terminal("run", place.write("task.md"), "--no-record", piped=True).done()
    assert done.code == 0
    assert done.out == CODE
    shown = plain(done.err)
    assert re.search(r"and \d+ more", shown), "those for whom there is no room are counted"
    assert max(frame_heights(done.err)) < 24, "a frame higher than the screen can't be redrawn"
    assert "★" in shown


@pytest.mark.slow
def test_a_terminal_of_next_to_no_size(place: Place, who: tuple[str, ...]) -> None:
    done = place.on_terminal("run", place.write("task.md"), *who, columns=20, lines=3).done()
    assert done.code == 0
    assert "Traceback" not in plain(done.err)


@pytest.mark.slow
def test_while_it_streams_it_says_how_fast(place: Place) -> None:
    with ScriptedOllama([recorded(GOOD, RIGHT + "\n" + "word " * 150, tokens_per_s=100)]) as server:
        place.write("task.md")
        running = place.on_terminal(
            "run", "task.md", "--host", server.url, "-m", GOOD, "--no-record"
        )
        done = running.done()
    states = re.findall(r"good:7b\s+(\w+)", plain(done.err))
    assert "generating" in states
    assert states[-1] == "passed"
    rates = re.findall(r"generating\s+[–\s]+(\d+\.\d)", plain(done.err))
    assert rates, "tokens/s are shown while streaming"
    assert 20 < float(rates[-1]) < 200


def test_several_tasks_have_one_bar_with_an_eta(place: Place, who: tuple[str, ...]) -> None:
    for name in ("one.md", "two.md"):
        place.write(name)
    done = place.on_terminal("run", "one.md", "two.md", *who, columns=100).done()
    shown = plain(done.err)
    assert done.code == 0
    assert "6/6" in shown, "attempts of all tasks"
    assert "2 tasks" in shown
    assert "ETA" in shown
    assert re.search(rf"★ one: {GOOD} passed", shown)
    assert re.search(rf"★ two: {GOOD} passed", shown)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["task [bold]x[/bold]", "a[/b] [", "[red]"])
def test_names_that_look_like_markup_are_shown_as_they_are(place: Place, name: str) -> None:
    odd = "[red]m[/red]"
    place.write("task.md", TASK.replace("---\n", f"---\nname: '{name}'\n", 1))
    with ScriptedOllama([recorded(odd)]) as server:
        done = place.on_terminal(
            "run", "task.md", "--host", server.url, "-m", odd, "--no-record", columns=160
        ).done()
    shown = plain(done.err)
    assert done.code == 0, shown
    assert odd in shown
    assert f"{name}  (general;" in shown


@pytest.mark.slow
def test_no_name_steers_the_terminal(place: Place) -> None:
    """Names of models come from other people's servers, names of tasks from their files."""
    harmful = "\x1b[2J\x1b]0;owned\x07"
    model = f"m{harmful}"
    place.write(f"task{harmful}.md")
    with ScriptedOllama([recorded(model)]) as server:
        text = config(server.url, models=["x"]).replace('"x"', json.dumps(model))
        place.write("generators.toml", text.replace("gpu0", "gpu\\u001b[2J"))
        shown = [place.on_terminal("run", f"task{harmful}.md", columns=150).done()]
        shown += [
            place.on_terminal(*verb, columns=150).done()
            for verb in (
                ["history"],
                ["stats"],
                ["show"],
                ["show", "--candidate", "c1"],
                ["models"],
                ["doctor"],
                ["judge", f"task{harmful}.md", f"task{harmful}.md"],
                ["run", f"none{harmful}.md"],
            )
        ]
    assert shown[0].code == 0, shown[0].err
    for done in shown:
        for sequence in ("\x1b[2J", "\x1b]0;", "\x07"):
            assert sequence not in done.err


@pytest.mark.slow
def test_warnings_stand_above_the_table(place: Place, who: tuple[str, ...]) -> None:
    place.write("task.md")
    done = place.on_terminal("run", "task.md", *who, "-m", "absent:1b", columns=160).done()
    assert done.code == 0
    shown = plain(done.err)
    assert shown.index("warning: no host has absent:1b") < shown.rindex("★")
    assert "ollama pull absent:1b" in shown
