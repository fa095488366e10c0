"""`paragen judge`: programs from anywhere against a task's tests, or samples against a suite."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paragen.cli.options import (
    AuditTestsOption,
    Format,
    JsonOption,
    SandboxOption,
    SealedOnlyOption,
    TestsOption,
    UnsafeOption,
    WorkersOption,
)
from paragen.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paragen.app.choices import Choices
    from paragen.domain.candidate import Verdict
    from paragen.report.rows import Value


def judge(
    task: Annotated[
        Path,
        typer.Argument(metavar="TASK|SAMPLES", help="A task file; with --suite a file of samples."),
    ],
    programs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PROGRAM…", help="Programs to judge, - for stdin."),
    ] = None,
    suite: Annotated[
        Path | None,
        typer.Option(
            "--suite",
            metavar="FILE",
            help="A suite's data file, as HumanEval.jsonl.gz: judge samples against its problems.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="With --suite: the results, one a line; by default SAMPLES_results.jsonl.",
            show_default=False,
        ),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="With --suite: start over, whatever has been judged.")
    ] = False,
    tests: TestsOption = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="A config, for its sandbox section."),
    ] = None,
    sandbox: SandboxOption = None,
    sealed_only: SealedOnlyOption = False,
    unsafe: UnsafeOption = False,
    workers: WorkersOption = None,
    audit_tests: AuditTestsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Judge programs against a task's tests, or samples against a suite.

    The exit code is 0 only if all programs pass. With --suite it is 0 if all samples were judged,
    whatever came of them, and what was judged already is not judged again; 2 is a mistake in what
    was given, 4 a sandbox level that isn't to be had, 130 interrupted.

    With --audit-tests the first program that passes counts as the winner.
    """
    from paragen.app.choices import Choices

    choices = Choices(
        config=config,
        sandbox=sandbox,
        sealed_only=sealed_only,
        unsafe=unsafe,
        workers=workers,
        audit_tests=audit_tests,
    )
    if suite is not None:
        if programs or tests:
            raise UsageError("--suite takes a file of samples alone, without programs and --tests.")
        if audit_tests:
            raise UsageError("--audit-tests is for a task's tests, not for a suite's.")
        from paragen.cli.samples import judge_samples

        judge_samples(task, suite, choices, output=output, new=new, as_json=as_json)
        return
    if not programs:
        raise typer.BadParameter("Name the programs to judge.", param_hint="PROGRAM…")
    if output is not None or new:
        raise UsageError("--output and --new are for samples: name their --suite.")
    raise typer.Exit(_judge_programs(task, programs, tests or (), choices, as_json=as_json))


def _judge_programs(
    task: Path,
    programs: Sequence[Path],
    tests: Sequence[Path],
    choices: Choices,
    *,
    as_json: bool,
) -> int:
    """Judge programs, print their verdicts, and say which exit code that makes."""
    from paragen.app.judging import Judging
    from paragen.cli.interrupt import interruptible
    from paragen.cli.output import note, print_json, print_rows, warn
    from paragen.domain.status import Status
    from paragen.files import load_task
    from paragen.report.columns import JUDGEMENTS
    from paragen.report.objects import judge_object
    from paragen.report.text import audit, unsealed_notes

    if [str(path) for path in (task, *programs)].count("-") > 1:
        raise UsageError("Standard input (-) can be only one of the files.")
    _check_order(task, programs)
    loaded = load_task(task, tests=tests)
    judging = Judging(loaded, programs)
    with interruptible(judging):
        verdicts = judging.judge(choices, warn)
    exit_code = 0 if all(v.status is Status.PASSED for _, v in verdicts) else 1
    if not loaded.has_tests:
        note("Nothing was tested: the task has no tests. Programs had to parse and import.")
    for line in unsealed_notes(verdicts):
        note(line)
    if judging.audit is not None:
        note(audit(judging.audit))
    elif choices.audit_tests:
        note("The tests were not audited: that takes tests, and a program that passes them.")
    if as_json:
        print_json(judge_object(loaded, verdicts, exit_code, judging.audit))
    else:
        print_rows(JUDGEMENTS, [_row(*one) for one in verdicts], Format.TABLE, schema="")
    return exit_code


def _check_order(task: Path, programs: Sequence[Path]) -> None:
    """Raises UsageError where a program and a task stand in each other's place."""
    first = programs[0]
    if task.suffix == ".py" and first.suffix == ".md":
        right = shlex.join(["paragen", "judge", str(first), str(task)])
        raise UsageError(f"{task} is a program and {first} a task: the task comes first. `{right}`")


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
