"""Standard streams that are closed, full, left by their reader, or of another encoding."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.bench.fill import fill
from tests.cli.running import LIMIT_S, TASK, Done, Place, plain
from tests.cli.scripts import BAD, GOOD, MIXED

NO_RUN = "No run 'none' is recorded. `paragen history` lists the runs."
CODE = "def double(x):\n    return 2 * x\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MIXED, slots=4) as scripted:
        yield scripted


@pytest.fixture
def play(place: Place, server: ScriptedOllama) -> str:
    """A shell's words for a run."""
    place.write("task.md")
    return f"paragen run task.md --host {server.url} -m {GOOD},{BAD}"


def shell(place: Place, line: str, **settings: str) -> Done:
    """Run a line of shell in the folder, with `paragen` as a function."""
    function = f'paragen() {{ "{sys.executable}" -m paragen "$@"; }}'
    done = subprocess.run(
        ["sh", "-c", f"{function}\n{line}"],
        cwd=place.folder,
        env={**place.environment, **settings},
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def sound(done: Done, code: int) -> None:
    assert done.code == code, done
    for trace in ("Traceback", "Exception ignored"):
        assert trace not in done.err


@pytest.mark.slow
def test_closed_streams(place: Place, play: str) -> None:
    sound(shell(place, f"{play} >&-"), 0)
    deaf = shell(place, f"{play} 2>&-")
    sound(deaf, 0)
    assert deaf.out == CODE
    assert [row["state"] for row in place.history()] == ["ended", "ended"]
    sound(shell(place, "paragen stats >&-"), 0)
    sound(shell(place, "paragen show >&-"), 0)
    sound(shell(place, "paragen run none.md >&- 2>&-"), 2)
    sound(shell(place, "paragen run - -m m <&-"), 2)


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


@needs_full
@pytest.mark.parametrize("more", ["", "--json"])
@pytest.mark.slow
def test_a_full_disk_is_one_message_and_the_run_is_recorded(
    place: Place, play: str, more: str
) -> None:
    done = shell(place, f"{play} {more} > /dev/full")
    sound(done, 2)
    assert "No space left on device" in done.err.splitlines()[-1]
    (row,) = place.history()
    assert (row["state"], row["candidates"]) == ("ended", 2)


@pytest.mark.slow
@needs_full
def test_a_full_disk_for_what_is_shown(place: Place, play: str) -> None:
    shell(place, f"{play} -q")
    for verb in ("stats", "history", "show", "show --code", "stats -f json", "schema run"):
        done = shell(place, f"paragen {verb} > /dev/full")
        sound(done, 2)
        assert "No space left on device" in done.err


@pytest.mark.slow
@needs_full
def test_progress_that_can_not_be_written_ends_nothing(place: Place, play: str) -> None:
    done = shell(place, f"{play} 2> /dev/full")
    assert (done.code, done.out) == (0, CODE)
    assert [row["state"] for row in place.history()] == ["ended"]


@pytest.mark.slow
def test_progress_that_nobody_reads_ends_nothing(place: Place, play: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", *play.split()],
        cwd=place.folder,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=writing,
        timeout=LIMIT_S,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stdout.decode()) == (0, CODE)
    assert [row["state"] for row in place.history()] == ["ended"]


@pytest.mark.slow
def test_an_encoding_without_stars(place: Place, play: str) -> None:
    place.write("task.md", TASK.replace("double(x)`", "double(x)`, for naïve ★"))
    for encoding in ("ascii", "latin-1"):
        done = shell(place, play, PYTHONIOENCODING=encoding)
        sound(done, 0)
        assert done.out == CODE
        for verb in ("show", "show --candidate c1", "history", "doctor", "run --help"):
            shown = subprocess.run(
                [sys.executable, "-m", "paragen", *verb.split()],
                cwd=place.folder,
                env={**place.environment, "PYTHONIOENCODING": encoding},
                capture_output=True,
                timeout=LIMIT_S,
                check=False,
            )
            assert b"Traceback" not in shown.stderr, (verb, shown.stderr[-300:])
            assert shown.returncode == (3 if verb == "doctor" else 0)


def test_what_an_encoding_lacks_is_told_by_what_looks_like_it(place: Place) -> None:
    fill(place.database, candidates=20)
    done = shell(place, "paragen history | head -2; paragen nothing", PYTHONIOENCODING="latin-1")
    row = done.out.splitlines()[1]
    assert " - " in row
    assert "\\u" not in row


def test_words_are_whole_on_a_terminal(place: Place) -> None:
    fill(place.database, candidates=20)
    for columns in (40, 80):
        done = place.on_terminal("show", "none", columns=columns).done()
        lines = plain(done.err).splitlines()
        assert max(map(len, lines)) <= columns
        assert " ".join(lines).split() == (["paragen:", *NO_RUN.split()])
    piped = place.run("show", "none").err
    assert len(piped.splitlines()) == 1


@pytest.mark.slow
def test_code_is_utf_8_whatever_the_encoding(place: Place) -> None:
    place.write("task.md", "---\nentry_point: f\n---\nWrite f.")
    answer = "```python\ndef f():\n    return 'né ★'\n```"
    with ScriptedOllama([MIXED[0].__class__(model="m", answer=answer)]) as server:
        done = shell(
            place, f"paragen run task.md --host {server.url} -m m", PYTHONIOENCODING="ascii"
        )
    assert done.out == "def f():\n    return 'né ★'\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_a_file_name_that_is_no_text(place: Place, play: str) -> None:
    (place.folder / "task.md").rename(place.folder / "caf\udce9.md")
    (place.folder / "caf\udce9.py").write_text(CODE, encoding="utf-8")
    line = play.replace("task.md", "caf*.md")
    done = shell(place, line)
    sound(done, 0)
    assert done.out == CODE
    as_json = shell(place, f"{line} --json -o caf*.out")
    sound(as_json, 0)
    assert as_json.object["task"]["path"] == "caf\udce9.md"
    for verb in ("history", "history -f json", "history -f csv", "show", "show -f json"):
        shown = shell(place, f"paragen {verb}")
        sound(shown, 0)
        assert "caf" in shown.out
    sound(shell(place, "paragen judge caf*.md caf*.py"), 0)
    sound(shell(place, "paragen judge caf*.md caf*.py --json"), 0)
    sound(shell(place, "paragen judge caf*.md caf*.md"), 1)
