"""The policy that dispatch is measured against: a plain pool of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from paragen.dispatch import Resident
from paragen.domain.generator import Answer, Attempt
from paragen.domain.host import canonical_model
from paragen.domain.ports import HostState
from paragen.simulator import SimHost
from paragen.simulator.policies import Key


class PlainPool:
    """A pool of threads, one a slot, each bound to its host: they take what was asked for first."""

    def __init__(
        self, hosts: Sequence[tuple[SimHost, HostState | None]], clock: Callable[[], float]
    ) -> None:
        self._models = {host.name: host.models for host, _ in hosts}
        self._free = {host.name: host.slots for host, _ in hosts}
        self._waiting: dict[Key, Attempt] = {}
        self._calls: dict[Key, str] = {}
        self._down: set[str] = set()

    @property
    def ask_again_s(self) -> float | None:
        """Never: no slot stays free."""
        return None

    def put(self, key: Key, attempt: Attempt) -> None:
        """Let an attempt wait."""
        self._waiting[key] = attempt

    def take(self, key: Key) -> Attempt | None:
        """An attempt that waits no longer, None where it didn't."""
        return self._waiting.pop(key, None)

    def choose(self, *, busy: int) -> list[tuple[Key, str]]:
        """Those that came first go to the hosts with most slots free."""
        free = {name: count for name, count in self._free.items() if name not in self._down}
        chosen: list[tuple[Key, str]] = []
        for key, attempt in self._waiting.items():
            open_hosts = [name for name in self._takers(attempt) if free.get(name, 0) > 0]
            if open_hosts:
                host = max(open_hosts, key=lambda name: free[name])
                free[host] -= 1
                chosen.append((key, host))
            if not any(free.values()):
                break
        return chosen

    def begin(self, key: Key, attempt: Attempt, host: str) -> bool:
        """A slot is taken; the request itself loads its model."""
        self._calls[key] = host
        self._free[host] -= 1
        return False

    def end(self, key: Key, *, loaded: bool, seen: Answer | None = None) -> None:
        """A slot is free again."""
        self._free[self._calls.pop(key)] += 1

    def begin_load(self, host: str, resident: Resident) -> None:
        """It loads nothing ahead."""

    def end_load(self, host: str, resident: Resident, load_s: float | None) -> None:
        """It loads nothing ahead."""

    def idle_load(self, host: str) -> Resident | None:
        """It loads nothing ahead."""
        return None

    def lose(self, host: str) -> bool:
        """A host is down."""
        is_new = host not in self._down
        self._down.add(host)
        return is_new

    def regain(self, host: str) -> None:
        """A host is up again."""
        self._down.discard(host)

    def placeable(self, attempt: Attempt) -> bool:
        """Whether any host that is up has its model."""
        return any(name not in self._down for name in self._takers(attempt))

    def stranded(self) -> list[tuple[Key, Attempt]]:
        """The waiting attempts whose hosts are all down."""
        return [(key, one) for key, one in self._waiting.items() if not self.placeable(one)]

    def _takers(self, attempt: Attempt) -> Iterable[str]:
        generator = attempt.instance.generator
        for name, models in self._models.items():
            had = models is None or canonical_model(generator.model) in models
            if generator.host in (None, name) and had:
                yield name
