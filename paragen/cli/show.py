"""`paragen show`: one run, one candidate, its code, or how it differs from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.light import LightCommand
from paragen.cli.options import DatabaseOption, Format, FormatOption, RunArgument

if TYPE_CHECKING:
    from paragen.domain.candidate import Candidate
    from paragen.domain.tournament import Run


COMMAND_CLASS = LightCommand


def show(
    run: RunArgument = "last",
    candidate: Annotated[
        str | None,
        typer.Option(
            "--candidate",
            metavar="ID",
            help="One candidate (for --code and --diff by default the winner).",
        ),
    ] = None,
    code: Annotated[bool, typer.Option("--code", help="Only the code.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Only the answer, as it came.")] = False,
    diff: Annotated[
        str | None,
        typer.Option("--diff", metavar="OTHER", help="How the code differs from this candidate's."),
    ] = None,
    format: FormatOption = Format.TABLE,
    database: DatabaseOption = None,
) -> None:
    """Show a recorded run, or a candidate of it."""
    from paragen.cli.database import open_history
    from paragen.cli.output import print_code
    from paragen.report.details import difference, find_candidate, need_answer, need_code
    from paragen.store.queries import find_run, load_run

    with open_history(database) as history:
        found = load_run(history, find_run(history, run))
    if diff is not None:
        chosen, other = find_candidate(found, candidate), find_candidate(found, diff)
        print_code(difference(other, chosen), "diff")
    elif code:
        print_code(need_code(find_candidate(found, candidate)), found.task.language)
    elif raw:
        print_code(need_answer(find_candidate(found, candidate)), "markdown")
    elif candidate is not None:
        _print_candidate(found, find_candidate(found, candidate), format)
    else:
        _print_run(found, format)


def _print_run(run: Run, format: Format) -> None:
    from paragen.cli.output import print_json, print_laid_out, print_rows
    from paragen.report.columns import CANDIDATES
    from paragen.report.details import candidate_row, run_details
    from paragen.report.objects import run_object

    if format is Format.JSON:
        print_json(run_object(run))
    elif format is Format.TABLE:
        print_laid_out(lambda width: run_details(run, width))
    else:
        print_rows(CANDIDATES, [candidate_row(c) for c in run.ranking], format, schema="")


def _print_candidate(run: Run, candidate: Candidate, format: Format) -> None:
    from paragen.cli.output import print_code, print_json, print_laid_out, print_rows
    from paragen.report.columns import CANDIDATES
    from paragen.report.details import candidate_details, candidate_row
    from paragen.report.objects import candidate_object
    from paragen.report.text import printable

    if format is Format.JSON:
        print_json(candidate_object(candidate))
    elif format is Format.TABLE:
        print_laid_out(lambda width: candidate_details(candidate))
        if candidate.code is not None:
            print_code(printable(candidate.code), run.task.language)
    else:
        print_rows(CANDIDATES, [candidate_row(candidate)], format, schema="")
