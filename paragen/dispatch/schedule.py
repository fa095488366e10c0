"""Which host is to work off which queues, so that all is done as early as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paragen.dispatch.balance import Balance, Machine
from paragen.dispatch.costs import Costs
from paragen.dispatch.share import balanced
from paragen.dispatch.values import HostLoad, Queue, takers


@dataclass(frozen=True, slots=True)
class Batch:
    """So many attempts of a queue for one host, and the seconds of the load that they need first.

    It `is_part` of the queue where other hosts are to take the others.
    """

    queue: Queue
    count: int
    load_s: float
    is_part: bool


Schedule = Mapping[str, tuple[Batch, ...]]
"""By host, in the order of working them off."""


def schedule(
    waiting: Mapping[Queue, int], hosts: Sequence[HostLoad], costs: Costs
) -> dict[str, tuple[Batch, ...]]:
    """Share out the queues over the hosts that may take them, each host's in its order.

    `waiting` has how many attempts wait in each queue, those that began first in front. A queue
    goes to several hosts only where that is done earlier, loads included. On a host, what needs
    no load comes first, then what is whole and takes longest: parts of queues come last, as they
    are what is easily left to others in the end.
    """
    queues = [queue for queue, count in waiting.items() if count > 0]
    machines = [
        Machine(host.ready_s, host.slots, alone=host.capacity == 1 and host.slots > 1)
        for host in hosts
    ]
    index = {host.name: number for number, host in enumerate(hosts)}
    allowed = [[index[h.name] for h in takers(queue, hosts)] for queue in queues]
    prices = [
        {i: _price(hosts[i], queue, costs) for i in on}
        for queue, on in zip(queues, allowed, strict=True)
    ]
    balance = balanced(machines, [waiting[queue] for queue in queues], prices)
    return {
        host.name: _ordered(host, [(queues[j], n, j) for j, n in balance.on(i)], balance, i)
        for i, host in enumerate(hosts)
    }


def _price(host: HostLoad, queue: Queue, costs: Costs) -> tuple[float, float]:
    cost = costs.of(host.name, queue.resident)
    return (0.0 if host.has(queue.resident) else cost.load_s), cost.generation_s


def _ordered(
    host: HostLoad, parts: Sequence[tuple[Queue, int, int]], balance: Balance, i: int
) -> tuple[Batch, ...]:
    def place(part: tuple[Queue, int, int]) -> tuple[bool, bool, bool, float, int, int]:
        queue, count, j = part
        is_idle = not host.running.get(queue.resident, 0)
        is_part = count < balance.counts[j]
        return (
            is_idle,
            not host.has(queue.resident),
            is_part,
            -balance.work_s(i, j, count),
            -count,
            j,
        )

    return tuple(
        Batch(queue, count, balance.prices[j][i][0], is_part=count < balance.counts[j])
        for queue, count, j in sorted(parts, key=place)
    )
