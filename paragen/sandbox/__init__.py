"""Where programs run: isolation levels, each in a module that is imported on use.

A level's module has `open_level(level, workers, environment) -> Sandbox`,
`describe(level) -> Description` and `kill_all()`.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from paragen.domain.errors import SandboxFault, SandboxUnavailableError, UsageError
from paragen.domain.ports import Sandbox
from paragen.sandbox.levels import (
    UNCONFINED,
    Description,
    needs_unsafe,
    none_to_be_had,
    not_to_be_had,
)

LEVELS: Mapping[str, str] = {
    "full": "paragen.sandbox.confined",
    "filters": "paragen.sandbox.confined",
    "seatbelt": "paragen.sandbox.confined",
    UNCONFINED: "paragen.sandbox.unconfined",
}
"""Every level's module, the strongest first."""

CONFINING: Mapping[str, tuple[str, ...]] = {"linux": ("full", "filters"), "darwin": ("seatbelt",)}
"""The levels that confine programs, by platform: `auto` takes the first that is to be had."""

AUTO = "auto"


class Level(Protocol):
    """What a level's module has."""

    def open_level(self, level: str, workers: int, environment: str | None) -> Sandbox:
        """The sandbox; raises SandboxUnavailableError or SandboxFault, with the reason."""
        ...

    def describe(self, level: str) -> Description:
        """What it is made of on this machine, what it confines, and what it doesn't."""
        ...

    def kill_all(self) -> None:
        """End every process of every open sandbox of this module."""
        ...


def open_sandbox(
    level: str = AUTO,
    workers: int | None = None,
    *,
    sealed_only: bool = False,
    unsafe: bool = False,
    environment: str | None = None,
) -> Sandbox:
    """Open a sandbox that runs `workers` commands at once (None: one for each usable CPU).

    With `sealed_only` it refuses what can't be sealed; `unsafe` is the user's word that programs
    may run unconfined, and `environment` the virtual environment that tasks' packages come from
    (None: paragen's own). Raises UsageError for an unknown level, SandboxUnavailableError for one
    that isn't to be had.
    """
    check(level)
    if level == UNCONFINED and not unsafe:
        raise SandboxUnavailableError(needs_unsafe())
    reasons: dict[str, str] = {}
    for name in candidates(level):
        try:
            opened = _open(name, workers or default_workers(), sealed_only, environment)
        except (SandboxUnavailableError, SandboxFault) as error:
            reasons[name] = str(error)
        else:
            return opened
    if level == AUTO:
        raise SandboxUnavailableError(none_to_be_had(reasons, sys.platform))
    others = tuple(name for name in CONFINING.get(sys.platform, ()) if name != level)
    raise SandboxUnavailableError(not_to_be_had(level, reasons[level], others))


def describe(level: str) -> Description:
    """What a level is made of on this machine, what it confines, and what it doesn't.

    For `auto` the strongest of this platform is described. Raises UsageError for an unknown level,
    SandboxUnavailableError for one that this platform doesn't know.
    """
    check(level)
    name = next(iter(candidates(level)), UNCONFINED)
    return _module(name).describe(name)


def candidates(level: str) -> tuple[str, ...]:
    """The levels to be tried for the one asked for, the strongest first."""
    return CONFINING.get(sys.platform, ()) if level == AUTO else (level,)


def kill_all() -> None:
    """End every process of every open sandbox at once; may be called from a signal handler."""
    for name in dict.fromkeys(LEVELS.values()):
        if name in sys.modules:
            cast(Level, sys.modules[name]).kill_all()


def default_workers() -> int:
    """One worker for each CPU that this process may use."""
    if sys.platform == "linux":
        usable: int | None = len(os.sched_getaffinity(0))
    else:
        usable = os.cpu_count()
    return usable or 1


def check(level: str) -> None:
    """Raise UsageError, with the nearest name, for what is no level's name."""
    known = (AUTO, *LEVELS)
    if level not in known:
        near = difflib.get_close_matches(level, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UsageError(
            f"There is no sandbox level {level!r}.{hint} Choose from: {', '.join(known)}."
        )


def _open(level: str, workers: int, sealed_only: bool, environment: str | None) -> Sandbox:
    opened = _module(level).open_level(level, workers, environment)
    if not sealed_only:
        return opened
    from paragen.sandbox.sealed_only import SealedOnly

    return SealedOnly(opened)


def _module(level: str) -> Level:
    """A level's module; raises SandboxUnavailableError where it isn't for this machine."""
    homes = [platform for platform, levels in CONFINING.items() if level in levels]
    if homes and sys.platform not in homes:
        raise SandboxUnavailableError(f"it is a level of {_PLATFORMS[homes[0]]}.")
    return cast(Level, import_module(LEVELS[level]))


_PLATFORMS = {"linux": "Linux", "darwin": "macOS"}
