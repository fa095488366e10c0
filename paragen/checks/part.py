"""What one check says of a program, and the verdict that several make together."""

from __future__ import annotations

from dataclasses import dataclass

from paragen.domain.candidate import Verdict
from paragen.domain.command import CaseResult, Ending, Outcome, Ran
from paragen.domain.status import Status

ENDINGS = {
    Ending.CPU_LIMIT: Status.TIMEOUT,
    Ending.WALL_LIMIT: Status.TIMEOUT,
    Ending.MEMORY_LIMIT: Status.MEMORY,
    Ending.OUTPUT_LIMIT: Status.CRASHED,
    Ending.SIGNALLED: Status.CRASHED,
    Ending.CANCELLED: Status.CANCELLED,
}
"""What an ending means that is not the process's own."""

SEVERITY = (
    Status.CANCELLED,
    Status.TIMEOUT,
    Status.MEMORY,
    Status.CRASHED,
    Status.FAILED,
    Status.NOT_JUDGED,
    Status.PASSED,
)
"""Of several parts the first in this order names the verdict: a definite failure comes before
a part that couldn't be judged, and that before a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one check found; `total` counts planned tests, those never reached included."""

    status: Status
    passed: int = 0
    total: int = 0
    cases: tuple[CaseResult, ...] = ()
    detail: str = ""


def counted(cases: tuple[CaseResult, ...]) -> tuple[int, int]:
    """How many passed, and how many count: all but the skipped ones."""
    passed = sum(case.outcome is Outcome.PASSED for case in cases)
    return passed, sum(case.outcome is not Outcome.SKIPPED for case in cases)


def first_detail(cases: tuple[CaseResult, ...], outcome: Outcome) -> str:
    """The first case with this outcome, and what it says; empty where there is none.

    What all of several say alike (the program doesn't even import, say) is said without a name.
    """
    found = [case for case in cases if case.outcome is outcome]
    if not found:
        return ""
    details = {case.detail for case in found}
    if len(found) == len(cases) > 1 and len(details) == 1 and found[0].detail:
        return found[0].detail
    return _said(found[0])


def _said(case: CaseResult) -> str:
    """A case's name and detail; a name that is the statement tested isn't repeated."""
    if not case.detail:
        return case.name
    place, _, statement = case.name.partition(": ")
    if statement and case.detail.startswith(statement):
        return f"{place}: {case.detail}"
    return f"{case.name}: {case.detail}"


def verdict_of(parts: tuple[Part, ...], ran: tuple[Ran, ...]) -> Verdict:
    """One verdict of all parts: the gravest status, all tests, and the use of all runs together."""
    gravest = min(parts, key=lambda part: SEVERITY.index(part.status))
    peaks = [one.peak_bytes for one in ran if one.peak_bytes is not None]
    return Verdict(
        status=gravest.status,
        tests_passed=sum(part.passed for part in parts),
        tests_total=sum(part.total for part in parts),
        cases=tuple(case for part in parts for case in part.cases),
        execution_s=sum(one.cpu_s for one in ran),
        test_s=sum(one.wall_s for one in ran),
        peak_bytes=max(peaks, default=None),
        level=ran[0].level if ran else "",
        sealed=bool(ran) and all(one.sealed for one in ran),
        unsealed_because=next((one.unsealed_because for one in ran if one.unsealed_because), ""),
        detail=gravest.detail,
    )
