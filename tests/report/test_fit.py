"""Which columns have room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paragen.report.fit import FOLDED, GAP, fitting, least_width
from paragen.report.rows import Column

columns_ = st.lists(
    st.builds(
        Column,
        key=st.just("key"),
        heading=st.text("ab c", max_size=30),
        right=st.booleans(),
        spare=st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


def needed(columns: list[Column], kept: list[int]) -> int:
    widths = (least_width(columns[place], [columns[place].heading]) for place in kept)
    return sum(width + GAP for width in widths) - GAP


def headings(columns: list[Column]) -> list[list[str]]:
    return [[column.heading for column in columns]]


@given(columns_, st.integers(1, 200))
def test_what_is_left_out_could_be_spared_and_had_no_room(
    columns: list[Column], width: int
) -> None:
    kept = fitting(columns, headings(columns), width)
    left_out = [place for place in range(len(columns)) if place not in kept]
    assert kept == sorted(kept)
    assert all(columns[place].spare for place in left_out)
    if left_out:
        last = min(left_out, key=lambda place: (columns[place].spare, place))
        assert needed(columns, sorted([*kept, last])) > width
        assert all(columns[place].spare <= columns[last].spare for place in kept)
    assert needed(columns, kept) <= width or not any(columns[place].spare for place in kept)


@given(columns_)
def test_where_there_is_room_nothing_is_left_out(columns: list[Column]) -> None:
    assert fitting(columns, headings(columns), 1000) == list(range(len(columns)))


def test_words_may_be_folded_and_numbers_and_ids_not() -> None:
    long = ["x" * 50]
    assert least_width(Column(key="k", heading="k"), long) == FOLDED
    assert least_width(Column(key="k", heading="k", right=True), long) == 50
    assert least_width(Column(key="k", heading="k", whole=True), long) == 50
