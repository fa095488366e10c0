"""`paragen judge`: programs from anywhere, against a task's tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from paragen.cli.options import JsonOption, SandboxOption, TestsOption, WorkersOption


def judge(
    task: Annotated[Path, typer.Argument(metavar="TASK", help="A task file.")],
    programs: Annotated[
        list[Path], typer.Argument(metavar="PROGRAM…", help="Programs to judge, - for stdin.")
    ],
    tests: TestsOption = None,
    sandbox: SandboxOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge programs against a task's tests, without a model.

    The exit code is 0 only if all pass.
    """
    from paragen.app.judging import Judging
    from paragen.cli.interrupt import interruptible
    from paragen.domain.status import Status
    from paragen.files import load_task
    from paragen.report.objects import judge_object

    loaded = load_task(task, tests=tests or ())
    judging = Judging(loaded, programs)
    with interruptible(judging):
        verdicts = judging.judge(level=sandbox or "auto", workers=workers)
    exit_code = 0 if all(v.status is Status.PASSED for _, v in verdicts) else 1
    if as_json:
        typer.echo(json.dumps(judge_object(loaded, verdicts, exit_code), indent=2))
    else:
        from rich.console import Console

        from paragen.report.tables import verdict_table

        Console().print(verdict_table(verdicts))
    raise typer.Exit(exit_code)
