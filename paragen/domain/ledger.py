"""A mapping that only grows, and of which every earlier state stays valid at no cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Ledger(Mapping[str, Value], Generic[Value]):
    """Entries by id, in the order of their adding; a value: `added` gives another ledger.

    All states of one ledger share their entries, and each sees only as many as it has. So adding
    costs the same however long the ledger is, but where something else was added to the same
    state before: then the entries are copied.
    """

    __slots__ = ("_length", "_shared")

    def __init__(self, entries: Mapping[str, Value] | None = None) -> None:
        self._shared: dict[str, tuple[int, Value]] = {
            key: (number, value) for number, (key, value) in enumerate((entries or {}).items())
        }
        self._length = len(self._shared)

    def added(self, key: str, value: Value) -> Ledger[Value]:
        """The ledger with one more entry; raises KeyError where there is one of that id."""
        if key in self:
            raise KeyError(key)
        grown: Ledger[Value] = Ledger.__new__(Ledger)
        # A state that isn't the newest branches off: the others must not see what it adds.
        is_newest = self._length == len(self._shared)
        shared = self._shared if is_newest else dict(islice(self._shared.items(), self._length))
        shared[key] = (self._length, value)
        grown._shared = shared
        grown._length = self._length + 1
        return grown

    def __getitem__(self, key: str) -> Value:
        number, value = self._shared[key]
        if number >= self._length:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return islice(self._shared, self._length)

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"Ledger({dict(self)!r})"
