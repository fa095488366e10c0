"""The sandboxes that attacks are tried on, one of each level for a process of tests."""

from __future__ import annotations

import atexit
from functools import cache

import pytest

from paragen import checks
from paragen.domain.candidate import Verdict
from paragen.domain.command import Ran
from paragen.domain.errors import SandboxUnavailableError
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.task import Limits, Task, TestCode, TestKind
from paragen.sandbox import open_sandbox

CONFINED = ("full", "filters")

HONEST = "def f(x): return x * x\n"
HONEST_TESTS = "from solution import f\ndef test_honest():\n    assert f(7) == 49\n"


@cache
def _opened(level: str) -> Sandbox | str:
    """A sandbox with one worker, so that what a program leaves behind meets the next one."""
    try:
        sandbox = open_sandbox(level, workers=1, unsafe=level == "none")
    except SandboxUnavailableError as error:
        return str(error)
    atexit.register(sandbox.close)
    return sandbox


def sandbox_of(level: str) -> Sandbox:
    """The sandbox of a level; skips where this machine can't have it."""
    sandbox = _opened(level)
    if isinstance(sandbox, str):
        pytest.skip(f"no level {level} here: {sandbox}")
    return sandbox


def task_of(
    tests: str,
    limits: Limits,
    kind: TestKind = TestKind.PYTHON,
    entry_point: str | None = None,
    packages: tuple[str, ...] = (),
) -> Task:
    """A task with these tests."""
    code = (TestCode(source=tests, origin="task.md", kind=kind),) if tests else ()
    return Task(
        name="hostile", prompt="", sha256="0" * 64, tests=code, limits=limits,
        entry_point=entry_point, packages=packages,
    )  # fmt: skip


def judged(level: str, program: str, task: Task) -> tuple[Verdict, tuple[Ran, ...]]:
    """The verdict on a program at a level, and what it was read from."""
    sandbox = sandbox_of(level)
    ran = tuple(sandbox.run(command, Cancel()) for command in checks.plan(task, program))
    return checks.read(task, ran), ran


def still_honest(level: str) -> None:
    """See that an honest program, judged next by the same worker, passes and a wrong one fails."""
    task = task_of(HONEST_TESTS, Limits())
    verdict, _ = judged(level, HONEST, task)
    assert verdict.status == "passed", verdict
    wrong, _ = judged(level, HONEST.replace("x * x", "x + 1"), task)
    assert wrong.status == "failed", wrong
