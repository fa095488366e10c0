"""Winners for which there is no room where they should go: none is lost, and no advice is false."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paragen.cli.output import write_code
from paragen.domain.errors import UsageError
from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import LIMIT_S, ROOT, Place
from tests.cli.scripts import BAD, GOOD, MIXED
from tests.cli.test_streams import CODE, shell, sound

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
SHOWS = "--code` prints it"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MIXED, slots=4) as scripted:
        yield scripted


@pytest.fixture
def who(place: Place, server: ScriptedOllama) -> tuple[str, ...]:
    """Options by which two play."""
    place.write("task.md")
    return ("--host", server.url, "--model", f"{GOOD},{BAD}")


@needs_full
def test_what_nothing_else_keeps_is_printed(place: Place, who: tuple[str, ...]) -> None:
    done = place.run("run", "task.md", *who, "--no-record", "-o", "/dev/full")
    assert (done.code, done.out) == (2, CODE)
    assert done.err.splitlines()[-1] == (
        "paragen: /dev/full: can't be written (No space left on device). It is on standard output."
    )


@needs_full
@pytest.mark.slow
def test_a_history_that_failed_keeps_nothing(place: Place, who: tuple[str, ...]) -> None:
    place.write("file", "")
    done = place.run("run", "task.md", *who, "--db", "file/h.db", "-o", "/dev/full")
    assert (done.code, done.out) == (2, CODE)
    assert SHOWS not in done.err


@needs_full
@pytest.mark.slow
def test_what_is_recorded_or_in_the_json_is_not_printed_again(
    place: Place, who: tuple[str, ...]
) -> None:
    done = place.run("run", "task.md", *who, "-o", "/dev/full")
    assert (done.code, done.out) == (2, "")
    (row,) = place.history()
    assert f"`paragen show {row['run_id']} {SHOWS}" in done.err
    as_json = place.run("run", "task.md", *who, "--no-record", "--json", "-o", "/dev/full")
    assert CODE.strip() in {one["code"].strip() for one in as_json.object["candidates"]}
    assert "It is in the JSON." in as_json.err


@needs_full
@pytest.mark.slow
def test_where_there_is_no_room_anywhere_both_are_said(place: Place, who: tuple[str, ...]) -> None:
    line = f"paragen run task.md {' '.join(who)} --no-record -o /dev/full > /dev/full"
    done = shell(place, line)
    sound(done, 2)
    assert "paragen: /dev/full: can't be written" in done.err
    assert "Standard output can't be written" in done.err


@needs_full
@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "--json"])
def test_only_what_is_recorded_is_said_to_be(place: Place, who: tuple[str, ...], more: str) -> None:
    line = f"paragen run task.md {' '.join(who)} {more} > /dev/full"
    assert "what was played is recorded" in shell(place, line).err
    lost = shell(place, line.replace(" >", " --no-record >"))
    sound(lost, 2)
    assert lost.err.endswith("Make room, or write elsewhere.\n")
    assert "recorded" not in shell(place, "paragen stats > /dev/full").err


@needs_full
@pytest.mark.slow
def test_json_that_can_not_be_printed_keeps_no_winner_from_its_file(
    place: Place, who: tuple[str, ...]
) -> None:
    line = f"paragen run task.md {' '.join(who)} --json --no-record -o out.py > /dev/full"
    sound(shell(place, line), 2)
    assert place.read("out.py") == CODE
    neither = shell(place, line.replace("out.py", "/dev/full"))
    sound(neither, 2)
    assert "/dev/full: can't be written" in neither.err
    assert neither.err.endswith("Make room, or write elsewhere.\n")


@pytest.mark.slow
def test_a_folder_that_is_named_like_a_program(place: Place, who: tuple[str, ...]) -> None:
    place.write("other.md")
    done = place.run("run", "task.md", "other.md", *who, "-o", "both.py")
    done.refused("both.py: several tasks need a folder", "for example both.")
    assert not (place.folder / "both.py").exists()
    (place.folder / "kept.py").mkdir()
    assert place.run("run", "task.md", "other.md", *who, "-o", "kept.py").code == 0
    assert (place.folder / "kept.py" / "other.py").read_text(encoding="utf-8") == CODE


class TestWritten:
    """A program into a file."""

    def test_whole_or_not_at_all(self, tmp_path: Path) -> None:
        (tmp_path / "there.py").write_text("before", encoding="utf-8")
        for name in ("there.py", "new.py"):
            with pytest.raises(AssertionError, match="can't be written"):
                in_little_room(tmp_path / name)
        assert [path.name for path in tmp_path.iterdir()] == ["there.py"]
        assert (tmp_path / "there.py").read_text(encoding="utf-8") == "before"

    def test_what_a_link_leads_to_and_its_mode(self, tmp_path: Path) -> None:
        there, link = tmp_path / "there.py", tmp_path / "link.py"
        there.touch(mode=0o600)
        link.symlink_to(there)
        write_code("x = 1", link)
        assert link.is_symlink()
        assert there.read_text(encoding="utf-8") == "x = 1\n"
        assert stat.S_IMODE(there.stat().st_mode) == 0o600

    def test_a_new_file_has_the_usual_mode(self, tmp_path: Path) -> None:
        write_code("x = 1", tmp_path / "a" / "new.py")
        (tmp_path / "other").touch()
        modes = {path.stat().st_mode for path in (tmp_path / "a" / "new.py", tmp_path / "other")}
        assert len(modes) == 1

    def test_what_is_no_file_is_not_replaced(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        write_code("x = 1", pipe)
        assert os.read(reading, 100) == b"x = 1\n"
        os.close(reading)
        assert stat.S_ISFIFO(pipe.stat().st_mode)

    def test_why_it_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="can't be written"):
            write_code("x = 1", tmp_path)


def in_little_room(path: Path) -> None:
    """Write a program in a process whose files may have few bytes; fails with what it said."""
    program = (
        "import sys; from pathlib import Path; from paragen.cli.output import write_code; "
        "write_code('x' * 100_000, Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
