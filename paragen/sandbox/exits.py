"""Whether a child has ended, without reaping it: until it is reaped, its id stays its own."""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress


class ExitWatch:
    """Watches one child.

    `descriptor` becomes readable when it ends; None where the platform has no such, and
    `has_ended` must be asked now and then.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = False
        self.descriptor: int | None = None
        if sys.platform == "darwin":
            self._queue = select.kqueue()
            event = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
            try:
                self._queue.control([event], 0)
            except ProcessLookupError:
                self._ended = True
        else:
            with suppress(OSError, AttributeError):  # Linux before 5.3, or forbidden
                self.descriptor = os.pidfd_open(pid)

    def has_ended(self) -> bool:
        """Whether the child has ended by now."""
        if sys.platform == "darwin":
            self._ended = self._ended or bool(self._queue.control([], 1, 0))
        else:
            flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
            self._ended = os.waitid(os.P_PID, self._pid, flags) is not None
        return self._ended

    def close(self) -> None:
        """Give back what the watch holds."""
        if sys.platform == "darwin":
            self._queue.close()
        elif self.descriptor is not None:
            os.close(self.descriptor)
