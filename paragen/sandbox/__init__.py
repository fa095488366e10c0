"""Where programs run: isolation levels, each a module, imported on use.

A level's module has `open_level(workers) -> Sandbox`, `describe() -> Description` and
`kill_all()`.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from paragen.domain.errors import SandboxUnavailableError, UsageError
from paragen.domain.ports import Sandbox
from paragen.sandbox.levels import Description

LEVELS: Mapping[str, str] = {"process": "paragen.sandbox.process"}
"""The levels that can be had, the strongest first: `auto` takes the first."""

NOT_YET = ("full", "filters", "seatbelt")
"""Levels that are known by name and not available in this version."""

AUTO = "auto"


class Level(Protocol):
    """What a level's module has."""

    def open_level(self, workers: int) -> Sandbox:
        """The sandbox; raises SandboxUnavailableError where this machine can't have it."""
        ...

    def describe(self) -> Description:
        """What it confines on this machine, and what it doesn't."""
        ...

    def kill_all(self) -> None:
        """End every process of every open sandbox of this level."""
        ...


def open_sandbox(level: str = AUTO, workers: int | None = None) -> Sandbox:
    """Open a sandbox that runs `workers` commands at once (None: one for each usable CPU).

    Raises UsageError for an unknown level, SandboxUnavailableError for one that isn't to be had.
    """
    return _module(level).open_level(workers or default_workers())


def describe(level: str = AUTO) -> Description:
    """What a level confines on this machine, and what it doesn't; raises as open_sandbox does."""
    return _module(level).describe()


def kill_all() -> None:
    """End every process of every open sandbox at once; may be called from a signal handler."""
    for name in LEVELS.values():
        if name in sys.modules:
            cast(Level, sys.modules[name]).kill_all()


def default_workers() -> int:
    """One worker for each CPU that this process may use."""
    if sys.platform == "linux":
        usable: int | None = len(os.sched_getaffinity(0))
    else:
        usable = os.cpu_count()
    return usable or 1


def _module(level: str) -> Level:
    chosen = next(iter(LEVELS)) if level == AUTO else level
    if chosen in LEVELS:
        return cast(Level, import_module(LEVELS[chosen]))
    available = ", ".join((AUTO, *LEVELS))
    if chosen in NOT_YET:
        raise SandboxUnavailableError(
            f"The sandbox level {level!r} isn't available in this version. "
            f"Use --sandbox process, or one of: {available}."
        )
    near = difflib.get_close_matches(level, [AUTO, *LEVELS, *NOT_YET], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"There is no sandbox level {level!r}.{hint} Choose from: {available}.")
