"""Where the verbs print: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from paragen.cli.options import Format
from paragen.report import rows as as_rows
from paragen.report.rows import Column, Value
from paragen.report.text import printable


def warn(message: str) -> None:
    """A warning, on stderr."""
    typer.secho(f"warning: {printable(message)}", err=True, fg=typer.colors.YELLOW)


def note(message: str) -> None:
    """A remark, on stderr."""
    typer.echo(message, err=True)


def print_json(value: object) -> None:
    """A value as JSON, on stdout."""
    typer.echo(json.dumps(value, indent=2))


def print_rows(
    columns: Sequence[Column], rows: Sequence[Mapping[str, Value]], format: Format, *, schema: str
) -> None:
    """Rows in the format asked for."""
    match format:
        case Format.TABLE if sys.stdout.isatty():
            as_rows.print_table(columns, rows)
        case Format.TABLE:
            typer.echo(as_rows.to_text(columns, rows))
        case Format.JSON:
            typer.echo(as_rows.to_json(rows, schema=schema))
        case Format.CSV:
            typer.echo(as_rows.to_csv(columns, rows))
        case Format.MARKDOWN:
            typer.echo(as_rows.to_markdown(columns, rows))


def print_code(code: str, language: str) -> None:
    """A program: highlighted on a terminal, as it is in a pipe."""
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(with_line_end(code).encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
        return
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(Syntax(printable(code), language, background_color="default", word_wrap=True))


def write_code(code: str, path: Path) -> None:
    """A program into a file; raises UsageError where that can't be done."""
    from paragen.domain.errors import UsageError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(with_line_end(code), encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror}).") from error


def with_line_end(code: str) -> str:
    """A program that ends with a line end, as files do."""
    return code if code.endswith("\n") else code + "\n"
