"""Recorded answers for scripted servers, and configs that name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from paragen.parse.recording import Recorded, RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama
from paragen.server.scripted_script import Logged
from tests.cli.running import ENDLESS, RIGHT, WRONG

SLOW = 0.5
"""Tokens a second of an answer that nobody waits for."""


def recorded(model: str, answer: str = RIGHT, **more: Any) -> Recorded:
    """A quick answer of a model."""
    return Recorded(model=model, answer=answer, **{"tokens_per_s": 4000.0, **more})


def slow(model: str) -> Recorded:
    """An answer that takes half a minute and more, and is to be broken off before."""
    return recorded(model, tokens_per_s=SLOW)


def faulty(model: str, fault: RecordedFault, answer: str = RIGHT) -> Recorded:
    """An answer that something happens to."""
    return recorded(model, answer, fault=fault)


def generations(server: ScriptedOllama) -> list[Logged]:
    """The requests for an answer: not those that load a model, let it go, or probe it.

    One whose client was killed before all of it was sent has no body, and asks for nothing.
    """
    return [
        one
        for one in server.requests
        if one.path == "/api/chat"
        and one.body
        and one.body.get("messages")
        and one.body.get("options", {}).get("num_predict") != 1
    ]


GOOD, BAD, LOOP, TALK = "good:7b", "bad:7b", "loop:1b", "talk:3b"
MIXED = (
    recorded(GOOD),
    recorded(BAD, WRONG),
    recorded(LOOP, ENDLESS),
    recorded(TALK, "I would rather not."),
)


def config(
    *urls: str, models: Iterable[str] = (GOOD, BAD), temperature: float = 0.3, more: str = ""
) -> str:
    """A generators.toml: hosts gpu0, gpu1, …, and a generator for each model, named before `:`."""
    hosts = "".join(f'[[hosts]]\nname = "gpu{n}"\nurl = "{u}"\n' for n, u in enumerate(urls))
    generators = "".join(
        f'[[generators]]\nname = "{model.partition(":")[0]}"\nmodel = "{model}"\n'
        f"temperature = {temperature}\n"
        for model in models
    )
    return f"{hosts}{generators}{more}"
