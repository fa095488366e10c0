"""How deep values may be that came over: there may be references to others within them."""

from __future__ import annotations

from collections import defaultdict, deque

from .channel import Breach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_LINKED = 5000
"""How many of the containers that the interpreter frees within each other may be in a row."""

CHAINING = frozenset((defaultdict, deque))
"""Those of them that one may have by references, so that no message seems deep."""


class Depths:
    """Bounds of what came, counted since no container was shared any more."""

    def __init__(self) -> None:
        self.deepest = 0
        """How deep the deepest of the values was nested, references aside."""
        self.references = 0
        """How many containers were referred to within others."""
        self._links = 0
        self._reach = 0

    @property
    def reach(self) -> int:
        """How deep a value may be that ever came: each part between two references is in one."""
        return max(self._reach, self.deepest * (self.references + 1))

    def settle(self) -> None:
        """No container is shared any more: what comes from now on refers to none of before."""
        self._reach = self.reach
        self.deepest = self.references = self._links = 0

    def link(self, kind: type, encoded: list[Any], items: list[Any]) -> None:
        """Count which of a container's items it refers to; raises Breach for too long a chain.

        Freeing one of these containers frees those that it holds, and so on: at some length of that
        the interpreter's stack is full.
        """
        if kind in CHAINING and not CHAINING.isdisjoint(map(type, items)):
            self._links += sum(type(item) is dict and "@" in item for item in encoded)
            if self._links * self.deepest > MOST_LINKED:
                raise Breach("too long a chain of containers")
