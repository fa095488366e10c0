"""The resource limits that a candidate's process puts on itself, decided here."""

from __future__ import annotations

import math
import resource

from paragen.domain.task import Limits

THREADS_EACH = 3
"""How many threads each process may have where there may be several: a pool takes so many."""

Rlimit = tuple[int, int, int]
"""Which (a constant of `resource`), soft, hard."""


def rlimits(
    limits: Limits, *, platform: str, tasks: int | None, base_bytes: int = 0
) -> tuple[Rlimit, ...]:
    """The limits for one process.

    CPU time is watched from outside, to the hundredth of a second; the kernel's limit, in whole
    seconds, is the backstop. Address space stands for memory on Linux only: macOS doesn't keep
    to it; `base_bytes` is what the process has taken before the program. `tasks` is how many
    processes and threads the machine has now (None: unknown): the kernel counts all of the
    user's against the limit, not just the candidate's, so the limit is that many and those that
    the candidate may have; where it is unknown there is none.
    """
    cpu = math.ceil(limits.cpu_s)
    found: list[Rlimit] = [
        (resource.RLIMIT_CPU, cpu + 1, cpu + 2),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    if platform == "linux":
        space = base_bytes + limits.memory_bytes
        found.append((resource.RLIMIT_AS, space, space))
    if tasks is not None:
        threads = limits.threads
        if limits.processes:
            threads = min(threads, THREADS_EACH * (limits.processes + 1))
        processes = tasks + limits.processes + threads
        found.append((resource.RLIMIT_NPROC, processes, processes))
    return tuple(found)


def tasks_of_loadavg(loadavg: str) -> int | None:
    """How many processes and threads there are, by the text of /proc/loadavg."""
    return _number(loadavg, 3, after="/")


def last_pid_of_loadavg(loadavg: str) -> int | None:
    """The process id that was given out last, by the text of /proc/loadavg."""
    return _number(loadavg, 4)


def _number(text: str, field: int, after: str = "") -> int | None:
    fields = text.split()
    if len(fields) <= field:
        return None
    digits = fields[field].rpartition(after)[2] if after else fields[field]
    return int(digits) if digits.isdecimal() else None
