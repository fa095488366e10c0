"""The engine's books for dispatch: who waits, what runs where, what is loaded, who is down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from paragen.dispatch import HostLoad, Queue, Resident, assign, takers
from paragen.domain.generator import Attempt
from paragen.domain.host import canonical_model
from paragen.domain.ports import Host, HostState

Key = tuple[str, str]
"""A run's id and an attempt's id: unique in a session."""


class Slots:
    """Attempts that wait and calls that run, over the slots of all hosts.

    `sequential` fills one slot of all. Used from the engine's thread alone.
    """

    def __init__(self, hosts: Sequence[tuple[Host, HostState | None]], *, sequential: bool) -> None:
        self._hosts = {host.name: host for host, _ in hosts}
        self._models = {host.name: _names(state) for host, state in hosts}
        self._loaded = {host.name: _loaded(state) for host, state in hosts}
        self._count = sum(host.slots for host, _ in hosts)
        self._sequential = sequential
        self._waiting: dict[Key, Attempt] = {}
        self._queues: dict[Queue, dict[Key, None]] = {}
        self._calls: dict[Key, tuple[Attempt, str]] = {}
        self._down: set[str] = set()

    def put(self, key: Key, attempt: Attempt) -> None:
        """Let an attempt wait."""
        self._waiting[key] = attempt
        self._queues.setdefault(_queue(attempt), {})[key] = None

    def take(self, key: Key) -> Attempt | None:
        """An attempt that waits no longer, None where it didn't."""
        attempt = self._waiting.pop(key, None)
        if attempt is not None:
            queue = _queue(attempt)
            del self._queues[queue][key]
            if not self._queues[queue]:
                del self._queues[queue]
        return attempt

    def choose(self, *, busy: int) -> list[tuple[Key, str]]:
        """Which waiting attempts go to which hosts now; `busy` is how many are on their way."""
        if not self._waiting or len(self._calls) >= self._count or (self._sequential and busy):
            return []
        assignments = assign({q: len(keys) for q, keys in self._queues.items()}, self._loads())
        heads: dict[Queue, Iterator[Key]] = {q: iter(keys) for q, keys in self._queues.items()}
        chosen = [(next(heads[a.queue]), a.host) for a in assignments]
        return chosen[:1] if self._sequential else chosen

    def begin(self, key: Key, attempt: Attempt, host: str) -> None:
        """A slot is taken by a call."""
        self._calls[key] = (attempt, host)

    def end(self, key: Key, *, loaded: bool) -> None:
        """A call's slot is free again; `loaded` if its model must be in the host's memory now.

        What a host can hold isn't known: the models used last, one a slot, are taken for it.
        """
        attempt, host = self._calls.pop(key)
        if loaded:
            resident = _resident(attempt)
            others = (other for other in self._loaded[host] if other != resident)
            self._loaded[host] = [resident, *islice(others, self._hosts[host].slots - 1)]

    def lose(self, host: str) -> bool:
        """Note that a host is down: it gets only what is pinned to it. False if it was noted."""
        new = host not in self._down
        self._down.add(host)
        return new

    def regain(self, host: str) -> None:
        """Note that a host is up again, with nothing in its memory."""
        self._down.discard(host)
        self._loaded[host] = []

    def placeable(self, attempt: Attempt) -> bool:
        """Whether any host may take an attempt, now or when it has a free slot."""
        loads = self._loads()
        return bool(takers(_queue(attempt), loads, loads))

    def stranded(self) -> list[tuple[Key, Attempt]]:
        """The waiting attempts that no host may take any more."""
        loads = self._loads()
        return [
            (key, self._waiting[key])
            for queue, keys in self._queues.items()
            if not takers(queue, loads, loads)
            for key in keys
        ]

    def _loads(self) -> list[HostLoad]:
        running: dict[str, Counter[Resident]] = {name: Counter() for name in self._hosts}
        for attempt, host in self._calls.values():
            running[host][_resident(attempt)] += 1
        return [
            HostLoad(
                name=name,
                slots=host.slots,
                running=running[name],
                loaded=frozenset(self._loaded[name]),
                models=self._models[name],
                up=name not in self._down,
            )
            for name, host in self._hosts.items()
        ]


def _resident(attempt: Attempt) -> Resident:
    generator = attempt.instance.generator
    return Resident(canonical_model(generator.model), generator.num_ctx)


def _queue(attempt: Attempt) -> Queue:
    return Queue(_resident(attempt), attempt.instance.generator.host)


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
