"""The nursery: warms up once, and forks each worker, which then starts in no time."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress
from typing import NoReturn

from . import launcher, warm
from .children import children
from .control import receive, send


def main(control_fd: int, *, leashed: bool) -> NoReturn:
    """Fork workers until paragen closes the socket; never returns.

    `leashed` says that processes are known by leashes, not by descriptors: see `children`.
    """
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=control_fd)
    work_s = warm.work_s()
    warm.warm()
    with suppress(OSError):
        send(control, {"kind": "ready", "work_s": work_s})
        Nursery(control, leashed=leashed).serve()
    os._exit(0)


class Nursery:
    """The workers that were forked, until they have ended."""

    def __init__(self, control: socket.socket, *, leashed: bool) -> None:
        self._control = control
        self._leashed = leashed
        self._poller = select.poll()
        self._poller.register(control, select.POLLIN)
        self._workers = children(self._poller, leashed=leashed)

    def serve(self) -> None:
        """Fork and reap; returns when nobody asks any more."""
        while True:
            for descriptor, _ in self._poller.poll():
                if descriptor != self._control.fileno():
                    for _ in self._workers.ended(descriptor):
                        pass  # it is reaped
                elif not self._start():
                    return

    def _start(self) -> bool:
        """Fork a worker that takes over the sockets that came with the wish."""
        received = receive(self._control)
        if received is None:
            return False
        _, descriptors = received
        pid = os.fork()
        if pid == 0:
            self._workers.forget()
            self._workers.close()
            self._control.close()
            launcher.main(*descriptors, leashed=self._leashed)
        self._workers.watch(pid)
        send(self._control, {"kind": "started", "pid": pid}, (self._workers.tie(pid),))
        self._workers.handed(pid, ())
        for descriptor in descriptors:
            os.close(descriptor)
        return True
