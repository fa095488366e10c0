"""Rows of plain values → a table, JSON, CSV or Markdown: the one way for all history commands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from paragen.report import text

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its key in JSON and CSV, its heading for people, how a value reads, its side.

    `chart` is how a value reads on a terminal, where that is another way.
    """

    key: str
    heading: str
    show: Callable[[Value], str] = str
    chart: Callable[[Value], str] | None = None
    right: bool = False


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
    lines = [
        _markdown_line([column.heading for column in columns]),
        _markdown_line(["--:" if column.right else "---" for column in columns]),
    ]
    lines += [_markdown_line([_shown(c, row[c.key]) for c in columns]) for row in rows]
    return "\n".join(lines)


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
    """A table on a terminal, which it is fitted to."""
    # Only here: a pipe doesn't wait for rich to be loaded.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(
            column.heading, justify="right" if column.right else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*[Text(_shown(c, row[c.key], drawn=True)) for c in columns])
    Console().print(table)
