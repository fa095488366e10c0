"""Descendants of a candidate that left its session: found on Linux, and ended.

A process group can be killed as one; a daemon has left it. What it can't shed by that is its
environment, where HOME names the run's scratch directory.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from paragen.sandbox.rlimits import last_pid_of_loadavg

_LOADAVG = Path("/proc/loadavg")
_MAX_PASSES = 100
_PAUSE_S = 0.001
_SUPPORTED = sys.platform == "linux" and hasattr(os, "pidfd_open")


def loadavg() -> str:
    """The text of /proc/loadavg, empty where there is none."""
    try:
        return _LOADAVG.read_text()
    except OSError:
        return ""


def end_strays(first: int, home: Path) -> None:
    """End every process that is younger than process `first` and has `home` for its HOME.

    Process ids are given out in a circle, so what is younger lies between `first` and the last
    one given out: mostly nothing, which costs one read. More passes are made while any was
    found, as it may have made others, and dies only soon.
    """
    if not _SUPPORTED:
        return
    mark = b"HOME=" + os.fsencode(home) + b"\0"
    for _ in range(_MAX_PASSES):
        last = last_pid_of_loadavg(loadavg())
        if last is None or last == first:
            return
        if not [pid for pid in _between(first, last) if _end(pid, mark)]:
            return
        time.sleep(_PAUSE_S)


def _between(first: int, last: int) -> list[int]:
    """The processes there are of those that came after `first`, up to `last`."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    if last >= first:
        return [pid for pid in pids if first < pid <= last]
    return [pid for pid in pids if pid > first or pid <= last]


def _end(pid: int, mark: bytes) -> bool:
    """End the process if it has the mark; whether it had, or can't be told yet.

    In the midst of an exec it has no environment, as kernel threads and zombies haven't either;
    but they have no executable. The descriptor keeps the id from becoming another's.
    """
    found = False
    if sys.platform == "linux":
        with suppress(OSError):
            descriptor = os.pidfd_open(pid)
            try:
                environment = Path(f"/proc/{pid}/environ").read_bytes()
                if mark in environment:
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                    found = True
                elif not environment:
                    found = bool(Path(f"/proc/{pid}/exe").readlink())
            finally:
                os.close(descriptor)
    return found
