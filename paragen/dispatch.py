"""Which waiting attempt goes to which free slot next.

Loading a model costs seconds to minutes, so the attempts of one model stay together: a host takes
first what the model that runs there can answer, then what is loaded there, then the model that
most attempts wait for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Queue:
    """Attempts that wait for the same: a model, on one host if they are pinned to it."""

    model: str
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLoad:
    """A host at one moment.

    `running` counts its running attempts by model, `loaded` are the models in its memory, and
    `models` those that it has at all (None: not known, so anything may be tried).
    """

    name: str
    slots: int
    running: Mapping[str, int] = field(default_factory=dict)
    loaded: frozenset[str] = frozenset()
    models: frozenset[str] | None = None

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
        running[chosen.host][chosen.queue.model] += 1
        free[chosen.host] -= 1
        assignments.append(chosen)
    return tuple(assignments)


def _best(
    waiting: Mapping[Queue, int],
    open_hosts: Sequence[HostLoad],
    hosts: Sequence[HostLoad],
    running: Mapping[str, Mapping[str, int]],
) -> Assignment | None:
    names = {host.name for host in hosts}
    best: tuple[tuple[int, ...], Assignment] | None = None
    for position, (queue, count) in enumerate(waiting.items()):
        model, pinned = queue.model, queue.host if queue.host in names else None
        owned = any(host.models is not None and model in host.models for host in hosts)
        for host in open_hosts:
            has_it = host.models is None or model in host.models
            if host.name != pinned and (pinned is not None or (owned and not has_it)):
                continue
            here = running[host.name].get(model, 0) > 0
            warm = here or model in host.loaded
            elsewhere = any(
                other is not host
                and (running[other.name].get(model, 0) > 0 or model in other.loaded)
                for other in hosts
            )
            key = (here, warm, not elsewhere, count, host.free, -position)
            if best is None or key > best[0]:
                best = (key, Assignment(queue, host.name))
    return None if best is None else best[1]
