"""Runs programs in a real sandbox, and sees that nothing of them is left."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from paragen.checks.sealable import why_unsealed
from paragen.domain.command import CaseResult, Outcome, Ran, ScriptRun, TestRun
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits, TestCode, TestKind
from paragen.sandbox.unconfined import UnconfinedSandbox
from tests.sandbox.runner.remote_harness import Tester

HERE = "in one process"
APART = "apart"
PLACES = (HERE, APART)
"""Where tests may be run: beside the program, or in a tester that asks it."""

DOUBLE = "def double(x):\n    return 2 * x\n"


@cache
def sandbox() -> UnconfinedSandbox:
    """One sandbox for all tests of a process."""
    opened = UnconfinedSandbox(workers=4)
    atexit.register(opened.close)
    return opened


@cache
def tester() -> Tester:
    """One tester for all tests of a process."""
    return Tester()


_place = [HERE]


@contextmanager
def running(place: str) -> Iterator[None]:
    """Have `run_tests` run tests there; what can't be sealed is run here all the same."""
    _place.append(place)
    try:
        yield
    finally:
        _place.pop()


def run_tests(
    program: str,
    *tests: str,
    entry_point: str | None = None,
    kind: TestKind = TestKind.PYTHON,
    cancel: Cancel | None = None,
    **limits: Any,
) -> Ran:
    """Run test code against a program; keywords are limits."""
    command = TestRun(
        program=program,
        language="python",
        tests=tuple(TestCode(source=t, origin="task.md", line=1, kind=kind) for t in tests),
        entry_point=entry_point,
        limits=Limits(**limits),
    )
    if _place[-1] == APART and not why_unsealed(command.tests):
        return tester().run(command)
    return checked(sandbox().run(command, cancel or Cancel()))


def run_script(program: str, stdin: str = "", **limits: Any) -> Ran:
    """Run a program as a script; keywords are limits."""
    command = ScriptRun(program=program, language="python", stdin=stdin, limits=Limits(**limits))
    return checked(sandbox().run(command, Cancel()))


def checked(ran: Ran) -> Ran:
    """The result, once it is certain that no process of the sandbox's is left."""
    assert processes_of(sandbox().scratch) == []
    return ran


def processes_of(scratch: Path) -> list[int]:
    """The processes whose environment names that directory, zombies excepted."""
    mark = os.fsencode(scratch)
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and mark in Path(process, "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def outcomes(ran: Ran) -> dict[str, str]:
    """How each case ended, by its name."""
    return {case.name: str(case.outcome) for case in ran.cases}


def details(ran: Ran) -> str:
    """What the cases that didn't pass say, a line each."""
    return "\n".join(c.detail for c in ran.cases if c.outcome is not Outcome.PASSED)


def only(ran: Ran) -> CaseResult:
    """The one case of a complete run."""
    assert ran.complete, ran
    (case,) = ran.cases
    return case
