"""`paragen compare`: whether a generator is really better than another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption, TaskTypeOption
from paragen.learn.paired import Finding, Measure

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping

    from paragen.learn.paired import Comparison, TaskTally
    from paragen.report.compared import Side
    from paragen.store.pairs import Record

COMMAND_CLASS = LightCommand
SCHEMA = "paragen.compare/1"


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A generator's name.")],
    second: Annotated[
        str | None,
        typer.Argument(
            metavar="B",
            help="Another's; with --baseline the same one's if none is named.",
            show_default=False,
        ),
    ] = None,
    task_type: TaskTypeOption = None,
    by: Annotated[
        Measure, typer.Option("--by", help="What is decided by: passes or the combined score.")
    ] = Measure.PASSES,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="NAME",
            help="Compare what A did since this baseline was saved with what B had done by then.",
        ),
    ] = None,
    fail_if_worse: Annotated[
        bool,
        typer.Option(
            "--fail-if-worse",
            help="Exit with 1 if A is worse than B, with 2 if too few tasks were played by both to "
            "tell.",
        ),
    ] = False,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Say whether A is really better than B: on the tasks that both played.

    As in `paragen stats`, what isn't a generator's own doing, answers that were given before and
    tasks without tests count nothing. A task counts once, however often it was played.
    """
    from paragen.cli.database import open_history
    from paragen.learn.paired import compare as compare_tallies
    from paragen.store.pairs import unfair_tasks

    with open_history(database) as history:
        one, other = _records(history, first, second, baseline, task_type)
    sides = _side(one), _side(other, baseline)
    unfair = unfair_tasks(one, other)
    comparison = compare_tallies(_but(one, unfair), _but(other, unfair), by=by)
    _print(comparison, *sides, unfair=len(unfair), format=format, task_type=task_type)
    if fail_if_worse:
        _gate(comparison)


def _records(
    history: sqlite3.Connection,
    first: str,
    second: str | None,
    baseline: str | None,
    task_type: str | None,
) -> tuple[Record, Record]:
    from paragen.domain.errors import UsageError
    from paragen.store.baselines import baseline_record, saved_at
    from paragen.store.pairs import record

    if baseline is not None:
        since = saved_at(history, baseline)
        return (
            record(history, first, task_type=task_type, since=since),
            baseline_record(history, baseline, second or first, task_type=task_type),
        )
    if second is None:
        raise UsageError("Name two generators, or one and a --baseline to compare it with.")
    if second == first:
        raise UsageError(f"{first!r} is compared with itself. Name two generators.")
    return (
        record(history, first, task_type=task_type),
        record(history, second, task_type=task_type),
    )


def _but(record: Record, tasks: Collection[str]) -> Mapping[str, TaskTally]:
    return {task: tally for task, tally in record.tallies.items() if task not in tasks}


def _side(record: Record, baseline: str | None = None) -> Side:
    from paragen.cli.output import warn
    from paragen.report.compared import Side

    recipe = record.recipe
    if record.before:
        before = ", ".join(f"{one.model} at {one.temperature:g}" for one in record.before)
        warn(
            f"{recipe.name} was something else before ({before}): only what it did as "
            f"{recipe.model} at {recipe.temperature:g} is compared."
        )
    return Side(
        generator=recipe.name,
        model=recipe.model,
        temperature=recipe.temperature,
        baseline=baseline,
    )


def _print(
    comparison: Comparison,
    first: Side,
    second: Side,
    *,
    unfair: int,
    format: Format,
    task_type: str | None,
) -> None:
    from paragen.cli.output import emit, note, print_json, print_rows, say
    from paragen.report import compared

    if format is Format.JSON:
        print_json(
            compared.compare_object(comparison, first, second, unfair=unfair, task_type=task_type)
        )
        return
    if format is Format.CSV:
        print_rows(compared.NUMBERS, compared.numbers(comparison), format, schema=SCHEMA)
        return
    say(compared.in_words(comparison, first, second, unfair=unfair, task_type=task_type))
    columns, rows = compared.table(comparison, first, second)
    if rows:
        emit("")
        print_rows(columns, rows, format, schema=SCHEMA)
    tasks = compared.tasks_in_words(comparison, first, second)
    if tasks:
        note(tasks)
    if unfair:
        note(compared.unfair_in_words(unfair))


def _gate(comparison: Comparison) -> None:
    from paragen.domain.errors import UsageError
    from paragen.learn.paired import FEWEST

    if comparison.finding is Finding.NO_TASKS:
        raise UsageError(
            "There is nothing to tell by which is worse: let both play the same tasks, and compare "
            "again."
        )
    if comparison.tasks < FEWEST:
        raise UsageError(
            f"It takes {FEWEST} tasks to tell which is worse, however often they are played, and "
            f"both played {comparison.tasks}: let both play more, and compare again."
        )
    if comparison.finding is Finding.WORSE:
        raise typer.Exit(1)
