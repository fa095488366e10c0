"""A running child as seen by whoever may want to end it."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

from paragen.domain.command import Ending


class Victim:
    """A running child as seen by whoever may want to end it.

    Its process group is killed under a lock that is held, too, while the child is let go, so that
    its id can't have become another's. The lock is reentrant: a signal handler may come in
    between.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.reason: Ending | None = None
        self._lock = threading.RLock()
        self._gone = False

    def kill(self, reason: Ending) -> None:
        """End the whole process group; the first reason given is the one that counts."""
        with self._lock:
            if not self._gone:
                self.reason = self.reason or reason
                self._kill_group()

    def cancel(self) -> None:
        """End it because nobody wants its result any more."""
        self.kill(Ending.CANCELLED)

    def let_go(self) -> None:
        """End what is left of the group; from now on the id is nobody's. Call before reaping."""
        with self._lock:
            self._gone = True
            self._kill_group()

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: a group of zombies
            os.killpg(self.pid, signal.SIGKILL)
