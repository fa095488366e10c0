"""Pairs of stdin and stdout: the program is run as a script for each, and compared from outside."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import zip_longest

from paragen.checks.part import ENDINGS, SEVERITY, Part, counted
from paragen.domain.command import CaseResult, Command, Ending, Outcome, Ran, ScriptRun
from paragen.domain.status import Status
from paragen.domain.task import Example, Task

_MAX_SHOWN = 100


def plan(task: Task, program: str) -> tuple[Command, ...]:
    """One run for each pair."""
    return tuple(
        ScriptRun(
            program=program,
            language=task.language,
            stdin=example.stdin,
            limits=task.limits,
            packages=task.packages,
            modules=task.modules,
        )
        for example in task.examples
    )


def read(task: Task, ran: tuple[Ran, ...]) -> Part:
    """Compare what each run printed; pairs that were never run count as not passed."""
    results = [_judged(example, run) for example, run in zip(task.examples, ran, strict=False)]
    cases = tuple(case for _, case in results)
    status, worst = min(
        results,
        key=lambda result: SEVERITY.index(result[0]),
        default=(Status.NOT_JUDGED, CaseResult(name="examples", outcome=Outcome.UNSUPPORTED)),
    )
    if status is Status.PASSED and len(ran) < len(task.examples):
        return Part(
            status=Status.NOT_JUDGED,
            passed=len(cases),
            total=len(task.examples),
            cases=cases,
            detail="not every example was run",
        )
    return Part(
        status=status,
        passed=counted(cases)[0],
        total=len(task.examples),
        cases=cases,
        detail=f"{worst.name}: {worst.detail}" if worst.detail else "",
    )


def normal(text: str) -> str:
    """The text without trailing white space on its lines, and without trailing line breaks."""
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")


def alike(wanted: str, got: str) -> bool:
    """Whether two texts have the same lines, but for white space round them and numbers' forms."""
    lines, others = wanted.strip().split("\n"), got.strip().split("\n")
    return len(lines) == len(others) and all(
        line.strip() == other.strip() or _same_numbers(line, other)
        for line, other in zip(lines, others, strict=True)
    )


def _same_numbers(wanted: str, got: str) -> bool:
    """Whether two lines are nothing but the same numbers, exactly."""
    words, others = wanted.split(), got.split()
    if not words or len(words) != len(others):
        return False
    try:
        return all(Decimal(a) == Decimal(b) for a, b in zip(words, others, strict=True))
    except InvalidOperation:
        return False


def _judged(example: Example, run: Ran) -> tuple[Status, CaseResult]:
    status, detail = _status(example, run)
    outcome = Outcome.PASSED if status is Status.PASSED else Outcome.FAILED
    return status, CaseResult(name=example.name, outcome=outcome, detail=detail)


def _status(example: Example, run: Ran) -> tuple[Status, str]:
    if run.ending in ENDINGS:
        return ENDINGS[run.ending], run.detail or run.ending
    if run.ending is not Ending.EXITED or run.exit_code != 0:
        said = run.stderr.strip().splitlines()
        last = f": {said[-1][:_MAX_SHOWN]}" if said else ""
        return Status.CRASHED, f"exit code {run.exit_code}{last}"
    wanted, got = normal(example.stdout), normal(run.stdout)
    if wanted == got or (example.loose and alike(wanted, got)):
        return Status.PASSED, ""
    return Status.FAILED, _difference(wanted, got)


def _difference(wanted: str, got: str) -> str:
    """The first line that differs, with both sides."""
    pairs = zip_longest(wanted.split("\n"), got.split("\n"))
    for number, (want, have) in enumerate(pairs, start=1):
        if want != have:
            return f"line {number}: expected {_shown(want)}, got {_shown(have)}"
    return ""


def _shown(line: str | None) -> str:
    if line is None:
        return "the end"
    return repr(line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]}…")
