"""A machine that is too busy: a program is given the time that it waited for a processor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from paragen.domain.command import Ending, Outcome, Ran, TestRun
from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits, TestCode
from paragen.sandbox.confined import ConfinedSandbox
from tests.sandbox.levels_here import LEVELS

pytestmark = [
    pytest.mark.slow,  # it keeps a processor busy for itself
    pytest.mark.skipif(sys.platform != "linux", reason="how long it waited isn't told elsewhere"),
]

_OTHERS = 9
_TRIES = 5
_WALL_S = 1.0
_LIMITS = Limits(wall_s=_WALL_S, cpu_s=30.0, scales=False)
_WORK = """
import time
def work(cpu_s):
    began = time.process_time()
    while time.process_time() - began < cpu_s: pass
    return "done"
def sleep(): time.sleep(60)
"""


@pytest.fixture(scope="module", params=LEVELS)
def busy(request: pytest.FixtureRequest) -> Iterator[ConfinedSandbox]:
    """A sandbox on one processor, for which others compete."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(everywhere)})
    others = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True)
        for _ in range(_OTHERS)  # each in a session: the kernel shares by session
    ]
    try:
        sandbox = ConfinedSandbox(request.param, 1)
    except SandboxUnavailableError as error:
        pytest.skip(f"the level {request.param} isn't to be had here: {error}")
    else:
        yield sandbox
        sandbox.close()
    finally:
        for other in others:
            other.kill()
            other.wait()
        os.sched_setaffinity(0, everywhere)


def _run(sandbox: ConfinedSandbox, body: str, limits: Limits = _LIMITS) -> Ran:
    source = f"from solution import sleep, work\ndef test_it():\n    {body}\n"
    tests = (TestCode(source=source, origin="task.md", line=1),)
    command = TestRun(
        program=_WORK, language="python", tests=tests, entry_point=None, limits=limits
    )
    return sandbox.run(command, Cancel())


def _once_it_is_not_too_busy(sandbox: ConfinedSandbox, body: str, limits: Limits = _LIMITS) -> Ran:
    """What becomes of a run, tried again where this machine's other work was too much as well."""
    for _ in range(_TRIES - 1):
        with suppress(SandboxFault):
            return _run(sandbox, body, limits)
    return _run(sandbox, body, limits)


def test_what_would_be_done_in_time_is_judged(busy: ConfinedSandbox) -> None:
    ran = _once_it_is_not_too_busy(busy, "assert work(0.13) == 'done'")
    assert [case.outcome for case in ran.cases] == [Outcome.PASSED]
    assert ran.wall_s > _WALL_S, "the others didn't keep it from running"


def test_what_takes_too_long_is_ended_by_what_it_used(busy: ConfinedSandbox) -> None:
    ran = _once_it_is_not_too_busy(busy, "work(60)", replace(_LIMITS, cpu_s=0.13))
    assert ran.ending is Ending.CPU_LIMIT


def test_who_sleeps_is_given_no_more(busy: ConfinedSandbox) -> None:
    ran = _run(busy, "sleep()")
    assert ran.ending is Ending.WALL_LIMIT
    assert ran.wall_s < 2 * _WALL_S


def test_patience_has_an_end_and_it_is_no_verdict(busy: ConfinedSandbox) -> None:
    with pytest.raises(SandboxFault, match="too busy"):
        _run(busy, "work(60)", replace(_LIMITS, wall_s=0.3))
