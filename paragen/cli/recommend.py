"""`paragen recommend`: who should play a task, by all that was played before."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from paragen.cli.options import ConfigOption, DatabaseOption, Format, FormatOption


def recommend(
    task: Annotated[
        Path | None,
        typer.Argument(metavar="TASK", help="A task file; - for stdin.", show_default=False),
    ] = None,
    task_type: Annotated[
        str | None,
        typer.Option(
            "--task-type", "-t", metavar="TYPE", help="The task type, whatever the file says."
        ),
    ] = None,
    number: Annotated[
        int, typer.Option("--number", "-k", metavar="N", min=1, help="How many to recommend.")
    ] = 3,
    config: ConfigOption = None,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Say which of the config's generators should play a task, and why.

    They are ranked by how often they pass at least; without a config, all on record are. A task
    counts once, by its share of passes, however often it was played. Where little was played of the
    task type, what a generator did on other task types counts, and what its model did in other
    recipes: a quarter of a task each, ten together at most. A past task that is like this one, of
    whatever type, counts up to five, by how much it is alike: twenty more together at most. Of the
    very same prompt, each play counts five. `paragen run --recommended 3` plays them.
    """
    from paragen.app.choices import Choices
    from paragen.app.recommending import recommended
    from paragen.app.task_types import basis
    from paragen.cli.output import note, print_json, print_rows, say, warn
    from paragen.report.columns import RECOMMENDED, RECOMMENDED_WHY
    from paragen.report.recommended import recommend_object, recommended_row
    from paragen.report.text import one_line

    choices = Choices(config=config, task_type=task_type, database=database)
    found = recommended(task, choices)
    shown = found.ranked[:number]
    guess = found.guess
    guessed = f" ({basis(guess)}; --task-type says otherwise)" if guess is not None else ""
    note(f"task type: {found.task_type}{guessed}")
    for said in found.misspelled:
        warn(said)
    if found.of_demo:
        note("There is no config here, and only the demo is on record: these are its generators.")
    elif found.of_record:
        note("There is no config here: these are the best of all on record.")
    if not found.is_known:
        note("Nothing like it was played yet: this is the config's order.")
    elif found.is_new:
        note(f"Nothing is on record of task type {found.task_type}: this is by what else there is.")
    if format is Format.JSON:
        confidence = None if guess is None else guess.confidence
        print_json(
            recommend_object(found.task_type, shown, confidence=confidence, is_known=found.is_known)
        )
        return
    rows = [recommended_row(one, found.task_type) for one in shown]
    if format is not Format.TABLE or not sys.stdout.isatty():
        print_rows(RECOMMENDED_WHY, rows, format, schema="")
        return
    print_rows(RECOMMENDED, rows, format, schema="")
    for row in rows:
        say(f"  {one_line(str(row['generator']))}: {row['why']}")
