from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from paragen.domain.generator import CallLimits, Generator, Instance, Message, Request
from paragen.domain.host import HostSpec
from paragen.hosts.ollama import OllamaHost

LIMITS: dict[str, Any] = {
    "connect_s": 5.0,
    "first_token_s": 20.0,
    "generation_s": 20.0,
    "retries": 2,
}


@pytest.fixture
def ask() -> Callable[..., Request]:
    """Makes requests: options of the generator, and limits, by name."""

    def make(model: str = "m:1b", *, seed: int = 7, **given: Any) -> Request:
        limits = {name: given.pop(name, value) for name, value in LIMITS.items()}
        generator = Generator(name="g", model=model, **given)
        return Request(
            instance=Instance(generator=generator, copy=0, seed=seed),
            messages=(
                Message(role="system", content="Be brief."),
                Message(role="user", content="Write f."),
            ),
            limits=CallLimits(**limits),
        )

    return make


@pytest.fixture
def open_ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OllamaHost]]:
    """Opens hosts that back off for next to no time, and closes them."""
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    opened: list[OllamaHost] = []

    def opener(url: str, **spec: Any) -> OllamaHost:
        host = OllamaHost(HostSpec(name="gpu0", url=url, **spec), backoff_s=0.01)
        opened.append(host)
        return host

    yield opener
    for host in opened:
        host.close()
