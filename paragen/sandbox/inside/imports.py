"""Imports of third-party packages: those that are allowed, from where they lie."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class Allowed:
    """Finds some top-level modules in some directories, and nothing else there."""

    def __init__(self, directories: Sequence[str], modules: Sequence[str]) -> None:
        self._directories = list(directories)
        self._modules = frozenset(modules)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where the module is, None where it isn't one of them."""
        if path is None and name in self._modules:
            return PathFinder.find_spec(name, self._directories, target)
        return None


def allow(directories: Sequence[str], modules: Sequence[str]) -> None:
    """Let these top-level modules be imported from these directories."""
    if modules:
        sys.meta_path.append(Allowed(directories, modules))
