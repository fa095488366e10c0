"""Which request of a scripted Ollama runs when: slots, loads, residency, and the load queue.

As in the real server, requests for a loaded model wait for one of its slots, however many they
are, and requests that need a load wait in one bounded queue, first come, first served, for one
load at a time.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

POLL_S = 0.05


class QueueFull(Exception):
    """More requests wait for a load than the queue takes."""


class Gone(Exception):
    """The client went away, or the server is closing."""


@dataclass(eq=False)
class Runner:
    """A loaded model, or one that `loader`'s request is loading; `waiting` for its slots."""

    model: str
    num_ctx: int
    loader: object
    ready: bool = False
    active: int = 0
    used_at: float = 0.0
    expiring: bool = False
    waiting: deque[object] = field(default_factory=deque)

    @property
    def idle(self) -> bool:
        """Whether nothing runs on it or waits for it."""
        return self.ready and not self.active and not self.waiting


class Schedule:
    """Hands out slots of loaded models; every wait ends when the client is gone."""

    def __init__(self, *, slots: int, max_queue: int, max_loaded: int) -> None:
        self._slots = slots
        self._max_queue = max_queue
        self._max_loaded = max_loaded
        self._changed = threading.Condition()
        self._closed = False
        self._runners: dict[str, Runner] = {}
        self._pending: deque[object] = deque()
        self._loads: list[tuple[str, int]] = []
        self._max_active = 0

    @property
    def loads(self) -> tuple[tuple[str, int], ...]:
        """Every load so far: model and num_ctx."""
        with self._changed:
            return tuple(self._loads)

    @property
    def resident(self) -> tuple[tuple[str, int], ...]:
        """The loaded models and their num_ctx."""
        with self._changed:
            return tuple((r.model, r.num_ctx) for r in self._runners.values() if r.ready)

    @property
    def active(self) -> int:
        """How many requests hold a slot now."""
        with self._changed:
            return sum(runner.active for runner in self._runners.values())

    @property
    def max_active(self) -> int:
        """The most requests that ever held a slot at once."""
        with self._changed:
            return self._max_active

    @contextmanager
    def lease(
        self, model: str, num_ctx: int, load_s: float, gone: Callable[[], bool]
    ) -> Iterator[float]:
        """Hold a slot of a model, loading it where it must be.

        Yields the monotonic time at which the model was loaded. Raises QueueFull and Gone.
        """
        ticket = object()
        runner = self._claim(ticket, model, num_ctx, gone)
        try:
            if runner.loader is ticket:
                self._load(runner, load_s)
            self._await(lambda: runner.ready, gone)
            loaded_at = time.monotonic()
            self._await(lambda: self._has_slot(runner, ticket), gone)
        finally:
            with self._changed:
                runner.waiting.remove(ticket)
                self._changed.notify_all()
        try:
            yield loaded_at
        finally:
            self._release(runner)

    def unload(self, model: str) -> None:
        """Unload a model, as soon as nothing runs on it."""
        with self._changed:
            runner = self._runners.get(model)
            if runner is not None:
                runner.expiring = True
                self._drop_expired(runner)

    def close(self) -> None:
        """End every wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _claim(self, ticket: object, model: str, num_ctx: int, gone: Callable[[], bool]) -> Runner:
        """A place in the line of the model's runner: of a new one, where it must be loaded."""
        with self._changed:
            runner = self._runners.get(model)
            if runner is None or runner.num_ctx != num_ctx:
                runner = self._queue_for_load(ticket, model, num_ctx, gone)
            runner.waiting.append(ticket)
            return runner

    def _queue_for_load(
        self, ticket: object, model: str, num_ctx: int, gone: Callable[[], bool]
    ) -> Runner:
        # The first in the queue is being worked on; the limit is for those behind it.
        if len(self._pending) > self._max_queue:
            raise QueueFull
        self._pending.append(ticket)
        try:
            self._await(lambda: self._pending[0] is ticket and self._room_for(model, num_ctx), gone)
        except Gone:
            self._leave_queue(ticket)
            raise
        runner = self._runners.get(model)
        if runner is None:
            # Its ticket stays first in the queue until the load is over: one load at a time.
            runner = self._runners[model] = Runner(model, num_ctx, loader=ticket)
            self._loads.append((model, num_ctx))
        else:
            self._leave_queue(ticket)
        return runner

    def _room_for(self, model: str, num_ctx: int) -> bool:
        """Whether the model can be used or loaded now, after unloading what stands in its way."""
        runner = self._runners.get(model)
        if runner is not None and runner.num_ctx == num_ctx:
            return True
        if runner is None and len(self._runners) < self._max_loaded:
            return True
        candidates = self._runners.values() if runner is None else (runner,)
        idle = [one for one in candidates if one.idle]
        if not idle:
            return False
        del self._runners[min(idle, key=lambda one: one.used_at).model]
        return True

    def _load(self, runner: Runner, load_s: float) -> None:
        """Load a model to the end, whether or not its client is still there."""
        until = time.monotonic() + load_s
        try:
            self._await(lambda: time.monotonic() >= until, lambda: False, poll_s=load_s)
        finally:
            with self._changed:
                runner.ready = True
                self._leave_queue(runner.loader)

    def _has_slot(self, runner: Runner, ticket: object) -> bool:
        """Take a slot if it is this ticket's turn."""
        if runner.waiting[0] is not ticket or runner.active >= self._slots:
            return False
        runner.active += 1
        self._max_active = max(self._max_active, self.active)
        return True

    def _release(self, runner: Runner) -> None:
        with self._changed:
            runner.active -= 1
            runner.used_at = time.monotonic()
            self._drop_expired(runner)

    def _drop_expired(self, runner: Runner) -> None:
        if runner.expiring and runner.idle and self._runners.get(runner.model) is runner:
            del self._runners[runner.model]
        self._changed.notify_all()

    def _leave_queue(self, ticket: object) -> None:
        self._pending.remove(ticket)
        self._changed.notify_all()

    def _await(
        self,
        ready: Callable[[], bool],
        gone: Callable[[], bool],
        *,
        poll_s: float = POLL_S,
    ) -> None:
        """Wait until `ready`, which is asked with the lock held; raises Gone."""
        with self._changed:
            while not ready():
                if self._closed or gone():
                    raise Gone
                self._changed.wait(max(0.001, min(poll_s, POLL_S)))
