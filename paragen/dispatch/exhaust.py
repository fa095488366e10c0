"""Where there are few ways to share out batches, the best of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb, prod

from paragen.dispatch.balance import WORTH, Balance

ALL_WAYS = 4000
"""More ways than this to share out the pieces aren't tried."""

Part = tuple[int, int, float, float]
"""Machine, pieces, and the seconds of work and of set-up that they are there."""


def earliest(found: Balance) -> Balance:
    """The way after which all is done earliest; what was found where all are too many to try.

    A way is given up as soon as a machine would be done no earlier than in the best so far.
    """
    counts, prices = found.counts, found.prices
    able = {j: sorted(options) for j, options in enumerate(prices) if options}
    if prod(comb(counts[j] + len(on) - 1, counts[j]) for j, on in able.items()) > ALL_WAYS:
        return found
    options = {j: [_parts(found, j, way) for way in _ways(counts[j], on)] for j, on in able.items()}
    # The batch with most ways comes last: by then most of its ways are given up at sight.
    order = sorted(able, key=lambda j: len(options[j]))
    search = _Search(found, [options[j] for j in order])
    search.go_on(0, found.done_s)
    if search.best is None:
        return found
    result = Balance(found.machines, counts, prices)
    for j, parts in zip(order, search.best, strict=True):
        for i, pieces, _, _ in parts:
            result.put(i, j, pieces)
    return result


class _Search:
    """Depth first over the ways of each batch; `best` are the parts of each, None if none won."""

    def __init__(self, found: Balance, options: list[list[list[Part]]]) -> None:
        self.best: list[list[Part]] | None = None
        self._options = options
        self._ready = [machine.ready_s for machine in found.machines]
        self._work = [0.0] * len(self._ready)
        self._setups = [0.0] * len(self._ready)
        self._chosen: list[list[Part]] = []

    def go_on(self, depth: int, best_s: float) -> float:
        """Try all ways of the batches from `depth` on; when all is done in the best way known."""
        if depth == len(self._options):
            self.best = list(self._chosen)
            return max(
                ready_s + max(work_s, setups_s)
                for ready_s, work_s, setups_s in zip(
                    self._ready, self._work, self._setups, strict=True
                )
            )
        for parts in self._options[depth]:
            if self._fit(parts, best_s * (1 - WORTH)):
                self._add(parts, 1)
                self._chosen.append(parts)
                best_s = self.go_on(depth + 1, best_s)
                self._chosen.pop()
                self._add(parts, -1)
        return best_s

    def _fit(self, parts: list[Part], by_s: float) -> bool:
        return all(
            self._ready[i] + max(self._work[i] + work_s, self._setups[i] + setup_s) < by_s
            for i, _, work_s, setup_s in parts
        )

    def _add(self, parts: list[Part], sign: int) -> None:
        for i, _, work_s, setup_s in parts:
            self._work[i] += sign * work_s
            self._setups[i] += sign * setup_s


def _parts(found: Balance, j: int, way: dict[int, int]) -> list[Part]:
    prices = found.prices[j]
    return [(i, n, found.work_s(i, j, n), prices[i][0]) for i, n in way.items()]


def _ways(count: int, machines: list[int]) -> Iterator[dict[int, int]]:
    """Every way to share out so many pieces over these machines."""
    first, others = machines[0], machines[1:]
    if not others:
        yield {first: count} if count else {}
        return
    for pieces in range(count + 1):
        for rest in _ways(count - pieces, others):
            yield {first: pieces, **rest} if pieces else rest
