"""Which columns of a table have room on a terminal, and how much of it each gets."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from paragen.report.rows import Column

GAP = 2
"""Between two columns."""
FOLDED = 20
"""How wide a column of words is at least, if its words are: they go on in the next line."""
TIGHT = 8
"""The same, where nothing more can be left out."""


def fitting(columns: Sequence[Column], lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """The places of the columns that are shown within so many characters, in their order.

    `lines` are the cells, those of the headings among them. Those that can be spared most go
    first, until the others have room or none can be spared.
    """
    kept = list(range(len(columns)))
    needed = [least_width(column, cells) for column, cells in _by_column(columns, lines)]
    while sum(needed[place] + GAP for place in kept) - GAP > width:
        most = max(kept, key=lambda place: (columns[place].spare, place))
        if not columns[most].spare:
            break
        kept.remove(most)
    return kept


def widths(
    columns: Sequence[Column],
    lines: Sequence[Sequence[str]],
    width: int,
    *,
    least: int = TIGHT,
) -> Sequence[int] | None:
    """How wide each of these columns is, within so many characters in all.

    Only words are folded, and those of all columns at the same width: the widest for which there
    is room; a heading's words stay whole. None where that would be less than `least`.
    """
    longest = [_longest(cells) for _, cells in _by_column(columns, lines)]
    heading = [_longest(column.heading.split()) for column in columns]
    room = width - GAP * (len(columns) - 1)
    for most in range(max(width, least), least - 1, -1):
        found = [
            one if _is_whole(column) else min(one, max(most, word))
            for one, word, column in zip(longest, heading, columns, strict=True)
        ]
        if sum(found) <= room:
            return found
    return None


def least_width(column: Column, cells: Sequence[str]) -> int:
    """How many characters a column takes at least: words may be folded, numbers and ids are not."""
    longest = _longest(cells)
    return longest if _is_whole(column) else min(longest, FOLDED)


def _is_whole(column: Column) -> bool:
    return column.right or column.whole


def _longest(cells: Sequence[str]) -> int:
    return max(map(cell_len, cells), default=0)


def _by_column(
    columns: Sequence[Column], lines: Sequence[Sequence[str]]
) -> list[tuple[Column, list[str]]]:
    return [(column, [line[place] for line in lines]) for place, column in enumerate(columns)]
