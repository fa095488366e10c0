"""The engine's books for dispatch: who waits, what runs where, what is loaded, who is down."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Protocol

from paragen.dispatch import (
    Assignment,
    Costs,
    HostLoad,
    Queue,
    Resident,
    admitted,
    assign,
    go_on,
    schedule,
    takers,
)
from paragen.dispatch.costs import MEASURED, Row
from paragen.domain.generator import MEASURABLE_S, Answer, Attempt
from paragen.domain.host import canonical_model
from paragen.domain.ports import HostState
from paragen.engine.waiting import Key, Waiting, queue_of, resident_of

__all__ = ["Key", "Slots", "resident_of"]

NOTICEABLE_S = 0.5
"""A load that takes less isn't one: a server spends as much on finding its model loaded."""
LEAST_PATIENCE_S = 1.0
PATIENCE = 1.5
"""A slot that is kept free for another's sake stays so this much longer than that should take."""
MOST_UNNOTED = 100
"""So many answers are noted in the costs together at most, as noting them costs a copy."""
LEAST_DECISIONS = 8
"""For so many decisions what was decided for free slots holds, at least: a schedule costs more."""


class Slotted(Protocol):
    """What the books need of a host."""

    @property
    def name(self) -> str:
        """The host's name."""
        ...

    @property
    def slots(self) -> int:
        """How many requests it may be sent at once."""
        ...


@dataclass(frozen=True, slots=True)
class _Call:
    """An attempt in a slot: since when, how long it should take, and if its model was loaded."""

    resident: Resident
    host: str
    begun_s: float
    expected_s: float
    was_loaded: bool

    def left_s(self, now_s: float) -> float:
        """How long it should still take: where it is overdue, as long again as it is."""
        return abs(self.begun_s + self.expected_s - now_s)


@dataclass(slots=True)
class _Kept:
    """Slots that stay free though attempts wait: decided when so many waited, on these hosts.

    `hosts` has what each of them was running then. It is decided anew when that changes, when
    more wait, after so many more `decisions`, and at `until_s` of the clock.
    """

    hosts: Mapping[str, Set[Resident]]
    waiting: int
    decisions: int
    until_s: float


class Slots:
    """Attempts that wait and calls that run, over the slots of all hosts.

    `sequential` fills one slot of all, `concurrency` so many, and at most `max_models` are in use
    at once, over all hosts. A host is taken to hold `memory` models; None is `max_models`, else as
    many as it has slots, until it shows that it can't. `costs` are what is known at the start,
    and `clock` tells seconds. Used from the engine's thread alone.
    """

    def __init__(
        self,
        hosts: Sequence[tuple[Slotted, HostState | None]],
        *,
        sequential: bool = False,
        costs: Costs | None = None,
        max_models: int | None = None,
        concurrency: int | None = None,
        memory: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._in_memory = {host.name: _loaded(state) for host, state in hosts}
        self._hosts = {
            host.name: HostLoad(
                name=host.name,
                slots=host.slots,
                models=_names(state),
                loaded=frozenset(self._in_memory[host.name]),
                memory=memory or max_models,
            )
            for host, state in hosts
        }
        count = sum(host.slots for host, _ in hosts)
        self._most = 1 if sequential else min(count, concurrency or count)
        self._max_models = max_models
        self._sequential = sequential
        self._costs = costs or Costs()
        self._seen: list[Row] = []
        self._clock = clock
        self._waiting = Waiting()
        self._calls: dict[Key, _Call] = {}
        self._wanted: dict[Resident, None] = {}
        self._to_load: dict[str, Resident | None] = {}
        self._more: dict[str, int | None] = {}
        self._kept: _Kept | None = None

    @property
    def costs(self) -> Costs:
        """What loads and answers cost, by all that was seen so far."""
        self._note_costs()
        return self._costs

    @property
    def ask_again_s(self) -> float | None:
        """In how many seconds to `choose` again even if nothing happens; None is not at all.

        A slot may be kept free because others should be done earlier; if they aren't, it must be
        used after all.
        """
        if self._kept is None or not self._waiting:
            return None
        return max(0.0, self._kept.until_s - self._clock())

    def put(self, key: Key, attempt: Attempt) -> None:
        """Let an attempt wait."""
        if self._waiting.put(key, attempt):
            queue = queue_of(attempt)
            self._wanted.pop(queue.resident, None)
            self._think_over()
            self._doubt(queue)
        elif self._kept is not None and len(self._waiting) > self._kept.waiting:
            self._kept = None

    def take(self, key: Key) -> Attempt | None:
        """An attempt that waits no longer, None where it didn't."""
        queues = len(self._waiting.counts)
        attempt = self._waiting.take(key)
        if len(self._waiting.counts) < queues:
            self._to_load.clear()
        return attempt

    def choose(self, *, busy: int) -> list[tuple[Key, str]]:
        """Which waiting attempts go to which hosts now; `busy` is how many are on their way."""
        room = self._most - len(self._calls)
        if not self._waiting or room <= 0 or (self._sequential and busy):
            self._kept = None  # there is no slot that could be kept free
            return []
        hosts = list(self._hosts.values())
        counts = self._waiting.counts if self._max_models is None else self._admitted()
        chosen = go_on(counts, hosts, self._costs, limit=room)
        if len(chosen) < room and not self._keeps(chosen):
            chosen = assign(self._admitted(), self._with_ready(), self.costs, limit=room)
            self._keep(chosen)
        if len(chosen) == room:  # what is free beside these can't be used anyway
            self._kept = None
        for one in chosen:
            self._more[one.host] = one.more
        return self._heads(chosen)

    def begin(self, key: Key, attempt: Attempt, host: str) -> bool:
        """A slot is taken by a call. Returns whether it should load its model first.

        That is so where the model isn't in the host's memory, and no other call is loading it.
        """
        resident, load = resident_of(attempt), self._hosts[host]
        cost = self._costs.of(host, resident)
        was_loaded = load.has(resident)
        self._calls[key] = _Call(
            resident=resident,
            host=host,
            begun_s=self._clock(),
            expected_s=cost.generation_s + (0.0 if was_loaded else cost.load_s),
            was_loaded=resident in load.loaded,
        )
        running = {**load.running, resident: load.running.get(resident, 0) + 1}
        more = self._more.pop(host, load.more)
        self._hosts[host] = load.at_work(running, resident, more)
        if not was_loaded:
            self._push_out_for(host, resident)
        if not was_loaded or self._max_models is not None:
            self._to_load.clear()
        return not was_loaded

    def end(self, key: Key, *, loaded: bool, seen: Answer | None = None) -> None:
        """A call's slot is free again; `loaded` if its model must be in the host's memory now.

        What a host can hold isn't known: the models used last, one a slot, are taken for it,
        until one of them turns out to have been pushed out. `seen` is what the call answered.
        """
        call = self._calls.pop(key)
        load = self._hosts[call.host]
        running = {**load.running, call.resident: load.running[call.resident] - 1}
        if not running[call.resident]:
            del running[call.resident]
            if self._max_models is not None:  # another model may be in use now
                self._to_load.clear()
        self._hosts[call.host] = load.at_work(running, load.last, load.more)
        if seen is not None and not seen.cached:
            self._learn(call, seen)
        if loaded:
            self._note_in_memory(call.host, call.resident)

    def begin_load(self, host: str, resident: Resident) -> None:
        """Note that a host loads a model ahead of its attempts."""
        load = self._hosts[host]
        self._hosts[host] = replace(load, loading=load.loading | {resident})
        if resident not in load.loaded:
            self._push_out_for(host, resident)
        self._to_load.clear()

    def end_load(self, host: str, resident: Resident, load_s: float | None) -> None:
        """Note that a load has ended, after so many seconds; None where it failed.

        One that took no time counts too, unless the model had been there: some hosts load nothing.
        """
        load = self._hosts[host]
        self._hosts[host] = replace(load, loading=load.loading - {resident})
        if load_s is not None:
            if resident not in load.loaded or load_s >= NOTICEABLE_S:
                self._seen.append((host, resident, load_s, None))
            self._note_in_memory(host, resident)
        self._think_over()

    def wanted(self, *residents: Resident) -> None:
        """Note models that attempts will want which don't wait yet."""
        self._wanted.update(dict.fromkeys(residents))
        self._think_over()

    def idle_load(self, host: str) -> Resident | None:
        """What a host should load now, ahead of attempts that it will get; None is nothing.

        It is for a host that gets nothing at the moment, or that is known to hold more models
        than it runs: elsewhere a load would push out, or wait for, what is running.
        """
        load = self._hosts[host]
        beside = load.memory or 1
        if not load.up or load.loading or len(load.running) >= beside:
            return None
        if not self._waiting and not self._wanted:
            return None
        if host not in self._to_load:
            self._to_load[host] = self._next_load(load)
        return self._to_load[host]

    def lose(self, host: str) -> bool:
        """Note that a host is down: it gets only what is pinned to it. False if it was noted."""
        load = self._hosts[host]
        self._hosts[host] = replace(load, up=False, loading=frozenset())
        self._think_over()
        return load.up

    def regain(self, host: str) -> None:
        """Note that a host is up again, with nothing in its memory."""
        self._in_memory[host] = []
        self._hosts[host] = replace(
            self._hosts[host],
            up=True,
            last=None,
            loaded=frozenset(),
            loading=frozenset(),
        )
        self._think_over()
        self._doubt()

    def placeable(self, attempt: Attempt) -> bool:
        """Whether any host may take an attempt, now or when it has a free slot."""
        hosts = list(self._hosts.values())
        return bool(takers(queue_of(attempt), hosts))

    def stranded(self) -> list[tuple[Key, Attempt]]:
        """The waiting attempts that no host may take any more."""
        hosts = list(self._hosts.values())
        return [
            waiting
            for queue in self._waiting.counts
            if not takers(queue, hosts)
            for waiting in self._waiting.items(queue)
        ]

    def _heads(self, assignments: Sequence[Assignment]) -> list[tuple[Key, str]]:
        """The attempts that go: of each queue those in front."""
        if len(assignments) == 1:
            (one,) = assignments
            return [(self._waiting.first(one.queue, 1)[0], one.host)]
        counts = Counter(one.queue for one in assignments)
        heads = {queue: iter(self._waiting.first(queue, count)) for queue, count in counts.items()}
        return [(next(heads[one.queue]), one.host) for one in assignments]

    def _with_ready(self) -> list[HostLoad]:
        """The hosts, with the work that their calls still are."""
        now_s = self._clock()
        left_s = dict.fromkeys(self._hosts, 0.0)
        for call in self._calls.values():
            left_s[call.host] += call.left_s(now_s)
        return [
            replace(load, ready_s=left_s[name] / load.slots) for name, load in self._hosts.items()
        ]

    def _keeps(self, chosen: Sequence[Assignment]) -> bool:
        """Whether the slots that are free beside these are to stay so, as was decided before."""
        kept = self._kept
        if kept is None or not self._calls or kept.decisions <= 0:
            return False
        kept.decisions -= 1
        if self._clock() >= kept.until_s:
            return False
        sent = Counter(one.host for one in chosen)
        return all(
            kept.hosts.get(name) == load.running.keys()
            for name, load in self._hosts.items()
            if load.free > sent[name]
        )

    def _keep(self, chosen: Sequence[Assignment]) -> None:
        """Note which slots stay free beside what was chosen by a schedule."""
        sent = Counter(one.host for one in chosen)
        running = {name: set(load.running) for name, load in self._hosts.items()}
        for one in chosen:
            running[one.host].add(one.queue.resident)
        kept = {n: running[n] for n, load in self._hosts.items() if load.free > sent[n]}
        if not kept:
            self._kept = None
            return
        now_s = self._clock()
        soonest_s = min((call.left_s(now_s) for call in self._calls.values()), default=0.0)
        self._kept = _Kept(
            hosts=kept,
            waiting=len(self._waiting),
            decisions=max(LEAST_DECISIONS, len(self._waiting.counts)),
            until_s=now_s + max(LEAST_PATIENCE_S, PATIENCE * soonest_s),
        )

    def _think_over(self) -> None:
        """Forget what was decided, as something else has become possible or needful."""
        self._kept = None
        self._to_load.clear()

    def _doubt(self, queue: Queue | None = None) -> None:
        """Ask the schedule before a host goes on with what it runs.

        A new queue is no reason where its model is loaded: it is taken along.
        """
        if queue is not None and any(one.has(queue.resident) for one in self._hosts.values()):
            return
        for name, load in self._hosts.items():
            if load.more != 0:
                self._hosts[name] = replace(load, more=0)

    def _next_load(self, load: HostLoad) -> Resident | None:
        """The first that a host would have to load by the schedule of all that is wanted."""
        if self._sequential and load.name not in self._next_host():
            return None
        waiting = {queue.resident for queue in self._waiting.counts}
        later = {Queue(resident): 1 for resident in self._wanted if resident not in waiting}
        plan = schedule(self._admitted(later), self._with_ready(), self.costs)
        batches = (b for b in plan.get(load.name, ()) if not load.running.get(b.queue.resident))
        first = next(batches, None)
        if first is None or load.has(first.queue.resident):
            return None
        return first.queue.resident

    def _next_host(self) -> set[str]:
        """The host that the next attempt goes to, as a set of one; empty where none waits."""
        next_one = assign(self._admitted(), self._with_ready(), self.costs, limit=1)
        return {one.host for one in next_one}

    def _admitted(self, later: Mapping[Queue, int] | None = None) -> Mapping[Queue, int]:
        """What waits, and what will, as far as the models may be in use now."""
        queues = {**self._waiting.oldest_first(), **(later or {})}
        if self._max_models is None:
            return queues
        return admitted(queues, list(self._hosts.values()), self._max_models)

    def _note_costs(self) -> None:
        """Note together what was seen: every state of the costs is a value, and so a copy."""
        if self._seen:
            self._costs = self._costs.all_seen(self._seen)
            self._seen.clear()

    def _learn(self, call: _Call, seen: Answer) -> None:
        """Note what a call cost, and that a model was pushed out if it was loaded again."""
        load_s = seen.load_s if seen.load_s >= NOTICEABLE_S else None
        generation_s = seen.generation_s if seen.generation_s >= MEASURABLE_S else None
        self._seen.append((call.host, call.resident, load_s, generation_s))
        was_measured = self._costs.of(call.host, call.resident).basis == MEASURED
        if len(self._seen) >= MOST_UNNOTED or not was_measured:
            self._note_costs()
        load = self._hosts[call.host]
        beside = load.loaded | load.running.keys()
        if call.was_loaded and load_s is not None and len(beside) > 1:
            held = min(load.capacity, len(beside))
            self._hosts[call.host] = replace(load, memory=max(1, held - 1))

    def _push_out_for(self, host: str, resident: Resident) -> None:
        """Count what a model needs the room of as gone: what is idle, and was used longest ago."""
        load = self._hosts[host]
        others = [one for one in self._in_memory[host] if one.model != resident.model]
        others.sort(key=lambda one: not load.running.get(one))
        in_use = load.running.keys() | load.loading
        room = load.capacity - len(in_use - set(others))
        self._set_in_memory(host, others[: max(0, room)])

    def _note_in_memory(self, host: str, resident: Resident) -> None:
        others = [one for one in self._in_memory[host] if one.model != resident.model]
        self._set_in_memory(host, [resident, *others][: self._hosts[host].capacity])

    def _set_in_memory(self, host: str, residents: list[Resident]) -> None:
        if residents != self._in_memory[host]:
            self._in_memory[host] = residents
            self._hosts[host] = replace(self._hosts[host], loaded=frozenset(residents))


def _names(state: HostState | None) -> frozenset[str] | None:
    if state is None:
        return None
    return frozenset(canonical_model(model.name) for model in state.models)


def _loaded(state: HostState | None) -> list[Resident]:
    if state is None:
        return []
    return [
        Resident(canonical_model(model.name), model.num_ctx)
        for model in state.models
        if model.loaded_bytes
    ]
