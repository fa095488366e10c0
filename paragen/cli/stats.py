"""`paragen stats`: the record of each generator by task type."""

from __future__ import annotations

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption, TaskTypeOption

COMMAND_CLASS = LightCommand


def stats(
    task_type: TaskTypeOption = None,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Show the record of each generator, by task type."""
    from paragen.cli.database import open_history
    from paragen.cli.output import note, print_rows
    from paragen.report.columns import STATS
    from paragen.store.queries import stats as query

    with open_history(database) as history:
        found = query(history, task_type=task_type)
    rows = [
        {
            "task_type": row.task_type,
            "generator": row.generator,
            "model": row.model,
            "temperature": row.temperature,
            "plays": row.plays,
            "wins": row.wins,
            "win_rate": row.win_rate,
            "passes": row.passes,
            "success_rate": row.success_rate,
            "mean_combined": row.mean_combined,
            "tokens_per_s": row.mean_tokens_per_s,
            "generation_s": row.mean_generation_s,
        }
        for row in found
    ]
    if not rows:
        what = f" of task type {task_type}" if task_type else ""
        note(f"No play{what} is recorded yet: `paragen run` records one.")
    print_rows(STATS, rows, format, schema="paragen.stats/1")
