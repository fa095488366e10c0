"""Descendants of a candidate that left its session: found on Linux, and ended.

A process group can be killed as one; a daemon has left it. What it can't shed by that is its
environment, where HOME names the run's scratch directory.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from paragen.sandbox.rlimits import last_pid_of_loadavg

_LOADAVG = Path("/proc/loadavg")
_PATIENCE_S = 5.0
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
    one given out: mostly nothing, which costs one read. All are stopped before any is killed:
    what they leave would else let others fork again, faster than they can be found.
    """
    if not _SUPPORTED:
        return
    mark = b"HOME=" + os.fsencode(home) + b"\0"
    stopped: set[int] = set()
    for _ in _passes():
        found = {pid: _send(signal.SIGSTOP, pid, mark) for pid in _younger(first) - stopped}
        stopped.update(pid for pid, marked in found.items() if marked)
        if all(marked is False for marked in found.values()):
            break
    for _ in _passes():
        stopped = {pid for pid in stopped if _send(signal.SIGKILL, pid, mark)}
        if not stopped:
            break


def _passes() -> Iterator[None]:
    """Go on for a while, with a pause after each pass."""
    give_up = time.monotonic() + _PATIENCE_S
    while time.monotonic() < give_up:
        yield
        time.sleep(_PAUSE_S)


def _younger(first: int) -> set[int]:
    """The processes there are of those that were started after `first`."""
    last = last_pid_of_loadavg(loadavg())
    if last is None or last == first:
        return set()
    pids = {int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    if last > first:
        return {pid for pid in pids if first < pid <= last}
    return {pid for pid in pids if pid > first or pid <= last}


def _send(number: signal.Signals, pid: int, mark: bytes) -> bool | None:
    """Send a process the signal if it has the mark; whether it had, None where it can't be told.

    That is in the midst of an exec, when it has no environment; kernel threads and zombies have
    none either, but no executable. The descriptor keeps the id from becoming another's.
    """
    marked: bool | None = False
    if sys.platform == "linux":
        with suppress(OSError):
            descriptor = os.pidfd_open(pid)
            try:
                environment = Path(f"/proc/{pid}/environ").read_bytes()
                if mark in environment:
                    signal.pidfd_send_signal(descriptor, number)
                    marked = True
                elif not environment:
                    Path(f"/proc/{pid}/exe").readlink()  # raises where there is no executable
                    marked = None
            finally:
                os.close(descriptor)
    return marked
