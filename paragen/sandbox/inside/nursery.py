"""The nursery: warms up once, and forks each worker, which then starts in no time."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress
from typing import NoReturn

from . import launcher, warm
from .control import receive, send


def main(control_fd: int) -> NoReturn:
    """Fork workers until paragen closes the socket; never returns."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=control_fd)
    work_s = warm.work_s()
    warm.warm()
    with suppress(OSError):
        send(control, {"kind": "ready", "work_s": work_s})
        Nursery(control).serve()
    os._exit(0)


class Nursery:
    """The workers that were forked, until they have ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._poller = select.poll()
        self._poller.register(control, select.POLLIN)
        self._workers: dict[int, int] = {}

    def serve(self) -> None:
        """Fork and reap; returns when nobody asks any more."""
        while True:
            for descriptor, _ in self._poller.poll():
                if descriptor != self._control.fileno():
                    self._reap(descriptor)
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
            for ours in (self._control.detach(), *self._workers):
                os.close(ours)
            launcher.main(*descriptors)
        pidfd = os.pidfd_open(pid)
        send(self._control, {"kind": "started"}, (pidfd,))
        self._workers[pidfd] = pid
        self._poller.register(pidfd, select.POLLIN)
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _reap(self, pidfd: int) -> None:
        self._poller.unregister(pidfd)
        os.close(pidfd)
        os.waitpid(self._workers.pop(pidfd), 0)
