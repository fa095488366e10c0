"""Whether a host still generates after a call was broken off, and what helps where it doesn't.

A stream that is abandoned can leave its slot taken in the server's runner for good. Then requests
for that model wait without end while the server answers every other question. Loading the model
anew ends it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from paragen.domain.errors import ConnectionFault, GenerationCancelled, HostError
from paragen.domain.host import canonical_model
from paragen.domain.ports import Recovery
from paragen.hosts.breaker import Breaker, Why
from paragen.hosts.calls import Call, Calls
from paragen.hosts.health import Health
from paragen.hosts.questions import Questions

PATIENCE_S = 15.0
"""How long a model may give no sign of life before it is taken to hang."""
LOAD_S = 600.0
UNLOAD_S = 10.0
KEEP_ALIVE = "10m"
"""How long a loaded model stays unused: longer than the server's usual five minutes, since its
turn may come after another's, but not so long that it holds a GPU when all is over."""
_POLL_S = 0.1


class Loader:
    """Loads a host's models, and recovers them; all of it raises HostError."""

    def __init__(
        self, calls: Calls, questions: Questions, health: Health, *, patience_s: float
    ) -> None:
        self._calls = calls
        self._questions = questions
        self._health = health
        self._patience_s = patience_s
        self._recovering = threading.Lock()

    def load(self, call: Call, num_ctx: int) -> float:
        """Load a model, unless it is; the seconds that it took, without failed tries."""
        return self._calls.with_retries(call, lambda breaker: self._load(call, breaker, num_ctx))

    def recover(self, call: Call, num_ctx: int) -> Recovery:
        """See whether a model answers, and load it anew where it doesn't."""
        with self._calls.breaker(call, spared=True) as breaker, self._turn(call, breaker):
            if not self._is_loaded(call) or self._answers(call, num_ctx):
                return Recovery.FINE
            with self._health.curing(call.model):
                # Those that wait for the slot keep the server from unloading the model.
                self._calls.break_off(call.model, Why.HUNG)
                self._unload(call, breaker)
                self._load(call, breaker, num_ctx)
                if not self._answers(call, num_ctx):
                    raise call.faults.hanging()
            return Recovery.RECOVERED

    def _load(self, call: Call, breaker: Breaker, num_ctx: int) -> float:
        begun = time.perf_counter()
        with self._calls.wired(call, breaker), breaker.after(LOAD_S, Why.LOADING):
            self._calls.client.chat(
                model=call.model,
                messages=[],
                keep_alive=KEEP_ALIVE,
                options={"num_ctx": num_ctx},
            )
        return time.perf_counter() - begun

    def _unload(self, call: Call, breaker: Breaker) -> None:
        """Unload a model, and wait until it is gone, though not for ever."""
        self._questions.unload(call.faults)
        until = time.monotonic() + UNLOAD_S
        while self._is_loaded(call) and time.monotonic() < until:
            breaker.sleep(_POLL_S)
            _raise_if_broken_off(call, breaker)

    def _is_loaded(self, call: Call) -> bool:
        return canonical_model(call.model) in self._questions.loaded(call.faults)

    def _answers(self, call: Call, num_ctx: int) -> bool:
        """Whether a request for one token is answered before the model has been silent for long.

        It waits behind the host's other answers: as long as one of them grows, nothing hangs.
        """
        patience_s = self._health.patience_s(call.model, self._patience_s)
        with self._calls.breaker(call, spared=True) as breaker:
            try:
                with (
                    self._calls.wired(call, breaker),
                    self._health.watched(call.model, breaker, patience_s),
                ):
                    # Not streamed: a client may leave such a request, and no slot leaks.
                    self._calls.client.chat(
                        model=call.model,
                        messages=[{"role": "user", "content": "Hi"}],
                        options={"num_ctx": num_ctx, "num_predict": 1},
                    )
            except (ConnectionFault, GenerationCancelled):
                raise
            except HostError:
                # Another model may have taken its place meanwhile; and who refuses doesn't hang.
                return breaker.why is not Why.SILENT or not self._is_loaded(call)
        return True

    @contextlib.contextmanager
    def _turn(self, call: Call, breaker: Breaker) -> Iterator[None]:
        """A block that is entered by one thread at a time: one cure helps all who wait for it."""
        while not self._recovering.acquire(timeout=_POLL_S):
            _raise_if_broken_off(call, breaker)
        try:
            _raise_if_broken_off(call, breaker)
            yield
        finally:
            self._recovering.release()


def _raise_if_broken_off(call: Call, breaker: Breaker) -> None:
    if breaker.why is not None:
        raise call.faults.broken_off(breaker.why, None)
