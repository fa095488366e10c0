"""`paragen judge`: programs from anywhere, against a task's tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.options import Format, JsonOption, SandboxOption, TestsOption, WorkersOption
from paragen.domain.errors import UsageError

if TYPE_CHECKING:
    from paragen.domain.candidate import Verdict
    from paragen.report.rows import Value


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
    from paragen.cli.output import note, print_json, print_rows
    from paragen.domain.status import Status
    from paragen.files import load_task
    from paragen.report.columns import JUDGEMENTS
    from paragen.report.objects import judge_object

    if [str(path) for path in (task, *programs)].count("-") > 1:
        raise UsageError("Standard input (-) can be only one of the files.")
    loaded = load_task(task, tests=tests or ())
    judging = Judging(loaded, programs)
    with interruptible(judging):
        verdicts = judging.judge(level=sandbox or "auto", workers=workers)
    exit_code = 0 if all(v.status is Status.PASSED for _, v in verdicts) else 1
    if not loaded.has_tests:
        note("Nothing was tested: the task has no tests. Programs had to parse and import.")
    if as_json:
        print_json(judge_object(loaded, verdicts, exit_code))
    else:
        print_rows(JUDGEMENTS, [_row(*one) for one in verdicts], Format.TABLE, schema="")
    raise typer.Exit(exit_code)


def _row(file: str, verdict: Verdict) -> dict[str, Value]:
    total = verdict.tests_total
    return {
        "file": file,
        "status": verdict.status.value.replace("_", " "),
        "tests": f"{verdict.tests_passed}/{total}" if total else None,
        "execution_s": verdict.execution_s,
        "peak_bytes": verdict.peak_bytes,
        "detail": verdict.detail,
    }
