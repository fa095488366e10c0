"""Ollama, through its own Python client: one streamed chat an attempt."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from paragen.domain.errors import HostError
from paragen.domain.generator import Answer, CallLimits, Request
from paragen.domain.generator import Generator as Recipe
from paragen.domain.host import HostSpec
from paragen.domain.ports import Cancel, HostState, Model, OnProgress, Recovery
from paragen.hosts.account import read_account
from paragen.hosts.address import normalise_url
from paragen.hosts.breaker import Breaker, Why
from paragen.hosts.calls import BACKOFF_S, Call, Calls
from paragen.hosts.endings import settle
from paragen.hosts.environment import tls_context
from paragen.hosts.faults import Faults
from paragen.hosts.growth import Growth
from paragen.hosts.headers import headers_of
from paragen.hosts.health import Health
from paragen.hosts.ollama_state import find_model, is_cloud_name
from paragen.hosts.questions import Questions
from paragen.hosts.recovery import PATIENCE_S, Loader

if TYPE_CHECKING:
    from ollama import ChatResponse


def open_host(spec: HostSpec, limits: CallLimits) -> OllamaHost:
    """The Ollama server that a spec describes. Raises ConfigError."""
    return OllamaHost(spec, limits)


class OllamaHost:
    """An Ollama server as the port Host.

    `url` None means OLLAMA_HOST, else this machine; `slots` None means OLLAMA_NUM_PARALLEL, else
    one. `limits` hold for loads, cures and questions: a request for an answer brings its own. A
    failed try is repeated after a random part of `backoff_s`, which doubles each time.
    The first-token limit runs from a try's beginning (so queueing and loading are inside), the
    generation limit from the first token. A model that gives no sign of life for `patience_s`
    after a generation was broken off is taken to hang.
    """

    def __init__(
        self,
        spec: HostSpec,
        limits: CallLimits | None = None,
        *,
        backoff_s: float = BACKOFF_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        if spec.url is None:
            self.url = normalise_url(os.environ.get("OLLAMA_HOST"), "OLLAMA_HOST")
        else:
            self.url = normalise_url(spec.url, f"The url of host {spec.name!r}")
        self._name = spec.name
        self._limits = limits or CallLimits()
        self._slots = spec.slots or default_slots(os.environ.get("OLLAMA_NUM_PARALLEL"))
        headers = headers_of(spec, os.environ.get("OLLAMA_API_KEY"))
        tls = tls_context(self.url)
        self._state_lock = threading.Lock()
        self._state: HostState | None = None
        self._state_asked = False
        self._health = Health()
        self._questions = Questions(self.url, headers, tls)
        self._calls = Calls(self.url, headers, tls, self._health, backoff_s)
        self._loader = Loader(self._calls, self._questions, self._health, patience_s=patience_s)

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
        self._state = self._questions.state(self._faults(""))
        return self._state

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        """Generate one answer, with retries; raises HostError."""
        model = request.instance.generator.model
        call = Call(self._faults(model, request.limits), cancel, time.perf_counter())
        _refuse_if_thrown(call)
        state, known = self._local(call)

        def ask(breaker: Breaker) -> Answer:
            return self._answer(call, breaker, request, Growth(on_progress))

        answer = replace(
            self._calls.with_retries(call, ask),
            model_digest=known.digest if known else None,
            server_version=state.version if state else None,
        )
        self._health.took(model, answer.prompt_s)
        return settle(answer, model)

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        """Load a model with this context, unless it is; the seconds that it took."""
        call = self._call(model, cancel)
        _refuse_if_thrown(call)
        self._local(call)
        return self._loader.load(call, num_ctx)

    def unload(self, model: str) -> None:
        """Have a model unloaded as soon as nothing runs on it; raises HostError."""
        self._questions.unload(self._faults(model))

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        """See whether a model still answers, and load it anew where it hangs; raises HostError."""
        return self._loader.recover(self._call(model, cancel), num_ctx)

    def close(self) -> None:
        """Break off every call, and close every connection."""
        self._calls.close()

    def _faults(self, model: str, limits: CallLimits | None = None) -> Faults:
        return Faults(host=self._name, url=self.url, model=model, limits=limits or self._limits)

    def _call(self, model: str, cancel: Cancel) -> Call:
        return Call(self._faults(model), cancel, time.perf_counter())

    def _local(self, call: Call) -> tuple[HostState | None, Model | None]:
        """What is known of the host, and of the model; raises RemoteModel if it runs elsewhere."""
        state = self._known_state()
        model = find_model(state, call.model) if state else None
        if model.remote if model else is_cloud_name(call.model):
            raise call.faults.remote()
        return state, model

    def _known_state(self) -> HostState | None:
        """The state as last asked for; asked for here once, and None where that failed."""
        with self._state_lock:
            if self._state is None and not self._state_asked:
                self._state_asked = True
                with contextlib.suppress(HostError):
                    self.state()
            return self._state

    def _answer(self, call: Call, breaker: Breaker, request: Request, growth: Growth) -> Answer:
        """One request, from its connection to its final line."""
        with self._calls.wired(call, breaker, lambda: growth.partial(call.waited_s)):
            final = self._stream(call, breaker, request, growth)
        if final is not None:
            return _whole(final, growth, call)
        partial_answer = growth.partial(call.waited_s)
        if breaker.why is not None:
            raise call.faults.broken_off(breaker.why, partial_answer)
        raise call.faults.no_final_line(partial_answer or Answer(text="", done_reason=""))

    def _stream(
        self, call: Call, breaker: Breaker, request: Request, growth: Growth
    ) -> ChatResponse | None:
        """Read a chat's stream to its final line, None where it ends without one."""
        instance = request.instance
        stream = self._calls.client.chat(
            model=call.model,
            messages=[{"role": m.role, "content": m.content} for m in request.messages],
            stream=True,
            think=instance.generator.think,
            options=options(instance.generator, instance.seed),
        )
        # It is a generator, whatever its type says; closing it closes the connection.
        with contextlib.closing(cast("Generator[ChatResponse]", stream)) as stream_parts:
            parts = self._noted(call, stream_parts)
            with breaker.after(call.limits.first_token_s, Why.FIRST_TOKEN):
                final = _read(parts, growth, breaker, to_first=True)
            if final is None and growth.chunks:
                with breaker.after(call.limits.generation_s, Why.GENERATION):
                    final = _read(parts, growth, breaker, to_first=False)
        return final

    def _noted(self, call: Call, parts: Iterator[ChatResponse]) -> Iterator[ChatResponse]:
        """The parts of a stream, each a sign of the model's life."""
        for part in parts:
            self._health.alive(call.model)
            yield part


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


def _refuse_if_thrown(call: Call) -> None:
    """Raise GenerationCancelled, before anything is sent, where there is no need for the call."""
    if call.cancel.thrown:
        raise call.faults.broken_off(Why.CANCELLED, None)


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


def _whole(final: ChatResponse, growth: Growth, call: Call) -> Answer:
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
    growth.tell(answer.tokens_per_s)
    return answer
