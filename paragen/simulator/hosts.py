"""A host in virtual time: what is in its memory, and which request waits for a load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from paragen.dispatch import Resident
from paragen.domain.ports import HostState, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class SimHost:
    """A host as it really is, whatever dispatch believes of it.

    `models` are those that it has, by their names with tags, with the bytes that each takes in
    memory (None: any, of no size). It holds as many as fit into `max_models` and `vram_bytes` (None
    is no bound); `loaded` are there from the start. It answers and loads `speed` times as fast as
    the costs say, and is down from and until the seconds in `outages`.
    """

    name: str
    slots: int = 1
    max_models: int | None = 1
    vram_bytes: int | None = None
    speed: float = 1.0
    models: Mapping[str, int] | None = None
    loaded: tuple[Resident, ...] = ()
    outages: tuple[tuple[float, float], ...] = ()

    @property
    def state(self) -> HostState | None:
        """What it would say of itself at the start; None where it has any model."""
        if self.models is None and not self.loaded:
            return None
        contexts = {one.model: one.num_ctx for one in self.loaded}
        names = contexts if self.models is None else self.models
        models = (
            Model(name=name, num_ctx=contexts.get(name), loaded_bytes=int(name in contexts))
            for name in names
        )
        return HostState(version=None, models=tuple(models))


After = Callable[[float, Callable[[], None]], None]
"""Do this so many seconds from now."""


@dataclass(eq=False, slots=True)
class Asked:
    """A request: `begin` is called once its model is there and it may be answered."""

    resident: Resident
    begin: Callable[[], None]


@dataclass(eq=False, slots=True)
class Server:
    """A host's memory and its line of loads: one at a time, first come, first served.

    A model that must be loaded pushes out those that are idle, the one used longest ago first,
    and waits where those that are in use leave no room.
    """

    host: SimHost
    load_s: Callable[[Resident], float]
    after: After
    memory: list[Resident] = field(default_factory=list)
    active: Counter[Resident] = field(default_factory=Counter)
    loads: int = 0
    down: bool = False
    _line: list[Asked] = field(default_factory=list)
    _loading: bool = False
    _life: int = 0

    def __post_init__(self) -> None:
        self.memory = list(self.host.loaded)

    def ask(self, asked: Asked) -> None:
        """Answer a request as soon as its model is in memory."""
        if asked.resident in self.memory:
            self._begin([asked])
        else:
            self._line.append(asked)
            self._load_next()

    def leave(self, asked: Asked) -> None:
        """A request that waited or was being answered is gone."""
        if asked in self._line:
            self._line.remove(asked)
        else:
            self.active[asked.resident] -= 1
        self._load_next()

    def go_down(self) -> None:
        """Lose all requests and what is in memory."""
        self.down, self._loading = True, False
        self._life += 1
        self.memory.clear()
        self.active.clear()
        self._line.clear()

    def come_back(self) -> None:
        """Take requests again."""
        self.down = False

    def _begin(self, ready: list[Asked]) -> None:
        """Let requests of a model in memory begin: all hold it before the first does anything."""
        for asked in ready:
            self.memory.remove(asked.resident)
            self.memory.append(asked.resident)
            self.active[asked.resident] += 1
        for asked in ready:
            asked.begin()

    def _load_next(self) -> None:
        while self._line and not self._loading:
            asked = self._line[0]
            if asked.resident in self.memory:
                del self._line[0]
                self._begin([asked])
            elif self._make_room(asked.resident):
                self._loading = True
                self.loads += 1
                done = partial(self._loaded, asked.resident, self._life)
                self.after(self.load_s(asked.resident), done)
            else:
                return

    def _loaded(self, resident: Resident, life: int) -> None:
        """A load has ended: all that waited for this model may begin."""
        if life != self._life:
            return
        self._loading = False
        self.memory.append(resident)
        ready = [asked for asked in self._line if asked.resident == resident]
        self._line = [asked for asked in self._line if asked.resident != resident]
        self._begin(ready)
        self._load_next()

    def _make_room(self, resident: Resident) -> bool:
        """Push idle models out, as long as there must be room; whether there is."""
        in_the_way = [one for one in self.memory if one.model == resident.model]
        idle = [one for one in self.memory if not self.active[one]]
        for one in sorted(idle, key=lambda one: one not in in_the_way):
            if one in in_the_way or not self._has_room(resident):
                self.memory.remove(one)
        return self._has_room(resident) and not any(one in self.memory for one in in_the_way)

    def _has_room(self, resident: Resident) -> bool:
        host, sizes = self.host, self.host.models or {}
        there = [*self.memory, resident]
        if host.max_models is not None and len(there) > host.max_models:
            return False
        taken = sum(sizes.get(one.model, 0) for one in there)
        return host.vram_bytes is None or taken <= host.vram_bytes
