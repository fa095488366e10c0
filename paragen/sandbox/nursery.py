"""The nursery as paragen starts and asks it: one process, which forks the workers."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paragen.domain.errors import SandboxFault
from paragen.sandbox import ties
from paragen.sandbox.confinement import WORK
from paragen.sandbox.inside import control

_MAIN = Path(__file__).with_name("inside") / "__main__.py"
_INTERPRETER = ("-P", "-s", "-S", "-B", "-X", "utf8")
WAIT_S = 30
"""How long any part of a worker may take to answer: the machine may be very busy."""
_THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
"""What tells numeric libraries how many threads to start."""
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "HOME": WORK,
    "TMPDIR": WORK,
    "PYTHONHASHSEED": "0",
    "MALLOC_ARENA_MAX": "1",  # each would reserve 64 MiB of address space, one a thread
    **dict.fromkeys(_THREADS, "1"),
}


@dataclass(frozen=True, slots=True)
class Started:
    """A worker that was forked: paragen's ends of its sockets, and its hold on the process."""

    control: socket.socket
    tester: socket.socket
    tie: ties.Tie


class Nursery:
    """Forks workers. May be used from several threads."""

    def __init__(self) -> None:
        """Start it and wait until it is warm; raises SandboxFault."""
        self._lock = threading.Lock()
        with ExitStack() as ours, ExitStack() as theirs:
            try:
                self._control, end = _sockets(ours, theirs)
                self._process = _start(end)
            except OSError as error:
                raise SandboxFault(f"no process could be started: {error}") from error
            ours.pop_all()
        try:
            ready = heard(self._control)
            if ready is None:
                raise SandboxFault(f"the sandbox's workers can't start: {self._last_words()}")
        except BaseException:
            self.close()
            raise
        self.work_s = float(ready[0]["work_s"])

    def start(self) -> Started:
        """Fork a worker, which waits for its settings; raises SandboxFault."""
        with ExitStack() as ours, ExitStack() as theirs:
            try:
                asked, asked_end = _sockets(ours, theirs)
                tester, tester_end = _sockets(ours, theirs)
                with self._lock:
                    handed = (asked_end.fileno(), tester_end.fileno())
                    control.send(self._control, {"kind": "start"}, handed)
                    received = heard(self._control)
                if received is None:
                    raise SandboxFault("the process that starts the sandbox's workers has ended")
            except (OSError, SandboxFault) as error:
                raise SandboxFault(f"no worker could be started: {error}") from error
            tie = ties.tie(received[1][0], received[0]["pid"], leashed=ties.LEASHED)
            ours.pop_all()
        return Started(asked, tester, tie)

    @property
    def alive(self) -> bool:
        """Whether it can start workers."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it at once, but not its workers; may be called from a signal handler."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, but not its workers."""
        self._control.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _last_words(self) -> str:
        """What it said on standard error before it ended."""
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


def heard(sock: socket.socket) -> tuple[Mapping[str, Any], list[int]] | None:
    """The next message, None where the other end is gone.

    Raises SandboxFault for a silent one, or where it can't be heard.
    """
    try:
        return control.receive(sock)
    except BlockingIOError:
        raise SandboxFault(f"a sandbox process did not answer within {WAIT_S} s") from None
    except ConnectionError:  # it ended with something unread
        return None
    except OSError as error:
        raise SandboxFault(f"a sandbox process can't be heard: {error}") from error


def _sockets(ours: ExitStack, theirs: ExitStack) -> tuple[socket.socket, socket.socket]:
    """Two connected sockets, one for each to close; reading and writing ours doesn't wait for ever.

    The kernel sees to that by itself, without a poll before each call. Raises OSError.
    """
    here, there = socket.socketpair()
    ours.enter_context(here)
    theirs.enter_context(there)
    limit = struct.pack("ll", WAIT_S, 0)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    return here, there


def _start(control_end: socket.socket) -> subprocess.Popen[bytes]:
    kind = "leashes" if ties.LEASHED else "pidfds"
    return subprocess.Popen(
        [sys.executable, *_INTERPRETER, str(_MAIN), str(control_end.fileno()), kind],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(control_end.fileno(),),
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,
    )
