"""One worker: a zygote and a tester, as paragen starts, asks and ends them."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.sandbox import measures, ties
from paragen.sandbox.forked import Forked
from paragen.sandbox.inside import control
from paragen.sandbox.nursery import WAIT_S, Nursery, heard
from paragen.sandbox.places import Place

_SPARES = 2
"""One that is ready, and one that is getting so."""
_REMEMBERED = 8
"""How many candidates back it is remembered how they ended."""
_END_S = 2.0
"""How long a worker may take to end by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What a worker is told at its start.

    `reads` are the directories and files that it can read, `path` where the standard library is,
    and `packages` what programs may import beyond it: directories, and the names of modules
    there; `test_packages` is the same for tests. `preload` is imported before any candidate is
    forked. `work` is where a working directory can be, None where there can't.
    """

    level: str
    reads: tuple[str, ...]
    path: tuple[str, ...]
    packages: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    test_packages: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    preload: tuple[str, ...] = ()
    work: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of candidate is asked for: what its files may take, and whether it may fork."""

    disk_bytes: int = 0
    processes: bool = False


PLAIN = Wish()


class Worker:
    """A worker. Used by one thread at a time, but for `kill`.

    There are always spare candidates, forked and confined while those before them ran, so that a
    program mostly doesn't have to wait for that.
    """

    def __init__(self, settings: WorkerSettings, nursery: Nursery, place: Place) -> None:
        """Start it and wait until it is ready; the place is given back at its end.

        Raises SandboxUnavailableError where a layer can't be put on, else SandboxFault.
        """
        self._lock = threading.RLock()
        self.place = place
        self._numbers = 0
        self._spares: deque[int] = deque()
        self._waiting: dict[int, Forked] = {}
        self._ended: dict[int, control.News] = {}
        try:
            started = nursery.start()
        except BaseException:
            place.leave()
            raise
        self._control, self.tester = started.control, started.tester
        self._tie: ties.Tie | None = started.tie
        try:
            self._say({**asdict(settings), "cpu": place.for_all})
            self._greet(*self._hear())
            for _ in range(_SPARES):
                self._spares.append(self._ask(PLAIN))
        except BaseException:
            self.close()
            raise

    def _greet(self, ready: Mapping[str, Any], descriptors: list[int]) -> None:
        """Take in what the worker says of itself once it is ready."""
        self.notes = tuple(map(str, ready["notes"]))
        zygote, tester = map(measures.pid_of, descriptors) if descriptors else ready["pids"]
        for descriptor in descriptors:
            os.close(descriptor)
        greeting = heard(self.tester)
        if greeting is None or "fault" in greeting[0]:
            why = "it ended" if greeting is None else greeting[0]["fault"]
            raise SandboxFault(f"the tester did not start: {why}")
        self.candidate_space = measures.taken_bytes(zygote)
        self.tester_space = measures.taken_bytes(tester)
        self.tester_pid = tester
        self.place.settle(tester)

    def take(self, wish: Wish) -> Forked:
        """A candidate of that kind; a next spare is forked meanwhile. Raises SandboxFault."""
        number = self._ask(wish)
        if wish == PLAIN:
            self._spares.append(number)
            number = self._spares.popleft()
        while number not in self._waiting:
            self._take_in()
        forked = self._waiting.pop(number)
        forked.has_descendants = wish.processes
        forked.files_bytes = wish.disk_bytes
        return forked

    def ended(self, candidate: Forked) -> control.News:
        """How a candidate that has ended did so; raises SandboxFault where that isn't told."""
        while candidate.news is None:
            candidate.news = self._ended.pop(candidate.number, None)
            if candidate.news is None:
                self._take_in()
        return candidate.news

    def close(self) -> None:
        """End every process of the worker and wait for that."""
        self.place.leave()
        for forked in self._waiting.values():
            forked.close()
        self._control.close()
        self.tester.close()
        with self._lock:
            tie = self._tie
        if tie is None:
            return
        if not select.select([tie.descriptor], [], [], _END_S)[0]:
            tie.kill()
            select.select([tie.descriptor], [], [])
        with self._lock:
            self._tie = None
            os.close(tie.descriptor)

    def kill(self) -> None:
        """End every process of the worker at once; may be called from a signal handler."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._kill()

    def _kill(self) -> None:
        with self._lock:
            if self._tie is not None:
                self._tie.kill()

    def _ask(self, wish: Wish) -> int:
        self._numbers += 1
        rehearse = self.place.for_all is None
        asked = control.Wish(self._numbers, wish.disk_bytes, wish.processes, rehearse)
        try:
            control.wish_for(self._control, asked)
        except OSError as error:
            raise SandboxFault(f"the worker can't be reached: {error}") from error
        return self._numbers

    def _take_in(self) -> None:
        """Note a candidate that was forked, or how one ended; of those long past nobody asks."""
        try:
            heard = control.next_news(self._control)
        except BlockingIOError:
            raise SandboxFault(f"a worker did not answer within {WAIT_S} s") from None
        except ConnectionError:  # it ended with something unread
            heard = None
        except OSError as error:
            raise SandboxFault(f"a worker can't be heard: {error}") from error
        if heard is None:
            raise SandboxFault("a worker ended")
        news, descriptors = heard
        if not news.ended:
            forked = Forked(news.number, descriptors, news.pid, leashed=ties.LEASHED)
            self._waiting[news.number] = forked
            return
        self._ended[news.number] = news
        for number in [n for n in self._ended if n < news.number - _REMEMBERED]:
            del self._ended[number]

    def _say(self, message: dict[str, Any]) -> None:
        try:
            control.send(self._control, message)
        except OSError as error:
            raise SandboxFault(f"the worker can't be reached: {error}") from error

    def _hear(self) -> tuple[Mapping[str, Any], list[int]]:
        """What the worker says once it is ready, or that it can't be."""
        received = heard(self._control)
        if received is None:
            raise SandboxFault("a worker ended")
        message = received[0]
        if message["kind"] == "failed":
            if message["unavailable"]:
                raise SandboxUnavailableError(message["why"])
            raise SandboxFault(f"a worker failed: {message['why']}")
        return received
