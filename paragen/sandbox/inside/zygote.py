"""The zygote: forks a candidate for each request, reaps them, and never runs a program itself."""

from __future__ import annotations

import _socket
import os
import select
import signal
import socket
from contextlib import suppress
from typing import Any, NoReturn

from ..linux.confine import Prepared, candidate_pids, mount_work, unmount_work
from . import candidate, tester, warm
from .control import receive, send

INODE_BYTES = 4096
"""One file is allowed for so many bytes of disk space."""


class Zygote:
    """One worker's zygote, single-threaded; it holds nothing that a candidate mustn't see."""

    def __init__(
        self,
        settings: dict[str, Any],
        control: socket.socket,
        tester_socket: socket.socket,
        prepared: Prepared,
    ) -> None:
        """Start the tester; raises LayerError."""
        self._control = control
        self._prepared = prepared
        self._work = bool(settings["work"])
        self._mounted = False
        self._candidates: dict[int, tuple[int, int]] = {}
        self._poller = select.poll()
        self._stdin = os.open(os.devnull, os.O_RDONLY)
        self._tester = self._start_tester(settings, tester_socket)
        tester_socket.close()
        warm.preload(tuple(settings["preload"]))
        for descriptor in (control.fileno(), self._tester):
            self._poller.register(descriptor, select.POLLIN)
        ready = {"kind": "ready", "notes": list(prepared.notes)}
        send(control, ready, (os.pidfd_open(os.getpid()), self._tester))

    def _start_tester(self, settings: dict[str, Any], tester_socket: socket.socket) -> int:
        """Fork the tester before anything else is imported; a descriptor that tells its end."""
        pid = os.fork()
        if pid == 0:
            self._control.close()
            tester.main(tester_socket, self._prepared, settings)
        return os.pidfd_open(pid)

    def serve(self) -> NoReturn:
        """Fork and reap until paragen or the tester is gone, then end whatever is left."""
        with suppress(OSError):
            while self._step():
                pass
        for pidfd in self._candidates:
            with suppress(OSError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        with suppress(OSError):
            signal.pidfd_send_signal(self._tester, signal.SIGKILL)
        os._exit(0)

    def _step(self) -> bool:
        """Handle what there is to handle next; False when the worker has come to its end."""
        for descriptor, _ in self._poller.poll():
            if descriptor == self._control.fileno():
                received = receive(self._control)
                if received is None:
                    return False
                self._fork(received[0])
            elif descriptor == self._tester:
                return False
            else:
                self._reap(descriptor)
        return True

    def _fork(self, wish: dict[str, Any]) -> None:
        """Fork a candidate that is confined and waits for its program."""
        if self._work:
            self._renew_work(wish["disk_bytes"])
        theirs, ours = _socket.socketpair()  # as it is: the class above it asks the kernel thrice
        stdin, feed = os.pipe()
        stdout_end, stdout = os.pipe()
        stderr_end, stderr = os.pipe()
        processes = bool(wish["processes"])
        with candidate_pids(self._prepared, processes):
            pid = os.fork()
        if pid == 0:
            candidate.main(
                theirs, (stdin, stdout, stderr), self._prepared,
                writes=bool(wish["disk_bytes"]), processes=processes,
            )  # fmt: skip
        for descriptor in (stdin, stdout, stderr):
            os.close(descriptor)
        theirs.close()
        pidfd = os.pidfd_open(pid)
        self._candidates[pidfd] = (wish["number"], pid)
        self._poller.register(pidfd, select.POLLIN)
        handed = (ours.fileno(), feed, stdout_end, stderr_end, pidfd)
        send(self._control, {"kind": "forked", "number": wish["number"], "pid": pid}, handed)
        for descriptor in (feed, stdout_end, stderr_end):
            os.close(descriptor)
        ours.close()

    def _renew_work(self, disk_bytes: int) -> None:
        """See that the working directory is empty and of that size, or not there at all."""
        if self._mounted:
            unmount_work(self._prepared)
            self._mounted = False
        if disk_bytes:
            inodes = max(16, disk_bytes // INODE_BYTES)
            mount_work(self._prepared, disk_bytes, inodes)
            self._mounted = True

    def _reap(self, pidfd: int) -> None:
        """Tell paragen how a candidate ended and what it used."""
        number, pid = self._candidates.pop(pidfd)
        self._poller.unregister(pidfd)
        os.close(pidfd)
        _, status, used = os.wait4(pid, 0)
        send(
            self._control,
            {
                "kind": "ended", "number": number, "code": os.waitstatus_to_exitcode(status),
                "cpu_s": used.ru_utime + used.ru_stime, "peak_bytes": used.ru_maxrss * 1024,
            },
        )  # fmt: skip
