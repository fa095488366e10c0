"""Which columns of a table have room on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from paragen.report.rows import Column

GAP = 2
"""Between two columns."""
FOLDED = 20
"""How wide a column of words is at least, if its words are: they go on in the next line."""


def fitting(columns: Sequence[Column], lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """The places of the columns that are shown within so many characters, in their order.

    `lines` are the cells, those of the headings among them. Those that can be spared most go
    first, until the others have room or none can be spared.
    """
    kept = list(range(len(columns)))
    needed = [
        least_width(column, [line[place] for line in lines]) for place, column in enumerate(columns)
    ]
    while sum(needed[place] + GAP for place in kept) - GAP > width:
        most = max(kept, key=lambda place: (columns[place].spare, place))
        if not columns[most].spare:
            break
        kept.remove(most)
    return kept


def least_width(column: Column, cells: Sequence[str]) -> int:
    """How many characters a column takes at least: words may be folded, numbers and ids are not."""
    longest = max((len(cell) for cell in cells), default=0)
    return longest if column.right or column.whole else min(longest, FOLDED)
