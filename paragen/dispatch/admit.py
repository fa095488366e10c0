"""Which models may be in use, where only so many may be at once over all hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paragen.dispatch.values import HostLoad, Queue, takers


def in_use(hosts: Sequence[HostLoad]) -> set[str]:
    """The models that any host runs or loads."""
    return {one.model for host in hosts for one in (*host.running, *host.loading)}


def admitted(
    waiting: Mapping[Queue, int], hosts: Sequence[HostLoad], most: int
) -> dict[Queue, int]:
    """The queues of models that may be in use: of those that are, and of others up to `most`.

    Of the others those come first that are in a host's memory, then those that `waiting` has in
    front; one that no host may take keeps no other out.
    """
    models = in_use(hosts)
    able = [queue for queue in waiting if takers(queue, hosts)]
    for queue in sorted(able, key=lambda queue: not _is_there(queue, hosts)):
        if len(models) < most:
            models.add(queue.resident.model)
    return {queue: count for queue, count in waiting.items() if queue.resident.model in models}


def _is_there(queue: Queue, hosts: Sequence[HostLoad]) -> bool:
    return any(host.has(queue.resident) for host in takers(queue, hosts))
