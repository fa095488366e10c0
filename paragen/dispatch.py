"""Which waiting attempt goes to which free slot next.

Loading a model costs seconds to minutes, and the same model with another context is loaded anew.
So attempts that one loaded model can answer stay together: a host takes first what the model that
runs there can answer, then what is loaded there, then what most attempts wait for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Resident:
    """A model as it lies in a host's memory: with this context; None is one that isn't known."""

    model: str
    num_ctx: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Attempts that wait for the same: a loaded model, on one host if they are pinned to it."""

    resident: Resident
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLoad:
    """A host at one moment.

    `running` counts its running attempts, `loaded` is what is in its memory, and `models` are those
    that it has at all (None: not known, so anything may be tried). A host that isn't `up` gets only
    what is pinned to it.
    """

    name: str
    slots: int
    running: Mapping[Resident, int] = field(default_factory=dict)
    loaded: frozenset[Resident] = frozenset()
    models: frozenset[str] | None = None
    up: bool = True

    @property
    def free(self) -> int:
        """Slots without an attempt."""
        return self.slots - sum(self.running.values())


@dataclass(frozen=True, slots=True)
class Assignment:
    """The next attempt of a queue goes to this host."""

    queue: Queue
    host: str


def assign(waiting: Mapping[Queue, int], hosts: Sequence[HostLoad]) -> tuple[Assignment, ...]:
    """Fill free slots from queues, in the order in which attempts should be sent.

    `waiting` has how many attempts wait in each queue, in the order in which queues began; the
    cost depends on how many queues there are, not on how many wait. An attempt that no host can
    take stays waiting; a model that no host is known to have goes anywhere, so that the host's
    own words about it become the attempt's error.
    """
    left = {queue: count for queue, count in waiting.items() if count > 0}
    running = {host.name: Counter(host.running) for host in hosts}
    free = {host.name: host.free for host in hosts}
    assignments: list[Assignment] = []
    while left and any(number > 0 for number in free.values()):
        open_hosts = [host for host in hosts if free[host.name] > 0]
        chosen = _best(left, open_hosts, hosts, running)
        if chosen is None:
            break
        left[chosen.queue] -= 1
        if not left[chosen.queue]:
            del left[chosen.queue]
        running[chosen.host][chosen.queue.resident] += 1
        free[chosen.host] -= 1
        assignments.append(chosen)
    return tuple(assignments)


def _best(
    waiting: Mapping[Queue, int],
    open_hosts: Sequence[HostLoad],
    hosts: Sequence[HostLoad],
    running: Mapping[str, Mapping[Resident, int]],
) -> Assignment | None:
    best: tuple[tuple[int, ...], Assignment] | None = None
    warm = {
        host.name: host.loaded | {r for r, count in running[host.name].items() if count}
        for host in hosts
    }
    for position, (queue, count) in enumerate(waiting.items()):
        resident = queue.resident
        for host in takers(queue, open_hosts, hosts):
            here = running[host.name].get(resident, 0) > 0
            elsewhere = any(
                other is not host and _lies_in(resident, warm[other.name]) for other in hosts
            )
            is_warm = _lies_in(resident, warm[host.name])
            key = (here, is_warm, not elsewhere, count, host.free, -position)
            if best is None or key > best[0]:
                best = (key, Assignment(queue, host.name))
    return None if best is None else best[1]


def takers(queue: Queue, among: Sequence[HostLoad], hosts: Sequence[HostLoad]) -> list[HostLoad]:
    """Those of some hosts that may take an attempt of a queue; `hosts` are all there are."""
    if queue.host is not None:
        return [host for host in among if host.name == queue.host]
    model = queue.resident.model
    owned = any(host.models is not None and model in host.models for host in hosts)
    return [
        host
        for host in among
        if host.up and (not owned or host.models is None or model in host.models)
    ]


def _lies_in(resident: Resident, memory: Set[Resident]) -> bool:
    """Whether a model is in a host's memory; one of unknown context is taken for the right one."""
    return resident in memory or Resident(resident.model) in memory
