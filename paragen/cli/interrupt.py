"""Ctrl-C: the first one ends a piece of work in good order, a second one leaves at once."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHOW_CURSOR = b"\x1b[?25h"
EXIT_CODE = 130


class Interruptible(Protocol):
    """Work that can be ended from another thread."""

    def interrupt(self) -> None:
        """End in good order, and soon."""
        ...

    def abandon(self) -> None:
        """End every process that would be left behind, at once."""
        ...


@contextmanager
def interruptible(work: Interruptible) -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP interrupt the work done inside; one that is ignored stays so.

    Python runs its signal handlers in the main thread, and only when that comes back from C: from
    a database that waits for a lock, say. So the signals are counted by a thread of their own,
    which the interpreter's C handler wakes.
    """
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    before = {
        number: signal.signal(number, _ignore)
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    woken_before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    counting = threading.Thread(target=_count, args=(reading, work), daemon=True)
    counting.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        writing.close()
        counting.join()
        reading.close()


def _ignore(number: int, frame: FrameType | None) -> None:
    """In Python's place: the counting thread does what is to be done."""


def _count(reading: socket.socket, work: Interruptible) -> None:
    """Interrupt at the first signal, leave at the second, end when the other side is closed."""
    count = 0
    while received := reading.recv(16):
        for _ in received:
            count += 1
            if count == 1:
                work.interrupt()
            else:
                _leave(work)


def _leave(work: Interruptible) -> None:
    work.abandon()
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), SHOW_CURSOR)
    os._exit(EXIT_CODE)
