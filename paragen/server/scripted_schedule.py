"""Which request of a scripted Ollama runs when: slots, loads, and the load queue.

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
from dataclasses import dataclass

from paragen.server.scripted_memory import Memory, Resident, Runner, Wanted

POLL_S = 0.05


class QueueFull(Exception):
    """More requests wait for a load than the queue takes."""


class Gone(Exception):
    """The client went away, or the server is closing."""


@dataclass(slots=True)
class Lease:
    """A slot that a request holds, of a model that was loaded at `loaded_at` (monotonic seconds).

    One that is `leaked` is taken even after the request has ended.
    """

    loaded_at: float
    leaked: bool = False


class Schedule:
    """Hands out slots of loaded models; every wait ends when the client is gone."""

    def __init__(self, memory: Memory, *, slots: int, max_queue: int) -> None:
        self._memory = memory
        self._slots = slots
        self._max_queue = max_queue
        self._changed = threading.Condition()
        self._closed = False
        self._pending: deque[object] = deque()
        self._loads: list[tuple[str, int]] = []
        self._max_active = 0

    @property
    def loads(self) -> tuple[tuple[str, int], ...]:
        """Every load so far: model and num_ctx."""
        with self._changed:
            return tuple(self._loads)

    @property
    def resident(self) -> tuple[Resident, ...]:
        """The loaded models."""
        with self._changed:
            return self._memory.resident

    @property
    def active(self) -> int:
        """How many requests hold a slot now."""
        with self._changed:
            return sum(runner.active for runner in self._memory.runners)

    @property
    def leaked(self) -> int:
        """How many slots are taken by nobody."""
        with self._changed:
            return sum(runner.leaked for runner in self._memory.runners)

    @property
    def max_active(self) -> int:
        """The most requests that ever held a slot at once."""
        with self._changed:
            return self._max_active

    def load(self, wanted: Wanted, gone: Callable[[], bool]) -> None:
        """Load a model where it must be, without a slot of it. Raises QueueFull and Gone."""
        ticket = object()
        with self._loaded(ticket, wanted, gone):
            return

    @contextmanager
    def lease(self, wanted: Wanted, gone: Callable[[], bool]) -> Iterator[Lease]:
        """Hold a slot of a model, loading it where it must be. Raises QueueFull and Gone."""
        ticket = object()
        with self._loaded(ticket, wanted, gone) as runner:
            lease = Lease(time.monotonic())
            self._await(lambda: self._has_slot(runner, ticket), gone)
        try:
            yield lease
        finally:
            self._release(runner, lease)

    def unload(self, model: str) -> None:
        """Unload a model, as soon as nothing runs on it."""
        with self._changed:
            self._memory.unload(model)
            self._changed.notify_all()

    def forget(self) -> None:
        """Lose every model, loaded or loading, as a server does that dies."""
        with self._changed:
            self._memory.forget()
            self._changed.notify_all()

    def close(self) -> None:
        """End every wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @contextmanager
    def _loaded(self, ticket: object, wanted: Wanted, gone: Callable[[], bool]) -> Iterator[Runner]:
        """A place in the line of the model's runner, once that is loaded."""
        runner = self._claim(ticket, wanted, gone)
        try:
            if runner.loader is ticket:
                self._load(runner)
            self._await(lambda: runner.ready, gone)
            yield runner
        finally:
            with self._changed:
                runner.waiting.remove(ticket)
                self._used(runner)

    def _claim(self, ticket: object, wanted: Wanted, gone: Callable[[], bool]) -> Runner:
        """A place in the line of the model's runner: of a new one, where it must be loaded."""
        with self._changed:
            runner = self._memory.find(wanted)
            if runner is None:
                runner = self._queue_for_load(ticket, wanted, gone)
            runner.waiting.append(ticket)
            if wanted.keep_alive_s is not None:
                runner.keep_alive_s = wanted.keep_alive_s
            return runner

    def _queue_for_load(self, ticket: object, wanted: Wanted, gone: Callable[[], bool]) -> Runner:
        # The first in the queue is being worked on; the limit is for those behind it.
        if len(self._pending) > self._max_queue:
            raise QueueFull
        self._pending.append(ticket)
        try:
            self._await(lambda: self._pending[0] is ticket and self._room_for(wanted), gone)
        except Gone:
            self._leave_queue(ticket)
            raise
        runner = self._memory.find(wanted)
        if runner is None:
            # Its ticket stays first in the queue until the load is over: one load at a time.
            runner = self._memory.add(wanted, ticket)
            self._loads.append((wanted.model, wanted.num_ctx))
        else:
            self._leave_queue(ticket)
        return runner

    def _room_for(self, wanted: Wanted) -> bool:
        """Whether the model can be used or loaded now, after unloading what stands in its way."""
        return self._memory.find(wanted) is not None or self._memory.make_room(wanted)

    def _load(self, runner: Runner) -> None:
        """Load a model to the end, whether or not its client is still there."""
        load_s = runner.wanted.load_s
        until = time.monotonic() + load_s

        def over() -> bool:
            return time.monotonic() >= until or not self._memory.holds(runner)

        try:
            self._await(over, lambda: False, poll_s=load_s)
        finally:
            with self._changed:
                runner.ready = True
                self._leave_queue(runner.loader)

    def _has_slot(self, runner: Runner, ticket: object) -> bool:
        """Take a slot if it is this ticket's turn."""
        if runner.waiting[0] is not ticket or runner.active + runner.leaked >= self._slots:
            return False
        runner.active += 1
        self._max_active = max(self._max_active, self.active)
        return True

    def _release(self, runner: Runner, lease: Lease) -> None:
        with self._changed:
            runner.active -= 1
            runner.leaked += lease.leaked
            self._used(runner)

    def _used(self, runner: Runner) -> None:
        runner.used_at = time.monotonic()
        self._memory.drop_expired()
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
