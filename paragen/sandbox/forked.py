"""A candidate's process as paragen sees it: its descriptors, its clock, and its end."""

from __future__ import annotations

import os
import socket
import threading

from paragen.domain.command import Ending
from paragen.sandbox import measures, ties
from paragen.sandbox.inside.control import News


class Forked:
    """A confined process that waits for its program, or runs it.

    Its id in paragen's own process namespace is what its descriptor says; where that can't be
    asked for, it has no clock. `kill` may be called from any thread.
    """

    def __init__(self, number: int, descriptors: list[int], pid: int, *, leashed: bool) -> None:
        """Take over the descriptors: its socket, what feeds its stdin, stdout, stderr, its tie.

        `pid` is its id as the zygote has it.
        """
        self.number = number
        self.news: News | None = None
        """How it ended, once that was told."""
        self.has_descendants = False
        """Whether it may start processes, which then count as it does."""
        self.files_bytes = 0
        """What its files may take."""
        rpc, self.stdin, self.stdout, self.stderr, tie = descriptors
        self.rpc = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=rpc)
        self.reason: Ending | None = None
        self._lock = threading.RLock()
        self._open = {self.stdin, self.stdout, self.stderr, tie}
        self._tie = ties.tie(tie, pid, leashed=leashed)
        self._cpu_before = measures.cpu_s(self._tie.pid)

    @property
    def at_end(self) -> int:
        """A descriptor that becomes readable when the process has ended."""
        return self._tie.descriptor

    def kill(self, reason: Ending) -> None:
        """End it; the first reason given is the one that counts."""
        with self._lock:
            self.reason = self.reason or reason
            self._kill()

    def end(self) -> None:
        """End it, if it hasn't ended, for no reason of its own."""
        with self._lock:
            self._kill()

    def cpu_s(self) -> float | None:
        """The CPU time it has used since it was handed over; None where it can't be told."""
        if self.has_descendants:
            return measures.tree_cpu_s(self._tie.pid)
        now = measures.cpu_s(self._tie.pid)
        if now is None or self._cpu_before is None:
            return None
        return now - self._cpu_before

    @property
    def pid(self) -> int | None:
        """Its id in our own process namespace; None where it can't be told."""
        return self._tie.pid

    def peak_bytes(self) -> int | None:
        """Its largest resident size so far; None where it can't be told."""
        return measures.peak_bytes(self._tie.pid)

    def taken_bytes(self) -> int:
        """What it takes now of what its memory limit counts; 0 where it can't be told."""
        if self.has_descendants:
            return measures.tree_bytes(self._tie.pid, self.files_bytes)
        return measures.taken_bytes(self._tie.pid)

    def close_descriptor(self, descriptor: int) -> None:
        """Close one of its descriptors."""
        with self._lock:
            if descriptor in self._open:
                self._open.discard(descriptor)
                os.close(descriptor)

    def close(self) -> None:
        """End it, if it hasn't ended, and give back every descriptor; again does nothing."""
        with self._lock:
            self._kill()
            self.rpc.close()
            for descriptor in list(self._open):
                self.close_descriptor(descriptor)

    def _kill(self) -> None:
        if self._tie.descriptor in self._open:
            self._tie.kill()
