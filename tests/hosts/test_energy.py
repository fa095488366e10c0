"""Energy is shared out whole, equally, and not where it is unknown."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.hosts.energy import STALE_S, Energy, Share

STEP_S = 0.25
"""Moments are so far apart, and what is added up of them is exact."""


@dataclass(frozen=True, slots=True)
class Block:
    """Somebody draws from one step to another."""

    begins: int
    ends: int


STEPS = 12
blocks = st.builds(lambda begins, steps: Block(begins, begins + steps), *[st.integers(0, 9)] * 2)
fields = st.lists(blocks, max_size=6)
watts = st.lists(st.floats(0, 1000), min_size=STEPS * 2, max_size=STEPS * 2)
maybe = st.lists(st.none() | st.floats(0, 1000), min_size=STEPS * 2, max_size=STEPS * 2)


def drawn(field: list[Block], readings: list[float] | list[float | None]) -> list[float | None]:
    """What each block drew; the readings come a step apart, the first with the first step."""
    energy = Energy()
    shares: dict[int, Share] = {}
    found: list[float | None] = [None] * len(field)
    for step, reading in enumerate(readings):
        now_s = step * STEP_S
        energy.read(reading, now_s)
        for number, block in enumerate(field):
            if block.begins == step:
                shares[number] = energy.begin(now_s)
        for number, block in enumerate(field):
            if block.ends == step:
                found[number] = energy.end(shares[number], now_s)
    return found


@given(fields, watts)
def test_all_that_was_drawn_while_anybody_drew_is_shared_out(
    field: list[Block], readings: list[float]
) -> None:
    total = sum(
        watts * STEP_S
        for step, watts in enumerate(readings)
        if any(one.begins <= step < one.ends for one in field)
    )
    shares = drawn(field, readings)
    assert all(one is not None and one >= 0 for one in shares)
    assert math.isclose(sum(one or 0.0 for one in shares), total, rel_tol=1e-9, abs_tol=1e-6)


@given(st.permutations(range(6)), st.lists(blocks, min_size=6, max_size=6), maybe)
def test_who_is_named_first_makes_no_difference(
    order: list[int], field: list[Block], readings: list[float | None]
) -> None:
    turned = drawn([field[n] for n in order], readings)
    assert turned == [drawn(field, readings)[n] for n in order]


@given(fields, st.integers(0, STEPS), watts)
def test_those_who_draw_all_the_same_time_draw_the_same(
    field: list[Block], begins: int, readings: list[float]
) -> None:
    one, other = drawn([Block(begins, begins + 4), Block(begins, begins + 4), *field], readings)[:2]
    assert one == other


@given(fields, maybe)
def test_who_drew_through_what_is_unknown_drew_an_unknown_amount(
    field: list[Block], readings: list[float | None]
) -> None:
    for block, joules in zip(field, drawn(field, readings), strict=True):
        assert (joules is None) == (None in readings[block.begins : block.ends])


def test_a_reading_holds_for_a_while() -> None:
    energy = Energy()
    energy.read(100.0, 0.0)
    first = energy.begin(0.0)
    second = energy.begin(1.0)
    assert energy.end(first, STALE_S) == 100.0 + 50.0
    assert energy.end(second, STALE_S + 0.1) is None
    energy.read(10.0, 9.0)
    third = energy.begin(9.0)
    assert energy.end(third, 10.0) == 10.0, "what was unknown before it is nothing to it"


def test_before_the_first_reading_nothing_is_known() -> None:
    energy = Energy()
    early = energy.begin(0.0)
    energy.read(5.0, 0.1)
    late = energy.begin(0.1)
    assert energy.end(early, 0.6) is None
    assert energy.end(late, 1.1) == pytest.approx(5.0 * 0.5 / 2 + 5.0 * 0.5)


def test_a_clock_that_stands_still_shares_out_nothing() -> None:
    energy = Energy()
    energy.read(100.0, 1.0)
    share = energy.begin(1.0)
    assert energy.end(share, 0.5) == 0.0
