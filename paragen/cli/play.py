"""Playing a session that is prepared, with a view of it and its results; for several verbs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from paragen.app.session import Session
from paragen.cli.interrupt import interruptible
from paragen.cli.output import note
from paragen.cli.result import Printer

if TYPE_CHECKING:
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
        note("Interrupted: `paragen resume` goes on with it, and so does the same command.")
    printer.finish(runs)
    raise typer.Exit(session.exit_code)


def view_of(session: Session, *, quiet: bool) -> LiveView | PlainView:
    """A live table on a terminal, plain lines elsewhere."""
    if quiet or not sys.stderr.isatty():
        from paragen.report.plain import PlainView

        return PlainView(sys.stderr, tasks=len(session.plans), quiet=quiet)
    from rich.console import Console

    from paragen.report.live import LiveView

    return LiveView(Console(stderr=True), tasks=len(session.plans), audits=session.audits_tests)
