"""Which waiting attempt goes to which free slot next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from paragen.dispatch.costs import Costs
from paragen.dispatch.schedule import Schedule, schedule
from paragen.dispatch.values import Assignment, HostLoad, Queue, Resident

NOTHING_KNOWN = Costs()


def assign(
    waiting: Mapping[Queue, int],
    hosts: Sequence[HostLoad],
    costs: Costs = NOTHING_KNOWN,
    *,
    limit: int | None = None,
) -> tuple[Assignment, ...]:
    """Fill free slots from queues, at most `limit` of them, in the order of sending.

    `waiting` has how many attempts wait in each queue, those that began first in front. A host
    goes on with what it runs; else it gets what the schedule of all that waits has for it, and
    nothing where others are done with everything earlier without it. Where no host is at work,
    and some may take what waits, there is always an assignment.
    """
    going = go_on(waiting, hosts, costs, limit=limit)
    room = _room(hosts, limit) - len(going)
    left, loads = _after(going, waiting, hosts, costs)
    if room <= 0 or not left or not any(host.free > 0 for host in loads):
        return going
    return going + _begin(schedule(left, loads, costs), loads, room)


def go_on(
    waiting: Mapping[Queue, int], hosts: Sequence[HostLoad], costs: Costs, *, limit: int | None
) -> tuple[Assignment, ...]:
    """The part of `assign` that needs no schedule: more of what a host runs, or ran last.

    It is only that where others surely aren't better off with all of it.

    What it costs depends on how many hosts there are and how many models they run, not on how
    many queues or attempts there are.
    """
    free = {host.name: host.free for host in hosts}
    room = sum(free.values()) if limit is None else limit
    left: dict[Queue, int] = {}
    assignments: list[Assignment] = []
    for host in hosts:
        more = host.more
        for _ in range(min(free[host.name], room - len(assignments))):
            queue = _next(host, waiting, left, hosts, costs) if more != 0 else None
            if queue is None:
                break
            left[queue] = left.get(queue, waiting[queue]) - 1
            more = None if more is None else more - 1
            assignments.append(Assignment(queue, host.name, more))
    return tuple(assignments)


def _next(
    host: HostLoad,
    waiting: Mapping[Queue, int],
    left: Mapping[Queue, int],
    hosts: Sequence[HostLoad],
    costs: Costs,
) -> Queue | None:
    """The longest queue of what a host runs; None where there is none, or others may be better."""
    best, most = None, 0
    at_work = host.running or [one for one in (host.last,) if one is not None and host.fits(one)]
    for queue in _queues(at_work, host):
        count = left.get(queue, waiting.get(queue, 0))
        if count > most and _is_needed(host, queue, count, hosts, costs):
            best, most = queue, count
    return best


def _queues(residents: Iterable[Resident], host: HostLoad) -> Iterable[Queue]:
    for resident in residents:
        yield Queue(resident, host.name)
        yield Queue(resident)


def _is_needed(
    host: HostLoad, queue: Queue, count: int, hosts: Sequence[HostLoad], costs: Costs
) -> bool:
    """Whether the others surely aren't done with a queue before this host is with one of it.

    Else its last attempts may be better off elsewhere, which takes a schedule to tell.
    """
    if queue.host is not None:
        return True
    resident = queue.resident
    own_s = costs.of(host.name, resident).generation_s
    done = 0.0
    for other in hosts:
        if other is host or not _may_have(other, resident):
            continue
        cost = costs.of(other.name, resident)
        time_s = own_s if other.has(resident) else own_s - cost.load_s
        if time_s > 0:
            done += other.slots * time_s / cost.generation_s
    return done < count and _may_have(host, resident)


def _may_have(host: HostLoad, resident: Resident) -> bool:
    return host.up and (host.models is None or resident.model in host.models)


def _begin(plan: Schedule, hosts: Sequence[HostLoad], room: int) -> tuple[Assignment, ...]:
    """Fill free slots by a schedule; hosts that need no load go first, as room may be short."""
    assignments: list[Assignment] = []

    def loads_first(host: HostLoad) -> bool:
        return any(batch.load_s > 0 for batch in plan[host.name][:1])

    for host in sorted((h for h in hosts if h.free > 0 and plan[h.name]), key=loads_first):
        batches = plan[host.name]
        for batch in batches:
            count = min(batch.count, host.free, room - len(assignments))
            if count <= 0:
                break
            if not host.fits(batch.queue.resident):
                # It waits for what is in use; of what comes later only that can be sent.
                continue
            # A part of a queue isn't to become all of it where other work waits for this host.
            is_part = batch.is_part and len(batches) > 1
            assignments += [
                Assignment(batch.queue, host.name, batch.count - taken if is_part else None)
                for taken in range(1, count + 1)
            ]
            host = _with(host, batch.queue.resident, count)
    return tuple(assignments)


def _after(
    assignments: Sequence[Assignment],
    waiting: Mapping[Queue, int],
    hosts: Sequence[HostLoad],
    costs: Costs,
) -> tuple[dict[Queue, int], list[HostLoad]]:
    """What still waits, and how hosts stand, after these assignments."""
    left = {queue: count for queue, count in waiting.items() if count > 0}
    loads = {host.name: host for host in hosts}
    for one in assignments:
        left[one.queue] -= 1
        if not left[one.queue]:
            del left[one.queue]
        host = loads[one.host]
        more_s = costs.of(host.name, one.queue.resident).generation_s / host.slots
        loads[one.host] = replace(_with(host, one.queue.resident, 1), ready_s=host.ready_s + more_s)
    return left, list(loads.values())


def _with(host: HostLoad, resident: Resident, count: int) -> HostLoad:
    running = {**host.running, resident: host.running.get(resident, 0) + count}
    return replace(host, running=running)


def _room(hosts: Sequence[HostLoad], limit: int | None) -> int:
    free = sum(host.free for host in hosts)
    return free if limit is None else min(free, limit)
