"""Frozen values of the domain ⇄ what JSON knows, by their fields and types, strictly.

What is written holds every field, so that a default which changes later changes nothing that was
recorded. What is read may lack fields that have a default (they are newer than the record), but
may hold nothing unknown, and nothing of another type than its field's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")


class CodecError(ValueError):
    """What was read isn't what was to be read: where, and why."""


def encoded(value: object) -> Any:
    """A value as JSON knows it: objects for dataclasses and mappings, arrays for sequences."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: encoded(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return {str(key): encoded(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [encoded(one) for one in value]
    raise TypeError(f"{type(value).__name__} isn't recorded")


def decoded(kind: type[Kind], value: object) -> Kind:
    """The value of this type that `encoded` made this of; raises CodecError.

    Values of dataclasses which are there already are taken as they are.
    """
    return cast(Kind, _decoded(kind, value, kind.__name__))


def _decoded(kind: Any, value: object, where: str) -> object:
    if is_dataclass(kind):
        return _object(cast(type, kind), value, where)
    origin, parameters = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(parameters, value, where)
    if origin in (tuple, Sequence) and isinstance(value, list):
        return tuple(_decoded(parameters[0], one, f"{where}[{n}]") for n, one in enumerate(value))
    if origin is Mapping and isinstance(value, dict):
        return {key: _decoded(parameters[1], one, f"{where}.{key}") for key, one in value.items()}
    if isinstance(kind, type) and issubclass(kind, StrEnum) and value in list(kind):
        return kind(str(value))
    if kind is object or _is_plain(kind, value):
        return value
    raise CodecError(f"{where} can't be {value!r}")


def _is_plain(kind: object, value: object) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, int | float)
    return kind in (int, str, NoneType) and isinstance(value, cast(type, kind))


def _one_of(kinds: Sequence[object], value: object, where: str) -> object:
    for kind in kinds:
        try:
            return _decoded(kind, value, where)
        except CodecError:
            continue
    raise CodecError(f"{where} can't be {value!r}")


def _object(kind: type, value: object, where: str) -> object:
    if isinstance(value, kind):
        return value
    if not isinstance(value, dict):
        raise CodecError(f"{where} can't be {value!r}")
    types = _types(kind)
    unknown = value.keys() - types.keys()
    missing = _required(kind) - value.keys()
    if unknown or missing:
        what = f"no {min(missing)}" if missing else f"a {min(unknown)}, which isn't known"
        raise CodecError(f"{where} has {what}")
    return kind(**{name: _decoded(types[name], v, f"{where}.{name}") for name, v in value.items()})


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _types(kind: Any) -> Mapping[str, object]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in _names(kind)}


@cache
def _required(kind: Any) -> frozenset[str]:
    return frozenset(
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    )
