"""The plain content of instances of subclasses of builtins, and exceptions made of their own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CONTENT: dict[type, Callable[[Any], Any]] = {
    int: lambda value: int.__add__(value, 0),
    float: lambda value: float.__add__(value, -0.0),
    str: lambda value: str.__str__(value),
    bytes: lambda value: bytes(memoryview(value)),
    complex: lambda value: complex.__add__(value, complex(-0.0, -0.0)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    list: lambda value: list(list.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
    dict: lambda value: dict(dict.items(value)),
    bytearray: lambda value: bytes(value),
}
"""Gets at the content past whatever the subclass overrides."""

FIXED = (int, float, str, bytes, complex, tuple, frozenset)
"""Those whose content can't change: it crosses with the handle."""

BASES: dict[str, type] = {kind.__name__: kind for kind in CONTENT}


def base_of(cls: type) -> type | None:
    """The builtin that a class adds to, None if its instances have no such content."""
    return next((base for base in cls.__mro__ if base in CONTENT), None)


def made_again(cls: type[BaseException], arguments: tuple[Any, ...]) -> BaseException:
    """An exception with these arguments, without a call of the class, which may take others.

    What the interpreter itself reads of an exception is set as well: it takes it to be there.
    """
    error = cls.__new__(cls, *(arguments if issubclass(cls, BaseExceptionGroup) else ()))
    if isinstance(error, StopIteration):
        StopIteration.__init__(error, *arguments)
    error.args = arguments
    return error
