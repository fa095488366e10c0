"""Who drew how much of a machine's energy: sums over readings, by a clock that others read."""

from __future__ import annotations

import math
from dataclasses import dataclass

STALE_S = 2.0
"""How long a reading holds where no other follows it; after that nothing is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """One who draws: since when, and what each had drawn by then that was there from the start."""

    since_s: float
    before_j: float


class Energy:
    """The energy that a machine draws, shared equally among those who draw at the same time.

    A reading holds until the next one, for `stale_s` at most. Moments are in seconds of a clock
    that doesn't go back; whoever draws through a moment of which nothing is known drew an unknown
    amount. What a machine draws while nobody does is nobody's.
    """

    def __init__(self, stale_s: float = STALE_S) -> None:
        self._stale_s = stale_s
        self._watts = 0.0
        self._known_until_s = -math.inf
        self._unknown_until_s = -math.inf
        self._now_s = -math.inf
        self._drawing = 0
        self._each_j = 0.0

    def read(self, watts: float | None, now_s: float) -> None:
        """The machine draws this much from now on; None is unknown."""
        self._advance(now_s)
        self._watts = watts or 0.0
        self._known_until_s = -math.inf if watts is None else now_s + self._stale_s

    def begin(self, now_s: float) -> Share:
        """Somebody begins to draw."""
        self._advance(now_s)
        self._drawing += 1
        return Share(self._now_s, self._each_j)

    def end(self, share: Share, now_s: float) -> float | None:
        """The joules that somebody drew, who ends now; None where they are unknown."""
        self._advance(now_s)
        self._drawing -= 1
        return None if self._unknown_until_s > share.since_s else self._each_j - share.before_j

    def _advance(self, now_s: float) -> None:
        """Share out what was drawn since the last moment."""
        if now_s <= self._now_s:
            return
        if now_s > self._known_until_s:
            self._unknown_until_s = now_s
        elif self._drawing:
            self._each_j += self._watts * (now_s - self._now_s) / self._drawing
        self._now_s = now_s
