"""Operators of proxies: asked of the program, but with plain data decided here (see `Own`)."""

from __future__ import annotations

from .owned import Own, held, state_of
from .specials import UNARY
from .values import ENCODERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .owned import State

_MEASURES = frozenset(
    ("__bool__", "__int__", "__float__", "__complex__", "__index__", "__round__", "__trunc__",
     "__floor__", "__ceil__", *UNARY),
)  # fmt: skip


def asking(name: str) -> Callable[..., Any]:
    """A method that is delegated whatever it is given."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        state = held(self)
        result = state.ask("do", name, *args, **kwargs)
        if state.own is Own.TAINTED and name in _MEASURES and state_of(result) is None:
            raise TypeError(f"{type(self).__name__} of an operator has no plain value here")
        return result

    method.__name__ = name
    return method


def comparison(name: str) -> Callable[[Any, Any], Any]:
    """A comparison: the program decides it between objects of its own, content with plain data."""

    def method(self: Any, other: Any) -> Any:
        state = held(self)
        if state.remote.decoding:
            return self is other if name == "__eq__" else NotImplemented
        if state_of(other) is None and state.own is not Own.CONSTRUCTED:
            return _compared(state, name, other)
        result = state.ask("do", name, other)
        if type(result) is not bool:
            raise TypeError(f"{type(self).__name__}.{name} gave no bool")
        return result

    method.__name__ = name
    return method


def _compared(state: State, name: str, other: Any) -> Any:
    """Compare the plain content with plain data, of which no type has a say of its own.

    Not even where the method is called by its name: NotImplemented would be as good as true.
    """
    result = _with_content(state, name, other)
    if result is not NotImplemented or type(other) not in ENCODERS:
        return result
    if state.base is not None:
        reflected = getattr(type(other), _REFLECTED[name])
        result = reflected(other, state.remote.content(state))
    if result is not NotImplemented:
        return result
    if name in ("__eq__", "__ne__"):
        return name == "__ne__"
    kinds = f"{type(state.proxy).__name__!r} and {type(other).__name__!r}"
    raise TypeError(f"{name!r} not supported between instances of {kinds}")


_REFLECTED = {
    "__eq__": "__eq__", "__ne__": "__ne__", "__lt__": "__gt__", "__le__": "__ge__",
    "__gt__": "__lt__", "__ge__": "__le__",
}  # fmt: skip


def _with_content(state: State, name: str, other: Any) -> Any:
    """Compare or combine the plain content with plain data; there may be none."""
    if state.base is None:
        return NotImplemented
    content = state.remote.content(state)
    method = getattr(state.base, name, None)
    return NotImplemented if method is None else method(content, other)


def arithmetic(name: str) -> Callable[..., Any]:
    """An arithmetic operator, whose result is worth no more than its operands are."""

    def method(self: Any, other: Any, *more: Any) -> Any:
        state = held(self)
        peer = state_of(other)
        if peer is None and state.own is Own.FOREIGN:
            return _with_content(state, name, other)
        trusted = state.own is Own.CONSTRUCTED or (peer is not None and state.own >= 0)
        result = state.remote.combine(state, name, (other, *more), Own.DERIVED if trusted else None)
        if not trusted and state_of(result) is None:
            raise TypeError(f"{type(self).__name__}.{name} with plain data gives plain data")
        return result

    method.__name__ = name
    return method


def hash_of(self: Any) -> int:
    """The hash, asked for once."""
    state = held(self)
    if state.hash is None:
        if state.remote.decoding:
            raise TypeError("a key whose hash is unknown")
        result = state.ask("do", "__hash__")
        if type(result) is not int:
            raise TypeError("__hash__ method should return an integer")
        state.hash = result
    return state.hash
