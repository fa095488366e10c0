"""What decides in a simulation which attempt goes where, as the engine's books do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from paragen.dispatch import Resident
from paragen.domain.generator import Answer, Attempt
from paragen.domain.ports import HostState
from paragen.simulator.hosts import SimHost

Key = tuple[str, str]
"""A run's id and an attempt's id."""


class Book(Protocol):
    """Attempts that wait and calls that run over the slots of hosts, as the engine has them."""

    @property
    def ask_again_s(self) -> float | None:
        """In how many seconds to choose again even if nothing happens."""
        ...

    def put(self, key: Key, attempt: Attempt) -> None:
        """Let an attempt wait."""
        ...

    def take(self, key: Key) -> Attempt | None:
        """An attempt that waits no longer, None where it didn't."""
        ...

    def choose(self, *, busy: int) -> list[tuple[Key, str]]:
        """Which waiting attempts go to which hosts now."""
        ...

    def begin(self, key: Key, attempt: Attempt, host: str) -> bool:
        """A slot is taken by a call; whether its model must be loaded first."""
        ...

    def end(self, key: Key, *, loaded: bool, seen: Answer | None = None) -> None:
        """A call's slot is free again."""
        ...

    def begin_load(self, host: str, resident: Resident) -> None:
        """A host loads a model."""
        ...

    def end_load(self, host: str, resident: Resident, load_s: float | None) -> None:
        """A load has ended, after so many seconds; None where it failed."""
        ...

    def idle_load(self, host: str) -> Resident | None:
        """What a host should load ahead."""
        ...

    def lose(self, host: str) -> bool:
        """A host is down."""
        ...

    def regain(self, host: str) -> None:
        """A host is up again, with nothing in its memory."""
        ...

    def placeable(self, attempt: Attempt) -> bool:
        """Whether any host may take an attempt."""
        ...

    def stranded(self) -> list[tuple[Key, Attempt]]:
        """The waiting attempts that no host may take any more."""
        ...


Policy = Callable[[Sequence[tuple[SimHost, HostState | None]], Callable[[], float]], Book]
"""Makes a book for hosts, given the clock."""
