"""What a scripted Ollama answers to whom, and the log of what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from paragen.parse.recording import Recorded, RecordedFault, choose, same_model
from paragen.server import scripted_protocol as protocol
from paragen.server.scripted_memory import Wanted
from paragen.server.scripted_mishaps import Mishaps
from paragen.server.scripted_protocol import Asked, Rejected
from paragen.server.scripted_schedule import Lease, Schedule

_ONCE = frozenset({RecordedFault.BUSY_ONCE, RecordedFault.DROP_ONCE})


@dataclass(slots=True)
class Logged:
    """A POST request as it was asked, with when it began and ended (monotonic seconds).

    `ending` is `answered`, `rejected` with the HTTP status, `gone` where the client left, or
    `dropped` where the script broke the connection.
    """

    path: str
    body: Any
    started: float
    ended: float | None = None
    ending: str = "running"


class Script:
    """What a scripted server answers, and its log; `die` is called when a fault says so."""

    def __init__(
        self,
        recorded: Sequence[Recorded],
        *,
        schedule: Schedule,
        load_s: float,
        speed: float,
        remote: Sequence[str],
        mishaps: Mishaps | None = None,
        die: Callable[[], None],
    ) -> None:
        self.schedule = schedule
        self.speed = speed
        self.die = die
        self.closing = threading.Event()
        self.log: list[Logged] = []
        self._recorded = tuple(recorded)
        self._models = tuple(dict.fromkeys(one.model for one in recorded))
        self._thinkers = protocol.thinking_models(recorded)
        self._remote = tuple(remote)
        self._load_s = load_s
        self._mishaps = mishaps
        self._lock = threading.Lock()
        self._failed_once: set[int] = set()

    def about(self, path: str) -> dict[str, Any]:
        """The body of a GET."""
        if path == "/api/version":
            return {"version": protocol.VERSION}
        if path == "/api/tags":
            return protocol.tags(self._models, self._remote, self._thinkers, self._size_bytes)
        return protocol.loaded(self.schedule.resident)

    def show(self, body: object) -> dict[str, Any]:
        """The body of /api/show; raises Rejected."""
        asked = body.get("model") if isinstance(body, dict) else None
        return protocol.show(self._find(str(asked or "")), self._thinkers)

    def check_model(self, asked: Asked) -> None:
        """Raise Rejected where the model isn't there, or can't do what is asked."""
        model = self._find(asked.model)
        if asked.think and model not in self._thinkers:
            raise Rejected(400, f'"{asked.model}" does not support thinking')

    def choose(self, asked: Asked) -> Recorded:
        """The recorded answer, with the fault to play now; raises Rejected where none fits.

        A request for a single token is to see whether the model answers: anything recorded of the
        model will do, and no mishap befalls it.
        """
        found = choose(
            self._recorded, asked.model, asked.user_message, asked.temperature, asked.seed
        )
        if found is None and asked.num_predict == 1:
            model = self._find(asked.model)
            return replace(next(o for o in self._recorded if o.model == model), fault=None)
        if found is None:
            raise Rejected(500, f"nothing recorded of model '{asked.model}' fits this request")
        with self._lock:
            passed = found.fault in _ONCE and id(found) in self._failed_once
            self._failed_once.add(id(found))
        if passed:
            return replace(found, fault=None)
        if self._mishaps is not None and found.fault is None and asked.num_predict != 1:
            return replace(found, fault=self._mishaps.next_of(asked.model, asked.seed))
        return found

    def load(self, asked: Asked, gone: Callable[[], bool]) -> None:
        """Have the model asked for loaded."""
        self.schedule.load(self._wanted(asked), gone)

    def unload(self, asked: Asked) -> None:
        """Have the model asked for unloaded, as soon as nothing runs on it."""
        self.schedule.unload(self._find(asked.model))

    def lease(self, asked: Asked, gone: Callable[[], bool]) -> AbstractContextManager[Lease]:
        """A slot of the model asked for."""
        return self.schedule.lease(self._wanted(asked), gone)

    @contextlib.contextmanager
    def logged(self, path: str, raw: bytes) -> Iterator[Logged]:
        """Log a request from its beginning to its end."""
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        entry = Logged(path, body, time.monotonic())
        with self._lock:
            self.log.append(entry)
        try:
            yield entry
        finally:
            entry.ended = time.monotonic()

    def _wanted(self, asked: Asked) -> Wanted:
        model = self._find(asked.model)
        own = max(one.load_s for one in self._recorded if one.model == model)
        kept = asked.keep_alive_s
        return Wanted(
            model=model,
            num_ctx=asked.num_ctx,
            size_bytes=self._size_bytes(model),
            load_s=(own or self._load_s) / self.speed,
            keep_alive_s=None if kept is None else kept / self.speed,
        )

    def _size_bytes(self, model: str) -> int:
        own = max(one.size_bytes for one in self._recorded if one.model == model)
        return own or protocol.MODEL_BYTES

    def _find(self, name: str) -> str:
        for model in self._models:
            if same_model(model, name):
                return model
        raise Rejected(404, f"model '{name}' not found")
