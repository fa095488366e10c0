"""Faults by chance, the same for the same requests whatever order they come in. Pure but a count.

A seed, a model's name, a request's seed and how often that was asked before determine the fault,
so that a test with many threads can be repeated.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from paragen.parse.recording import RecordedFault

_WHOLE = 1 << 64


class Mishaps:
    """A share (0..1) of answers that have a fault: each of `kinds` as often as the others.

    Servers that share one share its count.
    """

    def __init__(
        self, share: float, seed: int, kinds: Sequence[RecordedFault] = tuple(RecordedFault)
    ) -> None:
        self._share = share
        self._seed = seed
        self._kinds = tuple(kinds)
        self.drawn: Counter[RecordedFault] = Counter()
        self._asked: Counter[tuple[str, int | None]] = Counter()
        self._lock = threading.Lock()

    def next_of(self, model: str, seed: int | None) -> RecordedFault | None:
        """The fault of the next answer to this request, None where it has none."""
        with self._lock:
            self._asked[model, seed] += 1
            count = self._asked[model, seed]
            fault = self._draw(f"{self._seed}/{model}/{seed}/{count}")
            if fault is not None:
                self.drawn[fault] += 1
        return fault

    def _draw(self, what: str) -> RecordedFault | None:
        lot = sha256(what.encode()).digest()
        if int.from_bytes(lot[:8]) >= self._share * _WHOLE:
            return None
        return self._kinds[int.from_bytes(lot[8:16]) % len(self._kinds)]
