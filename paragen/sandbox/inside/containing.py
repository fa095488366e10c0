"""Proxies as containers: how many items they have, which, and whether one is among them.

A test that compares item by item stops at the last. So whoever says that it has some items and then
gives fewer would pass with those that it doesn't give.
"""

from __future__ import annotations

from .content import CONTENT
from .owned import Own, current, held, of_content, state_of
from .steady import steady_item, steady_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .owned import State


def contains(self: Any, item: Any) -> bool:
    """Plain data is looked for here, among all that iterating gives: only then does it count."""
    state = held(self)
    if (own_way := of_content(state, "__contains__")) is not None:
        return bool(own_way(self, item))
    if state_of(item) is not None or state.own is Own.CONSTRUCTED:
        result = state.ask("do", "__contains__", item)
        if type(result) is not bool:
            raise TypeError("no bool")
        return result
    if isinstance(self, str | bytes):
        base: Any = state.base
        return bool(base.__contains__(self, item))
    content = current(state)
    if content is not None:
        return item in content
    length, items = state.ask("list", None)
    if length not in (-1, len(items)):
        raise _says_another(state)
    return item in list(steady_items(state, "__iter__", items))


def length_of(self: Any) -> Any:
    """The length, which is remembered; a builtin's is that of the content."""
    state = held(self)
    if (own_way := of_content(state, "__len__")) is not None:
        return own_way(self)
    content = current(state)
    if content is not None:
        return len(content)
    length = state.ask("do", "__len__")
    if type(length) is int:
        state.length, state.told = length, state.remote.deeds
    return length


def iterate(self: Any) -> Any:
    """An iterator over no fewer items than it has said there are."""
    return _iterated(self, "__iter__")


def iterate_back(self: Any) -> Any:
    """The same from the last to the first."""
    return _iterated(self, "__reversed__")


def item_of(self: Any, key: Any) -> Any:
    """An item, of which those within the length are there."""
    state = held(self)
    if (own_way := of_content(state, "__getitem__")) is not None:
        return own_way(self, key)
    content = current(state)
    if content is not None:
        if _has(content, key):
            return content[key]
        state.content_at = -1  # a value for a missing key may be kept
    promised = _promised(state)
    try:
        return steady_item(state, key, state.ask("do", "__getitem__", key))
    except IndexError:
        if type(key) is int and 0 <= key < promised:
            raise _says_another(state) from None
        raise


def _iterated(self: Any, name: str) -> Any:
    state = held(self)
    if (own_way := of_content(state, name)) is not None:
        return own_way(self)
    if name == "__reversed__" and of_content(state, "__getitem__") is not None:
        return reversed(CONTENT[state.base](self))  # type: ignore[index]  # there is one
    content = current(state)
    if isinstance(content, list) and name == "__iter__":
        return _entries(state)
    if hasattr(content, name):
        return getattr(content, name)()
    promised = _promised(state)
    iterator = state.ask("do", name)
    if _does(self, "__len__") and state_of(iterator) is not state:  # what steps itself moves on
        iterator = steady_items(state, name, iterator)
    return _at_least(promised, iterator, state) if promised else iterator


def _entries(state: State) -> Iterator[Any]:
    """The items of a list, as long as there are any."""
    place = 0
    while place < len(content := current(state)):
        yield content[place]
        place += 1


def _does(value: Any, name: str) -> bool:
    """Whether a value's class has a special method; of a class, it may be that of its own class."""
    try:
        object.__getattribute__(value, name)
    except AttributeError:
        return False
    return True


def _has(content: Any, key: Any) -> bool:
    """Whether a builtin has this itself; a class may have more, as a value for missing keys."""
    if isinstance(content, dict):
        return key in content
    if not isinstance(content, list | bytes):
        return False
    if type(key) is slice:
        return True
    return type(key) is int and -len(content) <= key < len(content)


def _promised(state: State) -> int:
    """How many items an object has said it has, if nothing can have changed them since.

    Not one that the test has made: how its class counts is what is tested.
    """
    kept = state.told == state.remote.deeds
    return state.length if kept and state.own <= Own.FOREIGN else 0


def _at_least(promised: int, iterator: Any, state: State) -> Iterator[Any]:
    given = 0
    while True:
        try:
            item = next(iterator)
        except StopIteration:
            break
        given += 1
        yield item
    if given < promised:
        raise _says_another(state)


def _says_another(state: State) -> TypeError:
    kind = state.proxy if isinstance(state.proxy, type) else type(state.proxy)
    return TypeError(f"{kind.__name__} has another length than it iterates over")
