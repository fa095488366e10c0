"""What shows whether a host still generates: when each of its models last gave a sign of life."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from paragen.domain.errors import HostError
from paragen.domain.host import canonical_model
from paragen.hosts.breaker import Breaker, Why

_POLL_S = 0.05


@dataclass(slots=True)
class _Vitals:
    """One model's: `cured` is set while nobody is reloading it, `failed` how the last cure did."""

    alive_at: float = 0.0
    slowest_prompt_s: float = 0.0
    cured: threading.Event = field(default_factory=threading.Event)
    failed: HostError | None = None


class Health:
    """A host's models, from the client's side; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: dict[str, _Vitals] = {}

    def alive(self, model: str) -> None:
        """Note that something of a model has just come."""
        self._vitals(model).alive_at = time.monotonic()

    def took(self, model: str, prompt_s: float) -> None:
        """Note how long a model read a prompt."""
        vitals = self._vitals(model)
        with self._lock:
            vitals.slowest_prompt_s = max(vitals.slowest_prompt_s, prompt_s)

    def patience_s(self, model: str, least_s: float) -> float:
        """How long a model may be silent: at least so long, and twice its slowest prompt.

        A request that was broken off goes on until its first token, for so long as its prompt is
        read, and what comes after it waits.
        """
        return max(least_s, 2 * self._vitals(model).slowest_prompt_s)

    @contextlib.contextmanager
    def watched(self, model: str, breaker: Breaker, patience_s: float) -> Iterator[None]:
        """A block that is broken off once nothing at all of the model has come for so long."""
        vitals = self._vitals(model)
        self.alive(model)
        over = threading.Event()

        def watch() -> None:
            while (left_s := vitals.alive_at + patience_s - time.monotonic()) > 0:
                if over.wait(left_s):
                    return
            breaker.throw(Why.SILENT)

        watcher = threading.Thread(target=watch, name="watch-silence", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    @contextlib.contextmanager
    def curing(self, model: str) -> Iterator[None]:
        """A block in which a model is loaded anew; a HostError means that it failed."""
        vitals = self._vitals(model)
        vitals.failed = None
        vitals.cured.clear()
        try:
            yield
        except HostError as error:
            vitals.failed = error
            raise
        finally:
            vitals.cured.set()

    def await_cure(self, model: str, breaker: Breaker) -> None:
        """Wait while a model is loaded anew, or until the call is broken off."""
        cured = self._vitals(model).cured
        while breaker.why is None and not cured.wait(_POLL_S):
            pass

    def failed(self, model: str) -> HostError | None:
        """How the last cure of a model failed, None where it didn't."""
        return self._vitals(model).failed

    def _vitals(self, model: str) -> _Vitals:
        with self._lock:
            name = canonical_model(model)
            if name not in self._models:
                self._models[name] = _Vitals()
                self._models[name].cured.set()
            return self._models[name]
