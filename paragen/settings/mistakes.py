"""The mistakes of a config in our words, each at the line of its key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from paragen.domain.errors import ConfigError
from paragen.parse.nearest import did_you_mean
from paragen.parse.toml_lines import KeyPath, key_lines, line_of
from paragen.settings.sections import (
    Config,
    DatabaseSection,
    DefaultsSection,
    GeneratorSection,
    HostSection,
    MatrixSection,
    ProfileSection,
    RunSection,
    SandboxSection,
    Section,
)


class Mistakes:
    """Collects the mistakes of one file, each at the line of its key."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines: Mapping[KeyPath, int] = key_lines(text)
        self._found: list[tuple[int, str]] = []

    def add(self, key: Sequence[str | int], what: str) -> None:
        """Note what is wrong with a key."""
        line = line_of(key, self._lines)
        self._found.append((line, f"{self._path}:{line}: {_written(key)}: {what}"))

    def raise_any(self) -> None:
        """Raise ConfigError with all mistakes, in the order of their lines."""
        if self._found:
            raise ConfigError("\n".join(dict.fromkeys(text for _, text in sorted(self._found))))


def _written(key: Sequence[str | int]) -> str:
    """A key as a person would say it: `generators[2].temperature`, counted from 1."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part[:80]}" if text else part[:80]
    return text or "the file"


def what(problem: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """What is wrong, in our words: a table from pydantic's kinds of problem."""
    kind, context = str(problem["type"]), problem.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(problem["loc"])
    if kind == "missing":
        return "is missing."
    if kind == "literal_error":
        given = str(problem["input"])
        known = re.findall(r"'([^']*)'", str(context["expected"]))
        return f"must be one of {', '.join(known)}{did_you_mean(given, known) or '.'}"
    if kind == "string_pattern_mismatch":
        if problem["loc"][-1] == "url":
            return "must begin with http:// or https:// and a host, as in http://127.0.0.1:11434."
        return "must not have spaces or commas in it."
    if kind in WANTED:
        return f"must be {WANTED[kind]}, not {_shown(problem['input'])}."
    if kind in BOUNDS:
        words, name = BOUNDS[kind]
        return f"must be {words} {context[name]}, not {_shown(problem['input'])}."
    return f"{problem['msg']}."


WANTED: Mapping[str, str] = {
    "string_type": "text in quotes",
    "string_too_short": "text that isn't empty",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list in brackets",
    "too_short": "a list that isn't empty",
    "dict_type": "a table",
    "model_type": "a table",
    "option_type": "text, a number, true or false, or a list of texts",
}

BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}

SECTIONS: Mapping[str, type[Section]] = {
    "defaults": DefaultsSection,
    "hosts": HostSection,
    "generators": GeneratorSection,
    "matrix": MatrixSection,
    "run": RunSection,
    "profiles": ProfileSection,
    "sandbox": SandboxSection,
    "database": DatabaseSection,
}


def _unknown_key(loc: Sequence[str | int]) -> str:
    if tuple(loc) == ("sandbox", "unsafe"):
        return "is for the command line (--unsafe) only: a file from elsewhere must not unconfine."
    section = SECTIONS.get(str(loc[0])) if len(loc) > 1 else Config
    known = list(section.model_fields) if section is not None else []
    advice = did_you_mean(str(loc[-1]), known)
    return f"there is no such key{advice or '.'} Keys: {', '.join(known)}."


def _shown(value: object) -> str:
    """A value as TOML writes it, near enough, and short."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
