"""`paragen db`: one history of several files, and the file itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bench.fill import fill
from tests.cli.running import Place


@pytest.fixture
def filled(place: Place) -> Place:
    """A history of two runs, and another file with three, of which two are the same."""
    fill(place.database, candidates=20)
    fill(place.folder / "other.db", candidates=30)
    return place


def rows(place: Place, *arguments: str) -> list[dict[str, Any]]:
    found = place.run("db", *arguments, "-f", "json").object["rows"]
    assert isinstance(found, list)
    return found


def test_other_files_are_merged_and_it_says_what_came_in(filled: Place) -> None:
    shutil.copy(filled.folder / "other.db", filled.folder / "copy.db")
    done = filled.run("db", "merge", "other.db", "copy.db", "-f", "json")
    first, second = done.object["rows"]
    assert (first["file"], first["runs"], first["candidates"]) == ("other.db", 1, 10)
    assert (second["file"], second["runs"], second["advanced"]) == ("copy.db", 0, 0)
    assert done.err == "copy.db: nothing new.\n"
    assert len(filled.history()) == 3


def test_nothing_is_merged_where_one_of_the_files_is_no_history(filled: Place) -> None:
    filled.write("notes.txt", "x" * 999)
    done = filled.run("db", "merge", "other.db", "notes.txt")
    done.refused("notes.txt: this file can't be merged: it is no history of paragen")
    filled.run("db", "merge", "other.db", "none.db").refused("none.db", "no such file")
    assert len(filled.history()) == 2


def test_into_another_file_than_ones_own(filled: Place) -> None:
    assert filled.run("db", "merge", "other.db", "--db", "new.db").code == 0
    assert filled.run("db", "merge", "new.db", "--db", "new.db").refused("itself")
    assert len(filled.history()) == 2
    assert rows(filled, "merge", "new.db")[0]["runs"] == 1


def test_a_file_that_comes_twice_is_told_twice(filled: Place) -> None:
    first, second = rows(filled, "merge", "other.db", "other.db", "--db", "empty.db")
    assert first["runs"] > second["runs"] == 0


@pytest.mark.slow
def test_out_and_in_again(filled: Place) -> None:
    done = filled.run("db", "export", "all.jsonl")
    lines = filled.read("all.jsonl").splitlines()
    assert (done.code, done.out, done.err) == (0, "", f"all.jsonl: {len(lines)} lines.\n")
    assert [p.name for p in filled.folder.iterdir() if "jsonl" in p.name] == ["all.jsonl"]
    on_stdout = filled.run("db", "export", "-").out
    assert on_stdout.splitlines() == lines
    (came,) = rows(filled, "import", "all.jsonl", "--db", "new.db")
    assert (came["file"], came["runs"], came["candidates"]) == ("all.jsonl", 2, 20)
    by_pipe = filled.run("db", "import", "-", "--db", "piped.db", stdin=on_stdout * 2)
    assert by_pipe.code == 0, by_pipe.err
    assert filled.run("db", "export", "-", "--db", "piped.db").out == on_stdout


def test_what_can_not_be_exported_to_or_imported(filled: Place) -> None:
    filled.run("db", "export", filled.database).refused("this is the history itself")
    filled.run("db", "export", "no/where.jsonl").refused("no/where.jsonl", "No such file")
    filled.run("db", "import", "none.jsonl").refused("none.jsonl", "No such file")
    filled.run("db", "import", "other.db").refused("other.db:1: this line is no JSON")
    filled.run("db", "export", "/dev/full").refused("/dev/full", "No space left")
    assert Path("/dev/full").is_char_device()
    assert len(filled.history()) == 2


def test_a_reader_that_has_enough(filled: Place) -> None:
    fill(filled.database, candidates=500)
    running = filled.start("db", "export", "-", deaf=True)
    done = running.done()
    assert (done.code, done.err) == (141, ""), "1 would be an answer of compare's or run's"


def test_info_path_and_vacuum(filled: Place) -> None:
    found = {row["what"]: row["value"] for row in rows(filled, "info")}
    assert (found["path"], found["runs"], found["candidates"]) == (str(filled.database), 2, 20)
    assert found["first_run"] <= found["last_run"]
    assert filled.run("db", "path").out == f"{filled.database}\n"
    assert filled.run("db", "path", "--db", "x.db").out == "x.db\n"
    before = filled.database.stat().st_size
    assert filled.run("db", "vacuum").err.startswith(f"{filled.database}: ")
    assert filled.database.stat().st_size <= before
    assert len(filled.history()) == 2


def test_a_history_that_is_not_there(place: Place) -> None:
    assert {row["what"]: row["value"] for row in rows(place, "info")}["runs"] == 0
    place.run("db", "vacuum").refused("no history yet")
    assert json.loads(place.run("db", "export", "-").out)["schema"] == "paragen.export/1"
    assert not place.database.exists()


def test_mistakes(place: Place) -> None:
    place.run("db", "merge").refused("paragen db merge OTHER.db")
    place.run("db", "import").refused("paragen db import FILE.jsonl")
    place.run("db", "export", "a", "b").refused("one file")
    place.run("db", "vacuum", "a.db").refused("--db FILE")
    done = place.run("db", "mrege", "a.db")
    assert (done.code, done.out) == (2, "")
    assert "mrege" in done.err
    assert "Traceback" not in done.err
