"""The best possible: exact for few attempts, else a bound that no schedule can beat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import ceil, inf

Job = tuple[float, float]
"""Seconds of a model's load on a host, and of one answer."""


def exact_s(counts: Sequence[int], slots: Sequence[int], jobs: Sequence[Sequence[Job]]) -> float:
    """The least makespan of so many attempts of each model, on hosts that hold one model each.

    `jobs` are by host, then model. Every way to share out the attempts is tried; on a host the
    order makes no difference.
    """
    best = inf
    for shares in product(*(_shares(count, len(slots)) for count in counts)):
        done = 0.0
        for host, number in enumerate(slots):
            busy = 0.0
            for (load_s, answer_s), share in zip(jobs[host], shares, strict=True):
                if share[host]:
                    busy += load_s + ceil(share[host] / number) * answer_s
            done = max(done, busy)
            if done >= best:
                break
        best = min(best, done)
    return best


def least_s(counts: Sequence[int], slots: Sequence[int], jobs: Sequence[Sequence[Job]]) -> float:
    """A bound below every schedule's makespan, within a thousandth of the best such bound.

    It is the largest of these: were all done by then, hosts would have more to do than time.
    """
    low_s, high_s = 0.0, _one_host_s(counts, slots, jobs)
    while high_s - low_s > 1e-3 * high_s:
        middle_s = (low_s + high_s) / 2
        if _is_too_early(middle_s, counts, slots, jobs):
            low_s = middle_s
        else:
            high_s = middle_s
    return low_s


def _one_host_s(
    counts: Sequence[int], slots: Sequence[int], jobs: Sequence[Sequence[Job]]
) -> float:
    """The makespan where one host does everything."""
    return min(
        sum(mine[m][0] + ceil(n / number) * mine[m][1] for m, n in enumerate(counts))
        for number, mine in zip(slots, jobs, strict=True)
    )


def _is_too_early(
    by_s: float, counts: Sequence[int], slots: Sequence[int], jobs: Sequence[Sequence[Job]]
) -> bool:
    """Whether all attempts surely can't be answered by then.

    Attempts are taken as divisible. A host answers at most so many of a model by then, and a part
    of these costs it the same part of the load. For any weights of the hosts that add up to 1,
    the weighted mean of what hosts have to do is then at least what it costs to have each model's
    attempts answered where that weighing makes them cheapest. If that is more than there is time,
    it can't be. Weights are moved towards the hosts that this leaves with most work.
    """
    hosts = range(len(slots))
    weights = [1 / len(slots)] * len(slots)
    offers = [_offers(by_s, n, slots, [mine[m] for mine in jobs]) for m, n in enumerate(counts)]
    if any(sum(most for most, _ in offers[m]) < n for m, n in enumerate(counts)):
        return True
    for step in range(600):
        busy = [0.0] * len(slots)
        for count, offer in zip(counts, offers, strict=True):
            left: float = count
            for host in sorted(hosts, key=lambda h: weights[h] * offer[h][1]):
                part = min(left, offer[host][0])
                busy[host] += part * offer[host][1]
                left -= part
                if left <= 0:
                    break
        if sum(w * b for w, b in zip(weights, busy, strict=True)) > by_s:
            return True
        rate = 0.5 / (1 + step) ** 0.5 / max(busy)
        weights = [w * (1 + rate * b) for w, b in zip(weights, busy, strict=True)]
        total = sum(weights)
        weights = [w / total for w in weights]
    return False


def _offers(
    by_s: float, count: int, slots: Sequence[int], jobs: Sequence[Job]
) -> list[tuple[int, float]]:
    """By host: how many attempts of a model it can answer by then, and what each keeps it busy."""
    offers = []
    for number, (load_s, answer_s) in zip(slots, jobs, strict=True):
        most = min(count, max(0, int((by_s - load_s) / answer_s + 1e-9)) * number)
        offers.append((most, answer_s / number + load_s / most if most else inf))
    return offers


def _shares(count: int, hosts: int) -> Iterator[tuple[int, ...]]:
    """Every way to share out so many over so many."""
    if hosts == 1:
        yield (count,)
        return
    for first in range(count + 1):
        for rest in _shares(count - first, hosts - 1):
            yield (first, *rest)
