"""A meter of what this machine's GPUs draw, by nvidia-smi, and hosts whose answers say it.

What the driver says is taken as it is: all that the GPUs draw, idle or for others' sake too.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import IO, NamedTuple

from paragen.domain.errors import HostError
from paragen.domain.generator import Answer, Request
from paragen.domain.ports import Cancel, Host, HostState, OnProgress, Recovery
from paragen.hosts.energy import Energy

PROGRAM = "nvidia-smi"
QUERY = (
    "--query-gpu=count,index,power.draw",
    "--format=csv,noheader,nounits",
    "--loop-ms=200",
)
FIRST_S = 1.0
"""How long the first reading is waited for, once a session, where the program is there."""
END_S = 1.0
"""How long the program may take to end when it is told to."""
LINE_BYTES = 4096

_open: set[Meter] = set()


class Reading(NamedTuple):
    """What one GPU draws: how many there are, which one it is, and its watts."""

    gpus: int
    gpu: int
    watts: float


def parse_line(line: str) -> Reading | None:
    """A line of nvidia-smi's; None for whatever is no reading: "[N/A]", or words."""
    try:
        gpus, gpu, watts = line.split(",")
        reading = Reading(int(gpus), int(gpu), float(watts))
    except ValueError:
        return None
    return reading if math.isfinite(reading.watts) and reading.watts >= 0 else None


class Meter:
    """A running nvidia-smi. Any thread may use it; whatever happens to it, nothing is raised."""

    def __init__(self, program: str) -> None:
        """Start the program; raises OSError."""
        self._energy = Energy()
        self._lock = threading.Lock()
        self._answered = threading.Event()
        self._process = subprocess.Popen(
            [program, *QUERY],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # A Ctrl-C is ours: the answers that it leaves are still metered.
            start_new_session=True,
        )
        _open.add(self)
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._follow, args=(self._process.stdout,), name="energy", daemon=True
        )
        self._reader.start()

    def await_first(self, limit_s: float = FIRST_S) -> None:
        """Wait until it has said something, or ended."""
        self._answered.wait(limit_s)

    def draw(self) -> Draw:
        """A block during which somebody draws."""
        return Draw(self._energy, self._lock)

    def close(self) -> None:
        """End the program."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            with suppress(subprocess.TimeoutExpired):  # one that hangs in its driver can't end
                self._process.wait(END_S)
        _open.discard(self)
        # Not for long: whatever else holds the pipe's other end open is not ours.
        self._reader.join(END_S)

    def kill(self) -> None:
        """End the program at once, without a goodbye."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """Signal the program, and what it started: one that is a script starts others."""
        if self._process.poll() is None:
            with suppress(OSError):
                os.killpg(self._process.pid, number)

    def _follow(self, lines: IO[bytes]) -> None:
        """Take the readings, round by round: a round has a line for each GPU."""
        draws: dict[int, float] = {}
        with lines:
            while line := lines.readline(LINE_BYTES):
                reading = parse_line(line.decode("ascii", "replace"))
                if reading is None:
                    draws.clear()
                    self._read(None)
                    continue
                if reading.gpu in draws:
                    draws.clear()
                draws[reading.gpu] = reading.watts
                if len(draws) == reading.gpus:
                    self._read(sum(draws.values()))
                    draws.clear()
        self._read(None)

    def _read(self, watts: float | None) -> None:
        with self._lock:
            self._energy.read(watts, time.monotonic())
        self._answered.set()


class Draw:
    """A block during which somebody draws; `joules` after it, None where they aren't known."""

    def __init__(self, energy: Energy, lock: threading.Lock) -> None:
        self.joules: float | None = None
        self._energy = energy
        self._lock = lock

    def __enter__(self) -> Draw:
        with self._lock:
            self._share = self._energy.begin(time.monotonic())
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.joules = self._energy.end(self._share, time.monotonic())


class Metered:
    """A host on this machine, whose answers say what energy they took: all tries, loads within.

    A load ahead of an attempt is none of it.
    """

    def __init__(self, host: Host, meter: Meter) -> None:
        self._host = host
        self._meter = meter
        self.name = host.name
        self.slots = host.slots

    def state(self) -> HostState:
        """Ask the host for its version and models; raises HostError."""
        return self._host.state()

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        """Generate one answer; raises HostError, whose partial answer says its energy too."""
        draw = self._meter.draw()
        try:
            with draw:
                answer = self._host.generate(request, on_progress, cancel)
        except HostError as error:
            if error.partial is not None:
                error.partial = replace(error.partial, energy_j=draw.joules)
            raise
        return replace(answer, energy_j=draw.joules)

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        """Load a model with this context, unless it is; the seconds that it took."""
        return self._host.load(model, num_ctx, cancel)

    def unload(self, model: str) -> None:
        """Have a model unloaded as soon as nothing runs on it; raises HostError."""
        self._host.unload(model)

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        """See whether the host still answers, and help it to; raises HostError."""
        return self._host.recover(model, num_ctx, cancel)

    def close(self) -> None:
        """Close every connection."""
        self._host.close()


def open_meter() -> Meter | None:
    """This machine's meter, None where there is no program that reads it."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    with suppress(OSError):
        return Meter(program)
    return None


def kill_all() -> None:
    """End every meter's program at once, for those who leave without a goodbye."""
    for meter in tuple(_open):
        meter.kill()
