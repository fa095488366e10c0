"""paragen's own sandbox at one of its levels.

    python -m tests.bench.peers.levels LEVEL PROBLEMS

Tests are planned and read as a tournament does it, so a problem counts as passed only if every
test did and, at a level that seals, the verdict was sealed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib import metadata

from paragen.checks import suite
from paragen.domain.command import Command, ScriptRun, TestRun
from paragen.domain.errors import ParagenError
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import Status
from paragen.domain.task import Limits, Task, TestCode
from paragen.sandbox import open_sandbox
from tests.bench.peers.problems import TRIVIAL, Problem, load
from tests.bench.peers.serving import Unavailable, serve

LIMITS = Limits(cpu_s=60.0, wall_s=120.0, scales=False)
"""Cost nothing, and keep a loaded machine from failing honest solutions."""

UNSEALED = "the benchmark compares both"
SCRIPT = "print(int(input()) + 1)\n"

Job = tuple[str, Problem]


class Level:
    """A sandbox of one worker and one of several, each opened when first needed."""

    def __init__(self, level: str, stack: ExitStack) -> None:
        self._level = level
        self._stack = stack
        self._opened: dict[int, Sandbox] = {}

    def prepare(self, what: str, problem: Problem) -> Job:
        """The problem and what is to be done with it."""
        return what, problem

    def judge(self, workers: int) -> Callable[[Job], bool]:
        """Whether it passes, sealed where it should be."""
        sandbox = self._sandbox(workers)

        def passes(job: Job) -> bool:
            what, problem = job
            if what == "script":
                return _prints_two(sandbox)
            task = _task(problem)
            (command,) = suite.plan(task, problem.program)
            if what == "unsealed" and isinstance(command, TestRun):
                command = replace(command, unsealed_because=UNSEALED)
            ran = sandbox.run(command, Cancel())
            sealed = self._level != "none" and what != "unsealed"
            return suite.read(task, (ran,)).status is Status.PASSED and ran.sealed is sealed

        return passes

    def pool(self, workers: int) -> Executor:
        """Threads, one for each worker, as in the engine."""
        return ThreadPoolExecutor(workers)

    def _sandbox(self, workers: int) -> Sandbox:
        if workers not in self._opened:
            try:
                opened = open_sandbox(self._level, workers, unsafe=True)
            except ParagenError as error:
                raise Unavailable(" ".join(str(error).split())) from error
            self._opened[workers] = self._stack.enter_context(closing(opened))
        return self._opened[workers]


def _task(problem: Problem) -> Task:
    test = "assert f(1) == 2" if problem.prompt == TRIVIAL.prompt else problem.test
    return Task(
        name=problem.task_id,
        prompt=problem.prompt,
        sha256="",
        entry_point=problem.entry_point,
        tests=(TestCode(source=test, origin=problem.task_id),),
        limits=LIMITS,
    )


def _prints_two(sandbox: Sandbox) -> bool:
    command: Command = ScriptRun(program=SCRIPT, language="python", stdin="1\n", limits=LIMITS)
    return sandbox.run(command, Cancel()).stdout == "2\n"


if __name__ == "__main__":
    with ExitStack() as stack:
        serve(metadata.version("paragen"), Level(sys.argv[1], stack), load(sys.argv[2]))
