"""What a process uses, as the platform tells it of a process that isn't one's own child.

A memory limit counts address space on Linux, where the kernel keeps it, and on macOS the
footprint, which is watched: `taken_bytes` is what it counts.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress

if sys.platform == "darwin":
    from paragen.sandbox.darwin import libproc

_PROC_BYTES = 1 << 13

KEEPS_MEMORY = sys.platform != "darwin"
"""Whether the kernel keeps a process to a limit of its memory: else it is watched."""


if sys.platform == "darwin":

    def cpu_s(pid: int | None) -> float | None:
        """The CPU time of a process, threads included; None where it can't be told."""
        used = _usage(pid)
        return None if used is None else used.cpu_s

    def peak_bytes(pid: int | None) -> int | None:
        """A process's largest footprint so far; None where it can't be told."""
        used = _usage(pid)
        return None if used is None else used.peak_bytes

    def taken_bytes(pid: int | None) -> int:
        """The footprint that a process has now, in bytes; 0 where it can't be told."""
        used = _usage(pid)
        return 0 if used is None else used.footprint_bytes

    def started(pid: int | None) -> int | None:
        """What tells a process from a later one of the same id; None where it can't be told."""
        used = _usage(pid)
        return None if used is None else used.started

    def _usage(pid: int | None) -> libproc.Usage | None:
        return None if pid is None else libproc.usage(pid)

else:

    def cpu_s(pid: int | None) -> float | None:
        """The CPU time of a process, threads included; None where it can't be told.

        Linux makes the id of a process's CPU-time clock from its process id like this
        (MAKE_PROCESS_CPUCLOCK with CPUCLOCK_SCHED, linux/posix-timers.h).
        """
        if pid is None:
            return None
        with suppress(OSError):
            return time.clock_gettime((~pid << 3) | 2)
        return None

    def peak_bytes(pid: int | None) -> int | None:
        """A process's largest resident size so far; None where it can't be told."""
        size = _proc(pid, "status").partition("VmHWM:")[2].split()
        return int(size[0]) * 1024 if size else None

    def taken_bytes(pid: int | None) -> int:
        """The address space that a process takes now, in bytes; 0 where it can't be told."""
        fields = _proc(pid, "statm").split()
        return int(fields[0]) * os.sysconf("SC_PAGE_SIZE") if fields else 0

    def started(pid: int | None) -> int | None:
        """What tells a process from a later one of the same id; None where it can't be told."""
        fields = _stat(pid)
        return int(fields[19]) if fields else None


def tree(pid: int | None) -> tuple[int, ...]:
    """A process and all that descend from it, while they do; none where it can't be told."""
    found = [] if pid is None else [pid]
    for one in found:
        for thread in _threads(one):  # a child is that of the thread which started it
            found += map(int, _proc(one, f"task/{thread}/children").split())
    return tuple(found)


def tree_cpu_s(pid: int | None) -> float | None:
    """The CPU time of a process and its descendants, to the tick; None where it can't be told."""
    ticks = [sum(map(int, fields[11:15])) for fields in map(_stat, tree(pid)) if fields]
    return sum(ticks) / os.sysconf("SC_CLK_TCK") if ticks else None


def tree_bytes(pid: int | None, files_bytes: int = 0) -> int:
    """The memory that a process and its descendants have, but for files; 0 if it isn't told.

    What several share counts for each. Files that are kept in memory count as shared memory, and
    not as files: so many bytes of that are let pass in each process.
    """
    return sum(_own_bytes(one, files_bytes) for one in tree(pid))


def _own_bytes(pid: int, files_bytes: int) -> int:
    """What a process has; its threads say the same, but for the first if it ended early."""
    for thread in _threads(pid):
        status = _proc(pid, f"task/{thread}/status")
        if "RssAnon:" in status:
            shared = _status_bytes(status, "RssShmem")
            return _status_bytes(status, "RssAnon") + max(0, shared - files_bytes)
    return 0


def _status_bytes(status: str, field: str) -> int:
    size = status.partition(f"\n{field}:")[2].split(maxsplit=1)
    return int(size[0]) * 1024 if size else 0


def _threads(pid: int) -> list[str]:
    """The ids of a process's threads, the first one's first; none where they can't be told."""
    try:
        with os.scandir(f"/proc/{pid}/task") as threads_now:
            return [thread.name for thread in threads_now]
    except OSError:
        return []


def queued_s(pid: int | None) -> float:
    """How long a process has waited for a CPU while it could have run; 0 where it isn't told."""
    fields = _proc(pid, "schedstat").split()
    return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0


def pid_of(pidfd: int) -> int | None:
    """The id, in our own process namespace, of the process behind a descriptor of Linux."""
    text = _proc("self", f"fdinfo/{pidfd}")
    fields = text.partition("Pid:")[2].split()
    return int(fields[0]) if fields and int(fields[0]) > 0 else None


def _stat(pid: int | None) -> list[str]:
    """The fields of a process's stat, from its state on; none where it isn't there."""
    return _proc(pid, "stat").rpartition(")")[2].split()


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
