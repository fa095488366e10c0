"""Operators of proxies: asked of the program, but with plain data decided here (see `Own`)."""

from __future__ import annotations

from .content import CONTENT, FIXED
from .owned import Own, held, is_content, of_content, state_of
from .specials import SIZES, UNARY
from .steady import forget, steady, steady_equality
from .values import ENCODERS, FLAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .owned import State

_MEASURES = SIZES | UNARY.keys()
_STEADY = SIZES - {"__bool__"} | {"__str__", "__repr__", "__format__"}
_STEPS = frozenset(("__next__", "__anext__"))
_JOINED = (str, bytes, bytearray, set, frozenset, dict)
"""What operators only join, or choose from: no class computes anything with it."""


def asking(name: str) -> Callable[..., Any]:
    """A method that is delegated whatever it is given."""
    measures, sizes = name in _MEASURES, name in SIZES

    def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        state = held(self)
        if sizes and (own_way := of_content(state, name)) is not None:
            return own_way(self, *args)
        result = state.ask("do", name, *args, **kwargs)
        if name in _STEADY and FLAT.issuperset(map(type, args)):
            steady(state, (name, *args), result)
        elif name in _STEPS:
            forget(state)
        if state.own is Own.TAINTED and measures and state_of(result) is None:
            raise TypeError(f"{type(self).__name__} of an operator has no plain value here")
        return result

    method.__name__ = name
    return method


def comparison(name: str) -> Callable[[Any, Any], Any]:
    """A comparison: the program decides it between objects of its own, content with plain data."""

    def method(self: Any, other: Any) -> Any:
        state = held(self)
        if state.remote.decoding and not (_is_fixed(state) and _is_fixed(state_of(other))):
            return self is other if name == "__eq__" else NotImplemented
        peer = state_of(other)
        if peer is None and state.own is not Own.CONSTRUCTED:
            return _compared(state, name, other)
        if peer is not None and is_content(state) and is_content(peer):
            return _compared(state, name, _plain(peer))
        result = state.ask("do", name, other)
        if type(result) is not bool:
            raise TypeError(f"{type(self).__name__}.{name} gave no bool")
        if peer is not None and name in ("__eq__", "__ne__"):
            steady_equality(state, peer, result is (name == "__eq__"))
        return result

    method.__name__ = name
    return method


def _is_fixed(state: State | None) -> bool:
    """Whether the program needn't be asked for what it compares as; None stands for plain data."""
    return state is None or (state.base in FIXED and is_content(state))


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


def _is_inexact(state: State) -> bool:
    """Whether it is a number with which one computes how far from right something is."""
    return state.base in (float, complex) and is_content(state)


def _are_content(state: State, peer: State, name: str) -> bool:
    """Whether an operator is the builtins' own: of such numbers, and of texts and sets, say.

    By the ones a test sees how far from right an answer is, by the others if parts make a whole.
    """
    if _is_inexact(state) and _is_inexact(peer):
        return True
    joined = state.base in _JOINED and peer.base in _JOINED and hasattr(state.base, name)
    return joined and is_content(state) and is_content(peer)


def _plain(state: State) -> Any:
    """The content of an object of a subclass of a builtin, as that builtin's own."""
    if state.base in FIXED:
        return CONTENT[state.base](state.proxy)
    return state.remote.content(state)


def arithmetic(name: str) -> Callable[..., Any]:
    """An arithmetic operator, whose result is worth no more than its operands are."""

    def method(self: Any, other: Any, *more: Any) -> Any:
        state = held(self)
        peer = state_of(other)
        if peer is None and state.own is Own.FOREIGN:
            return _with_content(state, name, other)
        if peer is not None and _are_content(state, peer, name):
            return _with_content(state, name, _plain(peer))
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
    if (own_way := of_content(state, "__hash__")) is not None:
        return int(own_way(self))
    if state.hash is None:
        if state.remote.decoding:
            raise TypeError("a key whose hash is unknown")
        result = state.ask("do", "__hash__")
        if type(result) is not int:
            raise TypeError("__hash__ method should return an integer")
        state.hash = result
    return state.hash
