"""Batches over unequal machines, where starting one costs a set-up: when all is done, and sooner.

The machine that is done last gives away batches, parts of them, or swaps them, as long as that
makes it earlier done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from operator import itemgetter

ROUNDS = 400
"""So many improvements at most; a few dozen are usual."""
WORTH = 1e-4
"""What isn't earlier by this share isn't worth a change."""
MOST_SWAPPED = 20
"""Among more batches than this, parts of them fill every gap: swapping is only dear."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that is busy for `ready_s` and then works on `slots` pieces at once.

    Where it works on one batch `alone`, slots stay empty when the batch has no pieces for them.
    """

    ready_s: float
    slots: int
    alone: bool = False


Change = tuple[tuple[int, int, int], ...]
"""Machine, batch, and how many pieces of it the machine has then."""
Price = tuple[float, float]
"""Seconds of a batch's set-up, and of one piece of it."""


class Balance:
    """Which machine has how many pieces of which batch, and when it is done with them."""

    def __init__(
        self,
        machines: Sequence[Machine],
        counts: Sequence[int],
        prices: Sequence[Mapping[int, Price]],
    ) -> None:
        self.machines = machines
        self.counts = counts
        self.prices = prices
        self._parts: list[dict[int, int]] = [{} for _ in machines]
        self._work = [0.0] * len(machines)
        self._setups = [0.0] * len(machines)

    def on(self, i: int) -> Iterator[tuple[int, int]]:
        """The batches on a machine, and how many pieces of each."""
        return iter(self._parts[i].items())

    @property
    def done_s(self) -> float:
        """When the last machine is done."""
        return max(map(self.finish_s, range(len(self.machines))), default=0.0)

    def finish_s(self, i: int) -> float:
        """When a machine is done."""
        return self._finish(i, 0.0, 0.0)

    def work_s(self, i: int, j: int, pieces: int) -> float:
        """How long a machine is taken by so many pieces of a batch, its set-up included."""
        if not pieces:
            return 0.0
        setup_s, piece_s = self.prices[j][i]
        slots = self.machines[i].slots
        if slots == 1:
            return setup_s + pieces * piece_s
        if self.machines[i].alone:
            return setup_s + ceil(pieces / slots) * piece_s
        return (setup_s * min(pieces, slots) + pieces * piece_s) / slots

    def put(self, i: int, j: int, pieces: int) -> None:
        """Let a machine have so many pieces of a batch, whatever it had of it."""
        if pieces == self._parts[i].get(j, 0):
            return
        work_s, setup_s = self._difference(i, j, pieces)
        self._work[i] += work_s
        self._setups[i] += setup_s
        if pieces:
            self._parts[i][j] = pieces
        else:
            del self._parts[i][j]

    def improve(self, enough_s: float) -> None:
        """Take work from the machine that is done last, as long as that helps and is needed."""
        for _ in range(ROUNDS):
            last = max(range(len(self.machines)), key=self.finish_s, default=None)
            if last is None or self.finish_s(last) <= enough_s:
                return
            change = self._best(last, self._moves(last))
            if change is None and len(self.counts) <= MOST_SWAPPED:
                change = self._best(last, self._swaps(last))
            if change is None:
                return
            for i, j, pieces in change:
                self.put(i, j, pieces)

    def _best(self, last: int, options: Iterable[tuple[float, Change]]) -> Change | None:
        """The option after which both machines are done earliest, None where none helps."""
        done_s, change = min(options, key=itemgetter(0), default=(inf, ()))
        return change if done_s < self.finish_s(last) * (1 - WORTH) else None

    def _moves(self, a: int) -> Iterator[tuple[float, Change]]:
        """Each way to give a batch of a machine, or a part of one, to another machine."""
        finish_a = self.finish_s(a)
        earlier = {b for b in range(len(self.machines)) if self.finish_s(b) < finish_a}
        for j, count in self._parts[a].items():
            for b in earlier & self.prices[j].keys():
                there = self._parts[b].get(j, 0)
                for pieces in self._worth_moving(a, b, j, count, there):
                    done_s = max(
                        self._finish_with(a, j, count - pieces),
                        self._finish_with(b, j, there + pieces),
                    )
                    yield done_s, ((a, j, count - pieces), (b, j, there + pieces))

    def _worth_moving(self, a: int, b: int, j: int, count: int, there: int) -> set[int]:
        """How many pieces to move so that both are done at the same time, about; or all."""
        (_, piece_a), (setup_b, piece_b) = self.prices[j][a], self.prices[j][b]
        slots_a, slots_b = self.machines[a].slots, self.machines[b].slots
        ahead_s = self.finish_s(a) - self.finish_s(b) - (0.0 if there else setup_b)
        even = int(ahead_s / (piece_a / slots_a + piece_b / slots_b))
        # Where a machine works on one batch alone, only whole rounds of its slots make a change.
        left, right = count - even // slots_a * slots_a, even // slots_b * slots_b
        near = (even, even + 1, count - left, count - left + slots_a, right, right + slots_b)
        return {pieces for pieces in near if 0 < pieces < count} | {count}

    def _swaps(self, a: int) -> Iterator[tuple[float, Change]]:
        """Each way to give a batch of a machine to another for one of that other's."""
        for j, n in self._parts[a].items():
            for b in self.prices[j]:
                if b == a or j in self._parts[b]:
                    continue
                for k, m in self._parts[b].items():
                    if a not in self.prices[k] or k in self._parts[a]:
                        continue
                    done_s = max(self._finish_without(a, j, k, m), self._finish_without(b, k, j, n))
                    yield done_s, ((a, j, 0), (b, j, n), (b, k, 0), (a, k, m))

    def _finish(self, i: int, work_s: float, setups_s: float) -> float:
        """When a machine is done with so much work and so many set-ups more than it has.

        It does one set-up at a time, whatever its slots.
        """
        return self.machines[i].ready_s + max(self._work[i] + work_s, self._setups[i] + setups_s)

    def _finish_with(self, i: int, j: int, pieces: int) -> float:
        """When a machine is done if it has so many pieces of a batch."""
        return self._finish(i, *self._difference(i, j, pieces))

    def _finish_without(self, i: int, j: int, k: int, pieces: int) -> float:
        """When a machine is done if it has none of a batch, and so many pieces of another."""
        less, more = self._difference(i, j, 0), self._difference(i, k, pieces)
        return self._finish(i, less[0] + more[0], less[1] + more[1])

    def _difference(self, i: int, j: int, pieces: int) -> tuple[float, float]:
        """How much work and set-up a machine has more if it has so many pieces of a batch."""
        now = self._parts[i].get(j, 0)
        setups = (pieces > 0) - (now > 0)
        work_s = self.work_s(i, j, pieces) - self.work_s(i, j, now)
        return work_s, setups * self.prices[j][i][0]
