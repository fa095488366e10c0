"""How alike two texts are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.judge.likeness import likeness

FIRST = '''
def total(values, start=0):
    """Add them up."""
    for value in values:
        start += value  # one by one
    return start
'''
RENAMED = """
def total(xs: list[int], s: int = 0) -> int:
    for x in xs: s += x
    return s
"""
OTHER = "def total(values, start=0):\n    return sum(values, start)\n"

PIECES = st.sampled_from(
    ["x = 1", "y = x + 1", "def f(a):\n    return a", "for i in []: pass", "f(x)", "'text'"]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=5).map("\n".join), st.text(max_size=40))


@given(TEXTS, TEXTS)
def test_symmetric_and_within_bounds(first: str, second: str) -> None:
    assert likeness(first, second) == likeness(second, first)
    assert 0.0 <= likeness(first, second) <= 1.0


@given(TEXTS)
def test_a_text_is_like_itself(text: str) -> None:
    assert likeness(text, text) == 1.0
    assert likeness(text, text + "\n") == 1.0


def test_layout_comments_annotations_and_own_names_do_not_count() -> None:
    assert likeness(FIRST, RENAMED) == 1.0


def test_another_program_is_less_alike() -> None:
    assert 0.0 < likeness(FIRST, OTHER) < 0.6


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("print(max(x))", "print(min(x))"),  # names that aren't its own
        ("x = 1", "x = 2"),
        ("a = b = 1\na + b", "a = b = 1\nb + a"),
        ("import os", "import sys"),
        ("x.a", "x.b"),
        ("a < b", "a > b"),
        ("x = '1'", "x = 1"),
    ],
)
def test_what_counts(first: str, second: str) -> None:
    assert likeness(first, second) < 1.0


def test_what_is_not_python_is_read_by_words() -> None:
    assert likeness("this is (no program", "this is  (no program") == 1.0
    assert likeness("this is (no program", "nothing of [that") == 0.0
