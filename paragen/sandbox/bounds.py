"""The bounds of one run, and the watch over them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from paragen.domain.command import Ending
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.sandbox.forked import Forked
from paragen.sandbox.measures import cpu_s, queued_s

_GLANCE_S = 0.05
"""How often CPU time and cancellation are looked at; with several threads, CPU time goes faster
than the clock."""
_MEMORY_GLANCE_S = 0.01
"""How often memory is looked at, where the kernel doesn't keep its limit: it goes faster."""
_STARVED = 0.5
"""Which part of the time it must have waited for a CPU for that to be the reason."""
PATIENCE = 3.0
"""By which factor a machine that is too busy may stretch the time on the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one program may use; `memory_bytes` is None where the kernel keeps that bound."""

    cpu_s: float
    wall_s: float
    output_bytes: int
    memory_bytes: int | None = None

    @classmethod
    def of(cls, limits: Limits, base_bytes: int, *, watched: bool = False) -> Bounds:
        """The bounds that are watched from outside, of a task's limits.

        `base_bytes` is what a process has taken before the program; memory is only looked at
        where it is to be `watched`.
        """
        return cls(
            cpu_s=limits.cpu_s,
            wall_s=limits.wall_s,
            output_bytes=limits.output_bytes,
            memory_bytes=base_bytes + limits.memory_bytes if watched else None,
        )


class Watch:
    """Ends a program that passes a bound, or that nobody wants any more.

    Where the machine was too busy to run it, or the tester, for most of the time that it may take
    on the clock, it is given what it waited as well, up to `PATIENCE` times that time; `starved`
    says that this wasn't enough: that is no doing of the program's. Where the program had
    processes, it may well have been, for what those used that have ended isn't told.
    """

    def __init__(
        self, forked: Forked, bounds: Bounds, cancel: Cancel, tester_pid: int | None = None
    ) -> None:
        self.starved = False
        self._forked = forked
        self._pids = (forked.pid, tester_pid)
        self._before: tuple[float, float, float] | None = None
        self._patient: bool | None = None
        self._bounds = bounds
        self._cancel = cancel
        self._started = time.monotonic()

    @property
    def wall_s(self) -> float:
        """What has passed since the program was started."""
        return time.monotonic() - self._started

    def patience_s(self) -> float:
        """How long to wait until a bound must be looked at."""
        glance_s = _GLANCE_S if self._bounds.memory_bytes is None else _MEMORY_GLANCE_S
        if self._patient:
            return glance_s
        return max(0.001, min(glance_s, self._bounds.wall_s - self.wall_s))

    def look(self) -> None:
        """End the program if there is a reason to."""
        if self._forked.reason is not None:
            return
        if self._before is None:  # most programs are done before anybody looks
            self._before = (self.wall_s, self._sum(queued_s), self._sum(cpu_s))
        used = self._forked.cpu_s()
        if self._cancel.thrown:
            self._forked.kill(Ending.CANCELLED)
        elif used is not None and used > self._bounds.cpu_s:
            self._forked.kill(Ending.CPU_LIMIT)
        elif self._outgrown():
            self._forked.kill(Ending.MEMORY_LIMIT)
        elif self.wall_s > self._bounds.wall_s and self._had_its_time():
            self._forked.kill(Ending.WALL_LIMIT)

    def _had_its_time(self) -> bool:
        """Whether it is to be ended, now that it has passed the bound on the clock."""
        if self._patient is None:
            self._patient = self._starves()
        if self.wall_s > PATIENCE * self._bounds.wall_s:
            self.starved = self._starves()
            return True
        return not self._patient or self.wall_s - self._waited_s() > self._bounds.wall_s

    def _starves(self) -> bool:
        """Whether both have mostly waited for a CPU, and not just for each other to be done."""
        wall_s, _, used_before_s = self._before or (0.0, 0.0, 0.0)
        most_s = _STARVED * (self.wall_s - wall_s)
        used_s = self._sum(cpu_s) - used_before_s
        return self._waited_s() > most_s > used_s and not self._forked.has_descendants

    def _waited_s(self) -> float:
        """How long both have waited for a CPU since they were first looked at."""
        _, queued_before_s, _ = self._before or (0.0, 0.0, 0.0)
        return self._sum(queued_s) - queued_before_s

    def _sum(self, measure: Callable[[int | None], float | None]) -> float:
        return sum(measure(pid) or 0.0 for pid in self._pids)

    def _outgrown(self) -> bool:
        most = self._bounds.memory_bytes
        return most is not None and self._forked.taken_bytes() > most
