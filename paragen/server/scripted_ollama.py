"""A protocol-true Ollama on loopback that answers from a recording: for tests, and to try out.

    python -m paragen.server.scripted_ollama --recording answers.jsonl --port 11500

It speaks real HTTP and keeps to the server's rules for slots, loads, queueing and errors; only
there is no model. See `paragen.parse.recording` for recordings and the faults they can hold.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import socketserver
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from paragen.domain.errors import ParagenError, UsageError
from paragen.hosts.address import is_loopback
from paragen.hosts.demo import bundled_recording
from paragen.parse.recording import Recorded, parse_recording
from paragen.server.scripted_handler import Handler
from paragen.server.scripted_schedule import Schedule
from paragen.server.scripted_script import Logged, Script


class Server(socketserver.ThreadingTCPServer):
    """Threads for connections, which are all ended when it closes."""

    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, script: Script) -> None:
        self.script = script
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin a connection."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in mid-line is no news; anything else is a mistake of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def end_connections(self) -> None:
        """End reads that wait for a next request."""
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class ScriptedOllama:
    """A scripted server as a context manager, on a port of 127.0.0.1 (0: any free one).

    `slots` is what OLLAMA_NUM_PARALLEL is to the real one, `max_queue` OLLAMA_MAX_QUEUE and
    `max_loaded` OLLAMA_MAX_LOADED_MODELS. `load_s` is what loading a model takes whose recording
    doesn't say. All times are divided by `speed`; those it reports are the real ones.
    """

    def __init__(
        self,
        recorded: Sequence[Recorded],
        *,
        slots: int = 1,
        load_s: float = 0.0,
        max_queue: int = 512,
        max_loaded: int = 3,
        speed: float = 1.0,
        port: int = 0,
        remote: Sequence[str] = (),
    ) -> None:
        self._schedule = Schedule(slots=slots, max_queue=max_queue, max_loaded=max_loaded)
        self._script = Script(
            recorded, schedule=self._schedule, load_s=load_s, speed=speed, remote=remote
        )
        self._server = Server(port, self._script)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> ScriptedOllama:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._script.closing.set()
        self._schedule.close()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

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
            speed=arguments.speed,
            port=arguments.port,
        )
    except (ParagenError, OSError) as error:
        print(f"scripted_ollama: {error}", file=sys.stderr)
        return 2
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
    parser.add_argument("--speed", type=float, default=1.0, help="all times are divided by this")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
