"""`paragen run`: play a tournament over one or more tasks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.choosing import choosing
from paragen.cli.options import AuditTestsOption, JsonOption, OutputOption, QuietOption

if TYPE_CHECKING:
    from paragen.app.choices import Choices


@choosing
def run(
    choices: Choices,
    tasks: Annotated[
        list[Path] | None,
        typer.Argument(metavar="TASK…", help="Task files, or folders of them; - for stdin."),
    ] = None,
    new: Annotated[
        bool,
        typer.Option("--new", help="Start over, even where such a session was left unfinished."),
    ] = False,
    audit_tests: AuditTestsOption = False,
    as_json: JsonOption = False,
    output: OutputOption = None,
    quiet: QuietOption = False,
    record: Annotated[bool, typer.Option("--record/--no-record", help="Keep the runs.")] = True,
) -> None:
    """Play a tournament on each task, and print the winner's code.

    A session of the same tasks, roster, mode and options that was left unfinished is gone on with.

    With --audit-tests the tests of tasks that have a winner are put to the test when all is
    played: trivial stubs, and mutants of the winner, are judged like any other program. That a
    mutant passes may be since it does the same; weak tests let a stub pass, or many mutants.

    Exit codes: 0 every task has a winner, 1 not so, 2 a mistake in what was asked, 3 no host
    could answer, 4 the sandbox level isn't to be had, 130 interrupted.
    """
    from dataclasses import replace

    from paragen.app.session import Session
    from paragen.cli.play import play

    wanted = replace(choices, new=new, record=record, audit_tests=audit_tests)
    session = Session.prepare(tasks or (), wanted)
    play(session, tasks or (), as_json=as_json, output=output, quiet=quiet)
