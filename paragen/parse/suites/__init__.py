"""Published suites of coding problems: a module for each format, imported on use.

A format's module has what `Dialect` says: `KEYS`, which tell its records from others, and `read`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from paragen.parse.suites.problem import Problem
from paragen.parse.suites.record import Record

DIALECTS: Mapping[str, str] = {
    "evalplus": "paragen.parse.suites.evalplus",
    "humaneval": "paragen.parse.suites.humaneval",
    "mbpp": "paragen.parse.suites.mbpp",
    "livecodebench": "paragen.parse.suites.livecodebench",
}
"""The formats by name, in the order in which a record is tried for them."""


class Dialect(Protocol):
    """What a format's module has."""

    KEYS: tuple[frozenset[str], ...]
    """The keys that a record must have: all of any one of these sets."""

    TITLE: str
    """The suite's name as people write it."""

    ID: str
    """The key of the problem's id."""

    def read(self, record: Record) -> Problem:
        """The problem that a record holds; raises TaskError."""
        ...


def recognised(record: Record) -> str | None:
    """The format that a record is written in, None where it is none of ours."""
    return next((name for name in DIALECTS if _fits(record, name)), None)


def read_problem(record: Record, dialect: str | None = None) -> Problem:
    """The problem that a record of a suite's file holds, in the format named or in any.

    Raises TaskError.
    """
    return _module(dialect_of(record, dialect)).read(record)


def identity(record: Record, dialect: str) -> str:
    """The id of the problem in a record of a format; raises TaskError."""
    return record.identity(_module(dialect).ID)


def title(name: str, dialect: str) -> str:
    """What the task of a problem is called: its id, after the suite's name where it is a number."""
    return f"{_module(dialect).TITLE}/{name}" if name.isdecimal() else name


def dialect_of(record: Record, dialect: str | None = None) -> str:
    """The format that a record is written in, which must be `dialect` where that is given.

    Raises TaskError, which names the format that it is in where that is another.
    """
    found = recognised(record)
    if dialect is None and found is None:
        record.fail(f"this is no problem of a known suite ({', '.join(DIALECTS)})")
    if dialect is not None and not _fits(record, dialect):
        needed = " or ".join(", ".join(sorted(keys)) for keys in _module(dialect).KEYS)
        hint = f": this looks like {found}" if found else ""
        record.fail(f"this is no problem of {dialect}, which has the keys {needed}{hint}")
    return dialect or cast(str, found)


def _fits(record: Record, dialect: str) -> bool:
    return any(keys <= record.fields.keys() for keys in _module(dialect).KEYS)


def _module(dialect: str) -> Dialect:
    return cast(Dialect, import_module(DIALECTS[dialect]))
