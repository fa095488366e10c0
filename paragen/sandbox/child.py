"""One child process, from its start to its end: watched, limited, and never left behind."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from paragen.domain.command import Ending
from paragen.domain.errors import SandboxFault
from paragen.domain.ports import Cancel
from paragen.sandbox import measures
from paragen.sandbox.exits import ExitWatch
from paragen.sandbox.strays import end_strays
from paragen.sandbox.victim import Victim

_CHUNK = 1 << 16
_CPU_GLANCE_S = 0.05
"""How often CPU time is looked at: with several threads, more of it passes than on the clock."""
_EXIT_GLANCE_S = 0.01
"""How often a platform without pidfd is asked whether the child has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one process may use; None is no bound. `report_bytes` bounds the report's pipe."""

    wall_s: float
    cpu_s: float | None
    output_bytes: int
    report_bytes: int = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What to start: `stdin` is a descriptor, or None for no input.

    With `payload`, a descriptor, the child gets it and the report pipe's as its last arguments.
    """

    argv: Sequence[str]
    home: Path
    environment: Mapping[str, str]
    stdin: int | None = None
    payload: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child ended, what it wrote, and what it used."""

    ending: Ending
    exit_code: int | None
    signal: int | None
    stdout: bytes
    stderr: bytes
    report: bytes
    cpu_s: float
    wall_s: float
    peak_bytes: int | None


@dataclass(slots=True)
class _Pipe:
    """What was read from one pipe so far."""

    descriptor: int
    data: bytearray = field(default_factory=bytearray)
    open: bool = True

    def read(self) -> bool:
        """Read what is there, once; False where nothing was."""
        try:
            chunk = os.read(self.descriptor, _CHUNK)
        except BlockingIOError:
            return False
        self.data += chunk
        self.open = bool(chunk)
        return self.open


class Child:
    """A child process and the pipes that come from it. Used by one thread, but for `victim`."""

    def __init__(self, start: Start, bounds: Bounds) -> None:
        """Start it; raises SandboxFault where that can't be done."""
        self._bounds = bounds
        self._home = start.home
        self._open = ExitStack()
        try:
            self._pipes, ends = self._make_pipes(3)
            handed = () if start.payload is None else (start.payload, ends[2])
            self._started = time.monotonic()
            self._process = subprocess.Popen(
                [*start.argv, *map(str, handed)],
                stdin=subprocess.DEVNULL if start.stdin is None else start.stdin,
                stdout=ends[0],
                stderr=ends[1],
                pass_fds=handed,
                cwd=start.home,
                env=dict(start.environment),
                start_new_session=True,
            )
        except OSError as error:
            self._open.close()
            raise SandboxFault(
                f"the sandbox could not start a process: {error}. "
                "Free some memory, processes or file descriptors, and try again."
            ) from error
        for end in ends:
            os.close(end)
        self._ends_to_close.pop_all()
        self.victim = Victim(self._process.pid)
        self._exit = ExitWatch(self._process.pid)
        self._open.callback(self._exit.close)

    def _make_pipes(self, count: int) -> tuple[list[_Pipe], list[int]]:
        """Pipes that this end reads without waiting, and the child's ends of them."""
        self._ends_to_close = self._open.enter_context(ExitStack())
        pipes, ends = [], []
        for _ in range(count):
            ours, theirs = os.pipe()
            self._open.callback(os.close, ours)
            self._ends_to_close.callback(os.close, theirs)
            os.set_blocking(ours, False)
            pipes.append(_Pipe(ours))
            ends.append(theirs)
        return pipes, ends

    def watch(self, cancel: Cancel) -> Ended:
        """Wait for its end, which no limit lets be far, and clean up; raises SandboxFault."""
        with self._open:
            try:
                cancel.on_throw(self.victim.cancel)
                self._pump()
            finally:
                cancel.forget(self.victim.cancel)
                wall_s = time.monotonic() - self._started
                self.victim.let_go()
                code, used = self._reap()
                end_strays(self._process.pid, self._home)
            self._drain()
        cpu_s = used.ru_utime + used.ru_stime
        stdout, stderr, report = (bytes(pipe.data) for pipe in self._pipes)
        return Ended(
            ending=self._ending(code, cpu_s),
            exit_code=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            stdout=stdout[: self._bounds.output_bytes],
            stderr=stderr[: self._bounds.output_bytes],
            report=report,
            cpu_s=cpu_s,
            wall_s=wall_s,
            peak_bytes=_peak_bytes(used),
        )

    def _pump(self) -> None:
        """Take in what it writes until it has ended, and end it where it passes a limit."""
        poller = select.poll()
        for pipe in self._pipes:
            poller.register(pipe.descriptor, select.POLLIN)
        if self._exit.descriptor is not None:
            poller.register(self._exit.descriptor, select.POLLIN)
        by_descriptor = {pipe.descriptor: pipe for pipe in self._pipes}
        while not self._exit.has_ended():
            for descriptor, _ in poller.poll(self._patience_s() * 1000):
                ready = by_descriptor.get(descriptor)
                if ready is not None and not ready.read() and not ready.open:
                    poller.unregister(descriptor)
            reason = self._exceeded()
            if reason is not None and not self._exit.has_ended():
                self.victim.kill(reason)

    def _reap(self) -> tuple[int, resource.struct_rusage]:
        """Its exit code (negative: a signal's number) and what it used."""
        _, status, used = os.wait4(self._process.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self._process.returncode = code  # it has been reaped: Popen must not try to
        return code, used

    def _patience_s(self) -> float:
        """How long to wait for the next event, until a limit must be looked at."""
        if self.victim.reason is not None:
            return _EXIT_GLANCE_S
        left = self._started + self._bounds.wall_s - time.monotonic()
        if self._bounds.cpu_s is not None:
            left = min(left, _CPU_GLANCE_S)
        if self._exit.descriptor is None:
            left = min(left, _EXIT_GLANCE_S)
        return max(left, 0.001)

    def _exceeded(self) -> Ending | None:
        bounds = self._bounds
        if self._overflows():
            return Ending.OUTPUT_LIMIT
        if bounds.cpu_s is not None and (measures.cpu_s(self._process.pid) or 0.0) > bounds.cpu_s:
            return Ending.CPU_LIMIT
        if time.monotonic() - self._started > bounds.wall_s:
            return Ending.WALL_LIMIT
        return None

    def _overflows(self) -> bool:
        stdout, stderr, report = (len(pipe.data) for pipe in self._pipes)
        return stdout + stderr > self._bounds.output_bytes or report > self._bounds.report_bytes

    def _drain(self) -> None:
        """Take in what was written before the end; nobody is waited for who still holds a pipe."""
        *outputs, report = self._pipes
        for pipe in outputs:
            while pipe.open and not self._overflows() and pipe.read():
                pass
        # Whatever was printed: without the report nobody knows that the program had begun.
        while report.open and len(report.data) <= self._bounds.report_bytes and report.read():
            pass

    def _ending(self, code: int, cpu_s: float) -> Ending:
        if self.victim.reason is not None:
            return self.victim.reason
        if self._overflows():
            return Ending.OUTPUT_LIMIT
        limit = self._bounds.cpu_s
        if limit is not None and cpu_s > limit:  # what children used is only known by now
            return Ending.CPU_LIMIT
        return ending_of(code)


def ending_of(code: int) -> Ending:
    """How a process ended that nobody ended, by its exit code (negative: a signal's number).

    The kernel's limit may come before ours: it counts by ticks, which a busy machine makes longer.
    """
    if code == -signal.SIGXCPU:
        return Ending.CPU_LIMIT
    return Ending.EXITED if code >= 0 else Ending.SIGNALLED


def _peak_bytes(used: resource.struct_rusage) -> int | None:
    """The largest resident size, None where it can't be told from ours.

    Linux counts what a process was before exec, too, and that was a copy of this one.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used.ru_maxrss * unit if used.ru_maxrss > ours else None
