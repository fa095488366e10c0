"""`paragen stats`: the standing of each generator by task type, and who was chosen."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption, TaskTypeOption
from paragen.learn.standing import By

COMMAND_CLASS = LightCommand


def stats(
    by: Annotated[
        By, typer.Option("--by", help="Whose standings, in each task type.", case_sensitive=False)
    ] = By.GENERATOR,
    task_type: TaskTypeOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="Only runs that began then or later: a date (2026-01-31), a moment, or how long "
            "ago (12h, 7d, 4w). Ratings are of all runs.",
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Show the standing of each generator, by task type, and who was chosen."""
    from paragen.cli.database import open_history
    from paragen.cli.output import emit, note, print_json, print_rows
    from paragen.report import columns, standings
    from paragen.store.audits import audited_suites
    from paragen.store.queries import stats as query

    began = None if since is None else _moment(since)
    with open_history(database) as history:
        audits = audited_suites(history, task_type=task_type)
        found = query(history, task_type=task_type, since=began, by=by)
        chosen = []
        # In a pipe and in files there is one table, which programs can read.
        if format is Format.JSON or (format is Format.TABLE and sys.stdout.isatty()):
            from paragen.store.selections import selections

            chosen = selections(history, task_type=task_type, since=began)
    if not found:
        what = f" of task type {task_type}" if task_type else ""
        when = f" since {since}" if since else ""
        note(f"No play{what} is recorded{when} yet: `paragen run` records one.")
    for suites in audits:
        if suites.weak:
            note(standings.weak_suites(suites))
    if format is Format.JSON:
        print_json(standings.stats_object(by, found, chosen, audits))
        return
    shown = columns.STATS if format is Format.TABLE else columns.STATS_MORE
    print_rows(shown, [standings.standing_row(one) for one in found], format, schema="")
    if chosen:
        emit("")
        rows = [standings.selections_row(one) for one in chosen]
        print_rows(columns.SELECTIONS, rows, format, schema="")


def _moment(since: str) -> str:
    """When that was, in UTC and ISO 8601; raises UsageError."""
    from datetime import UTC, datetime

    from paragen.domain.errors import UsageError
    from paragen.parse.since import moment

    try:
        return moment(since, now=datetime.now(UTC).astimezone())
    except ValueError as error:
        raise UsageError(f"--since {error}") from None
