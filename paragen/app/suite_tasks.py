"""The tasks of a suite's problems, for threads that judge samples of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future

from paragen.app.suites import Suite, with_tests
from paragen.domain.errors import SandboxFault
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.task import Task
from paragen.parse.suites import title
from paragen.parse.suites.problem import Problem
from paragen.parse.suites.render import task_of

MOST_CHARACTERS = 1 << 28
"""How much of the problems' tests is kept, so that suites larger than memory can be judged."""


class SuiteTasks:
    """The suite's tasks, each made once, the ones used longest ago forgotten where it gets much."""

    def __init__(self, suite: Suite, sandbox: Sandbox, cancel: Cancel) -> None:
        self._suite = suite
        self._sandbox = sandbox
        self._cancel = cancel
        self._lock = threading.Lock()
        self._made: OrderedDict[str, Future[tuple[Problem, Task]]] = OrderedDict()
        self._sizes: dict[str, int] = {}

    def of(self, name: str) -> tuple[Problem, Task]:
        """A problem and its task; a second thread that asks waits for the first.

        Raises TaskError, SandboxFault, InterruptedRunError.
        """
        with self._lock:
            future = self._made.get(name)
            ours = future is None
            if future is None:
                future = self._made[name] = Future()
            self._made.move_to_end(name)
        if ours:
            try:
                future.set_result(self._make(name))
            except BaseException as error:
                with self._lock:
                    del self._made[name]
                future.set_exception(error)
        return future.result()

    def _make(self, name: str) -> tuple[Problem, Task]:
        problem = self._suite.problem(name)
        where = self._suite.places[name].where
        try:
            problem = with_tests(problem, where, self._sandbox, self._cancel)
        except SandboxFault:  # which may pass
            problem = with_tests(problem, where, self._sandbox, self._cancel)
        task = task_of(problem, title(name, self._suite.dialect))
        size = sum(len(test.source) for test in task.tests)
        size += sum(len(one.stdin) + len(one.stdout) for one in task.examples)
        with self._lock:
            self._sizes[name] = size
            while sum(self._sizes.values()) > MOST_CHARACTERS and len(self._sizes) > 1:
                oldest = next(iter(key for key in self._made if key in self._sizes))
                del self._made[oldest], self._sizes[oldest]
        return problem, task
