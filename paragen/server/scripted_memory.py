"""What a scripted Ollama keeps loaded: which models fit together, and when each one goes."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

KEEP_ALIVE_S = 300.0
"""How long a model stays loaded where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A model as a request wants it.

    `size_bytes` is what it takes in memory, `load_s` how long loading it takes, `keep_alive_s` how
    long it stays once nothing runs on it (None: as it was, or the server's usual).
    """

    model: str
    num_ctx: int
    size_bytes: int
    load_s: float = 0.0
    keep_alive_s: float | None = None


@dataclass(eq=False)
class Runner:
    """A loaded model, or one that `loader`'s request is loading; `waiting` for its slots.

    `leaked` slots are taken by nobody, and free again only when the model is loaded anew.
    """

    wanted: Wanted
    keep_alive_s: float
    loader: object
    ready: bool = False
    active: int = 0
    leaked: int = 0
    used_at: float = 0.0
    waiting: deque[object] = field(default_factory=deque)

    @property
    def idle(self) -> bool:
        """Whether nothing runs on it or waits for it; a leaked slot is not known to anybody."""
        return self.ready and not self.active and not self.waiting

    @property
    def expires_in_s(self) -> float:
        """How long it stays from now on, if nobody uses it."""
        since = 0.0 if not self.idle else time.monotonic() - self.used_at
        return self.keep_alive_s - since


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A loaded model as the server tells of it."""

    model: str
    num_ctx: int
    size_bytes: int
    vram_bytes: int
    expires_in_s: float


class Memory:
    """The loaded models; not for several threads at once.

    At most `max_loaded` models, which together fit into `vram_bytes` (None: whatever they take);
    one alone always fits, and is then in part on the CPU.
    """

    def __init__(self, *, max_loaded: int, vram_bytes: int | None, keep_alive_s: float) -> None:
        self._max_loaded = max_loaded
        self._vram_bytes = vram_bytes
        self._keep_alive_s = keep_alive_s
        self._runners: dict[str, Runner] = {}

    @property
    def runners(self) -> tuple[Runner, ...]:
        """What is loaded or being loaded."""
        return tuple(self._runners.values())

    @property
    def resident(self) -> tuple[Resident, ...]:
        """What is loaded."""
        self.drop_expired()
        return tuple(
            Resident(
                model=runner.wanted.model,
                num_ctx=runner.wanted.num_ctx,
                size_bytes=runner.wanted.size_bytes,
                vram_bytes=self._in_vram(runner),
                expires_in_s=runner.expires_in_s,
            )
            for runner in self._runners.values()
            if runner.ready
        )

    def find(self, wanted: Wanted) -> Runner | None:
        """The runner that a request can use as it is."""
        self.drop_expired()
        runner = self._runners.get(wanted.model)
        fits = runner is not None and runner.wanted.num_ctx == wanted.num_ctx
        return runner if fits else None

    def holds(self, runner: Runner) -> bool:
        """Whether this very runner is still there."""
        return self._runners.get(runner.wanted.model) is runner

    def make_room(self, wanted: Wanted) -> bool:
        """Unload idle models until this one fits; whether it does."""
        self.drop_expired()
        other = self._runners.get(wanted.model)
        if other is not None:
            if not other.idle:
                return False
            del self._runners[wanted.model]
        while not self._fits(wanted):
            idle = [runner for runner in self._runners.values() if runner.idle]
            if not idle:
                return False
            del self._runners[min(idle, key=lambda runner: runner.used_at).wanted.model]
        return True

    def add(self, wanted: Wanted, loader: object) -> Runner:
        """Begin to load a model for which there is room."""
        keep_alive_s = self._keep_alive_s if wanted.keep_alive_s is None else wanted.keep_alive_s
        runner = self._runners[wanted.model] = Runner(wanted, keep_alive_s, loader)
        return runner

    def unload(self, model: str) -> None:
        """Unload a model, as soon as nothing runs on it."""
        if model in self._runners:
            self._runners[model].keep_alive_s = 0.0
            self.drop_expired()

    def drop_expired(self) -> None:
        """Unload what nobody has used for as long as it was to be kept."""
        for runner in self.runners:
            if runner.idle and runner.expires_in_s <= 0:
                del self._runners[runner.wanted.model]

    def forget(self) -> None:
        """Lose everything, as a server does that dies."""
        self._runners.clear()

    def _fits(self, wanted: Wanted) -> bool:
        if not self._runners:
            return True
        used = sum(self._in_vram(runner) for runner in self._runners.values())
        room = self._vram_bytes is None or used + wanted.size_bytes <= self._vram_bytes
        return room and len(self._runners) < self._max_loaded

    def _in_vram(self, runner: Runner) -> int:
        size = runner.wanted.size_bytes
        return size if self._vram_bytes is None else min(size, self._vram_bytes)
