"""The ports: what the engine needs of the outside, and what the outside must keep to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from paragen.domain.command import Command, Ran
from paragen.domain.events import Event
from paragen.domain.generator import Answer, Request
from paragen.domain.tournament import SandboxState


class Cancel:
    """A one-way switch that any thread may throw; what hangs on it is called once, at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thrown = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def thrown(self) -> bool:
        """Whether the switch has been thrown."""
        return self._thrown

    def throw(self) -> None:
        """Throw the switch; a second time does nothing."""
        with self._lock:
            if self._thrown:
                return
            self._thrown = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_throw(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the switch is thrown, now if it has been."""
        with self._lock:
            if not self._thrown:
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], None]) -> None:
        """Don't call `callback` any more, if it hasn't been: what it was for is over."""
        with self._lock, suppress(ValueError):
            self._callbacks.remove(callback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as a host lists it.

    `size_bytes` is its size on disk; `loaded_bytes` what it takes in memory now (0: not loaded),
    `vram_bytes` how much of that is in video memory, `num_ctx` the context it was loaded with.
    `remote` models run elsewhere.
    """

    name: str
    digest: str | None = None
    size_bytes: int | None = None
    parameters: str | None = None
    quantization: str | None = None
    loaded_bytes: int = 0
    vram_bytes: int = 0
    num_ctx: int | None = None
    remote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What a host says of itself: its server's version and its models."""

    version: str | None
    models: tuple[Model, ...]


class Recovery(StrEnum):
    """How a host was found after a generation on it was broken off."""

    FINE = "fine"
    """It answers."""
    RECOVERED = "recovered"
    """It hung, and answers since its model was loaded anew."""


OnProgress = Callable[[int, float | None], None]
"""Told as an answer grows: chunks so far, and tokens/s where known."""


class Host(Protocol):
    """Where attempts run. All methods may be called from several threads at once."""

    @property
    def name(self) -> str:
        """The host's name in the config."""
        ...

    @property
    def slots(self) -> int:
        """How many requests it may be sent at once."""
        ...

    def state(self) -> HostState:
        """Ask the host for its version and models; raises HostError."""
        ...

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        """Generate one answer; raises HostError, GenerationCancelled when `cancel` is thrown."""
        ...

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        """Load a model with this context, unless it is; the seconds that it took.

        Raises HostError, GenerationCancelled when `cancel` is thrown.
        """
        ...

    def unload(self, model: str) -> None:
        """Have a model unloaded as soon as nothing runs on it; raises HostError."""
        ...

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        """See whether a host still answers after a generation was broken off, and help it to.

        Raises HostHanging where that fails, GenerationCancelled when `cancel` is thrown, and
        other HostErrors where the host can't be reached.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Sandbox(Protocol):
    """Where programs run. `run` may be called from several threads at once."""

    @property
    def state(self) -> SandboxState:
        """The level in force."""
        ...

    @property
    def workers(self) -> int:
        """How many commands it runs at once."""
        ...

    def run(self, command: Command, cancel: Cancel) -> Ran:
        """Run one command to its end; raises SandboxFault where the sandbox itself failed."""
        ...

    def close(self) -> None:
        """End every process and remove every file that is left."""
        ...


class Cache(Protocol):
    """Answers that were given before, by keys of all that determines one.

    Both methods may be called from several threads at once, and raise nothing: a cache that fails
    knows no answer.
    """

    def find(self, key: str) -> Answer | None:
        """The answer that was kept under this key, marked as cached; None where there is none."""
        ...

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer under this key."""
        ...


class Subscriber(Protocol):
    """Takes events, in order, from one thread."""

    def __call__(self, event: Event, /) -> None:
        """Take one event; must not raise."""
        ...
