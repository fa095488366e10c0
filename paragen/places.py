"""Paths as users write them."""

from __future__ import annotations

from pathlib import Path
from shlex import quote


def home_expanded(path: str) -> Path:
    """The path, with a home in the place of `~`.

    `~name` of a user that there isn't is a name like any other.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def as_typed(path: Path) -> str:
    """The path as one types it in a shell: `~` in the place of the home, quoted where need be."""
    try:
        return f"~/{quote(str(path.relative_to(Path.home())))}"
    except (RuntimeError, ValueError):  # there is no home, or it isn't there
        return quote(str(path))
