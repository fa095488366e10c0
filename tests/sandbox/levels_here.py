"""The confined levels of this machine: an open sandbox of each for all tests of a process."""

from __future__ import annotations

import atexit
import os
import sys
from functools import cache
from typing import Any

import pytest

from paragen.domain.command import Ran, ScriptRun, TestRun
from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits, TestCode, TestKind
from paragen.sandbox import CONFINING
from paragen.sandbox.confined import ConfinedSandbox

LEVELS = CONFINING.get(sys.platform, ())


@cache
def opened(level: str) -> ConfinedSandbox:
    """The sandbox of a level; skips the test where this machine can't have it."""
    try:
        sandbox = ConfinedSandbox(level, 2)
    except (SandboxUnavailableError, SandboxFault) as error:
        if level in os.environ.get("PARAGEN_TEST_MUST_HAVE", "").split(","):
            raise  # whoever runs this knows that the machine has it
        pytest.skip(f"the level {level} isn't to be had here: {error}")
    atexit.register(sandbox.close)
    return sandbox


def run_tests(
    level: str,
    program: str,
    *tests: str,
    entry_point: str | None = None,
    kind: TestKind = TestKind.PYTHON,
    unsealed_because: str = "",
    packages: tuple[str, ...] = (),
    **limits: Any,
) -> Ran:
    """Run test code against a program; further keywords are limits."""
    command = TestRun(
        program=program,
        language="python",
        tests=tuple(TestCode(source=t, origin="task.md", line=1, kind=kind) for t in tests),
        entry_point=entry_point,
        limits=Limits(**limits),
        packages=packages,
        unsealed_because=unsealed_because,
    )
    return opened(level).run(command, Cancel())


def run_script(level: str, program: str, stdin: str = "", **limits: Any) -> Ran:
    """Run a program as a script; keywords are limits."""
    command = ScriptRun(program=program, language="python", stdin=stdin, limits=Limits(**limits))
    return opened(level).run(command, Cancel())
