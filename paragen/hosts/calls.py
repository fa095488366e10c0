"""Calls to an Ollama server that take long: tried again, and broken off at any moment."""

from __future__ import annotations

import contextlib
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import httpx

from paragen.domain.errors import HostError
from paragen.domain.generator import Answer, CallLimits
from paragen.domain.host import canonical_model
from paragen.domain.ports import Cancel
from paragen.hosts.address import is_loopback
from paragen.hosts.breaker import Breaker, Why
from paragen.hosts.client_faults import fault_of
from paragen.hosts.environment import client_class, proxies_blamed
from paragen.hosts.faults import Faults
from paragen.hosts.health import Health
from paragen.hosts.json_lines import read_as_json_lines

if TYPE_CHECKING:
    from ollama import Client

BACKOFF_S = 0.5
MAX_BACKOFF_S = 10.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call:
    """One call for a model, through all of its tries."""

    faults: Faults
    cancel: Cancel
    started: float

    @property
    def model(self) -> str:
        """The model that it is for."""
        return self.faults.model

    @property
    def limits(self) -> CallLimits:
        """Its limits."""
        return self.faults.limits

    @property
    def waited_s(self) -> float:
        """What has passed since it began."""
        return time.perf_counter() - self.started


class Calls:
    """The calls of one host; for any thread.

    A failed try is repeated after a random part of `backoff_s`, which doubles each time.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        tls: ssl.SSLContext,
        health: Health,
        backoff_s: float,
    ) -> None:
        self._health = health
        self._backoff_s = backoff_s
        self._wired = threading.local()
        self._lock = threading.Lock()
        self._running: dict[Breaker, str] = {}
        self._closed = False
        self.client = self._open_client(url, headers, tls)
        # The client has no method that closes it, only the one of httpx that it holds.
        self._close_client: Callable[[], None] = self.client.close

    def with_retries(self, call: Call, ask: Callable[[Breaker], Result]) -> Result:
        """What `ask` gives, tried as often as the limits say; raises HostError."""
        retries, hung = 0, False
        while True:
            with self.breaker(call) as breaker:
                if retries and not hung:
                    # Full jitter: callers that failed together don't come back together.
                    longest = min(MAX_BACKOFF_S, self._backoff_s * 2 ** (retries - 1))
                    breaker.sleep(random.uniform(0, longest))
                self._health.await_cure(call.model, breaker)
                if hung and self._health.failed(call.model):
                    raise call.faults.hanging()
                if breaker.why is Why.HUNG:  # another cure has begun meanwhile
                    hung = True
                    continue
                if breaker.why is not None:
                    raise call.faults.broken_off(breaker.why, None)
                try:
                    return ask(breaker)
                except HostError as error:
                    # A try that was broken off for a cure's sake is none.
                    hung = breaker.why is Why.HUNG
                    if hung:
                        continue
                    if not error.retryable or retries >= call.limits.retries:
                        raise
                    retries += 1

    @contextlib.contextmanager
    def breaker(self, call: Call, *, spared: bool = False) -> Iterator[Breaker]:
        """A switch for one try: thrown when the call is cancelled, or the host closed.

        One that is `spared` is not thrown with all those for its model.
        """
        breaker = Breaker()
        throw = partial(breaker.throw, Why.CANCELLED)
        with self._lock:
            self._running[breaker] = "" if spared else canonical_model(call.model)
            closed = self._closed
        try:
            if closed:
                breaker.throw(Why.CANCELLED)
            call.cancel.on_throw(throw)
            yield breaker
        finally:
            call.cancel.forget(throw)
            with self._lock:
                del self._running[breaker]

    @contextlib.contextmanager
    def wired(
        self,
        call: Call,
        breaker: Breaker,
        partial_answer: Callable[[], Answer | None] = lambda: None,
    ) -> Iterator[None]:
        """A block with one request of the client, which the breaker breaks off.

        `partial_answer` is what had come when it fails; raises HostError.
        """
        self._wired.now = call, breaker
        try:
            yield
        except Exception as error:
            raise fault_of(error, call.faults, breaker.why, partial_answer()) from error
        finally:
            breaker.release()
            del self._wired.now

    def break_off(self, model: str, why: Why) -> None:
        """Break off every call for a model."""
        self._throw(why, lambda name: name == canonical_model(model))

    def close(self) -> None:
        """Break off every call, and close every connection."""
        with self._lock:
            self._closed = True
        self._throw(Why.CANCELLED, lambda name: True)
        self._close_client()

    def _throw(self, why: Why, concerns: Callable[[str], bool]) -> None:
        with self._lock:
            breakers = [breaker for breaker, name in self._running.items() if concerns(name)]
        for breaker in breakers:
            breaker.throw(why)

    def _open_client(self, url: str, headers: Mapping[str, str], tls: ssl.SSLContext) -> Client:
        make = client_class()
        with proxies_blamed(url):
            return make(
                url,
                headers=dict(headers),
                # A proxy of the environment must not capture this machine's own server.
                trust_env=not is_loopback(url),
                verify=tls,
                # Each request has a socket of its own: it can be shut down without harm to others.
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
                event_hooks={"request": [self._on_request], "response": [read_as_json_lines]},
            )

    def _on_request(self, request: httpx.Request) -> None:
        """Give a request its call's limits, and its try's breaker the request's socket."""
        call, breaker = self._wired.now
        # Reads wait as long as the breaker lets them.
        request.extensions["timeout"] = {
            "connect": call.limits.connect_s,
            "read": None,
            "write": None,
            "pool": None,
        }
        request.extensions["trace"] = breaker.trace
