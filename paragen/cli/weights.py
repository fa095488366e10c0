"""`paragen weights`: what was learned of quality and speed, by task type."""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from typing import Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption, TaskTypeOption

COMMAND_CLASS = LightCommand


class Action(StrEnum):
    """What to do with the weights."""

    SHOW = "show"
    LOG = "log"
    RESET = "reset"
    UNDO = "undo"


def weights(
    action: Annotated[
        Action,
        typer.Argument(
            metavar="ACTION",
            help="show them, log every change, reset them to the task type's own, or undo the last "
            "feedback or reset.",
        ),
    ] = Action.SHOW,
    task_type: TaskTypeOption = None,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Show what was learned of quality and speed, reset it, or undo the last of it.

    Feedback that is undone counts no more, and an undo again takes back what was said before it. A
    reset lets the weights begin anew, and can be undone too.
    """
    from paragen.app import feedback
    from paragen.cli.database import open_history
    from paragen.cli.output import note
    from paragen.report.feedback import undone

    if action in (Action.RESET, Action.UNDO):
        with open_history(database) as history:
            feedback.need_something(history, task_type)
        with open_history(database, write=True) as history:
            if action is Action.RESET:
                feedback.reset(history, task_type)
            else:
                note(undone(feedback.undo(history, task_type)))
    with open_history(database) as history:
        if action is Action.LOG:
            _print_log(history, task_type, format)
        else:
            _print_weights(history, task_type, format)


def _print_weights(history: sqlite3.Connection, wanted: str | None, format: Format) -> None:
    from paragen.app.feedback import all_learned
    from paragen.cli.output import note, print_rows
    from paragen.report.feedback import WEIGHTS, weights_row

    rows = [weights_row(one) for one in all_learned(history, wanted)]
    if not rows:
        note("No run is recorded yet: `paragen run` records one, `paragen feedback` rates it.")
    print_rows(WEIGHTS, rows, format, schema="paragen.weights/1")


def _print_log(history: sqlite3.Connection, wanted: str | None, format: Format) -> None:
    from paragen.app.feedback import all_changes
    from paragen.cli.output import note, print_rows
    from paragen.report.feedback import CHANGES, change_row

    rows = [change_row(one, task_type) for task_type, one in all_changes(history, wanted)]
    if not rows:
        note("Nothing has moved any weights yet: `paragen feedback` does.")
    print_rows(CHANGES, rows, format, schema="paragen.weights-log/1")
