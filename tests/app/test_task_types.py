"""Task types that nobody heard of before: anybody's own, or a mistake of a letter or two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.app.history import History
from paragen.app.task_types import misspelled
from paragen.parse.task_type import TASK_TYPES


class Known(History):
    """A history with something of these types."""

    def __init__(self, *task_types: str) -> None:
        super().__init__(Path("nowhere"))
        self._task_types = task_types

    def task_types(self) -> Sequence[str]:
        return self._task_types


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("utilites", "utilities"),
        ("databse", "database"),
        ("simple_fuction", "simple_function"),
        ("apis", "api"),
        ("finanse", "finance"),
        ("Utilities", "utilities"),
    ],
)
def test_a_letter_or_two_are_a_mistake(written: str, meant: str) -> None:
    (said,) = misspelled([written], Known("finance"))
    assert said == f"task type {written} is new here: did you mean {meant}?"
    assert misspelled([written], Known("finance", written)) == (), "it is on record"


@pytest.mark.parametrize("own", ["maths", "data", "strings", "games", "sec", "parser", "tests"])
def test_one_of_somebodys_own_is_none(own: str) -> None:
    assert misspelled([own], Known("finance")) == ()


@given(st.lists(st.sampled_from([*TASK_TYPES, "apis", "apys", "my own"])))
def test_each_is_asked_about_once_and_none_that_is_known(written: list[str]) -> None:
    said = misspelled(written, Known())
    assert len(said) == len(set(said)) == len(set(written) & {"apis", "apys"} - {"apys"})
