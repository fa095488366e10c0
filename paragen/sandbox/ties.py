"""What paragen holds of a candidate's process, which is a child of the zygote, not its own."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Protocol

from paragen.sandbox import measures
from paragen.sandbox.inside.children import HELD, KILL

LEASHED = sys.platform == "darwin"
"""Whether the kernel has no descriptors of processes, and the zygote is asked instead."""


class Tie(Protocol):
    """A hold on a process: `descriptor` becomes readable when it has ended."""

    descriptor: int
    pid: int | None

    def kill(self) -> None:
        """End the process, if it hasn't ended."""
        ...


class Pidfd:
    """A descriptor that the kernel has for the process itself."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.pid = measures.pid_of(descriptor)

    def kill(self) -> None:
        """End the process, if it hasn't ended."""
        if sys.platform == "linux":
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)


class Leash:
    """A socket that the zygote holds the other end of: it kills its child when asked by it.

    So no id is used here that may be another's by now. Only a process whose zygote is gone is
    killed by its id, and only if it is still the one that was handed over.
    """

    def __init__(self, descriptor: int, pid: int) -> None:
        self.descriptor = descriptor
        self.pid: int | None = pid
        self._started = measures.started(pid)
        self._say(HELD)

    def kill(self) -> None:
        """End the process, if it hasn't ended."""
        if self._say(KILL) or self.pid is None:
            return
        if self._started is not None and measures.started(self.pid) == self._started:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _say(self, word: bytes) -> bool:
        """Whether there is anyone who hears it."""
        try:
            os.write(self.descriptor, word)
        except OSError:
            return False
        return True


def tie(descriptor: int, pid: int, *, leashed: bool) -> Tie:
    """The hold on a process that the zygote handed over."""
    return Leash(descriptor, pid) if leashed else Pidfd(descriptor)
