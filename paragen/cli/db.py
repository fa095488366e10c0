"""`paragen db`: the history's file itself: merged, exported, looked at, made smaller."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption

if TYPE_CHECKING:
    from paragen.report.rows import Value
    from paragen.store.merge import Merged

COMMAND_CLASS = LightCommand
STDOUT = "-"
NO_HISTORY = "{path}: there is no history yet: `paragen run` begins one."


class Action(StrEnum):
    """What to do with the file."""

    MERGE = "merge"
    EXPORT = "export"
    IMPORT = "import"
    INFO = "info"
    PATH = "path"
    VACUUM = "vacuum"


def db(
    action: Annotated[
        Action,
        typer.Argument(
            metavar="ACTION",
            help="merge other histories into this one; export it to a file of JSON lines, import "
            "such files; print info on what it holds, or its path; vacuum it, which makes the file "
            "smaller.",
        ),
    ],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE…",
            help="Histories to merge, or files to export to or import; - is standard input or "
            "output.",
            show_default=False,
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Merge histories, export and import them, or look after the file.

    What is merged or imported comes in by ids that are unique everywhere: it may come twice, and
    in any order. Of a tournament that both have, the record that is further on is kept.
    """
    match action:
        case Action.MERGE:
            _merge(_needed(files, action), format, database)
        case Action.IMPORT:
            _import(_needed(files, action), format, database)
        case Action.EXPORT:
            _export(_needed(files, action, most=1)[0], database)
        case Action.INFO:
            _none(files, action)
            _info(format, database)
        case Action.PATH:
            _none(files, action)
            _path(database)
        case Action.VACUUM:
            _none(files, action)
            _vacuum(database)


def _needed(files: list[str] | None, action: Action, most: int | None = None) -> list[str]:
    from paragen.domain.errors import UsageError

    if not files:
        what = "FILE.jsonl" if action in (Action.EXPORT, Action.IMPORT) else "OTHER.db"
        raise UsageError(f"Which file? Write `paragen db {action} {what}`.")
    if most is not None and len(files) > most:
        raise UsageError(f"`paragen db {action}` takes one file, not {len(files)}.")
    return files


def _none(files: list[str] | None, action: Action) -> None:
    from paragen.domain.errors import UsageError

    if files:
        raise UsageError(
            f"`paragen db {action}` takes no file. Another history is meant with --db FILE."
        )


def _merge(files: list[str], format: Format, database: Path | None) -> None:
    from paragen.cli.database import open_history
    from paragen.store.merge import check_mergeable, merge

    for file in files:  # a mistake in any of them is said before the first is merged
        check_mergeable(Path(file))
    with open_history(database, write=True) as history:
        _tell([(file, merge(history, Path(file))) for file in files], format)


def _import(files: list[str], format: Format, database: Path | None) -> None:
    from paragen.app.exchange import import_lines
    from paragen.cli.database import open_history

    with open_history(database, write=True) as history:
        _tell([(file, import_lines(history, file)) for file in files], format)


def _tell(came: Sequence[tuple[str, Merged]], format: Format) -> None:
    """Say what came in."""
    from paragen.cli.output import note, print_rows
    from paragen.report.columns import MERGED
    from paragen.report.text import counted

    for file, one in came:
        if not one.advanced and not any(one.rows.values()):
            note(f"{file}: nothing new.")
        if one.played:
            note(
                f"{file}: {counted(one.played, 'session')} being played right now, and left out. "
                "Merge it again when that has ended."
            )
    rows: list[dict[str, Value]] = [
        {"file": file, **one.rows, "advanced": one.advanced, "played": one.played}
        for file, one in came
    ]
    print_rows(MERGED, rows, format, schema="paragen.merge/1")


def _export(file: str, database: Path | None) -> None:
    from paragen.app.exchange import export_lines, write_lines
    from paragen.cli.database import open_history
    from paragen.cli.output import note
    from paragen.cli.streams import written
    from paragen.report.text import counted

    with open_history(database) as history:
        if file == STDOUT:
            with written():
                write_lines(sys.stdout.buffer, history)
            return
        count = export_lines(history, Path(file))
    note(f"{file}: {counted(count, 'line')}.")


def _info(format: Format, database: Path | None) -> None:
    from paragen.cli.database import history_path, open_history
    from paragen.cli.output import note, print_rows
    from paragen.report.columns import HOLDINGS
    from paragen.store.upkeep import holdings

    path = history_path(database)
    with open_history(path) as history:
        found = holdings(history)
    if not found.bytes:
        note(NO_HISTORY.format(path=path))
    values: dict[str, Value] = {
        "path": str(path),
        "schema": found.schema,
        "bytes": found.bytes,
        "free_bytes": found.free_bytes,
        "first_run": found.first_run,
        "last_run": found.last_run,
        **found.rows,
    }
    rows = [{"what": what, "value": value} for what, value in values.items()]
    print_rows(HOLDINGS, rows, format, schema="paragen.db-info/1")


def _path(database: Path | None) -> None:
    from paragen.cli.database import history_path
    from paragen.cli.output import emit

    emit(str(history_path(database)))


def _vacuum(database: Path | None) -> None:
    from paragen.cli.database import history_path, open_history
    from paragen.cli.output import note
    from paragen.domain.errors import UsageError
    from paragen.report.text import size
    from paragen.store.upkeep import vacuum

    path = history_path(database)
    if not path.exists():
        raise UsageError(NO_HISTORY.format(path=path))
    with open_history(path, write=True) as history:
        before, after = vacuum(history)
    note(f"{path}: {size(before)} before, {size(after)} now.")
