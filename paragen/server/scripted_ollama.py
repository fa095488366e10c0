"""A protocol-true Ollama on loopback that answers from a recording: for tests, and to try out.

    python -m paragen.server.scripted_ollama --recording answers.jsonl --port 11500

It speaks real HTTP and keeps to the server's rules for slots, loads, queueing and errors; only
there is no model. See `paragen.parse.recording` for recordings and the faults they can hold.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from paragen.domain.errors import ParagenError, UsageError
from paragen.hosts.address import is_loopback
from paragen.hosts.demo import bundled_recording
from paragen.parse.recording import Recorded, parse_recording
from paragen.server.scripted_listener import Listener
from paragen.server.scripted_memory import KEEP_ALIVE_S, Memory
from paragen.server.scripted_mishaps import Mishaps
from paragen.server.scripted_schedule import Schedule
from paragen.server.scripted_script import Logged, Script


class ScriptedOllama:
    """A scripted server as a context manager, on a port of 127.0.0.1 (0: any free one).

    `slots` is what OLLAMA_NUM_PARALLEL is to the real one, `max_queue` OLLAMA_MAX_QUEUE,
    `max_loaded` OLLAMA_MAX_LOADED_MODELS and `keep_alive_s` OLLAMA_KEEP_ALIVE. `vram_bytes` is
    what all loaded models must fit into (None: they do). `load_s` is what loading a model takes
    whose recording doesn't say. All times are divided by `speed`; those it reports are the real
    ones. A server that dies by a fault is back after `down_s`. `mishaps` are faults by chance.
    """

    def __init__(
        self,
        recorded: Sequence[Recorded],
        *,
        slots: int = 1,
        load_s: float = 0.0,
        max_queue: int = 512,
        max_loaded: int = 3,
        vram_bytes: int | None = None,
        keep_alive_s: float = KEEP_ALIVE_S,
        speed: float = 1.0,
        port: int = 0,
        remote: Sequence[str] = (),
        down_s: float = 1.0,
        mishaps: Mishaps | None = None,
    ) -> None:
        memory = Memory(
            max_loaded=max_loaded, vram_bytes=vram_bytes, keep_alive_s=keep_alive_s / speed
        )
        self._schedule = Schedule(memory, slots=slots, max_queue=max_queue)
        self._script = Script(
            recorded,
            schedule=self._schedule,
            load_s=load_s,
            speed=speed,
            remote=remote,
            mishaps=mishaps,
            die=partial(self.die, down_s),
        )
        self._listener = Listener(port, self._script)

    def __enter__(self) -> ScriptedOllama:
        self._listener.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._schedule.close()
        self._listener.close()

    def die(self, down_s: float = float("inf")) -> None:
        """Go away at once, with every connection and loaded model; come back after `down_s`."""
        self._listener.cut(down_s)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return self._listener.connections

    @property
    def requests(self) -> tuple[Logged, ...]:
        """The POST requests so far, in the order in which they came."""
        return tuple(replace(entry) for entry in self._script.log)

    @property
    def max_concurrency(self) -> int:
        """The most requests that ever generated at once."""
        return self._schedule.max_active

    @property
    def active(self) -> int:
        """How many requests generate now."""
        return self._schedule.active

    @property
    def leaked(self) -> int:
        """How many slots are taken by nobody."""
        return self._schedule.leaked

    @property
    def resident(self) -> tuple[str, ...]:
        """The models that are loaded."""
        return tuple(one.model for one in self._schedule.resident)

    @property
    def loads(self) -> tuple[tuple[str, int], ...]:
        """Every load of a model so far: its name and num_ctx."""
        return self._schedule.loads


def main(argv: Sequence[str] | None = None) -> int:
    """Serve a recording until interrupted; the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        recorded = _read(arguments.recording)
        if not is_loopback(f"http://{arguments.bind}"):
            raise UsageError(
                f"{arguments.bind} is no loopback address, and this server has no protection "
                "whatsoever: it only listens on 127.0.0.1."
            )
        server = ScriptedOllama(
            recorded,
            slots=arguments.slots,
            load_s=arguments.load_s,
            max_queue=arguments.max_queue,
            max_loaded=arguments.max_loaded,
            vram_bytes=arguments.vram_bytes,
            speed=arguments.speed,
            mishaps=Mishaps(arguments.mishaps, arguments.seed) if arguments.mishaps else None,
            port=arguments.port,
        )
    except (ParagenError, OSError) as error:
        print(f"scripted_ollama: {error}", file=sys.stderr)
        return 2
    # A shell starts what it puts into the background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with server, contextlib.suppress(KeyboardInterrupt):
        print(server.url, flush=True)
        threading.Event().wait()
    return 0


def _read(path: str | None) -> tuple[Recorded, ...]:
    if path is None:
        return bundled_recording()
    try:
        return parse_recording(Path(path).read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m paragen.server.scripted_ollama",
        description="An Ollama on loopback that answers from a recording. No model is running.",
    )
    parser.add_argument("--recording", metavar="FILE", help="by default the bundled demo")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--bind", default="127.0.0.1", help="loopback only")
    parser.add_argument("--slots", type=int, default=1, help="requests of a model at once")
    parser.add_argument("--load-s", type=float, default=0.0, help="seconds to load a model")
    parser.add_argument("--max-queue", type=int, default=512, help="requests that wait for a load")
    parser.add_argument("--max-loaded", type=int, default=3, help="models that fit in memory")
    parser.add_argument("--vram-bytes", type=int, help="what loaded models must fit into")
    parser.add_argument("--mishaps", type=float, default=0.0, help="share of answers that fail")
    parser.add_argument("--seed", type=int, default=0, help="which of them do, and how")
    parser.add_argument("--speed", type=float, default=1.0, help="all times are divided by this")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
