"""The attempts that wait, in the queues of dispatch, in the order in which they are to be sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush

from paragen.dispatch import Queue, Resident, resident_for
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
        if count == 1 and self._attempts:
            self._drop_taken()
            return [self._heap[0][1]]
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


class Waiting:
    """All attempts that wait; `counts` has how many in each queue that isn't empty."""

    def __init__(self) -> None:
        self.counts: dict[Queue, int] = {}
        self._lines: dict[Queue, Line] = {}
        self._queue_of: dict[Key, Queue] = {}
        self._puts = 0
        self._rounds: Counter[tuple[str, str]] = Counter()
        self._runs: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._queue_of)

    def put(self, key: Key, attempt: Attempt) -> bool:
        """Let an attempt wait; whether it is the only one of its queue."""
        queue = queue_of(attempt)
        line = self._lines.get(queue)
        is_new = line is None
        if line is None:
            line = self._lines[queue] = Line()
        of_generator = (key[0], attempt.instance.generator.name)
        self._puts += 1
        run = self._runs.setdefault(key[0], len(self._runs))
        line.put(key, attempt, (run, self._rounds[of_generator], self._puts))
        self._rounds[of_generator] += 1
        self._queue_of[key] = queue
        self.counts[queue] = len(line)
        return is_new

    def take(self, key: Key) -> Attempt | None:
        """An attempt that waits no longer, None where it didn't."""
        queue = self._queue_of.pop(key, None)
        if queue is None:
            return None
        line = self._lines[queue]
        attempt = line.take(key)
        if line:
            self.counts[queue] = len(line)
        else:
            del self._lines[queue], self.counts[queue]
        return attempt

    def oldest_first(self) -> dict[Queue, int]:
        """How many wait in each queue, those with the oldest runs in front."""
        queues = sorted(self._lines, key=lambda queue: self._lines[queue].oldest_run)
        return {queue: self.counts[queue] for queue in queues}

    def first(self, queue: Queue, count: int) -> list[Key]:
        """The keys of the first that wait in a queue; they wait on."""
        return self._lines[queue].first(count)

    def items(self, queue: Queue) -> Iterator[tuple[Key, Attempt]]:
        """All that wait in a queue, those that came first in front."""
        return self._lines[queue].items()


def resident_of(attempt: Attempt) -> Resident:
    """What must be in a host's memory for an attempt."""
    return resident_for(attempt.instance.generator)


def queue_of(attempt: Attempt) -> Queue:
    """Where an attempt waits."""
    return Queue(resident_of(attempt), attempt.instance.generator.host)
