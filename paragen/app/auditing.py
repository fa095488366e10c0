"""Tests put to the test: programs that should not pass them are judged like any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from paragen.domain.audit import Audit, Variant
from paragen.domain.candidate import Verdict
from paragen.domain.events import RunAudited, Warned
from paragen.domain.ports import Cancel, Sandbox, Subscriber
from paragen.domain.status import Status
from paragen.domain.task import Limits, Task
from paragen.domain.tournament import Run

SLACK = 10
"""A mutant may take this many times what the program took: what loops is found out soon."""

LEAST_S = 2.0


def audit_tests(
    task: Task, program: str, verdict: Verdict, sandbox: Sandbox, cancel: Cancel
) -> Audit | None:
    """Judge stubs and mutants of a program that passed a task's tests, several at once.

    None where there is nothing to learn: no tests, no pass, no variant that could be judged, or
    `cancel` was thrown.
    """
    from paragen.checks.mutants import mutants
    from paragen.checks.stubs import stubs

    if not task.has_tests or task.language != "python" or verdict.status is not Status.PASSED:
        return None
    bounded = replace(task, limits=_bounded(task.limits, verdict.execution_s))
    trivial = stubs(task, program)
    changed = mutants(program, is_script=not task.tests)
    statuses = _statuses(bounded, (*trivial, *changed), sandbox, cancel)
    if cancel.thrown:
        return None
    return _audit(trivial, changed, statuses)


def audited(
    runs: Iterable[Run], sandbox: Sandbox, cancel: Cancel, subscribers: Sequence[Subscriber]
) -> tuple[Run, ...]:
    """The runs with what came of auditing their tests, each told as soon as it is known."""
    known = []
    for played in runs:
        run, winner = replace(played, audit=None), played.winning
        if winner is not None and winner.code is not None and winner.verdict is not None:
            found = audit_tests(run.task, winner.code, winner.verdict, sandbox, cancel)
            run = replace(run, audit=found)
        known.append(run)
        for subscriber in subscribers:
            subscriber(RunAudited(run=run))
    if cancel.thrown:
        for subscriber in subscribers:
            subscriber(Warned(message="interrupted: not all tests were audited"))
    return tuple(known)


def _statuses(
    task: Task, variants: Sequence[Variant], sandbox: Sandbox, cancel: Cancel
) -> list[Status]:
    from paragen.sandbox.judge import judge_program

    def status(variant: Variant) -> Status:
        if cancel.thrown:
            return Status.NOT_JUDGED
        verdict, _ = judge_program(task, variant.program, sandbox, cancel, measured=False)
        return verdict.status

    with ThreadPoolExecutor(sandbox.workers) as pool:
        return list(pool.map(status, variants))


def _audit(
    trivial: Sequence[Variant], changed: Sequence[Variant], statuses: Sequence[Status]
) -> Audit | None:
    first, rest = statuses[: len(trivial)], statuses[len(trivial) :]
    judged = [sum(s is not Status.NOT_JUDGED for s in part) for part in (first, rest)]
    passed = [sum(s is Status.PASSED for s in part) for part in (first, rest)]
    if not any(judged):
        return None
    pairs = zip((*trivial, *changed), statuses, strict=True)
    return Audit(
        stubs=judged[0],
        stubs_passed=passed[0],
        mutants=judged[1],
        mutants_passed=passed[1],
        survivors=tuple(variant.what for variant, s in pairs if s is Status.PASSED),
    )


def _bounded(limits: Limits, execution_s: float) -> Limits:
    """A task's limits, tighter where the program needed far less of the time than it had."""
    enough_s = LEAST_S + SLACK * execution_s
    return replace(
        limits, cpu_s=min(limits.cpu_s, enough_s), wall_s=min(limits.wall_s, 2 * enough_s)
    )
