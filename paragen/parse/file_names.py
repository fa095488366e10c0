"""Names for files that stand in one folder."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize


def told_apart(stems: Iterable[str]) -> list[str]:
    """The stems, numbered where one is taken: none is another's on any file system.

    Some don't tell case apart, and some don't tell ways to write an accent apart.
    """
    taken: set[str] = set()
    apart = []
    for first in stems:
        stem, count = first, 1
        while _folded(stem) in taken:
            count += 1
            stem = f"{first}-{count}"
        taken.add(_folded(stem))
        apart.append(stem)
    return apart


def _folded(stem: str) -> str:
    return normalize("NFD", normalize("NFD", stem).casefold())
