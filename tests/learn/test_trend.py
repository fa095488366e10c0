"""A success rate in parts is the same success rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.learn.trend import FEWEST, PARTS, trend

many = st.lists(st.booleans(), min_size=FEWEST, max_size=100)


@given(many)
def test_parts_are_shares_of_nearly_as_many_plays(passed: list[bool]) -> None:
    parts = trend(passed)
    assert len(parts) == PARTS
    assert all(0 <= part <= 1 for part in parts)
    assert sum(parts) / PARTS == pytest.approx(sum(passed) / len(passed), abs=PARTS / len(passed))


@given(many)
def test_turned_round_it_goes_the_other_way(passed: list[bool]) -> None:
    whole = passed[: len(passed) // PARTS * PARTS]
    assert trend(whole[::-1]) == trend(whole)[::-1]


@given(st.lists(st.booleans(), max_size=FEWEST - 1))
def test_of_few_nothing_is_said(passed: list[bool]) -> None:
    assert trend(passed) == ()


def test_one_that_learns() -> None:
    assert trend([False] * 8 + [True, False] * 4 + [True] * 16) == (0, 0, 0.5, 0.5, 1, 1, 1, 1)
