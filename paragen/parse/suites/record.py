"""One record of a suite's or a samples file: JSON, read with messages that name its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Never

from paragen.domain.errors import TaskError
from paragen.parse.fences import unix_lines


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object and the place in a file, for messages, where it stands."""

    where: str
    fields: Mapping[str, Any]

    @classmethod
    def of_line(cls, line: str, where: str) -> Record:
        """The record in a line of JSON; raises TaskError."""
        return cls.of_value(loaded(line, where), where)

    @classmethod
    def of_value(cls, value: object, where: str) -> Record:
        """The record that a JSON value is; raises TaskError."""
        if not isinstance(value, dict):
            raise TaskError(f"{where}: There must be a JSON object here, with keys and values.")
        return cls(where, value)

    def fail(self, why: str) -> Never:
        """Raise a TaskError that names the place."""
        raise TaskError(f"{self.where}: {why[:1].upper()}{why[1:]}.")

    def text(self, key: str, *, default: str | None = None) -> str:
        """A key's text with `\\n` for every line end; raises TaskError."""
        value = self.fields.get(key, default)
        if not isinstance(value, str):
            self.fail(f"the key {key!r} must hold text")
        return unix_lines(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A key's list of texts, empty where the key is missing or null; raises TaskError."""
        value = self.fields.get(key) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fail(f"the key {key!r} must hold a list of texts")
        return tuple(unix_lines(one) for one in value)

    def items(self, key: str) -> list[Any]:
        """A key's list; raises TaskError."""
        value = self.fields.get(key)
        if not isinstance(value, list):
            self.fail(f"the key {key!r} must hold a list")
        return value

    def identity(self, key: str) -> str:
        """A key's text or number, by which the problem goes; raises TaskError."""
        value = self.fields.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.fail(f"the key {key!r} must hold the problem's id, a line of text")
        return value.strip()

    def name(self, key: str) -> str:
        """A key's text, which must be a name that a program can define; raises TaskError."""
        value = self.text(key)
        if not value.isidentifier():
            self.fail(f"the key {key!r} must hold the name of a function, not {value[:80]!r}")
        return value


def loaded(text: str, where: str) -> Any:
    """The value of a JSON text; raises TaskError."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise TaskError(f"{where}: This is not JSON: {error.msg}.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, a deep nest
        raise TaskError(f"{where}: This JSON can't be read.") from None


def records(text: str, path: str) -> Iterator[Record]:
    """The records of a whole file that is one JSON array; raises TaskError."""
    values = loaded(text, path)
    for number, value in enumerate(values if isinstance(values, list) else [values], start=1):
        yield Record.of_value(value, f"{path}: item {number}")
