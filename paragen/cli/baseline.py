"""`paragen baseline`: records kept under a name, to compare with later."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption

COMMAND_CLASS = LightCommand


class Action(StrEnum):
    """What to do with baselines."""

    SAVE = "save"
    LIST = "list"
    SHOW = "show"
    DELETE = "delete"


def baseline(
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="save, list, show or delete.")],
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The baseline's name (all but list need it)."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With save: instead of the one of this name.")
    ] = False,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Keep what every generator has done so far, to compare with it later."""
    match action:
        case Action.SAVE:
            _save(_needed(name, action), replace, database)
        case Action.LIST:
            _list(format, database)
        case Action.SHOW:
            _show(_needed(name, action), format, database)
        case Action.DELETE:
            _delete(_needed(name, action), database)


def _needed(name: str | None, action: Action) -> str:
    from paragen.domain.errors import UsageError

    if name is None or not name.strip():
        raise UsageError(f"Which baseline? Write `paragen baseline {action} NAME`.")
    return name


def _save(name: str, replace: bool, database: Path | None) -> None:
    from paragen.cli.database import open_history
    from paragen.cli.output import note
    from paragen.report.text import counted
    from paragen.store.baselines import check_savable, save_baseline

    with open_history(database) as history:  # so that a mistake makes no file
        check_savable(history)
    with open_history(database, write=True) as history:
        saved = save_baseline(history, name, replace=replace)
    note(
        f"Saved {saved.name}: {counted(saved.plays, 'play')} of "
        f"{counted(saved.generators, 'generator')} on {counted(saved.tasks, 'task')}. "
        f"`paragen compare GENERATOR --baseline {saved.name}` compares what comes from now on."
    )


def _list(format: Format, database: Path | None) -> None:
    from paragen.cli.database import open_history
    from paragen.cli.output import note, print_rows
    from paragen.report.baselines import BASELINES
    from paragen.store.baselines import baselines

    with open_history(database) as history:
        found = baselines(history)
    if not found:
        note("No baseline is saved yet: `paragen baseline save NAME` saves one.")
    print_rows(BASELINES, [asdict(one) for one in found], format, schema="paragen.baselines/1")


def _show(name: str, format: Format, database: Path | None) -> None:
    from paragen.cli.database import open_history
    from paragen.cli.output import print_rows
    from paragen.report.baselines import BASELINE
    from paragen.store.baselines import baseline_rows

    with open_history(database) as history:
        found = baseline_rows(history, name)
    print_rows(BASELINE, [asdict(one) for one in found], format, schema="paragen.baseline/1")


def _delete(name: str, database: Path | None) -> None:
    from paragen.cli.database import open_history
    from paragen.cli.output import note
    from paragen.store.baselines import delete_baseline, saved_at

    with open_history(database) as history:  # so that a mistake makes no file
        saved_at(history, name)
    with open_history(database, write=True) as history:
        delete_baseline(history, name)
    note(f"Deleted {name}.")
