"""A task without tests: the program must parse, import and define its entry point, no more."""

from __future__ import annotations

from paragen.checks.part import ENDINGS, Part
from paragen.domain.command import Command, Outcome, Ran, TestRun
from paragen.domain.status import Status
from paragen.domain.task import Task


def plan(task: Task, program: str) -> tuple[Command, ...]:
    """One run without tests, if the task has none."""
    if task.has_tests:
        return ()
    return (
        TestRun(
            program=program,
            language=task.language,
            tests=(),
            entry_point=task.entry_point,
            limits=task.limits,
            packages=task.packages,
            modules=task.modules,
        ),
    )


def read(task: Task, ran: tuple[Ran, ...]) -> Part:
    """Whether the program could be imported; nothing was tested, so both numbers are 0."""
    if not ran:
        return Part(status=Status.NOT_JUDGED, detail="the program was not run")
    (run,) = ran
    if run.ending in ENDINGS:
        return Part(status=ENDINGS[run.ending], detail=run.detail or run.ending)
    if not run.complete:
        return Part(status=Status.CRASHED, detail=run.detail or "the import did not end")
    for case in run.cases:
        if case.outcome is not Outcome.PASSED:
            return Part(status=Status.FAILED, detail=case.detail)
    return Part(status=Status.PASSED)
