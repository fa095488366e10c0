"""Sharing out batches over unequal machines so that all is done as early as can be.

First whole batches are put: longest first, each where it is done earliest; and where they cost
least, at prices of the machines' time that rise for those that get too much. The best of these are
bettered (`Balance.improve`). Where there are few ways at all, all are tried (`exhaust`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf, sqrt
from operator import mul

from paragen.dispatch.balance import WORTH, Balance, Machine, Price
from paragen.dispatch.exhaust import earliest

PRICINGS = 40
"""So often the prices of the machines' time are set."""
STEP = 0.5
"""How fast they rise at first."""
STARTS = 12
"""So many ways to put whole batches are bettered at most: one may lead to where others don't."""
FEW = 40
"""Of more batches only two are."""
ENOUGH = 1.003
ENOUGH_OF_MANY = 1.02
"""What is done so many times as late as the bound at most isn't bettered. There is time yet for
many batches: who asks again when few are left comes closer."""

Placing = tuple[int, ...]
"""The machine of each batch; -1 is none."""


def balanced(
    machines: Sequence[Machine], counts: Sequence[int], prices: Sequence[Mapping[int, Price]]
) -> Balance:
    """Batches of so many pieces, shared out so that the last machine is done early.

    `prices` are by batch, then machine; a batch without prices can't be had anywhere, and stays
    out.
    """
    best = Balance(machines, counts, prices)
    if not machines or not any(prices):
        return best
    enough = ENOUGH if len(counts) <= FEW else ENOUGH_OF_MANY
    placings, bound_s = _placings(best, enough)
    best_s = inf
    for one in _candidates(best, placings, enough * bound_s):
        if one.done_s < best_s * (1 - WORTH):
            best, best_s = one, one.done_s
        if best_s <= enough * bound_s:
            return best
    return earliest(best)


def _candidates(empty: Balance, placings: Sequence[Placing], enough_s: float) -> Iterator[Balance]:
    """Ways to share out, bettered."""
    machines, counts, prices = empty.machines, empty.counts, empty.prices
    for placing in placings[: max(2, min(STARTS, FEW // len(counts)))]:
        one = Balance(machines, counts, prices)
        for j, i in enumerate(placing):
            if i >= 0:
                one.put(i, j, counts[j])
        one.improve(enough_s)
        yield one


def _placings(balance: Balance, enough: float) -> tuple[list[Placing], float]:
    """Ways to put whole batches, and a bound below when any could be done.

    The first is longest first, the others are those by prices, best first. Prices are the machines'
    speeds at first, and then move towards those that had most to do, by steps that get smaller
    (multiplicative weights, for the dual of the linear relaxation).
    """
    machines = range(len(balance.machines))
    work = [
        [balance.work_s(i, j, count) if i in balance.prices[j] else inf for i in machines]
        for j, count in enumerate(balance.counts)
    ]
    ready = [machine.ready_s for machine in balance.machines]
    first, first_s = _longest_first(ready, work)
    weights = _speeds(work)
    done: dict[Placing, float] = {}
    bound_s = 0.0
    for number in range(1, PRICINGS + 1):
        busy = list(ready)
        placing = []
        for row in work:
            i = _least([weight * work_s for weight, work_s in zip(weights, row, strict=True)])
            placing.append(i)
            if i >= 0:
                busy[i] += row[i]
        last_s = max(busy, default=0.0)
        done.setdefault(tuple(placing), last_s)
        bound_s = max(bound_s, sum(map(mul, weights, busy)) / (sum(weights) or 1.0))
        if first_s <= enough * bound_s or last_s <= 0:
            break
        step = STEP / sqrt(number) / last_s
        weights = [
            weight * (1 + step * busy_s) for weight, busy_s in zip(weights, busy, strict=True)
        ]
    return [first, *sorted(done, key=lambda placing: done[placing])], bound_s


def _least(numbers: list[float]) -> int:
    """Where the least finite number is; -1 where there is none."""
    least = min(numbers, default=inf)
    return -1 if least == inf else numbers.index(least)


def _speeds(work: Sequence[Sequence[float]]) -> list[float]:
    """How fast each machine is with all that it can have, up to a factor that is the same."""
    columns = [[s for s in column if s != inf] for column in zip(*work, strict=True)]
    return [len(column) / (sum(column) or 1.0) if column else 1.0 for column in columns]


def _longest_first(
    ready: Sequence[float], work: Sequence[Sequence[float]]
) -> tuple[Placing, float]:
    """Each batch where it is done earliest, the longest first; and when all are done."""
    busy = list(ready)
    placing = [-1] * len(work)
    shortest = [min(row, default=inf) for row in work]
    for j in sorted(range(len(work)), key=lambda j: shortest[j], reverse=True):
        i = _least([busy_s + work_s for busy_s, work_s in zip(busy, work[j], strict=True)])
        if i >= 0:
            placing[j] = i
            busy[i] += work[j][i]
    return tuple(placing), max(busy, default=0.0)
