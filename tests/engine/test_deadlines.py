"""Deadlines: which have passed, and how long it is to the next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paragen.engine.deadlines import Deadlines

MOMENTS = st.lists(st.floats(0, 100), max_size=20)


def test_without_deadlines_nothing_is_waited_for() -> None:
    deadlines = Deadlines()
    assert deadlines.seconds_left(5.0) is None
    assert deadlines.due(5.0) == ()


@given(MOMENTS, st.lists(st.floats(0, 120), max_size=20))
def test_each_is_named_once_in_order_and_never_early(
    moments: list[float], asked: list[float]
) -> None:
    deadlines = Deadlines()
    for number, moment in enumerate(moments):
        deadlines.add(f"r{number}", moment)
    named: list[str] = []
    for now in sorted(asked):
        left = deadlines.seconds_left(now)
        due = deadlines.due(now)
        assert (left == 0) is bool(due) or left is None
        named += due
        assert set(named) == {f"r{n}" for n, moment in enumerate(moments) if moment <= now}
    assert len(named) == len(set(named))
    assert [moments[int(name[1:])] for name in named] == sorted(
        moments[int(name[1:])] for name in named
    )
