"""Where paragen's own tools lie."""

from __future__ import annotations

import shutil
from contextlib import suppress
from functools import cache
from importlib import import_module

from paragen.domain.errors import SandboxFault


@cache
def find_tool(name: str) -> str:
    """The path of a tool; raises SandboxFault where it can't be had."""
    found = _ruff() if name == "ruff" else None
    if found is None:
        raise SandboxFault(f"the tool {name!r} isn't installed: pip install --upgrade {name}")
    return found


def _ruff() -> str | None:
    """The ruff that was installed with paragen, else the first on the path."""
    for module in ("ruff", "ruff.__main__"):  # newer versions, older ones
        with suppress(ImportError, AttributeError, FileNotFoundError):
            return str(import_module(module).find_ruff_bin())
    return shutil.which("ruff")
