"""A command whose options are read without pydantic, for verbs that should start at once.

Newer typers check every option's value with pydantic, which takes longer to import than all that
such a verb does. This class puts its own reader in front, for the few types that these verbs have.
Where a typer has no such place, the verb works as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import typer
from typer.core import TyperCommand, TyperGroup

MOST = 1_000_000_000


class LightCommand(TyperCommand):
    """A command with options of the types in READERS, or of one of them and None."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options with our own readers."""
        _put_readers(self.get_params(ctx))
        return super().parse_args(ctx, args)


class LightGroup(TyperGroup):
    """The same for the options that stand before a verb."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options with our own readers."""
        _put_readers(self.get_params(ctx))
        return super().parse_args(ctx, args)


def _put_readers(params: Iterable[Any]) -> None:
    for param in params:
        descriptor = getattr(param, "type_descriptor", None)
        read = reader(getattr(descriptor, "annotation", None))
        if read is not None and hasattr(param, "_runtime_param"):
            param._runtime_param = _Reader(read)


class _Reader:
    """In the place of typer's own: a value of the command line, as the type wanted."""

    def __init__(self, read: Callable[[str], object]) -> None:
        self._read = read

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> object:
        """The value; raises typer.BadParameter where it is none of the type's."""
        if value is None or not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from None


def reader(annotation: Any) -> Callable[[str], object] | None:
    """What reads values of a type, None for types that typer reads better."""
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not type(None)]
    if len(kinds) != 1 or not isinstance(kinds[0], type):
        return None
    (kind,) = kinds
    if issubclass(kind, StrEnum):
        return lambda word: _choice(kind, word)
    return READERS.get(kind)


def _choice(kind: type[StrEnum], word: str) -> StrEnum:
    try:
        return kind(word.lower())
    except ValueError:
        choices = ", ".join(repr(member.value) for member in kind)
        raise ValueError(f"{word!r} is not one of {choices}.") from None


def _positive(word: str) -> int:
    try:
        number = int(word)
    except ValueError:
        raise ValueError(f"{word!r} is not a whole number.") from None
    if not 1 <= number <= MOST:
        raise ValueError(f"{number} is not in the range 1<=x<={MOST}.")
    return number


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"{word!r} is not a number.") from None


def _flag(word: str) -> bool:
    if word.lower() in ("1", "true", "yes", "on"):
        return True
    if word.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{word!r} is neither true nor false.")


READERS: dict[type, Callable[[str], object]] = {
    bool: _flag,
    float: _number,
    int: _positive,
    Path: Path,
    str: str,
}
