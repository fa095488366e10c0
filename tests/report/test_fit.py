"""Which columns have room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paragen.report.fit import FOLDED, GAP, fitting, least_width, widths
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


@given(columns_, st.integers(1, 200), st.integers(1, 30))
def test_what_has_room_has_as_much_as_there_is(
    columns: list[Column], width: int, least: int
) -> None:
    found = widths(columns, headings(columns), width, least=least)
    taken = GAP * (len(columns) - 1)
    longest = [len(column.heading) for column in columns]
    if found is None:
        tight = (least_of(column, least) for column in columns)
        assert sum(tight) + taken > width
        return
    assert sum(found) + taken <= width
    folded = [wide < most for wide, most in zip(found, longest, strict=True)]
    for column, wide, is_folded in zip(columns, found, folded, strict=True):
        assert not is_folded or not (column.right or column.whole)
        assert wide >= least_of(column, least)
    if any(folded):
        assert width - sum(found) - taken < sum(folded), "not a character more for each of them"


def least_of(column: Column, least: int) -> int:
    """What a column takes at least, of which only the heading is known."""
    if column.right or column.whole:
        return len(column.heading)
    words = max(map(len, column.heading.split()), default=0)
    return min(len(column.heading), max(least, words))


def test_wide_characters_count_for_two() -> None:
    assert least_width(Column(key="k", heading="k", right=True), ["漢字"]) == 4
    assert widths([Column(key="k", heading="k", right=True)], [["漢字"]], 3) is None
