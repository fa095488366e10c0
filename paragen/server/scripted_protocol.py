"""The bodies of Ollama's protocol, as a scripted server sends and reads them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from paragen.parse.recording import Recorded, chunks
from paragen.server.scripted_memory import Resident

VERSION = "0.33.0"
DEFAULT_NUM_CTX = 4096
DEFAULT_TEMPERATURE = 0.8
MODEL_BYTES = 1 << 30
NOT_FOUND = "404 page not found"
NOT_ALLOWED = "405 method not allowed"
BUSY = "server busy, please try again.  maximum pending requests exceeded"
RUNNER_DIED = "an error was encountered while running the model: unexpected EOF"
_INTEGERS = frozenset({"num_ctx", "num_predict", "seed", "top_k", "num_gpu", "num_batch"})
_FLOATS = frozenset({"temperature", "top_p", "min_p", "repeat_penalty"})
_NANO = 1_000_000_000
_FOREVER_S = 1e9
_UNITS_S = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?)(ns|us|µs|ms|s|m|h)")


class Rejected(Exception):
    """A request that is answered with an HTTP error."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A chat or generate request, read."""

    model: str
    is_chat: bool
    prompt: str
    user_message: str
    stream: bool
    think: bool | None
    keep_alive_s: float | None
    temperature: float
    seed: int | None
    num_ctx: int
    num_predict: int | None


def read_asked(body: object, *, is_chat: bool) -> Asked:
    """Read the body of /api/chat or /api/generate; raises Rejected as the server would."""
    if not isinstance(body, dict):
        raise Rejected(400, "json: cannot unmarshal into Go value of type api.ChatRequest")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Rejected(400, "model is required") if is_chat else Rejected(404, "model '' not found")
    options = body.get("options") or {}
    _check_options(options)
    prompt, user_message = _read_messages(body) if is_chat else _read_prompt(body)
    think = body.get("think")
    return Asked(
        model=model,
        is_chat=is_chat,
        prompt=prompt,
        user_message=user_message,
        stream=body.get("stream") is not False,
        # Levels ("high") are a way of saying yes.
        think=None if think is None else bool(think),
        keep_alive_s=read_keep_alive(body.get("keep_alive")),
        temperature=options.get("temperature", DEFAULT_TEMPERATURE),
        seed=options.get("seed"),
        num_ctx=options.get("num_ctx", DEFAULT_NUM_CTX),
        num_predict=options.get("num_predict"),
    )


def read_keep_alive(value: object) -> float | None:
    """Seconds, of a number or a duration such as "1h30m"; below zero means for ever.

    None where there is none; raises Rejected.
    """
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        text = str(value)
        digits = text.removeprefix("-")
        if digits != "0" and not re.fullmatch(f"({_DURATION.pattern})+", digits):
            raise Rejected(400, f'time: invalid duration "{text}"')
        parts = _DURATION.findall(digits)
        seconds = sum(float(count) * _UNITS_S[unit] for count, unit in parts)
        seconds = -seconds if text.startswith("-") else seconds
    return _FOREVER_S if seconds < 0 else min(seconds, _FOREVER_S)


def part(asked: Asked, content: str, thinking: str = "") -> dict[str, Any]:
    """A line of a stream that isn't its last."""
    said: dict[str, Any] = {"thinking": thinking} if thinking else {}
    text: dict[str, Any]
    if asked.is_chat:
        text = {"message": {"role": "assistant", "content": content, **said}}
    else:
        text = {"response": content, **said}
    return {"model": asked.model, "created_at": _now(), **text, "done": False}


def final(
    asked: Asked,
    done_reason: str,
    *,
    content: str = "",
    thinking: str = "",
    durations_s: Mapping[str, float] | None = None,
    counts: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """The last line of a stream, or the whole body of an answer that isn't streamed.

    Durations become nanoseconds; those and counts that are zero are left out.
    """
    nanoseconds = {k: round(v * _NANO) for k, v in (durations_s or {}).items()}
    measured = {k: v for k, v in {**nanoseconds, **(counts or {})}.items() if v}
    ending = {"done": True, "done_reason": done_reason}
    return {**part(asked, content, thinking), **ending, **measured}


def tags(
    models: Iterable[str],
    remote: Iterable[str],
    thinkers: frozenset[str],
    size_of: Callable[[str], int],
) -> dict[str, Any]:
    """The body of /api/tags; `remote` models run elsewhere, `thinkers` think."""
    local = [
        _entry(name, size_of(name)) | {"capabilities": capabilities(name, thinkers)}
        for name in models
    ]
    elsewhere = [
        _entry(name, MODEL_BYTES) | {"remote_model": name, "remote_host": "https://ollama.com:443"}
        for name in remote
    ]
    return {"models": local + elsewhere}


def loaded(resident: Iterable[Resident]) -> dict[str, Any]:
    """The body of /api/ps."""
    return {
        "models": [
            _entry(one.model, one.size_bytes)
            | {
                "expires_at": _now(later_s=one.expires_in_s),
                "size_vram": one.vram_bytes,
                "context_length": one.num_ctx,
            }
            for one in resident
        ]
    }


def show(name: str, thinkers: frozenset[str]) -> dict[str, Any]:
    """The body of /api/show."""
    return {
        "details": _details(),
        "model_info": {"general.architecture": "scripted"},
        "capabilities": capabilities(name, thinkers),
        "modified_at": _now(),
    }


def capabilities(name: str, thinkers: frozenset[str]) -> list[str]:
    """What a model can do."""
    return ["completion", "thinking"] if name in thinkers else ["completion"]


def thinking_models(recorded: Iterable[Recorded]) -> frozenset[str]:
    """The models with thoughts in any of their recorded answers."""
    return frozenset(one.model for one in recorded if one.thinking)


def token_count(text: str) -> int:
    """How many tokens a text has, roughly."""
    return len(chunks(text))


def digest(name: str) -> str:
    """A model's digest: made from its name, since there is no model."""
    return sha256(name.encode()).hexdigest()


def _entry(name: str, size_bytes: int) -> dict[str, Any]:
    return {
        "name": name,
        "model": name,
        "modified_at": _now(),
        "size": size_bytes,
        "digest": digest(name),
        "details": _details(),
    }


def _details() -> dict[str, Any]:
    return {
        "format": "gguf",
        "family": "scripted",
        "parameter_size": "1B",
        "quantization_level": "Q4_K_M",
    }


def _check_options(options: object) -> None:
    if not isinstance(options, dict):
        raise Rejected(400, "json: cannot unmarshal into Go struct field .options")
    for name, value in options.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in _FLOATS and not is_number:
            raise Rejected(500, f'option "{name}" must be of type float32')
        if name in _INTEGERS and not (is_number and float(value).is_integer()):
            raise Rejected(500, f'option "{name}" must be of type integer')


def _read_messages(body: Mapping[str, Any]) -> tuple[str, str]:
    messages = body.get("messages") or []
    texts = [str(m.get("content") or "") for m in messages]
    users = [text for m, text in zip(messages, texts, strict=True) if m.get("role") == "user"]
    return "\n".join(texts), users[-1] if users else ""


def _read_prompt(body: Mapping[str, Any]) -> tuple[str, str]:
    prompt = str(body.get("prompt") or "")
    return prompt, prompt


def _now(later_s: float = 0.0) -> str:
    then = datetime.now(UTC) + timedelta(seconds=later_s)
    return then.isoformat().replace("+00:00", "Z")
