"""From what goes wrong in a call to a host to our errors: what happened, why, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from paragen.domain.errors import (
    ConnectionFault,
    FirstTokenTimeout,
    GenerationCancelled,
    GenerationTimeout,
    HostBusy,
    HostError,
    HostHanging,
    HostRefused,
    ModelMissing,
    NoFinalLine,
    RemoteModel,
    StreamDied,
)
from paragen.domain.generator import Answer, CallLimits
from paragen.hosts.breaker import Why

_ADVICE = (
    ("does not support thinking", "Take `think = true` out of its generator."),
    (
        "system memory",
        "Use a smaller model or num_ctx, or unload others (`ollama stop`).",
    ),
    ("runner", "Look into the server's log; a smaller num_ctx may help."),
)
"""Words of the server, and what to do then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Makes the errors of one host's calls for one model."""

    host: str
    url: str
    model: str
    limits: CallLimits

    @property
    def where(self) -> str:
        """The host, for messages."""
        return f"Host {self.host!r} ({self.url})"

    def refused(self, status: int, words: str) -> HostError:
        """An HTTP error before the answer began, in the server's words."""
        words = words.strip().rstrip(".")
        if status == 404 and "not found" in words and self.model and self.model in words:
            return ModelMissing(
                f"{self.where} doesn't have the model {self.model!r}. "
                f"Get it with `ollama pull {self.model}`."
            )
        if status == 503:
            return HostBusy(
                f"{self.where} is busy, in {self.limits.retries + 1} tries: {words or 'HTTP 503'}. "
                "Use fewer slots, or raise its OLLAMA_MAX_QUEUE."
            )
        if status in (404, 405) or "<" in words[:20] or not self.model:
            return HostRefused(
                f"{self.where} answered HTTP {status} to an Ollama request: {words[:200]!r}. "
                "Is there an Ollama server at this address?"
            )
        advice = next((advice for said, advice in _ADVICE if said in words), "")
        return HostRefused(
            f"{self.where} refused the request for {self.model} (HTTP {status}): "
            f"{words[:500] or 'without a word'}. {advice}".rstrip()
        )

    def unreachable(self, error: Exception) -> ConnectionFault:
        """No connection came about."""
        return ConnectionFault(
            f"{self.where} can't be reached: {_words(error)}. "
            "Start it with `ollama serve`, or correct its url."
        )

    def hung_up(self, error: Exception) -> ConnectionFault:
        """The connection broke before the first token."""
        return ConnectionFault(
            f"{self.where} closed the connection before {self.model}'s first token: "
            f"{_words(error)}. Look into the server's log; it may have been restarted."
        )

    def died(self, words: str, partial: Answer) -> StreamDied:
        """The server reported an error in mid-stream, or the connection broke there."""
        words = words.strip().rstrip(".") or "no reason given"
        return StreamDied(
            f"{self.where} broke off {self.model}'s answer: {words}. "
            "Look into the server's log; the model may not fit into memory at this num_ctx.",
            partial=partial,
        )

    def no_final_line(self, partial: Answer) -> NoFinalLine:
        """The stream ended, in good order, but without its final line."""
        return NoFinalLine(
            f"{self.where} gave up {self.model}'s answer without saying so: it does that when a "
            "model repeats itself without end. Raise the temperature or the repeat_penalty.",
            partial=partial,
        )

    def foreign(self, error: Exception) -> HostRefused:
        """What came is not Ollama's protocol."""
        first = str(error).partition("\n")[0]
        return HostRefused(
            f"{self.where} answered something that is not Ollama's protocol ({first}). "
            "Is there an Ollama server at this address?"
        )

    def moved(self, address: str) -> HostRefused:
        """The host redirects in a way that no chat request survives."""
        return HostRefused(
            f"{self.where} redirects to {address}, and a request for an answer can't follow. "
            "Write that address as its url."
        )

    def hanging(self) -> HostHanging:
        """The host can be reached, but the model gives no sign of life."""
        return HostHanging(
            f"{self.where} answers, but {self.model} on it generates nothing any more, as happens "
            "after an answer was broken off, and loading it anew didn't help. Restart the server."
        )

    def remote(self) -> RemoteModel:
        """The model runs elsewhere."""
        return RemoteModel(
            f"{self.model!r} runs in the cloud, not on {self.where}: a tournament is between local "
            "models. Name a local one (`ollama list`)."
        )

    def broken_off(self, why: Why, partial: Answer | None) -> HostError:
        """We broke the call off."""
        limits = self.limits
        if why is Why.FIRST_TOKEN:
            return FirstTokenTimeout(
                f"{self.where} sent no token of {self.model} within {limits.first_token_s:g} s, "
                "queueing and loading included. Raise the first-token limit, or use a smaller "
                "model; if it goes on, unload the model with `ollama stop`.",
                partial=partial,
            )
        if why is Why.GENERATION:
            return GenerationTimeout(
                f"{self.model} was still generating {limits.generation_s:g} s after its first "
                "token. Raise the generation limit, or set num_predict.",
                partial=partial,
            )
        if why is Why.LOADING:
            return FirstTokenTimeout(
                f"{self.where} didn't load {self.model} in time. Use a smaller model or num_ctx, "
                "or look into the server's log."
            )
        if why in (Why.SILENT, Why.HUNG):
            return self.hanging()
        return GenerationCancelled(f"{self.model}'s answer was cancelled.", partial=partial)


def _words(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
