"""What the program's objects have said of themselves, which they must say again if asked again.

A test that looks at an answer from two sides, as whether a list has the same items as another and
whether they are in order, would otherwise pass with an object that shows another answer to each.
"""

from __future__ import annotations

from .owned import Own
from .values import FLAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .owned import State

_MOST_SAID = 100_000
"""So much of what an object says is remembered, from the first on."""

_ITEM, _ITERATED, _REVERSED = "__getitem__", "__iter__", "__reversed__"


def forget(state: State) -> None:
    """Forget what an object has said: a step of it may have changed it."""
    state.said.clear()


def steady(state: State, about: tuple[Any, ...], answer: Any) -> Any:
    """The plain answer to a question, which is the same as before while nothing has been done.

    Not of an object that the test has made: what its class answers is what is tested.
    """
    if state.own > Own.FOREIGN or type(answer) not in FLAT:
        return answer
    if state.said_at != state.remote.deeds:
        state.said.clear()
        state.said_at = state.remote.deeds
    if len(state.said) >= _MOST_SAID and about not in state.said:
        return answer
    _must_be_same(state, state.said.setdefault(about, answer), answer)
    return answer


def steady_item(state: State, key: Any, item: Any) -> Any:
    """The item of a key, which iterating gives as well, if it isn't one of a mapping's."""
    if type(key) not in FLAT:
        return item
    steady(state, (_ITEM, key), item)
    _must_fit(state, key)
    return item


def steady_items(state: State, name: str, items: Any) -> Iterator[Any]:
    """Items of a container, which are the same each time that it is iterated over."""
    count = 0
    for item in items:
        yield steady(state, (name, count), item)
        count += 1
    for place in range(count):
        there, back = (_ITERATED, place), (_REVERSED, count - 1 - place)
        if there in state.said and back in state.said:
            _must_be_same(state, state.said[there], state.said[back])
    for about in list(state.said):
        if about[0] == _ITEM:
            _must_fit(state, about[1])


def _must_fit(state: State, key: Any) -> None:
    """See that an item is what iterating gave in its place, unless that gives keys."""
    if type(key) is not int or (_ITERATED, key) not in state.said:
        return
    item, iterated = state.said.get((_ITEM, key)), state.said[_ITERATED, key]
    if (_ITEM, key) in state.said and item != iterated:
        given = [value for about, value in state.said.items() if about[0] == _ITERATED]
        if key not in given:
            _must_be_same(state, item, iterated)


def _must_be_same(state: State, before: Any, answer: Any) -> None:
    unequal = before != answer and (before == before or answer == answer)
    if type(before) is not type(answer) or unequal:
        kind = state.proxy if isinstance(state.proxy, type) else type(state.proxy)
        raise TypeError(f"{kind.__name__} says {before!r} and then {answer!r} of the same")


def steady_equality(state: State, peer: State, equal: bool) -> None:
    """See that two objects, of which the test has made neither, are either equal or not."""
    if max(state.own, peer.own) > Own.FOREIGN or state is peer:
        return
    first, second = sorted((state, peer), key=lambda one: one.number)
    steady(first, ("__eq__", second.number), equal)
