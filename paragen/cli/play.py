"""Playing a session that is prepared, with a view of it and its results; for several verbs."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from paragen.app.session import Session
from paragen.cli.interrupt import interruptible
from paragen.cli.output import note
from paragen.cli.result import Printer
from paragen.domain.status import Status
from paragen.report import text

if TYPE_CHECKING:
    from paragen.domain.tournament import Run
    from paragen.report.live import LiveView
    from paragen.report.plain import PlainView


def play(
    session: Session,
    tasks: Sequence[Path],
    *,
    as_json: bool,
    output: Path | None,
    quiet: bool,
) -> None:
    """Play, print what comes of it, and leave with its exit code."""
    printer = Printer(
        as_json=as_json,
        output=output,
        several=len(session.plans) > 1,
        quiet=quiet,
        audited=session.audits_tests,
    )
    printer.check(tasks)
    with interruptible(session), session, view_of(session, quiet=quiet) as view:
        runs = session.play([view, printer])
    if session.is_unfinished and session.is_recorded:
        note(
            f"Interrupted: `paragen resume{session.db_option}` goes on with it, and so does the "
            "same command."
        )
    elif session.is_recorded and not quiet:
        _say_what_failed(runs, session.db_option)
    printer.finish(runs, db_option=session.db_option if session.is_recorded else None)
    if session.is_demo_apart and session.is_recorded and not (session.is_unfinished or quiet):
        note(
            "The demo is recorded apart from what you play: "
            f"`paragen stats{session.db_option}` looks at it."
        )
    raise typer.Exit(session.exit_code)


def _say_what_failed(runs: Sequence[Run], db_option: str) -> None:
    """What ended by no doing of a model's, and how to try it again."""
    statuses = Counter(one.status for run in runs for one in run.ranking)
    failed = [
        f"{statuses[status]} {words}"
        for status, words in ((Status.ERROR, "not answered"), (Status.NOT_JUDGED, "not judged"))
        if statuses[status]
    ]
    if failed:
        which = f" {runs[0].run_id}" if runs else ""
        note(
            f"Of {text.counted(statuses.total(), 'attempt')} {' and '.join(failed)}, which counts "
            f"for nobody: `paragen resume{which}{db_option} --retry errors` tries again."
        )


def view_of(session: Session, *, quiet: bool) -> LiveView | PlainView:
    """A live table on a terminal, plain lines elsewhere."""
    if quiet or not sys.stderr.isatty():
        from paragen.report.plain import PlainView

        return PlainView(sys.stderr, tasks=len(session.plans), quiet=quiet)
    from rich.console import Console

    from paragen.report.live import LiveView

    return LiveView(Console(stderr=True), tasks=len(session.plans), audits=session.audits_tests)
