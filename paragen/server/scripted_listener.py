"""The socket of a scripted Ollama: it can go away at any moment, and come back."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading
import time
from typing import Any

from paragen.server.scripted_handler import Handler
from paragen.server.scripted_script import Script

_POLL_S = 0.02


class Server(socketserver.ThreadingTCPServer):
    """Threads for connections, which are all ended when it closes; bound, it refuses them yet."""

    allow_reuse_address = True
    request_queue_size = 256
    timeout = _POLL_S

    def __init__(self, port: int, script: Script) -> None:
        self.script = script
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler, bind_and_activate=False)
        try:
            self.server_bind()
        except OSError:
            self.server_close()
            raise

    @property
    def connections(self) -> int:
        """How many connections are open."""
        with self._open_lock:
            return len(self._open)

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


class Listener:
    """Serves a script on a port of 127.0.0.1 (0: any free one), between cuts."""

    def __init__(self, port: int, script: Script) -> None:
        self._script = script
        self._server = Server(port, script)
        self.port: int = self._server.server_address[1]
        self._cut = threading.Event()
        self._back_at = 0.0
        self._thread = threading.Thread(target=self._serve, name=f"listener-{self.port}")

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return self._server.connections

    def start(self) -> None:
        """Accept connections from now on."""
        # Here and not in the thread, so that nobody comes too early.
        self._server.server_activate()
        self._thread.start()

    def cut(self, down_s: float) -> None:
        """Break every connection, and refuse new ones for so long; a longer cut prevails."""
        self._back_at = max(self._back_at, time.monotonic() + down_s)
        self._cut.set()

    def close(self) -> None:
        """End every connection, and the thread."""
        self._script.closing.set()
        self._thread.join()

    def _serve(self) -> None:
        closing = self._script.closing
        while not closing.is_set():
            while not closing.is_set() and not self._cut.is_set():
                self._server.handle_request()
            self._end()
            if self._cut.is_set() and not closing.is_set():
                self._stay_away()
        self._server.server_close()

    def _end(self) -> None:
        self._server.end_connections()
        self._script.schedule.forget()
        self._server.server_close()

    def _stay_away(self) -> None:
        """Keep the port without listening on it, which refuses connections."""
        closing = self._script.closing
        bound = False
        while not closing.wait(_POLL_S):
            with contextlib.suppress(OSError):  # it is somebody else's port for a moment
                self._server = self._server if bound else Server(self.port, self._script)
                bound = True
            if bound and time.monotonic() >= self._back_at:
                self._cut.clear()
                return self._server.server_activate()
        return None
