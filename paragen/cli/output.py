"""Where the verbs print: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from paragen.cli.options import Format
from paragen.cli.streams import filled, written
from paragen.report import rows as as_rows
from paragen.report.rows import Column, Value
from paragen.report.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

PIPE_WIDTH = 140
"""How wide what is laid out by rich is where there is no terminal."""


def warn(message: str) -> None:
    """A warning, on stderr."""
    with suppress(OSError):
        said = filled(f"warning: {printable(message)}", sys.stderr)
        typer.secho(said, err=True, fg=typer.colors.YELLOW)


def note(message: str) -> None:
    """A remark, on stderr."""
    with suppress(OSError):
        typer.echo(filled(printable(message), sys.stderr), err=True)


def emit(text: str) -> None:
    """A line of the result, on stdout; raises OutputError."""
    with written():
        typer.echo(text)


def say(words: str) -> None:
    """A sentence of the result, on stdout; raises OutputError."""
    emit(filled(words, sys.stdout))


def print_json(value: object, indent: int | None = 2) -> None:
    """A value as JSON, on stdout; raises OutputError."""
    emit(json.dumps(value, indent=indent))


def print_rows(
    columns: Sequence[Column], rows: Sequence[Mapping[str, Value]], format: Format, *, schema: str
) -> None:
    """Rows in the format asked for, on stdout; raises OutputError."""
    match format:
        case Format.TABLE if sys.stdout.isatty():
            with written():
                as_rows.print_table(columns, rows)
        case Format.TABLE:
            emit(as_rows.to_text(columns, rows))
        case Format.JSON:
            emit(as_rows.to_json(rows, schema=schema))
        case Format.CSV:
            emit(as_rows.to_csv(columns, rows))
        case Format.MARKDOWN:
            emit(as_rows.to_markdown(columns, rows))


def print_laid_out(lay_out: Callable[[int], RenderableType]) -> None:
    """What rich lays out for a width, on stdout; raises OutputError."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
    with written():
        console.print(lay_out(console.width))


def print_code(code: str, language: str) -> None:
    """A program: highlighted on a terminal, as it is in a pipe; raises OutputError."""
    if sys.stdout.isatty():
        from rich.console import Console

        from paragen.report.details import print_highlighted

        with written():
            print_highlighted(Console(), code, language)
        return
    with written():
        sys.stdout.flush()
        sys.stdout.buffer.write(with_line_end(code).encode("utf-8", "surrogateescape"))


def write_code(code: str, path: Path) -> None:
    """A program into a file, whole or not at all; raises UsageError where that can't be done."""
    from paragen.domain.errors import UsageError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, with_line_end(code).encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror}).") from error


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file, or leave what is there as it is; raises OSError.

    What is no file, as a pipe, is written as it is, and so is a file whose place another can't
    take. Where it is a link, what it leads to is written.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not _is_replaceable(target):
        target.write_bytes(content)
        return
    beside = target.with_name(f".paragen-{os.urandom(8).hex()}")
    try:
        with beside.open("xb") as file:
            file.write(content)
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _is_replaceable(file: Path) -> bool:
    """Whether another file can take its place, and be its like: one of somebody else isn't ours."""
    is_ours = file.stat().st_uid == os.geteuid()
    return file.is_file() and is_ours and os.access(file.parent, os.W_OK)


def with_line_end(code: str) -> str:
    """A program that ends with a line end, as files do."""
    return code if code.endswith("\n") else code + "\n"
