"""What dispatch decides about: models in memory, queues of attempts, and hosts at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from paragen.domain.generator import Generator
from paragen.domain.host import canonical_model


# These two are keys of almost everything here: tuples hash several times as fast as dataclasses.
class Resident(NamedTuple):
    """A model as it lies in a host's memory: with this context; None is one that isn't known."""

    model: str
    num_ctx: int | None = None


class Queue(NamedTuple):
    """Attempts that wait for the same: a loaded model, on one host if they are pinned to it."""

    resident: Resident
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLoad:
    """A host at one moment.

    `running` counts its running attempts, and `last` is what it ran last; it goes on with that for
    `more` attempts before the schedule is asked anew (None: with all there are). `loaded` is what
    is in its memory, `loading` what is being loaded ahead of its attempts, and `models` are those
    that it has at all (None: not known, so anything may be tried). It is taken to hold `memory`
    models at once; None is as many as it has slots. `ready_s` is the work that its running attempts
    still are, in seconds a slot. A host that isn't `up` gets only what is pinned to it.
    """

    name: str
    slots: int
    running: Mapping[Resident, int] = field(default_factory=dict)
    last: Resident | None = None
    more: int | None = None
    loaded: frozenset[Resident] = frozenset()
    loading: frozenset[Resident] = frozenset()
    models: frozenset[str] | None = None
    memory: int | None = None
    ready_s: float = 0.0
    up: bool = True

    @property
    def free(self) -> int:
        """Slots without an attempt."""
        return self.slots - sum(self.running.values())

    @property
    def capacity(self) -> int:
        """How many models it is taken to hold at once."""
        return self.slots if self.memory is None else self.memory

    def at_work(
        self, running: Mapping[Resident, int], last: Resident | None, more: int | None
    ) -> HostLoad:
        """The host with other attempts; `dataclasses.replace` would cost more than all else."""
        return HostLoad(
            name=self.name,
            slots=self.slots,
            running=running,
            last=last,
            more=more,
            loaded=self.loaded,
            loading=self.loading,
            models=self.models,
            memory=self.memory,
            ready_s=self.ready_s,
            up=self.up,
        )

    def has(self, resident: Resident) -> bool:
        """Whether a model needs no load here; one of unknown context is taken for the right one."""
        return (
            resident in self.loaded
            or resident in self.loading
            or self.running.get(resident, 0) > 0
            or Resident(resident.model) in self.loaded
        )

    def fits(self, resident: Resident) -> bool:
        """Whether a model may run beside what is in use: else a load would wait, or push it out."""
        in_use = {one for one, count in self.running.items() if count} | self.loading
        return resident in in_use or len(in_use) < self.capacity


@dataclass(frozen=True, slots=True)
class Assignment:
    """The next attempt of a queue goes to this host; `more` is the host's from then on."""

    queue: Queue
    host: str
    more: int | None = None


def resident_for(generator: Generator) -> Resident:
    """What must be in a host's memory for a generator."""
    return Resident(canonical_model(generator.model), generator.num_ctx)


def takers(queue: Queue, hosts: Sequence[HostLoad]) -> list[HostLoad]:
    """Those of all hosts that may take an attempt of a queue.

    A model that no host is known to have goes anywhere, so that the host's own words about it
    become the attempt's error.
    """
    if queue.host is not None:
        return [host for host in hosts if host.name == queue.host]
    model = queue.resident.model
    owned = any(host.models is not None and model in host.models for host in hosts)
    return [
        host
        for host in hosts
        if host.up and (not owned or host.models is None or model in host.models)
    ]
