"""Models on their way into hosts' memory, and the attempts that wait for them.

Used from the engine's thread alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from paragen.dispatch import Resident
from paragen.domain.events import Event, ModelLoaded
from paragen.domain.ports import Cancel
from paragen.engine.calls import Calls, context_of
from paragen.engine.inbox import Job, Loaded
from paragen.engine.slots import Key, Slots, resident_of


@dataclass(slots=True)
class _Load:
    """A model that is being loaded, and the jobs that hold a slot and wait for it."""

    cancel: Cancel = field(default_factory=Cancel)
    jobs: dict[Key, Job] = field(default_factory=dict)


class Loads:
    """Loads each model once, outside of the time of the attempts that want it.

    What couldn't be loaded is not loaded ahead again; `tell` hears of each load.
    """

    def __init__(self, slots: Slots, calls: Calls, tell: Callable[[Event], None]) -> None:
        self._slots = slots
        self._calls = calls
        self._tell = tell
        self._loads: dict[tuple[str, Resident], _Load] = {}
        self._failed: set[tuple[str, Resident]] = set()

    def ahead(self, host: str) -> None:
        """Let a host that would be idle load what it needs next."""
        resident = self._slots.idle_load(host)
        if resident is not None and (host, resident) not in self._failed:
            self._begin(host, resident)

    def must_wait(self, job: Job, host: str, *, is_cold: bool) -> bool:
        """Let a job wait for its model, where that `is_cold` or just being loaded; whether it is.

        The job's slot on that host is taken.
        """
        resident = resident_of(job.attempt)
        if not is_cold and (host, resident) not in self._loads:
            return False
        self._begin(host, resident).jobs[job.key] = job
        return True

    def leave(self, job: Job) -> bool:
        """Let a job wait no longer, False where it didn't.

        A load that nobody waits for any more is called off.
        """
        load = self._loads.get((job.host or "", resident_of(job.attempt)))
        if load is None or load.jobs.pop(job.key, None) is None:
            return False
        if not load.jobs:
            load.cancel.throw()
        return True

    def ended(self, message: Loaded) -> Iterable[Job]:
        """A load has ended, whether it went well or not: the jobs that waited for it.

        Those that came while it was being called off wait for another one.
        """
        host, resident, load_s = message.host, message.resident, message.load_s
        load = self._loads.pop((host, resident))
        self._slots.end_load(host, resident, load_s)
        if load_s is not None:
            model, num_ctx = resident.model, context_of(resident)
            self._tell(ModelLoaded(host=host, model=model, num_ctx=num_ctx, load_s=load_s))
        elif not load.cancel.thrown:
            self._failed.add((host, resident))
        elif load.jobs:
            self._begin(host, resident).jobs.update(load.jobs)
            return ()
        return load.jobs.values()

    def call_off_all(self) -> None:
        """Call off every load."""
        for load in self._loads.values():
            load.cancel.throw()

    def _begin(self, host: str, resident: Resident) -> _Load:
        load = self._loads.get((host, resident))
        if load is None:
            load = self._loads[(host, resident)] = _Load()
            self._slots.begin_load(host, resident)
            self._calls.load(host, resident, load.cancel)
        return load
