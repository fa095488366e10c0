"""The zygote: forks a candidate for each request, reaps them, and never runs a program itself."""

from __future__ import annotations

import _socket
import os
import resource
import select
import socket
import sys
from contextlib import suppress
from typing import Any, NoReturn

from ..confinement import Prepared, candidate_pids, mount_work, unmount_work
from . import candidate, tester, warm
from .children import children
from .control import News, Wish, next_wish, send, tell
from .serve import WARNINGS

INODE_BYTES = 4096
"""One file is allowed for so many bytes of disk space."""
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024
"""The unit in which the kernel gives the largest resident size."""


class Zygote:
    """One worker's zygote, single-threaded; it holds nothing that a candidate mustn't see."""

    def __init__(
        self,
        settings: dict[str, Any],
        control: socket.socket,
        tester_socket: socket.socket,
        prepared: Prepared,
        *,
        leashed: bool,
    ) -> None:
        """Start the tester; raises LayerError."""
        self._control = control
        self._prepared = prepared
        self._work = bool(settings["work"])
        self._mounted = False
        self._writer = 0
        self._numbers: dict[int, int] = {}
        self._poller = select.poll()
        self._children = children(self._poller, leashed=leashed)
        self._stdin = os.open(os.devnull, os.O_RDONLY)
        self._tester = self._start_tester(settings, tester_socket)
        tester_socket.close()
        warm.preload(tuple(settings["preload"]))
        WARNINGS.keep()
        self._poller.register(control, select.POLLIN)
        pids = [os.getpid(), self._tester]
        ready = {"kind": "ready", "notes": list(prepared.notes), "pids": pids}
        send(control, ready, self._children.own(self._tester))

    def _start_tester(self, settings: dict[str, Any], tester_socket: socket.socket) -> int:
        """Fork the tester before anything else is imported; its process id."""
        pid = os.fork()
        if pid == 0:
            self._children.forget()
            self._control.close()
            tester.main(tester_socket, self._prepared, settings)
        self._children.watch(pid)
        return pid

    def serve(self) -> NoReturn:
        """Fork and reap until paragen or the tester is gone, then end whatever is left."""
        with suppress(OSError):
            while self._step():
                pass
        self._children.kill()
        os._exit(0)

    def _step(self) -> bool:
        """Handle what there is to handle next; False when the worker has come to its end."""
        for descriptor, _ in self._poller.poll():
            if descriptor == self._control.fileno():
                wish = next_wish(self._control)
                if wish is None:
                    return False
                self._fork(wish)
                continue
            for ended in self._children.ended(descriptor):
                if ended[0] == self._tester:
                    return False
                self._tell(*ended)
        return True

    def _fork(self, wish: Wish) -> None:
        """Fork a candidate that is confined and waits for its program."""
        if self._work and (wish.disk_bytes or self._mounted):
            self._renew_work(wish.disk_bytes)
        theirs, ours = _socket.socketpair()  # as it is: the class above it asks the kernel thrice
        stdin, feed = os.pipe()
        stdout_end, stdout = os.pipe()
        stderr_end, stderr = os.pipe()
        if wish.processes:
            with candidate_pids(self._prepared, True):
                pid = os.fork()
        else:
            pid = os.fork()
        if pid == 0:
            self._children.forget()
            candidate.main(
                theirs, (stdin, stdout, stderr), self._prepared,
                writes=bool(wish.disk_bytes), processes=wish.processes, rehearse=wish.rehearse,
            )  # fmt: skip
        os.close(stdin)
        os.close(stdout)
        os.close(stderr)
        theirs.close()
        self._numbers[pid] = wish.number
        if wish.disk_bytes:
            self._writer = pid
        self._children.watch(pid)
        handed = (ours.detach(), feed, stdout_end, stderr_end)
        news = News(False, wish.number, pid)
        tell(self._control, news, (*handed, self._children.tie(pid)))
        self._children.handed(pid, handed)

    def _renew_work(self, disk_bytes: int) -> None:
        """See that the working directory is empty and of that size, or not there at all."""
        if self._mounted:
            unmount_work(self._prepared)
            self._mounted = False
        if disk_bytes:
            inodes = max(16, disk_bytes // INODE_BYTES)
            mount_work(self._prepared, disk_bytes, inodes)
            self._mounted = True

    def _tell(self, pid: int, status: int, used: resource.struct_rusage) -> None:
        """Tell paragen how a candidate ended and what it used; its files are gone by then."""
        if pid == self._writer:
            self._renew_work(0)
        code = os.waitstatus_to_exitcode(status)
        used_s = used.ru_utime + used.ru_stime
        peak_bytes = used.ru_maxrss * _MAXRSS_BYTES
        tell(self._control, News(True, self._numbers.pop(pid), pid, code, used_s, peak_bytes))
