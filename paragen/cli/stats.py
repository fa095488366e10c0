"""`paragen stats`: the standing of each generator by task type, and who was chosen."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption, TaskTypeOption
from paragen.learn.standing import By, Record, best, player

if TYPE_CHECKING:
    import sqlite3

    from paragen.domain.audit import Suites
    from paragen.learn.experts import ExpertRecord
    from paragen.learn.standing import Recipe
    from paragen.report.rows import Column, Value
    from paragen.store.lately import Trends

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
    tried: Annotated[
        bool,
        typer.Option(
            "--tried", help="Also what generators did that `paragen evolve` tried and didn't keep."
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            min=1,
            help="Only the best N of each task type, by how often they pass at least.",
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Show the standing of each generator, by task type, and who was chosen."""
    from paragen.cli.database import open_history
    from paragen.cli.output import emit, note, print_json, print_rows
    from paragen.cli.streams import can_draw
    from paragen.report import columns, standings
    from paragen.store.audits import audited_suites
    from paragen.store.experts import expert_records
    from paragen.store.queries import stats_without

    began = None if since is None else _moment(since)
    with open_history(database) as history:
        audits = audited_suites(history, task_type=task_type)
        without = frozenset() if tried else _tried(history)
        asked = stats_without(without, history, task_type=task_type, since=began, by=by)
        fates = expert_records(history, task_type=task_type)
        found = best(asked.records, limit)
        lately = None
        if format is Format.TABLE and can_draw(sys.stdout):
            from paragen.store.lately import trends

            lately = trends(history, by, task_type=task_type, since=began, without=without)
        chosen = []
        # In a pipe and in files there is one table, which programs can read.
        if format is Format.JSON or (format is Format.TABLE and sys.stdout.isatty()):
            from paragen.store.selections import selections

            chosen = selections(history, task_type=task_type, since=began)
    if not found:
        what = f" of task type {task_type}" if task_type else ""
        when = f" since {since}" if since else ""
        note(f"No play{what} is recorded{when} yet: `paragen run` records one.")
    for remark in _remarks(audits, fates, found, left_out=asked.left_out):
        note(remark)
    if format is Format.JSON:
        print_json(standings.stats_object(by, found, chosen, audits, fates))
        return
    print_rows(*_table(found, by, format, lately), format, schema="")
    if chosen:
        emit("")
        of_types = [standings.selections_row(one) for one in chosen]
        print_rows(columns.SELECTIONS, of_types, format, schema="")


def _table(
    found: Sequence[Record], by: By, format: Format, lately: Trends | None
) -> tuple[Sequence[Column], Sequence[Mapping[str, Value]]]:
    """The columns and the rows; whose standings they are has room on any terminal."""
    from paragen.report import columns, standings

    if lately is None:
        rows = [standings.standing_row(one) for one in found]
        shown = columns.STATS if format is Format.TABLE else columns.STATS_MORE
    else:
        rows = [standings.drawn_row(one, lately.get(player(one, by))) for one in found]
        shown = columns.STATS_DRAWN
    if format is Format.TABLE:
        shown = [one for one in shown if one.key not in standings.says_nothing(found)]
    return [replace(one, spare=0) if one.key == by else one for one in shown], rows


def _remarks(
    audits: Sequence[Suites],
    fates: Sequence[ExpertRecord],
    found: Sequence[Record],
    *,
    left_out: int,
) -> Iterator[str]:
    """What is to know beside the standings, a line each.

    Of experts that stopped being better are named those that the config here names, if there is
    one: who has taken one out of it needn't be told.
    """
    from paragen.cli.database import CONFIG, generators_named
    from paragen.report import experts, standings

    yield from (standings.weak_suites(suites) for suites in audits if suites.weak)
    if left_out:
        yield experts.left_out(left_out)
    unfair = standings.unfair_plays(found)
    if unfair is not None:
        yield unfair
    fallen = [fate for fate in fates if experts.has_fallen(fate)]
    names = generators_named(CONFIG) if fallen else None
    for fate in fallen:
        if names is None or fate.expert.recipe.name in names:
            yield experts.expert_sentence(fate)


def _tried(history: sqlite3.Connection) -> frozenset[Recipe]:
    """What searches tried and didn't keep, but for what the config here names."""
    from paragen.cli.database import CONFIG, generators_named
    from paragen.store.experts import tried_recipes

    tried = tried_recipes(history)
    names = generators_named(CONFIG) if tried else None
    return frozenset(one for one in tried if one.name not in (names or ()))


def _moment(since: str) -> str:
    """When that was, in UTC and ISO 8601; raises UsageError."""
    from datetime import UTC, datetime

    from paragen.domain.errors import UsageError
    from paragen.parse.since import moment

    try:
        return moment(since, now=datetime.now(UTC), here=datetime.astimezone)
    except ValueError as error:
        raise UsageError(f"--since {error}") from None
