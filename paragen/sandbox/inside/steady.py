"""What the program's objects have said of themselves, which they must say again if asked again.

A test that looks at an answer from two sides, as whether a list has the same items as another and
whether they are in order, would otherwise pass with an object that shows another answer to each.
"""

from __future__ import annotations

from .owned import Own, state_of
from .values import FLAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .owned import State

_MOST_SAID = 100_000
"""So much of what an object says is remembered, from the first on."""
_MOST_PARTS, _MOST_DEEP = 1000, 20
"""Answers of more parts, or deeper ones, aren't."""

_ITEM, _ITERATED, _REVERSED = "__getitem__", "__iter__", "__reversed__"
_END, _SLICE, _PART, _SOUGHT = "end", "slice", "part", "sought"
_OPEN = object()
"""Stands for an answer that isn't kept: an object of the program's, or one that is too large."""


def forget(state: State) -> None:
    """Forget what an object has said: a step of it may have changed it."""
    state.said.clear()


def steady(state: State, about: tuple[Any, ...], answer: Any) -> Any:
    """The plain answer to a question, which is the same as before while nothing has been done.

    Not of an object that the test has made: what its class answers is what is tested.
    """
    if state.own <= Own.FOREIGN and (kept := _kept(answer)) is not _OPEN:
        said = _said(state)
        if len(said) < _MOST_SAID or about in said:
            _must_be_same(state, said.setdefault(about, kept), kept)
    return answer


def steady_item(state: State, key: Any, item: Any) -> Any:
    """The item of a key, which iterating gives as well, if it isn't one of a mapping's."""
    kept = _kept_key(key)
    if kept is _OPEN or state.own > Own.FOREIGN:
        return item
    steady(state, (_ITEM, kept), item)
    _must_fit(state, kept)
    peer = state_of(item) if type(key) is slice else None
    if peer is not None and peer.own <= Own.FOREIGN:
        _said(state)[_PART, kept] = peer
        peer.whole = state, kept
    return item


def steady_items(state: State, name: str, items: Any) -> Iterator[Any]:
    """Items of a container, which are the same each time that it is iterated over."""
    count = 0
    for item in items:
        yield steady(state, (name, count), item)
        count += 1
    steady(state, (name, _END), count)
    forth, back = _all(state, _ITERATED), _all(state, _REVERSED)
    if forth is not None and back is not None and len(forth) == len(back):
        for one, other in zip(forth, reversed(back), strict=True):
            if _OPEN not in (one, other):
                _must_be_same(state, one, other)
    for about, said in list(state.said.items()):
        if about[0] == _ITEM:
            _must_fit(state, about[1])
        elif about[0] == _PART:
            _must_be_part(said)
        elif about[0] == _SOUGHT:
            _must_tell(state, about[1], about[2], said)
    if state.whole is not None:
        _must_be_part(state)


def steady_search(state: State, name: str, sought: Any, found: Any) -> None:
    """See that `index` or `count` says the same again, and `index` where the item is.

    What `count` counts needn't be how often iterating gives it: a stock has so many of a thing.
    """
    kept = _kept(sought)
    if kept is not _OPEN:
        steady(state, (_SOUGHT, name, kept), found)
        _must_tell(state, name, kept, found)


def _said(state: State) -> dict[tuple[Any, ...], Any]:
    """What an object has said since anything was done last."""
    if state.said_at != state.remote.deeds:
        state.said.clear()
        state.said_at = state.remote.deeds
    return state.said


def _kept(answer: Any) -> Any:
    """An answer as it is now, to compare others with: plain all through, or `_OPEN`."""
    return answer if type(answer) in FLAT else _Keeper().kept(answer, _MOST_DEEP)


class _Keeper:
    """Keeps one answer, as tuples with the type of each container."""

    def __init__(self) -> None:
        self._left = _MOST_PARTS

    def kept(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in FLAT or kind is bytes:
            return value
        if kind not in (list, tuple, set, frozenset, dict) or depth == 0:
            return _OPEN
        self._left -= len(value)
        if self._left < 0:
            return _OPEN
        parts = value.items() if kind is dict else value
        kept = tuple(self.kept(part, depth - 1) for part in parts)
        if any(part is _OPEN for part in kept):
            return _OPEN
        return kind, kept if kind in (list, tuple) else frozenset(kept)


def _kept_key(key: Any) -> Any:
    if type(key) is not slice:
        return _kept(key)
    parts = (key.start, key.stop, key.step)
    return (_SLICE, *parts) if FLAT.issuperset(map(type, parts)) else _OPEN


def _all(state: State, name: str) -> list[Any] | None:
    """All that iterating has given; None where it hasn't come to its end."""
    said = state.said if state.said_at == state.remote.deeds else {}
    count = said.get((name, _END))
    return None if count is None else [said.get((name, place), _OPEN) for place in range(count)]


def _must_fit(state: State, key: Any) -> None:
    """See that an item is what iterating gave in its place, unless that gives keys."""
    item = state.said.get((_ITEM, key), _OPEN)
    if item is _OPEN:
        return
    if type(key) is int and (_ITERATED, key) in state.said:
        iterated = state.said[_ITERATED, key]
        if item != iterated:
            given = [value for about, value in state.said.items() if about[0] == _ITERATED]
            if key not in given:
                _must_be_same(state, item, iterated)
    elif _is_slice(key) and type(item) is tuple and item[0] in (list, tuple):
        items = _all(state, _ITERATED)
        if items is not None and _OPEN not in items:
            _must_be_same(state, item[1], tuple(items[slice(*key[1:])]))


def _must_tell(state: State, name: str, sought: Any, found: Any) -> None:
    """See that an item is where it was found, if it is among them."""
    items = _all(state, _ITERATED)
    if name != "index" or items is None or _OPEN in items or sought not in items:
        return
    if type(found) is not int or not 0 <= found < len(items) or items[found] != sought:
        _must_be_same(state, items.index(sought), found)


def _must_be_part(part: State) -> None:
    """See that what was cut of an object gives the same items as are there in the whole."""
    assert part.whole is not None
    whole, key = part.whole
    items, own = _all(whole, _ITERATED), _all(part, _ITERATED)
    if items is not None and own is not None and _OPEN not in items + own:
        _must_be_same(part, own, items[slice(*key[1:])])


def _is_slice(key: Any) -> bool:
    return type(key) is tuple and key[0] is _SLICE


def _must_be_same(state: State, before: Any, answer: Any) -> None:
    unequal = before != answer and (before == before or answer == answer)
    if type(before) is type(answer) and not unequal:
        return
    kind = state.proxy if isinstance(state.proxy, type) else type(state.proxy)
    what = f"{before!r} and then {answer!r}"
    if not FLAT.issuperset((type(before), type(answer))):
        what = "one thing and then another"
    raise TypeError(f"{kind.__name__} says {what} of the same")


def steady_equality(state: State, peer: State, equal: bool) -> None:
    """See that two objects, of which the test has made neither, are either equal or not."""
    if max(state.own, peer.own) > Own.FOREIGN or state is peer:
        return
    first, second = sorted((state, peer), key=lambda one: one.number)
    steady(first, ("__eq__", second.number), equal)
