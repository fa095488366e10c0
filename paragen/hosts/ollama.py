"""Ollama, through its own Python client: one streamed chat an attempt."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import httpx

from paragen.domain.errors import HostError
from paragen.domain.generator import Answer, CallLimits, Request
from paragen.domain.generator import Generator as Recipe
from paragen.domain.host import HostSpec
from paragen.domain.ports import Cancel, HostState, OnProgress
from paragen.hosts.account import read_account
from paragen.hosts.address import is_loopback, normalise_url
from paragen.hosts.breaker import Breaker, Why
from paragen.hosts.endings import settle
from paragen.hosts.environment import client_class, proxies_blamed, tls_context
from paragen.hosts.faults import Faults
from paragen.hosts.growth import Growth
from paragen.hosts.headers import headers_of
from paragen.hosts.json_lines import read_as_json_lines
from paragen.hosts.ollama_state import find_model, is_cloud_name, read_state

if TYPE_CHECKING:
    from ollama import ChatResponse, Client

STATE_TIMEOUT_S = 5.0
BACKOFF_S = 0.5
MAX_BACKOFF_S = 10.0
_KEEPING_REDIRECTS = (307, 308)
"""Those after which a POST stays one."""
_FOREIGN = (ValueError, TypeError, AttributeError, RecursionError)
"""What shows where a body isn't JSON, or not of the shape that the client knows."""


def open_host(spec: HostSpec) -> OllamaHost:
    """The Ollama server that a spec describes. Raises ConfigError."""
    return OllamaHost(spec)


@dataclass(frozen=True, slots=True)
class _Call:
    """One attempt's call, through all of its tries."""

    request: Request
    on_progress: OnProgress
    faults: Faults
    breaker: Breaker
    started: float

    @property
    def waited_s(self) -> float:
        return time.perf_counter() - self.started


class OllamaHost:
    """An Ollama server as the port Host.

    `url` None means OLLAMA_HOST, else this machine; `slots` None means OLLAMA_NUM_PARALLEL, else
    one. A failed try is repeated after a random part of `backoff_s`, which doubles each time.
    The first-token limit runs from a try's beginning (so queueing and loading are inside), the
    generation limit from the first token.
    """

    def __init__(self, spec: HostSpec, *, backoff_s: float = BACKOFF_S) -> None:
        if spec.url is None:
            self.url = normalise_url(os.environ.get("OLLAMA_HOST"), "OLLAMA_HOST")
        else:
            self.url = normalise_url(spec.url, f"The url of host {spec.name!r}")
        self._name = spec.name
        self._slots = spec.slots or default_slots(os.environ.get("OLLAMA_NUM_PARALLEL"))
        self._headers = headers_of(spec, os.environ.get("OLLAMA_API_KEY"))
        self._backoff_s = backoff_s
        self._tls = tls_context(self.url)
        self._calling = threading.local()
        self._lock = threading.Lock()
        self._running: set[Breaker] = set()
        self._state_lock = threading.Lock()
        self._state: HostState | None = None
        self._state_asked = False
        self._client = self._open_client()
        self._close_client: Callable[[], None] = self._client.close

    @property
    def name(self) -> str:
        """The host's name in the config."""
        return self._name

    @property
    def slots(self) -> int:
        """How many requests it may be sent at once."""
        return self._slots

    def state(self) -> HostState:
        """Ask the server for its version, its models and which are loaded; raises HostError."""
        faults = Faults(host=self._name, url=self.url, model="", limits=CallLimits())
        with httpx.Client(
            base_url=self.url,
            headers=self._headers,
            timeout=STATE_TIMEOUT_S,
            trust_env=not is_loopback(self.url),
            follow_redirects=True,
            verify=self._tls,
        ) as client:
            version, tags, ps = (
                _get(client, path, faults) for path in ("/api/version", "/api/tags", "/api/ps")
            )
        self._state = read_state(version, tags, ps)
        return self._state

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        """Generate one answer, with retries; raises HostError."""
        recipe = request.instance.generator
        faults = Faults(host=self._name, url=self.url, model=recipe.model, limits=request.limits)
        breaker = Breaker()
        cancel.on_throw(partial(breaker.throw, Why.CANCELLED))
        if breaker.why is not None:
            raise faults.broken_off(breaker.why, None)
        state = self._known_state()
        model = find_model(state, recipe.model) if state else None
        if model.remote if model else is_cloud_name(recipe.model):
            raise faults.remote()
        call = _Call(request, on_progress, faults, breaker, time.perf_counter())
        with self._registered(breaker):
            answer = self._with_retries(call)
        answer = replace(
            answer,
            model_digest=model.digest if model else None,
            server_version=state.version if state else None,
        )
        return settle(answer, recipe.model)

    def close(self) -> None:
        """Break off every call, and close every connection."""
        with self._lock:
            running = tuple(self._running)
        for breaker in running:
            breaker.throw(Why.CANCELLED)
        self._close_client()

    def _open_client(self) -> Client:
        make = client_class()
        with proxies_blamed(self.url):
            return make(
                self.url,
                headers=self._headers,
                # A proxy of the environment must not capture this machine's own server.
                trust_env=not is_loopback(self.url),
                verify=self._tls,
                # Each request has a socket of its own: it can be shut down without harm to others.
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
                event_hooks={"request": [self._on_request], "response": [read_as_json_lines]},
            )

    def _on_request(self, request: httpx.Request) -> None:
        """Give a request its call's limits, and its call's breaker the request's socket."""
        call: _Call = self._calling.call
        # Reads wait as long as the breaker lets them.
        request.extensions["timeout"] = {
            "connect": call.request.limits.connect_s,
            "read": None,
            "write": None,
            "pool": None,
        }
        request.extensions["trace"] = call.breaker.trace

    @contextlib.contextmanager
    def _registered(self, breaker: Breaker) -> Iterator[None]:
        with self._lock:
            self._running.add(breaker)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(breaker)

    def _known_state(self) -> HostState | None:
        """The state as last asked for; asked for here once, and None where that failed."""
        with self._state_lock:
            if self._state is None and not self._state_asked:
                self._state_asked = True
                with contextlib.suppress(HostError):
                    self.state()
            return self._state

    def _with_retries(self, call: _Call) -> Answer:
        for tries in itertools.count():
            if call.breaker.why is not None:
                raise call.faults.broken_off(call.breaker.why, None)
            try:
                return self._try(call)
            except HostError as error:
                if not error.retryable or tries >= call.request.limits.retries:
                    raise
            # Full jitter: many callers that failed together don't come back together.
            longest = min(MAX_BACKOFF_S, self._backoff_s * 2**tries)
            call.breaker.sleep(random.uniform(0, longest))
        raise AssertionError("unreachable: the tries are counted without end")

    def _try(self, call: _Call) -> Answer:
        """One request, from its connection to its final line."""
        growth = Growth(call.on_progress)
        self._calling.call = call
        try:
            final = self._stream(call, growth)
        except Exception as error:
            raise _fault(error, call, growth) from error
        finally:
            call.breaker.release()
            del self._calling.call
        if final is not None:
            return _answer(final, growth, call)
        partial_answer = growth.partial(call.waited_s)
        if call.breaker.why is not None:
            raise call.faults.broken_off(call.breaker.why, partial_answer)
        raise call.faults.no_final_line(partial_answer or Answer(text="", done_reason=""))

    def _stream(self, call: _Call, growth: Growth) -> ChatResponse | None:
        """Read a chat's stream to its final line, None where it ends without one."""
        instance, limits = call.request.instance, call.request.limits
        stream = self._client.chat(
            model=instance.generator.model,
            messages=[{"role": m.role, "content": m.content} for m in call.request.messages],
            stream=True,
            think=instance.generator.think,
            options=options(instance.generator, instance.seed),
        )
        # It is a generator, whatever its type says; closing it closes the connection.
        with contextlib.closing(cast("Generator[ChatResponse]", stream)) as parts:
            with call.breaker.after(limits.first_token_s, Why.FIRST_TOKEN):
                final = _read(parts, growth, call.breaker, to_first=True)
            if final is None and growth.chunks:
                with call.breaker.after(limits.generation_s, Why.GENERATION):
                    final = _read(parts, growth, call.breaker, to_first=False)
        return final


def options(recipe: Recipe, seed: int) -> dict[str, Any]:
    """The options of a request: those that are set, and always temperature, seed and num_ctx."""
    given = {
        "top_p": recipe.top_p,
        "top_k": recipe.top_k,
        "min_p": recipe.min_p,
        "repeat_penalty": recipe.repeat_penalty,
        "num_predict": recipe.num_predict,
        "stop": list(recipe.stop) or None,
    }
    always = {"temperature": recipe.temperature, "seed": seed, "num_ctx": recipe.num_ctx}
    return always | {name: value for name, value in given.items() if value is not None}


def default_slots(num_parallel: str | None) -> int:
    """The slots that OLLAMA_NUM_PARALLEL speaks of; one where it says nothing valid."""
    text = (num_parallel or "").strip()
    return max(1, int(text)) if text.isascii() and text.isdigit() else 1


def _get(client: httpx.Client, path: str, faults: Faults) -> object:
    try:
        response = client.get(path)
        if response.is_error:
            raise faults.refused(response.status_code, response.text)
        if any(step.status_code not in _KEEPING_REDIRECTS for step in response.history):
            raise faults.moved(str(response.url).removesuffix(path))
        body: object = response.json()
    except httpx.TransportError as error:
        raise faults.unreachable(error) from error
    except (*_FOREIGN, httpx.HTTPError) as error:
        raise faults.foreign(error) from error
    return body


def _read(
    parts: Iterator[ChatResponse], growth: Growth, breaker: Breaker, *, to_first: bool
) -> ChatResponse | None:
    """Read on to the final line and return it; None at the first token, or at the end."""
    for part in parts:
        growth.take(part.message.content or "", part.message.thinking or "")
        if part.done:
            return part
        if breaker.why is not None or (to_first and growth.chunks):
            return None
    return None


def _fault(error: Exception, call: _Call, growth: Growth) -> Exception:
    """Our error for one of the client's, or the very same where it is none of a call's."""
    from ollama import ResponseError

    partial_answer = growth.partial(call.waited_s)
    known = isinstance(error, ResponseError | httpx.HTTPError | httpx.StreamError | OSError)
    foreign = isinstance(error, _FOREIGN)
    if not known and not foreign:
        return error
    if call.breaker.why is not None:
        return call.faults.broken_off(call.breaker.why, partial_answer)
    if isinstance(error, ResponseError):
        if error.status_code == -1:  # an error line within the stream
            return call.faults.died(error.error, partial_answer or Answer(text="", done_reason=""))
        return call.faults.refused(error.status_code, error.error)
    if partial_answer is not None:
        return call.faults.died(str(error), partial_answer)
    if foreign:
        return call.faults.foreign(error)
    unconnected = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)
    return call.faults.unreachable(error) if unconnected else call.faults.hung_up(error)


def _answer(final: ChatResponse, growth: Growth, call: _Call) -> Answer:
    """The answer, with the server's own account of its time and tokens."""
    account = read_account(final, chunks=growth.chunks, waited_s=call.waited_s)
    answer = Answer(
        text=growth.text,
        thinking=growth.thinking,
        done_reason=final.done_reason or "stop",
        load_s=account.load_s,
        prompt_s=account.prompt_s,
        decode_s=account.decode_s,
        queue_s=account.queue_s,
        wall_s=call.waited_s,
        prompt_tokens=account.prompt_tokens,
        completion_tokens=account.completion_tokens,
    )
    call.on_progress(growth.chunks, answer.tokens_per_s)
    return answer
