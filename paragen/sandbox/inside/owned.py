"""The program's objects as the test has them, and how far the word of each counts."""

from __future__ import annotations

from enum import IntEnum

from ..runner.outcomes import Unsupported
from .content import FIXED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .remote import Remote


class Own(IntEnum):
    """How far a proxy's operators may be trusted with plain data.

    CONSTRUCTED: the test made it by calling a class of the program, and it has come by no other
    way since; its operators take plain data and may give plain data. DERIVED: an operator of such
    objects made it; its operators take plain data, but may give objects only, which are TAINTED:
    no number may be made of them either, or `abs(a * b - 11) < 0.1` would be the program's to say.
    FOREIGN: anything else.

    A class is NAMED that the test has had by the names alone under which it uses it as a class:
    what calling it makes is CONSTRUCTED. It is TAINTED for good once it has come otherwise, as what
    a function gives, say, for the test would call it as a function.
    """

    TAINTED = -1
    FOREIGN = 0
    DERIVED = 1
    CONSTRUCTED = 2
    NAMED = 3


class State:
    """What is known of one of the program's objects."""

    __slots__ = (
        "base", "born", "content", "content_at", "hash", "length", "number", "own", "proxy",
        "remote", "said", "said_at", "told", "whole",
    )  # fmt: skip

    def __init__(self, remote: Remote, number: int, proxy: Any, base: type | None = None) -> None:
        self.remote = remote
        self.number = number
        self.proxy = proxy
        self.base = base
        self.own = Own.FOREIGN
        self.born = -1
        self.hash: int | None = None
        self.length = 0
        """How long it last said that it is."""
        self.told = -1
        """When it said so, as the count of the program's deeds (see `Remote`)."""
        self.content: Any = None
        """What it had in it as a builtin whose content can change, at `content_at`."""
        self.content_at = -1
        self.said: dict[tuple[Any, ...], Any] = {}
        """What it has answered since `said_at` (see `steady`)."""
        self.said_at = -1
        self.whole: tuple[State, tuple[Any, ...]] | None = None
        """What it was cut of by a slice, and by which."""

    def ask(self, operation: str, name: str | None, /, *args: Any, **kwargs: Any) -> Any:
        """Have something done with the object."""
        return self.remote.request(operation, self.number, name, args, kwargs)


STATES: dict[int, State] = {}
"""By the id of the proxy, which its state keeps alive; nothing on a proxy says what it is."""


def state_of(value: object) -> State | None:
    """What a proxy stands for, None for anything that is no proxy."""
    return STATES.get(id(value))


def held(value: Any) -> State:
    """What a proxy stands for; raises Unsupported once its program is gone."""
    state = STATES.get(id(value))
    if state is None:
        raise Unsupported("an object of a program that is no longer there")
    return state


def is_content(state: State) -> bool:
    """Whether an object counts as what its content is: the tests know nothing of its class.

    A function should have given them a number or a list, then, and not something that agrees with
    whatever it is compared with.
    """
    if state.base is None or state.own is Own.CONSTRUCTED:
        return False
    kind = STATES.get(id(type(state.proxy)))
    return kind is None or kind.own is not Own.NAMED


def of_content(state: State, name: str) -> Callable[..., Any] | None:
    """The builtin's own method for an object that counts as its content, and can't change it."""
    if state.base not in FIXED or not is_content(state):
        return None
    return getattr(state.base, name, None)


def current(state: State) -> Any:
    """The content of an object that counts as one that can change; None for any other.

    It is asked for once until a deed may have changed it.
    """
    if state.base is None or state.base in FIXED or not is_content(state):
        return None
    if state.content_at != state.remote.deeds:
        state.content = _in_its_order(state.remote.content(state), state)
        state.content_at = state.remote.deeds
    return state.content


def _in_its_order(content: Any, state: State) -> Any:
    """The content of a dict in the order in which its class has it."""
    if state.base is not dict:
        return content
    _, keys = state.ask("list", None)
    same = len(keys) == len(content) and all(key in content for key in keys)
    return {key: content[key] for key in keys} if same else content
