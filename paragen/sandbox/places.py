"""Which processor each worker is kept on.

A worker's tester and candidate take turns: on one processor the one is woken where the other has
just gone to sleep, which is much quicker than on two. With a worker for every processor there is
nothing to be gained by moving about, and all of it stays there; with fewer, only those two do, and
they leave a processor on which others keep them waiting.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Set
from contextlib import suppress

from paragen.sandbox import measures

_LOOK_EVERY = 8
"""After so many candidates it is looked how long the tester had to wait."""


class Places:
    """Gives each worker the processor that has the fewest. May be used from several threads."""

    def __init__(self, workers: int) -> None:
        """For so many workers, which are kept there as a `whole` if each processor has one.

        Another paragen begins with another processor.
        """
        cpus: list[int] = []
        if sys.platform == "linux":
            cpus = sorted(os.sched_getaffinity(0))
        start = os.getpid() % len(cpus) if cpus else 0
        self.cpus = frozenset(cpus)
        self.whole = len(cpus) <= workers
        self._lock = threading.Lock()
        self._taken = Counter(dict.fromkeys(cpus[start:] + cpus[:start], 0))

    def take(self, *, instead_of: int | None = None) -> int | None:
        """A processor for a worker, another than it had; None where they can't be chosen."""
        with self._lock:
            others = [cpu for cpu in self._taken if cpu != instead_of]
            if not others:
                return instead_of
            cpu = min(others, key=lambda cpu: self._taken[cpu])
            self._taken[cpu] += 1
            if instead_of is not None:
                self._taken[instead_of] -= 1
                # The next that looks for one tries others first.
                self._taken[cpu] = self._taken.pop(cpu)
            return cpu

    def give_back(self, cpu: int | None) -> None:
        """Take back a processor that no worker has any more."""
        if cpu is not None:
            with self._lock:
                self._taken[cpu] -= 1


class Place:
    """One worker's place. Used by one thread at a time."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._tester: int | None = None
        self._is_free = False
        self._count = 0
        self._waited_s = self._used_s = 0.0
        self.cpu = places.take()

    @property
    def for_all(self) -> int | None:
        """The processor that all of the worker is kept on; None where it may go where it likes."""
        return self.cpu if self._places.whole else None

    def settle(self, tester: int | None) -> None:
        """Keep the tester there, and see that its candidates come to it."""
        if self.cpu is not None:
            self._tester = tester
            self._keep(tester)

    def seat(self, candidate: int | None) -> None:
        """Have a candidate run where the tester does."""
        if self._tester is None:
            return
        if self._is_free:
            self._is_free = False
            self._keep(self._tester)
        if self._places.whole:  # it was forked there
            return
        self._count += 1
        if self._count % _LOOK_EVERY == 0:
            self._look()
        self._keep(candidate)

    def free(self, candidate: int | None) -> None:
        """Let both go where they like: a program that takes long must not wait for a processor."""
        if self._tester is None or self._is_free:
            return
        self._is_free = True
        for pid in (self._tester, candidate):
            self._allow(pid, self._places.cpus)

    def leave(self) -> None:
        """Give the place back; again does nothing."""
        self._places.give_back(self.cpu)
        self.cpu = self._tester = None

    def _look(self) -> None:
        """Move to another processor if the tester has waited for longer than it has run."""
        waited_s, used_s = measures.queued_s(self._tester), measures.cpu_s(self._tester) or 0.0
        if waited_s - self._waited_s > used_s - self._used_s:
            self.cpu = self._places.take(instead_of=self.cpu)
            self._keep(self._tester)
        self._waited_s, self._used_s = waited_s, used_s

    def _keep(self, pid: int | None) -> None:
        if self.cpu is not None:
            self._allow(pid, {self.cpu})

    def _allow(self, pid: int | None, cpus: Set[int]) -> None:
        if pid is not None and sys.platform == "linux":
            with suppress(OSError):  # the process is gone, or the processor
                os.sched_setaffinity(pid, cpus)
