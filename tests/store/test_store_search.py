"""Past tasks that are like a new one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.learn.task_type import LIKE, Similar
from paragen.store.connection import connect
from paragen.store.recorder import Recorder
from paragen.store.search import PastTasks, TaskIndex
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
    with closing(connect(path, write=False)) as connection:
        past = PastTasks(connection)
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


def test_all_tasks_are_alike_whatever_their_types(path: Path) -> None:
    with closing(connect(path, write=False)) as connection:
        past = PastTasks(connection)
    found = past.alike(PAST[3][2])
    assert [one.sha256 for one in found[:2]] == ["3", "0"], "the same words in another order"
    assert [one.likeness for one in found[:2]] == pytest.approx([1.0, 1.0])
    assert past.alike(PAST[3][2], most=1) == found[:1]
    assert past.alike("zebra") == ()


def test_a_session_that_doesnt_count_has_no_tasks(path: Path) -> None:
    with closing(connect(path, write=False)) as connection:
        past = PastTasks(connection, "s1")
        assert (past.alike(PAST[0][2]), past.like(PAST[0][2])) == ((), ())
        assert PastTasks(connection, "another").alike(PAST[0][2])


@pytest.mark.parametrize("others", [0, 1, 2, 40])
def test_what_is_alike_is_so_in_a_small_history_too(others: int) -> None:
    index = TaskIndex()
    loan = index.add(PAST[0][2])
    for number in range(others):
        index.add(f"Something else, number w{number} of x{number}.")
    found = index.like("What is the compound interest of my loan? Years are given.")
    assert set(found) == {loan}
    assert 0.5 < found[loan] < 0.8


def test_what_stands_in_every_prompt_makes_none_alike() -> None:
    index = TaskIndex()
    frame = "Complete the body so that all examples hold; answer with one fenced block."
    for number in range(20):
        index.add(f"{frame} About w{number}, x{number} and y{number}.")
    assert max(index.like(f"{frame} About mortgages, loans, interest.").values()) < LIKE
