"""Rows of plain values → a table, JSON, CSV or Markdown: the one way for all history commands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paragen.report import text

if TYPE_CHECKING:
    from rich.table import Table

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its key in JSON and CSV, its heading for people, how a value reads, its side.

    `chart` is how a value reads on a terminal, where that is another way. People see an `optional`
    column only where some row has a value. Where a terminal is narrow, the columns go first that
    can be `spare`d most; those of 0 stay. What is `whole` is never folded, as numbers aren't.
    """

    key: str
    heading: str
    show: Callable[[Value], str] = str
    chart: Callable[[Value], str] | None = None
    right: bool = False
    optional: bool = False
    spare: int = 0
    whole: bool = False


def to_json(rows: Sequence[Mapping[str, object]], *, schema: str) -> str:
    """One object with the schema's name and the rows."""
    return json.dumps({"schema": schema, "rows": list(rows)}, indent=2, ensure_ascii=False)


def to_csv(columns: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> str:
    """CSV with a header line; None is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([row[column.key] for column in columns])
    return out.getvalue().rstrip("\n")


def to_markdown(columns: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> str:
    """A Markdown table; pipes and line ends in values are escaped."""
    columns = _wanted(columns, rows)
    lines = [
        _markdown_line([column.heading for column in columns]),
        _markdown_line(["--:" if column.right else "---" for column in columns]),
    ]
    lines += [_markdown_line([_shown(c, row[c.key]) for c in columns]) for row in rows]
    return "\n".join(lines)


def _wanted(columns: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> tuple[Column, ...]:
    """The columns that people see."""
    return tuple(
        one for one in columns if not one.optional or any(row[one.key] is not None for row in rows)
    )


def _markdown_line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _shown(column: Column, value: Value, *, drawn: bool = False) -> str:
    if value is None:
        return text.NOTHING
    show = column.chart if drawn and column.chart is not None else column.show
    return text.one_line(show(value))


def to_text(columns: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> str:
    """Aligned columns without colour, for pipes: as wide as they need to be, a line a row."""
    columns = _wanted(columns, rows)
    lines = [[column.heading for column in columns]]
    lines += [[_shown(c, row[c.key]) for c in columns] for row in rows]
    widths = [max(len(line[position]) for line in lines) for position in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        ).rstrip()
        for line in lines
    )


def print_table(columns: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> None:
    """A table on a terminal, which it is fitted to, with a word on what had no room.

    Where even what can't be spared has none, there is a line for each value.
    """
    # Only here: a pipe doesn't wait for rich to be loaded.
    from rich.console import Console
    from rich.text import Text

    from paragen.report.fit import FOLDED, TIGHT, fitting, widths

    console = Console()
    columns = _wanted(columns, rows)
    # Charts go before names are folded to less than can be read at once.
    ways = [(True, FOLDED), (False, TIGHT)]
    for draws, least in ways[console.options.ascii_only :]:
        lines = [[column.heading for column in columns]]
        lines += [[_shown(c, row[c.key], drawn=draws) for c in columns] for row in rows]
        kept = fitting(columns, lines, console.width)
        chosen = [columns[place] for place in kept]
        cells = [[line[place] for place in kept] for line in lines]
        found = widths(chosen, cells, console.width, least=least)
        if found is not None:
            break
    if found is not None:
        console.print(_table(chosen, cells, found))
    else:
        for line in _value_by_value(cells):
            console.print(Text(line), soft_wrap=True)
    left_out = [column.heading for place, column in enumerate(columns) if place not in kept]
    if left_out:
        said = f"no room for {', '.join(left_out)}: a wider terminal shows it, and so does a pipe"
        console.print(Text(said, style="dim"))


def _table(
    columns: Sequence[Column], lines: Sequence[Sequence[str]], widths: Sequence[int]
) -> Table:
    """A table of these widths; the first line has the headings."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.heading,
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=column.right or column.whole,
            width=width,
        )
    for line in lines[1:]:
        table.add_row(*map(Text, line))
    return table


def _value_by_value(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for each value, after its heading, which the first line has."""
    headings, *rows = lines
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from (f"{heading}: {cell}" for heading, cell in zip(headings, row, strict=True))
