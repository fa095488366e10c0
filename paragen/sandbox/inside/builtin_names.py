"""Builtin and standard classes and functions, which both sides have and name to each other."""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CLASSES: dict[str, type] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and name != "object" and not name.startswith("_")
}
"""The builtin classes by name, exceptions among them; `object` has no name of its own here."""
CLASSES["NoneType"] = type(None)

ERRORS = {
    ("asyncio.exceptions", "CancelledError"), ("asyncio.exceptions", "InvalidStateError"),
    ("asyncio.queues", "QueueEmpty"), ("asyncio.queues", "QueueFull"), ("_queue", "Empty"),
    ("queue", "Full"), ("binascii", "Error"), ("binascii", "Incomplete"),
    ("configparser", "Error"), ("_csv", "Error"), ("dataclasses", "FrozenInstanceError"),
    ("decimal", "DecimalException"), ("decimal", "InvalidOperation"),
    ("decimal", "DivisionByZero"), ("decimal", "ConversionSyntax"), ("decimal", "Overflow"),
    ("graphlib", "CycleError"), ("json.decoder", "JSONDecodeError"), ("re", "error"),
    ("statistics", "StatisticsError"), ("struct", "error"), ("zlib", "error"),
    ("ipaddress", "AddressValueError"), ("ipaddress", "NetmaskValueError"),
    ("xml.etree.ElementTree", "ParseError"), ("zoneinfo._common", "ZoneInfoNotFoundError"),
    ("string", "TemplateError"), ("copy", "Error"), ("_pickle", "PicklingError"),
    ("_pickle", "UnpicklingError"), ("sqlite3", "Error"), ("sqlite3", "IntegrityError"),
    ("sqlite3", "OperationalError"),
}  # fmt: skip
"""Exception classes of the standard library that cross as themselves, if a test has them too."""

_VALUES = {
    ("dataclasses", "_FIELD"), ("dataclasses", "MISSING"), ("inspect", "_empty"),
    ("typing", "Any"),
}  # fmt: skip
SINGLES = ERRORS | _VALUES


def name_of(value: Any) -> list[str] | str | None:
    """What the other side may know a class or single value by, None for what is of the program."""
    if isinstance(value, type):
        name = value.__name__
        if CLASSES.get(name) is value:
            return name
        place = (value.__module__, name)
        if place in SINGLES and _at(*place) is value:
            return list(place)
        return None
    for module, name in _VALUES:
        if _at(module, name) is value:
            return [module, name]
    return None


def value_of(name: Any) -> Any:
    """The value of such a name, None where it isn't in the table or not imported on this side."""
    if type(name) is str:
        return CLASSES.get(name)
    module, attribute = name
    return _at(module, attribute) if (module, attribute) in SINGLES else None


def _at(module: str, name: str) -> Any:
    return vars(sys.modules[module]).get(name) if module in sys.modules else None
