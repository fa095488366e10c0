"""What can be said of a sandbox level to a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a level confines on this machine, and what it leaves open, a short line each."""

    level: str
    confines: tuple[str, ...]
    leaves_open: tuple[str, ...]
