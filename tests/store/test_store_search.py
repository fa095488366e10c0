"""Past tasks that are like a new one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.learn.task_type import Similar
from paragen.store.connection import connect
from paragen.store.recorder import Recorder
from paragen.store.search import PastTasks
from tests.store import build

PAST = (
    ("finance", False, "Compute the compound interest of a loan over many years."),
    ("finance", False, "Compute the monthly rate of a mortgage, with its interest."),
    ("geometry", False, "The area of a triangle by the lengths of its sides."),
    ("guessed", True, "The compound interest of a loan over many years, compute it."),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(Recorder(tmp_path / "h.db", on_failure=pytest.fail)) as recorder:
        for number, (task_type, is_inferred, prompt) in enumerate(PAST):
            played = build.run(f"run-{number}", build.candidate("a"), winner="a")
            task = replace(
                played.task,
                prompt=prompt,
                sha256=str(number),
                task_type=task_type,
                task_type_inferred=is_inferred,
            )
            for event in build.events(replace(played, task=task)):
                recorder(event)
    return tmp_path / "h.db"


def like(path: Path, prompt: str) -> Sequence[Similar]:
    with (
        closing(connect(path, write=False)) as connection,
        closing(PastTasks(connection)) as past,
    ):
        found = past.like(prompt)
        assert past.like(prompt) == found, "asking leaves nothing behind"
    return found


def test_the_most_alike_come_first_and_guesses_not_at_all(path: Path) -> None:
    found = like(path, "What is the compound interest of my loan?")
    assert [one.task_type for one in found] == ["finance", "finance"]
    assert 1 > found[0].likeness > found[1].likeness > 0


def test_the_very_same_is_wholly_alike(path: Path) -> None:
    best = like(path, PAST[2][2])[0]
    assert best.task_type == "geometry"
    assert best.likeness == pytest.approx(1.0)


@pytest.mark.parametrize(
    "prompt", ["", "Write a function.", "zebra", "\"' OR NEAR( * ^ : -", "\0 ümläut 数学"]
)
def test_where_nothing_is_alike_there_is_nothing(path: Path, prompt: str) -> None:
    assert not like(path, prompt)


def test_an_empty_history_knows_none(tmp_path: Path) -> None:
    assert like(tmp_path / "none.db", "compound interest") == ()
