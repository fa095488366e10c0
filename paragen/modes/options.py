"""A mode's own options: a frozen dataclass of each mode, filled from the command line or a table.

An option is a field with a default, and with `option(...)`'s help and bounds. What a user writes
comes as text (`--mode-opt threshold=0.8`) or as TOML has it (`[modes.quorum] threshold = 0.8`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from paragen.domain.errors import UsageError
from paragen.domain.plan import Written
from paragen.parse.nearest import did_you_mean

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class NoOptions:
    """The options of a mode that has none."""


def option(
    default: Any,
    help: str,
    *,
    least: float | None = None,
    most: float | None = None,
    among: tuple[str, ...] = (),
) -> Any:
    """A field of a mode's options, with the help that users read.

    A number's bounds are `least` and `most`; a text is one of `among`, anything where it is empty.
    """
    metadata = {"help": help, "least": least, "most": most, "among": among}
    return dataclasses.field(default=default, metadata=metadata)


def filled(kind: type[T], mode: str, written: Mapping[str, Written]) -> T:
    """A mode's options with what a user wrote; raises UsageError for what it doesn't have."""
    fields = {one.name: one for one in dataclasses.fields(kind)}
    types = get_type_hints(kind)
    values: dict[str, object] = {}
    for name, value in written.items():
        if name not in fields:
            there = f"Its options: {', '.join(fields)}." if fields else "It has no options."
            hint = did_you_mean(name, fields)
            raise UsageError(f"Mode {mode} has no option {name!r}{hint or '.'} {there}")
        values[name] = _value(types[name], value, f"{mode}'s {name}", fields[name].metadata)
    return kind(**values)


def _value(kind: object, value: Written, what: str, bounds: Mapping[str, Any]) -> object:
    if kind is bool:
        known = value if isinstance(value, bool) else _WORDS.get(str(value).lower())
        if known is None:
            raise UsageError(f"{what} is true or false, not {value!r}.")
        return known
    if kind in (int, float):
        return _number(kind is int, value, what, bounds["least"], bounds["most"])
    if kind is str and isinstance(value, str):
        return _word(value, what, bounds["among"])
    if kind == tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        if isinstance(parts, list | tuple) and all(str(part).strip() for part in parts):
            return tuple(str(part).strip() for part in parts)
        raise UsageError(f"{what} is a list of names, not {value!r}.")
    raise UsageError(f"{what} can't be {value!r}.")


def _word(value: str, what: str, among: tuple[str, ...]) -> str:
    if among and value not in among:
        hint = did_you_mean(value, among)
        raise UsageError(f"{what} can't be {value!r}{hint or '.'} It is one of {', '.join(among)}.")
    return value


def _number(
    whole: bool, value: Written, what: str, least: float | None, most: float | None
) -> float:
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        number = int(value) if whole and not isinstance(value, float) else float(value)
    except ValueError:
        number = math.nan
    if whole and isinstance(number, float):
        number = int(number) if number.is_integer() else math.nan
    too_low = least is not None and not number >= least
    too_high = most is not None and not number <= most
    if not math.isfinite(number) or too_low or too_high:
        kind = "a whole number" if whole else "a number"
        bounds = " and ".join(
            part
            for part in (
                "" if least is None else f"at least {least:g}",
                "" if most is None else f"at most {most:g}",
            )
            if part
        )
        raise UsageError(f"{what} is {kind}{' of ' + bounds if bounds else ''}, not {value!r}.")
    return number
