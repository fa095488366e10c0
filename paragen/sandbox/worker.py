"""One worker: a zygote and a tester, as paragen starts, asks and ends them."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.sandbox.forked import Forked, address_space, pid_of
from paragen.sandbox.inside import control
from paragen.sandbox.linux.confine import WORK

_MAIN = Path(__file__).with_name("inside") / "__main__.py"
_INTERPRETER = ("-P", "-s", "-S", "-B", "-X", "utf8")
_START_S = 30.0
"""How long a worker may take to start, and a zygote to answer: the machine may be very busy."""
_REMEMBERED = 8
"""How many candidates back it is remembered how they ended."""
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "HOME": WORK,
    "TMPDIR": WORK,
    "PYTHONHASHSEED": "0",
    "MALLOC_ARENA_MAX": "1",  # each would reserve 64 MiB of address space, one a thread
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
    ),
}


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

    There is always a spare candidate, forked and confined while the one before it ran, so that a
    program mostly doesn't have to wait for that.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        """Start it and wait until it is ready.

        Raises SandboxUnavailableError where a layer can't be put on, else SandboxFault.
        """
        self._numbers = 0
        self._spare: int | None = None
        self._waiting: dict[int, Forked] = {}
        self._ended: dict[int, Mapping[str, Any]] = {}
        self._control, control_end = socket.socketpair()
        self.tester, tester_end = socket.socketpair()
        for ours in (self._control, self.tester):
            _bound_waiting(ours)
        try:
            self._process = _start(control_end, tester_end)
        except OSError as error:
            self._control.close()
            self.tester.close()
            raise SandboxFault(f"no worker could be started: {error}") from error
        finally:
            control_end.close()
            tester_end.close()
        try:
            self._say(asdict(settings))
            self._greet(*self._hear("ready"))
            self._ask_for_spare()
        except BaseException:
            self.close()
            raise

    def _greet(self, ready: Mapping[str, Any], descriptors: list[int]) -> None:
        """Take in what the worker says of itself once it is ready."""
        self.work_s = float(ready["work_s"])
        self.notes = tuple(map(str, ready["notes"]))
        zygote, tester = map(pid_of, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        greeting = self._receive(self.tester)
        if greeting is None or "fault" in greeting[0]:
            why = self._last_words() if greeting is None else greeting[0]["fault"]
            raise SandboxFault(f"the tester did not start: {why}")
        self.candidate_space = address_space(zygote)
        self.tester_space = address_space(tester)
        self.tester_pid = tester

    def take(self, wish: Wish) -> Forked:
        """A candidate of that kind; a next spare is forked meanwhile. Raises SandboxFault."""
        if wish == PLAIN and self._spare is not None:
            number, self._spare = self._spare, None
        else:
            number = self._ask(wish)
        forked = self._forked(number)
        try:
            if wish == PLAIN:
                self._ask_for_spare()
        except SandboxFault:
            forked.close()
            raise
        return forked

    def ended(self, candidate: Forked) -> Mapping[str, Any]:
        """How a candidate that has ended did so; raises SandboxFault where that isn't told."""
        while candidate.number not in self._ended:
            self._take_in(*self._hear())
        return self._ended.pop(candidate.number)

    def close(self) -> None:
        """End every process of the worker and wait for that."""
        for forked in self._waiting.values():
            forked.close()
        self._control.close()
        self.tester.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def kill(self) -> None:
        """End every process of the worker at once; may be called from a signal handler."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)

    def _ask_for_spare(self) -> None:
        self._spare = self._ask(PLAIN)

    def _ask(self, wish: Wish) -> int:
        self._numbers += 1
        self._say({"number": self._numbers, **asdict(wish)})
        return self._numbers

    def _forked(self, number: int) -> Forked:
        """Wait for a candidate that was asked for."""
        while number not in self._waiting:
            self._take_in(*self._hear())
        return self._waiting.pop(number)

    def _take_in(self, message: Mapping[str, Any], descriptors: list[int]) -> None:
        """Note a candidate that was forked, or how one ended; of those long past nobody asks."""
        if message["kind"] == "forked":
            self._waiting[message["number"]] = Forked(message["number"], descriptors)
            return
        self._ended[message["number"]] = message
        for number in [n for n in self._ended if n < message["number"] - _REMEMBERED]:
            del self._ended[number]

    def _say(self, message: dict[str, Any]) -> None:
        try:
            control.send(self._control, message)
        except OSError as error:
            raise SandboxFault(f"the worker can't be reached: {error}") from error

    def _hear(self, kind: str = "") -> tuple[Mapping[str, Any], list[int]]:
        received = self._receive(self._control)
        if received is None:
            raise SandboxFault(f"the worker ended: {self._last_words()}")
        if received[0]["kind"] == "failed":
            raise SandboxUnavailableError(received[0]["why"])
        if kind and received[0]["kind"] != kind:
            raise SandboxFault(f"the worker said {received[0]['kind']!r} instead of {kind!r}")
        return received

    def _receive(self, sock: socket.socket) -> tuple[Mapping[str, Any], list[int]] | None:
        try:
            return control.receive(sock)
        except BlockingIOError:
            raise SandboxFault(f"the worker did not answer within {_START_S:g} s") from None
        except OSError:  # it ended with something unread
            return None

    def _last_words(self) -> str:
        """What a worker that ended said on standard error."""
        stderr = self._process.stderr
        assert stderr is not None
        deadline = time.monotonic() + 1
        said = b""
        while time.monotonic() < deadline and select.select([stderr], [], [], 0.1)[0]:
            chunk = os.read(stderr.fileno(), 1 << 16)
            if not chunk:
                break
            said += chunk
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _bound_waiting(sock: socket.socket) -> None:
    """Let no reading or writing wait for ever; the kernel does that without a poll before each."""
    limit = struct.pack("ll", int(_START_S), 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def _start(control_end: socket.socket, tester_end: socket.socket) -> subprocess.Popen[bytes]:
    handed = (control_end.fileno(), tester_end.fileno())
    return subprocess.Popen(
        [sys.executable, *_INTERPRETER, str(_MAIN), *map(str, handed)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=handed,
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,
    )
