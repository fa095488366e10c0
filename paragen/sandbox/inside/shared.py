"""Mutable containers that both sides have a copy of, while a call lasts.

The two sides take turns, so a side changes its copies only between two messages. Each message
brings along what its sender changed since it was last told: with that, `f(items)` that sorts in
place sorts the test's own list, and what comes back as an argument is that argument. Both sides
number containers in the order in which they cross, so a number says which is meant.
"""

from __future__ import annotations

from collections import deque
from operator import is_

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Shared:
    """The containers that crossed since the outermost call began."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.numbers: dict[int, int] = {}
        self._before: list[Any] = []

    def add(self, container: Any) -> None:
        """Number a container, which stays alive till the call ends."""
        self.numbers[id(container)] = len(self.items)
        self.items.append(container)

    def cut(self, count: int) -> None:
        """Forget all but the first `count`."""
        if len(self.items) > count:
            for container in self.items[count:]:
                del self.numbers[id(container)]
            del self.items[count:]
            del self._before[count:]

    def remember(self) -> None:
        """Note what everything holds now, before code that may change it runs."""
        self._before = [_held(container) for container in self.items]

    def changed(self) -> list[int]:
        """The numbers of those that hold something else than when last noted.

        Those that crossed since then are new to the other side, and as it has them.
        """
        found = []
        for number, before in enumerate(self._before):
            now = _held(self.items[number])
            same = now == before if type(now) is bytes else _identical(now, before)
            if not same:
                found.append(number)
        return found


def _held(container: Any) -> Any:
    """What a container holds, in a form that compares without calling anybody's methods."""
    if isinstance(container, bytearray):
        return bytes(container)
    if isinstance(container, dict):
        return [*container, *container.values()]
    return list(container)


def _identical(now: list[Any], before: list[Any]) -> bool:
    return len(now) == len(before) and all(map(is_, now, before))


def fill(container: Any, held: list[Any]) -> None:
    """Make a container hold just this: elements, bytes in a list of one, or keys and values."""
    if isinstance(container, bytearray):
        container[:] = held[0]
    elif isinstance(container, dict):
        keys, values = held
        container.clear()
        for key, value in zip(keys, values, strict=True):
            container[key] = value
    elif isinstance(container, list):
        container[:] = held
    else:
        container.clear()
        if isinstance(container, deque):
            container.extend(held)
        else:
            container.update(held)
