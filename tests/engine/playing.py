"""What the engine's tests play with: answers, tasks, plans, and somebody who listens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from paragen.domain.events import Event
from paragen.domain.generator import CallLimits, Generator, Instance
from paragen.domain.host import HostSpec
from paragen.domain.plan import Plan
from paragen.domain.ports import Host, Sandbox, Subscriber
from paragen.domain.status import Status
from paragen.domain.task import Task, TestCode
from paragen.domain.tournament import Criteria, Run, Weights
from paragen.engine.session import Engine
from paragen.hosts.ollama import OllamaHost
from paragen.parse.recording import Recorded, RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama

Told = TypeVar("Told")

RIGHT = "```python\ndef double(x):\n    return 2 * x\n```"
WRONG = "```python\ndef double(x):\n    return x\n```"
ENDLESS = "```python\ndef double(x):\n    while True:\n        pass\n```"
FAST = 5000.0
"""Tokens/s."""


def task(name: str = "double") -> Task:
    return Task(
        name=name,
        prompt="Write `double(x)`.",
        sha256=name,
        entry_point="double",
        tests=(
            TestCode(
                source="from solution import double\ndef test_it(): assert double(2) == 4\n",
                origin="t.md",
            ),
        ),
    )


def roster(*models: str) -> tuple[Instance, ...]:
    return tuple(
        Instance(generator=Generator(name=model, model=model), copy=0, seed=0) for model in models
    )


def plan(*models: str, name: str = "double", **more: Any) -> Plan:
    return Plan(
        task=task(name),
        roster=roster(*models),
        criteria=Criteria(weights=Weights(quality=0.7, speed=0.3)),
        **more,
    )


class Listener:
    """Keeps events, and may act on them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.threads: set[int] = set()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.threads.add(threading.get_ident())

    def of(self, kind: type[Told]) -> list[Told]:
        return [event for event in self.events if isinstance(event, kind)]


def engine(
    sandbox: Sandbox, *hosts: Host, listener: Subscriber | None = None, **more: Any
) -> Engine:
    return Engine(
        hosts=[(host, host.state()) for host in hosts],
        sandbox=sandbox,
        subscribers=[listener] if listener else [],
        limits=CallLimits(retries=0),
        **more,
    )


def statuses(run: Run) -> dict[str, Status]:
    return {c.attempt.instance.name: c.status for c in run.ranking}


RECORDED = (
    Recorded(model="right", answer=RIGHT, tokens_per_s=FAST),
    Recorded(model="wrong", answer=WRONG, tokens_per_s=FAST),
    Recorded(model="prose", answer="I can't do that.", tokens_per_s=FAST),
    Recorded(model="down", answer="", fault=RecordedFault.DROP, tokens_per_s=FAST),
    Recorded(model="slow", answer=RIGHT, tokens_per_s=0.5),
    Recorded(model="truncated", answer=RIGHT, done_reason="length", tokens_per_s=FAST),
)


@contextmanager
def served(
    *recorded: Recorded, name: str = "gpu0", slots: int = 2, **server: Any
) -> Iterator[tuple[ScriptedOllama, OllamaHost]]:
    """A scripted server, and the host that talks to it over real HTTP."""
    with ScriptedOllama(recorded, slots=slots, **server) as serving:
        host = OllamaHost(HostSpec(name=name, url=serving.url, slots=slots), patience_s=1.0)
        try:
            yield serving, host
        finally:
            host.close()


def asked(server: ScriptedOllama) -> list[str]:
    """The models of which a server was asked for programs, in order; loads and probes aside."""
    return [
        entry.body["model"]
        for entry in server.requests
        if entry.body.get("stream") is not False and entry.body.get("messages")
    ]
