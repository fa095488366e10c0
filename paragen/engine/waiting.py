"""The attempts that wait in one queue of dispatch, in the order in which they are to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from paragen.domain.generator import Attempt

Key = tuple[str, str]
"""A run's id and an attempt's id: unique in a session."""

Place = tuple[int, int, int]
"""A run's number, the round of its generator in it, and a number that no other attempt has."""


class Line:
    """Attempts in the order of their places: older runs first, so that results come as they go.

    Within a run a generator's second attempt comes after the first of all others. Were one
    generator asked to the end before the next, a card that gets hot, and so slower, would look
    like a slower generator.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[Place, Key]] = []
        self._attempts: dict[Key, tuple[Place, Attempt]] = {}

    def __len__(self) -> int:
        return len(self._attempts)

    def put(self, key: Key, attempt: Attempt, place: Place) -> None:
        """Let an attempt wait at its place."""
        self._attempts[key] = (place, attempt)
        heappush(self._heap, (place, key))

    def take(self, key: Key) -> Attempt:
        """An attempt that waits no longer; raises KeyError where it didn't."""
        _, attempt = self._attempts.pop(key)
        return attempt

    def items(self) -> Iterator[tuple[Key, Attempt]]:
        """All that wait, those that came first in front."""
        return ((key, attempt) for key, (_, attempt) in self._attempts.items())

    @property
    def oldest_run(self) -> int:
        """The number of the oldest run in an unempty line."""
        self._drop_taken()
        return self._heap[0][0][0]

    def first(self, count: int) -> list[Key]:
        """The keys of the first that wait; they wait on."""
        entries = []
        for _ in range(min(count, len(self._attempts))):
            self._drop_taken()
            entries.append(heappop(self._heap))
        for entry in entries:
            heappush(self._heap, entry)
        return [key for _, key in entries]

    def _drop_taken(self) -> None:
        """Let an attempt that still waits be in front: what was taken is only dropped there."""
        while True:
            place, key = self._heap[0]
            waits = self._attempts.get(key)
            if waits is not None and waits[0] == place:
                return
            heappop(self._heap)
