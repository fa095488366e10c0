"""What programs are written in: one module a language, imported on use.

Each module has the functions of `Language`; all are pure, and none raises on hostile text.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

LANGUAGES: Mapping[str, str] = {"python": "paragen.languages.python"}


class Language(Protocol):
    """What the rest of the house asks of a language's module."""

    def parses(self, source: str) -> bool:
        """Whether the text is a program of this language."""
        ...

    def code_lines(self, source: str) -> int:
        """How many lines hold code: neither blank, nor comment or docstring alone."""
        ...

    def handles_errors(self, source: str) -> bool:
        """Whether the program handles errors anywhere."""
        ...


def language(name: str) -> Language:
    """The module of a language of LANGUAGES; raises KeyError for another name."""
    return cast(Language, import_module(LANGUAGES[name]))
