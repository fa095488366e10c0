"""Asking hosts how they are, all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paragen.domain.errors import HostError, InterruptedRunError
from paragen.domain.generator import CallLimits
from paragen.domain.host import HostSpec
from paragen.domain.ports import Host, HostState

GLANCE_S = 0.05
NOTHING_PLAYED = "Interrupted before anything was played."


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """A host, and what it said of itself: no state where it gave no sensible answer."""

    name: str
    host: Host
    slots: int
    state: HostState | None
    error: str = ""


def probe(
    specs: Sequence[HostSpec],
    limits: CallLimits | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Probed]:
    """Open hosts with these limits and ask each for its state, in their order.

    Raises ConfigError, and InterruptedRunError as soon as `stopped` says so.
    """
    from paragen.hosts import open_host

    hosts = [open_host(spec, limits) for spec in specs]
    found: dict[int, Probed] = {}

    def ask(number: int, host: Host) -> None:
        state, error = None, ""
        try:
            state = host.state()
        except HostError as failure:
            error = str(failure)
        except Exception as failure:  # a defect of ours: said, so that the other hosts play on
            error = f"Host {host.name!r} can't be asked: {type(failure).__name__}: {failure}."
        found[number] = Probed(
            name=host.name, host=host, slots=host.slots, state=state, error=error
        )

    # Daemon threads, unlike a pool's: a host that is silent can't keep an interrupted user here.
    threads = [
        threading.Thread(target=ask, args=(number, host), daemon=True)
        for number, host in enumerate(hosts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(GLANCE_S)
            if stopped():
                raise InterruptedRunError(NOTHING_PLAYED)
    return [found[number] for number in range(len(hosts))]
