"""How a host is described in the config."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpec:
    """One host of generators.toml.

    `url` None is the host's usual place; `slots` None is what the server's environment says, else
    one. `recording` is the file that a demo host answers from, None for the bundled one.
    """

    name: str
    kind: str = "ollama"
    url: str | None = None
    slots: int | None = None
    recording: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def canonical_model(name: str) -> str:
    """A model's name with its tag: without one it is `latest`."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
