"""The server's own account of an answer's time and tokens, as far as it can be believed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ollama import ChatResponse

_NANO = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where an answer's time went, in seconds, and what it took in tokens; nothing is negative."""

    load_s: float
    prompt_s: float
    decode_s: float
    queue_s: float
    prompt_tokens: int
    completion_tokens: int


def read_account(final: ChatResponse, *, chunks: int, waited_s: float) -> Account:
    """The account in an answer's final line; what that leaves out is zero, but for generating.

    Without a time for that, an answer in `chunks` took all the time of which nothing is known, up
    to the `waited_s` that the client saw: what wasn't measured must not look like the quickest.
    """
    total_s, load_s, prompt_s, decode_s = (
        max(0, duration or 0) * _NANO
        for duration in (
            final.total_duration,
            final.load_duration,
            final.prompt_eval_duration,
            final.eval_duration,
        )
    )
    if chunks and not decode_s:
        decode_s = max(0.0, (total_s or waited_s) - load_s - prompt_s)
    return Account(
        load_s=load_s,
        prompt_s=prompt_s,
        decode_s=decode_s,
        queue_s=max(0.0, total_s - load_s - prompt_s - decode_s),
        prompt_tokens=max(0, final.prompt_eval_count or 0),
        completion_tokens=max(0, final.eval_count or 0) or chunks,
    )
