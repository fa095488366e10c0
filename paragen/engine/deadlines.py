"""When tournaments must have ended."""

from __future__ import annotations

from heapq import heappop, heappush


class Deadlines:
    """Moments of one clock by tournament. It reads no clock: each question brings its moment."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str]] = []

    def add(self, run_id: str, moment: float) -> None:
        """Note that a tournament must have ended at a moment."""
        heappush(self._heap, (moment, run_id))

    def seconds_left(self, now: float) -> float | None:
        """How long it is to the next deadline, 0 where that has passed; None where there's none."""
        return max(0.0, self._heap[0][0] - now) if self._heap else None

    def due(self, now: float) -> tuple[str, ...]:
        """The tournaments whose deadline has passed, earliest first; each is named once."""
        passed = []
        while self._heap and self._heap[0][0] <= now:
            passed.append(heappop(self._heap)[1])
        return tuple(passed)
