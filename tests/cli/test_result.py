"""The winners' files of several tasks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paragen.cli.result import Printer
from paragen.domain.tournament import Run
from tests.store import build


def won(number: int, name: str, *, winner: str | None = "a") -> Run:
    candidate = replace(build.candidate("a"), code=f"x = {number}\n")
    run = build.run(f"r{number}", candidate, winner=winner)
    return replace(run, task=replace(run.task, name=name))


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["a/b", "a_b"], ["a_b", "a_b-2"]),
        (["t", "t-2", "t"], ["t", "t-2", "t-3"]),
        (["t", "t", "t-2"], ["t", "t-2", "t-2-2"]),
        (["Task", "task"], ["Task", "task-2"]),
        (["..", ".hidden", "/"], ["task", "hidden", "_"]),
    ],
)
def test_each_winner_has_a_file_of_its_own(
    tmp_path: Path, names: list[str], files: list[str]
) -> None:
    runs = [won(number, name) for number, name in enumerate(names)]
    Printer(as_json=False, output=tmp_path, several=True, quiet=True).finish(runs, db_option="")
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {f"{file}.py": f"x = {number}\n" for number, file in enumerate(files)}


def test_a_winners_file_does_not_depend_on_who_else_won(tmp_path: Path) -> None:
    runs = [won(1, "t", winner=None), won(2, "t")]
    Printer(as_json=False, output=tmp_path, several=True, quiet=True).finish(runs, db_option="")
    assert [path.name for path in tmp_path.iterdir()] == ["t-2.py"]
