"""`paragen suite`: task files from the data files of published suites."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.options import SandboxOption, UnsafeOption, WorkersOption

if TYPE_CHECKING:
    from paragen.app.choices import Choices
    from paragen.app.suites import Import


class Action(StrEnum):
    """What can be done with a suite."""

    IMPORT = "import"


class Dialect(StrEnum):
    """The suites whose data files are known."""

    HUMANEVAL = "humaneval"
    MBPP = "mbpp"
    EVALPLUS = "evalplus"
    LIVECODEBENCH = "livecodebench"


def suite(
    action: Annotated[
        Action, typer.Argument(metavar="ACTION", help="What to do.", show_default=False)
    ],
    dialect: Annotated[
        Dialect,
        typer.Argument(metavar="DIALECT", help="Which suite's file it is.", show_default=False),
    ],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The data file as it is published, compressed or not."),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="DIR", help="Where to write the task files."),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    sandbox: SandboxOption = None,
    unsafe: UnsafeOption = False,
    workers: WorkersOption = None,
) -> None:
    """Make task files of a published suite's data file.

    All of them are written, or none. EvalPlus says what is right by solutions of its own: these
    are run once, in the sandbox.
    """
    from paragen.app.choices import Choices
    from paragen.app.suites import Import
    from paragen.cli.interrupt import interruptible
    from paragen.cli.output import emit
    from paragen.report.text import counted

    work = Import(file, dialect.value, output, force=force)
    choices = Choices(sandbox=sandbox, unsafe=unsafe, workers=workers)
    with interruptible(work):
        count = _write(work, choices)
    emit(f"wrote {counted(count, 'task')} to {output}")
    emit(f"next: paragen run {shlex.quote(str(output))}")


def _write(work: Import, choices: Choices) -> int:
    if not work.needs_sandbox:
        return work.write(None)
    from paragen.app.sandboxes import open_chosen
    from paragen.cli.output import warn
    from paragen.settings import SandboxOptions

    sandbox = open_chosen(SandboxOptions(), choices, warn)
    try:
        return work.write(sandbox)
    finally:
        sandbox.close()
