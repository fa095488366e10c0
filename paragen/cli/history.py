"""`paragen history`: the runs played, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption, TaskTypeOption

COMMAND_CLASS = LightCommand


def history(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many runs.")] = 20,
    task_type: TaskTypeOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also runs that `paragen evolve` played.")
    ] = False,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """List the runs that you played, newest first."""
    from paragen.cli.database import open_history
    from paragen.cli.output import note, print_rows
    from paragen.report.columns import HISTORY
    from paragen.store.queries import history as query

    with open_history(database) as connection:
        found = query(connection, limit=limit, task_type=task_type, searches=everything)
        newest = query(connection, limit=1, task_type=task_type, searches=True)
    is_left_out = not everything and any(row.by_search for row in newest)
    rows = [
        {
            "run_id": row.run_id,
            "started_at": row.started_at,
            "task": row.task,
            "task_type": row.task_type,
            "mode": row.mode,
            "winner": row.generator,
            "combined": row.combined,
            "candidates": row.candidates,
            "passes": row.passes,
            "cached": row.cached,
            "wall_s": row.wall_s,
            "deadline_s": row.deadline_s,
            "state": row.state,
            "by": "evolve" if row.by_search else None,
        }
        for row in found
    ]
    is_open = any(row.state in ("unfinished", "interrupted") for row in found)
    if is_open and format is Format.TABLE:
        note("`paragen resume` goes on with what is unfinished or was interrupted.")
    if is_left_out and format is Format.TABLE:
        note("What `paragen evolve` played since is left out: --all lists it.")
    elif not rows:
        note("No run is recorded yet: `paragen run` records one.")
    print_rows(HISTORY, rows, format, schema="paragen.history/1")
