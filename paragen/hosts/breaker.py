"""Breaks a call that is blocked in a read, from another thread, at once.

httpx has no way to cancel a request of the sync client. But httpcore tells a request's `trace`
extension of each connection that it opens, and a socket that is shut down ends a read that waits
on it. So the breaker learns its call's socket from the trace, and shuts it down when asked.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any


class Why(StrEnum):
    """Why a call was broken off."""

    CANCELLED = "cancelled"
    FIRST_TOKEN = "first_token"
    GENERATION = "generation"
    LOADING = "loading"
    SILENT = "silent"
    HUNG = "hung"


class Breaker:
    """One call's switch: thrown once, for one reason, by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._why: Why | None = None
        self._thrown = threading.Event()

    @property
    def why(self) -> Why | None:
        """Why the call was broken off, None where it wasn't."""
        return self._why

    def throw(self, why: Why) -> None:
        """Break the call off; only the first reason counts."""
        with self._lock:
            if self._why is None:
                self._why = why
            self._shut()
        self._thrown.set()

    def sleep(self, seconds: float) -> None:
        """Sleep, but no longer than until the call is broken off."""
        self._thrown.wait(seconds)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take an event of httpcore's trace; of interest are the connections it opens."""
        # After TLS begins, the socket of the plain connection is detached: the newest one counts.
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            with self._lock:
                self._socket = found
                if self._why is not None:
                    self._shut()

    def release(self) -> None:
        """Forget the socket: its connection is done with."""
        with self._lock:
            self._socket = None

    @contextlib.contextmanager
    def after(self, seconds: float, why: Why) -> Iterator[None]:
        """Break the call off for this reason unless the block ends within `seconds`."""
        timer = threading.Timer(seconds, self.throw, (why,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _shut(self) -> None:
        if self._socket is not None:
            # It may be closed already, by either side: then there is no read to end.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
