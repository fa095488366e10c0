"""A candidate's process as paragen sees it: its descriptors, its clock, and its end."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import suppress

from paragen.domain.command import Ending

_PROC_BYTES = 1 << 13


class Forked:
    """A confined process that waits for its program, or runs it.

    Its id in paragen's own process namespace is what its descriptor says; where that can't be
    asked for, it has no clock. `kill` may be called from any thread.
    """

    def __init__(self, number: int, descriptors: list[int]) -> None:
        """Take over the descriptors: its socket, what feeds its stdin, stdout, stderr, itself."""
        self.number = number
        rpc, self.stdin, self.stdout, self.stderr, self._pidfd = descriptors
        self.rpc = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=rpc)
        self.reason: Ending | None = None
        self._lock = threading.RLock()
        self._open = {self.stdin, self.stdout, self.stderr, self._pidfd}
        self._pid = pid_of(self._pidfd)
        self._cpu_before = self._clock_s()

    @property
    def pidfd(self) -> int:
        """A descriptor that becomes readable when the process has ended."""
        return self._pidfd

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
        now = self._clock_s()
        if now is None or self._cpu_before is None:
            return None
        return now - self._cpu_before

    @property
    def pid(self) -> int | None:
        """Its id in our own process namespace; None where it can't be told."""
        return self._pid

    def peak_bytes(self) -> int | None:
        """Its largest resident size so far; None where it can't be told."""
        status = _proc(self._pid, "status")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 if "VmHWM:" in status else None

    def address_space(self) -> int:
        """The address space that it takes now, in bytes; 0 where it can't be told."""
        return address_space(self._pid)

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
        if self._pidfd in self._open:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _clock_s(self) -> float | None:
        """What its CPU clock says, threads included.

        Linux makes the id of a process's CPU-time clock from its process id like this
        (MAKE_PROCESS_CPUCLOCK with CPUCLOCK_SCHED, linux/posix-timers.h). The process may end
        and its id become another's, but it can't have if it isn't reaped.
        """
        if self._pid is None:
            return None
        with suppress(OSError):
            return time.clock_gettime((~self._pid << 3) | 2)
        return None


def pid_of(pidfd: int) -> int | None:
    """The id, in our own process namespace, of the process behind a descriptor."""
    text = _proc("self", f"fdinfo/{pidfd}")
    fields = text.partition("Pid:")[2].split()
    return int(fields[0]) if fields and int(fields[0]) > 0 else None


def queued_s(pid: int | None) -> float:
    """How long a process has waited for a CPU while it could have run; 0 where it isn't told."""
    fields = _proc(pid, "schedstat").split()
    return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0


def address_space(pid: int | None) -> int:
    """The address space that a process takes now, in bytes; 0 where it can't be told."""
    fields = _proc(pid, "statm").split()
    return int(fields[0]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def _proc(pid: int | str | None, name: str) -> str:
    """A small file of /proc, "" where there is none; read plainly, for each run does so."""
    try:
        descriptor = os.open(f"/proc/{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(descriptor, _PROC_BYTES).decode("ascii", "replace")
    except OSError:  # it has just ended
        return ""
    finally:
        os.close(descriptor)
