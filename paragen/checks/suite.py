"""Tests in Python, whatever their style: all of a task's in one run."""

from __future__ import annotations

from paragen.checks.part import ENDINGS, Part, counted, first_detail
from paragen.checks.sealable import why_unsealed
from paragen.domain.command import CaseResult, Command, Ending, Outcome, Ran, TestRun
from paragen.domain.status import Status
from paragen.domain.task import Task

OWN_WISH = "the task asks for it (`sealed: false`)"


def plan(task: Task, program: str) -> tuple[Command, ...]:
    """One run of all tests, if there are any."""
    if not task.tests:
        return ()
    return (
        TestRun(
            program=program,
            language=task.language,
            tests=task.tests,
            entry_point=task.entry_point,
            limits=task.limits,
            packages=task.packages,
            modules=task.modules,
            unsealed_because=why_unsealed(task.tests) if task.sealed else OWN_WISH,
        ),
    )


def read(task: Task, ran: tuple[Ran, ...]) -> Part:
    """What the tests' run says; without a complete report nothing has passed."""
    if not ran:
        return Part(status=Status.NOT_JUDGED, detail="the tests were not run")
    (run,) = ran
    passed, ended = counted(run.cases)
    skipped = len(run.cases) - ended
    status, detail = _status(run, passed)
    return Part(
        status=status,
        passed=passed,
        total=max(ended, (run.planned or 0) - skipped),
        cases=run.cases,
        detail=detail,
    )


def _status(run: Ran, passed: int) -> tuple[Status, str]:
    if run.ending in ENDINGS:
        return ENDINGS[run.ending], run.detail or run.ending
    if not run.complete or run.ending is not Ending.EXITED:
        return Status.CRASHED, run.detail or "the tests did not run to their end"
    if detail := first_detail(run.cases, Outcome.FAILED):
        return Status.FAILED, detail
    if detail := first_detail(run.cases, Outcome.UNSUPPORTED):
        return Status.NOT_JUDGED, detail
    if len(run.cases) < (run.planned or 0):
        return Status.CRASHED, "some tests were never reported"
    if not passed:
        return Status.NOT_JUDGED, _nothing_ran(run.cases)
    return Status.PASSED, ""


def _nothing_ran(cases: tuple[CaseResult, ...]) -> str:
    if not cases:
        return "no test ran: none was found"
    return f"no test ran: all {len(cases)} were skipped"
