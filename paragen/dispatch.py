"""Which waiting attempt goes to which free slot next.

Loading a model costs seconds to minutes, so the attempts of one model stay together: a host takes
first what the model that runs there can answer, then what is loaded there, then the model that
most attempts wait for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An attempt that waits: its key (unique in the session), its model, a host if pinned."""

    key: tuple[str, str]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An attempt, by its key, and the host that it goes to."""

    key: tuple[str, str]
    host: str


def assign(waiting: Sequence[Waiting], hosts: Sequence[HostLoad]) -> tuple[Assignment, ...]:
    """Fill free slots with waiting attempts, in the order in which they should be sent.

    `waiting` is in the order of asking, which holds within a model. An attempt that no host can
    take stays waiting; a model that no host is known to have goes anywhere, so that the host's
    own words about it become the attempt's error.
    """
    queues = _queues(waiting, hosts)
    running = {host.name: Counter(host.running) for host in hosts}
    free = {host.name: host.free for host in hosts}
    assignments: list[Assignment] = []
    while True:
        open_hosts = [host for host in hosts if free[host.name] > 0]
        choice = _best(queues, open_hosts, hosts, running)
        if choice is None:
            return tuple(assignments)
        queue, host = choice
        attempt = queues[queue].pop()
        if not queues[queue]:
            del queues[queue]
        running[host.name][attempt.model] += 1
        free[host.name] -= 1
        assignments.append(Assignment(key=attempt.key, host=host.name))


_Queue = tuple[str, str | None]


def _queues(waiting: Iterable[Waiting], hosts: Sequence[HostLoad]) -> dict[_Queue, list[Waiting]]:
    """Waiting attempts by model and pinned host, each list last first, so that pop is cheap."""
    names = {host.name for host in hosts}
    queues: dict[_Queue, list[Waiting]] = {}
    for attempt in waiting:
        pinned = attempt.host if attempt.host in names else None
        queues.setdefault((attempt.model, pinned), []).append(attempt)
    for queue in queues.values():
        queue.reverse()
    return queues


def _best(
    queues: Mapping[_Queue, Sequence[Waiting]],
    open_hosts: Sequence[HostLoad],
    hosts: Sequence[HostLoad],
    running: Mapping[str, Mapping[str, int]],
) -> tuple[_Queue, HostLoad] | None:
    best: tuple[tuple[int, ...], _Queue, HostLoad] | None = None
    for position, ((model, pinned), attempts) in enumerate(queues.items()):
        owners = [h for h in hosts if h.models is not None and model in h.models]
        for host in open_hosts:
            if pinned is not None and host.name != pinned:
                continue
            if pinned is None and owners and host not in owners and host.models is not None:
                continue
            here = running[host.name].get(model, 0) > 0
            warm = here or model in host.loaded
            elsewhere = any(
                other is not host
                and (running[other.name].get(model, 0) > 0 or model in other.loaded)
                for other in hosts
            )
            key = (here, warm, not elsewhere, len(attempts), host.free, -position)
            if best is None or key > best[0]:
                best = (key, (model, pinned), host)
    return None if best is None else (best[1], best[2])
