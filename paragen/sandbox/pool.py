"""The workers of a sandbox: started beforehand, one for each run at once, replaced when spent."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.domain.ports import Cancel
from paragen.sandbox.worker import Worker

Packages = tuple[str, ...]
Start = Callable[[Packages], Worker]

_GLANCE_S = 0.05
MAX_KINDS = 4
"""How many sets of packages idle workers are kept for."""


class Pool:
    """Workers by the packages that they can import. May be used from several threads."""

    def __init__(self, count: int, start: Start, first: Worker) -> None:
        """Keep `first`, and start the others in the background."""
        self._start = start
        self._turns = threading.BoundedSemaphore(count)
        self._count = count
        self._lock = threading.RLock()
        self._idle: OrderedDict[Packages, list[Worker]] = OrderedDict({(): [first]})
        self._all: set[Worker] = {first}
        self._closed = False
        self._starters = [
            threading.Thread(target=self._start_idle, daemon=True) for _ in range(count - 1)
        ]
        for starter in self._starters:
            starter.start()

    @contextmanager
    def worker(self, packages: Packages, cancel: Cancel) -> Iterator[Worker | None]:
        """A worker for one run, None if that was called off; raises SandboxFault.

        A worker that a SandboxFault comes out of, or that `discard` was called for, isn't used
        again.
        """
        if not self._turn(cancel):
            yield None
            return
        try:
            worker = self._take(packages)
            try:
                yield worker
            except BaseException:
                self.discard(worker)
                raise
            self._give_back(packages, worker)
        finally:
            self._turns.release()

    def discard(self, worker: Worker) -> None:
        """End a worker for good."""
        with self._lock:
            if worker not in self._all:
                return
            self._all.discard(worker)
        worker.close()

    def close(self) -> None:
        """End every worker; runs that go on see theirs end. Again does nothing."""
        with self._lock:
            closed, self._closed = self._closed, True
            workers = list(self._all)
        if closed:
            return
        for worker in workers:
            worker.kill()
        for starter in self._starters:
            starter.join()
        for _ in range(self._count):
            self._turns.acquire(timeout=5)
        for worker in list(self._all):
            self.discard(worker)

    def kill(self) -> None:
        """End every process of every worker at once; may be called from a signal handler."""
        self._closed = True
        for worker in list(self._all):
            worker.kill()

    def _turn(self, cancel: Cancel) -> bool:
        while not (cancel.thrown or self._closed):
            if self._turns.acquire(timeout=_GLANCE_S):
                return True
        return False

    def _take(self, packages: Packages) -> Worker:
        with self._lock:
            idle = self._idle.setdefault(packages, [])
            self._idle.move_to_end(packages)
            surplus = [] if len(self._idle) <= MAX_KINDS else self._idle.popitem(last=False)[1]
            worker = idle.pop() if idle else None
        for one in surplus:
            self.discard(one)
        return worker or self._started(packages)

    def _give_back(self, packages: Packages, worker: Worker) -> None:
        with self._lock:
            if worker in self._all and not self._closed:
                self._idle.setdefault(packages, []).append(worker)

    def _started(self, packages: Packages) -> Worker:
        try:
            worker = self._start(packages)
        # The level was to be had when the sandbox was opened: that it isn't now may pass.
        except (OSError, SandboxUnavailableError) as error:
            raise SandboxFault(f"no worker could be started: {error}") from error
        with self._lock:
            self._all.add(worker)
            closed = self._closed
        if closed:
            self.discard(worker)
            raise SandboxFault("the sandbox was closed")
        return worker

    def _start_idle(self) -> None:
        """Start one more worker; where that fails, whoever needs one will meet the reason."""
        try:
            worker = self._started(())
        except Exception:  # the sandbox's faults: the run that needs a worker tries again
            return
        self._give_back((), worker)


def same_packages(packages: Sequence[str]) -> Packages:
    """The key of a set of packages, whatever the order they are named in."""
    return tuple(sorted(set(packages)))
