"""Which processor each worker is kept on.

A worker's tester and candidate take turns: on one processor the one is woken where the other has
just gone to sleep, which is much quicker than on two. With a worker for every processor there is
then nothing to be gained by moving about.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections import Counter


class Places:
    """Gives each worker the processor that has the fewest. May be used from several threads."""

    def __init__(self, workers: int) -> None:
        """For so many workers: fewer than there are processors go where they like."""
        cpus: set[int] = set()
        if sys.platform == "linux":
            cpus = os.sched_getaffinity(0)
        self._lock = threading.Lock()
        self._taken = Counter(dict.fromkeys(cpus, 0)) if len(cpus) <= workers else Counter[int]()

    def take(self) -> int | None:
        """A processor for a worker; None for one that may go where it likes."""
        with self._lock:
            if not self._taken:
                return None
            cpu = min(self._taken, key=lambda cpu: (self._taken[cpu], cpu))
            self._taken[cpu] += 1
            return cpu

    def hold(self, worker: object, cpu: int | None) -> None:
        """Give the processor back when this worker is no more."""
        if cpu is not None:
            weakref.finalize(worker, self.give_back, cpu).atexit = False

    def give_back(self, cpu: int | None) -> None:
        """Take back a processor that no worker has any more."""
        if cpu is not None:
            with self._lock:
                self._taken[cpu] -= 1
