"""One connection to a scripted Ollama: HTTP in, JSON lines out."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast

from paragen.parse.recording import Playback, Recorded, RecordedFault, playback
from paragen.server import scripted_protocol as protocol
from paragen.server.scripted_protocol import Asked, Rejected
from paragen.server.scripted_schedule import POLL_S, Gone, Lease, QueueFull

if TYPE_CHECKING:
    from paragen.server.scripted_listener import Server
    from paragen.server.scripted_script import Script

_GETS = ("/", "/api/version", "/api/tags", "/api/ps")
_POSTS = ("/api/chat", "/api/generate", "/api/show")
_REFUSALS = {RecordedFault.REFUSE: 400, RecordedFault.SERVER_ERROR: 500}
_BUSY = frozenset({RecordedFault.BUSY, RecordedFault.BUSY_ONCE})
_DROPPED = frozenset({RecordedFault.DROP, RecordedFault.DROP_ONCE})


class Dropped(Exception):
    """The script says that the connection breaks now."""


class Handler(BaseHTTPRequestHandler):
    """Answers requests from the script of the server that it belongs to."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def script(self) -> Script:
        """What is answered, and the log of what was asked."""
        return cast("Server", self.server).script

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the script's log holds it."""

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """What the server says of itself."""
        if self.path in _POSTS:
            return self._send_text(405, protocol.NOT_ALLOWED)
        if self.path not in _GETS:
            return self._send_text(404, protocol.NOT_FOUND)
        if self.path == "/":
            return self._send_text(200, "Ollama is running")
        return self._send_json(200, self.script.about(self.path))

    def do_POST(self) -> None:
        """A generation, or a look at a model."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path in _GETS:
            return self._send_text(405, protocol.NOT_ALLOWED)
        if self.path not in _POSTS:
            return self._send_text(404, protocol.NOT_FOUND)
        with self.script.logged(self.path, raw) as entry:
            try:
                if self.path == "/api/show":
                    self._send_json(200, self.script.show(_parse(raw)))
                else:
                    is_chat = self.path == "/api/chat"
                    self._generate(protocol.read_asked(_parse(raw), is_chat=is_chat))
                entry.ending = "answered"
            except Rejected as error:
                entry.ending = f"rejected {error.status}"
                self._send_json(error.status, {"error": error.words})
            except (Gone, ConnectionError):
                entry.ending = "gone"
                self.close_connection = True
            except Dropped:
                entry.ending = "dropped"
                self.close_connection = True

    def do_PUT(self) -> None:
        """Not a method of any path."""
        self.close_connection = True
        known = self.path in _GETS + _POSTS
        self._send_text(*((405, protocol.NOT_ALLOWED) if known else (404, protocol.NOT_FOUND)))

    do_DELETE = do_PATCH = do_PUT

    def _generate(self, asked: Asked) -> None:
        script = self.script
        started = time.monotonic()
        script.check_model(asked)
        if not asked.prompt:
            return self._load_or_unload(asked)
        recorded = script.choose(asked)
        fault = recorded.fault
        if fault in _REFUSALS:
            raise Rejected(_REFUSALS[fault], recorded.answer)
        if fault in _BUSY:
            raise Rejected(503, protocol.BUSY)
        if fault in _DROPPED:
            raise Dropped
        if fault is RecordedFault.GARBAGE:
            return self._send_text(200, "<html>Not what you think</html>")
        try:
            with script.lease(asked, self._gone) as lease, _leaking(lease, asked, fault):
                self._play(asked, recorded, started, lease.loaded_at)
        except QueueFull:
            raise Rejected(503, protocol.BUSY) from None
        return None

    def _load_or_unload(self, asked: Asked) -> None:
        """An empty request loads the model, or unloads it."""
        if asked.keep_alive_s == 0:
            self.script.unload(asked)
            return self._send_json(200, protocol.final(asked, "unload"))
        try:
            self.script.load(asked, self._gone)
        except QueueFull:
            raise Rejected(503, protocol.BUSY) from None
        return self._send_json(200, protocol.final(asked, "load"))

    def _play(self, asked: Asked, recorded: Recorded, started: float, loaded_at: float) -> None:
        """Play a recorded answer at its speed, into a stream or as one body."""
        speed, fault = self.script.speed, recorded.fault
        play = playback(recorded, think=asked.think is not False, num_predict=asked.num_predict)
        begun = time.monotonic()
        if fault is RecordedFault.STALL:
            self._hang()
        self._pause_until(begun + recorded.prompt_s / speed)
        prompted = time.monotonic()
        if asked.stream:
            self._begin_stream()
        for due, thinking, content in _timed(play, prompted, recorded.tokens_per_s * speed):
            self._pause_until(due)
            if asked.stream:
                self._send_line(protocol.part(asked, content, thinking))
        if fault is RecordedFault.HANG_MID_STREAM:
            self._hang()
        if fault is RecordedFault.DROP_MID_STREAM:
            raise Dropped
        if fault is RecordedFault.SERVER_DIES:
            self.script.die()
            raise Dropped
        if fault is RecordedFault.DIE_MID_STREAM:
            return self._die(asked)
        ended = time.monotonic()
        last = protocol.final(
            asked,
            play.done_reason,
            content="" if asked.stream else "".join(play.content),
            thinking="" if asked.stream else "".join(play.thinking),
            durations_s={
                "total_duration": ended - started,
                "load_duration": loaded_at - started,
                "prompt_eval_duration": prompted - begun if recorded.prompt_s else 0,
                "eval_duration": ended - prompted,
            },
            counts={
                "prompt_eval_count": min(protocol.token_count(asked.prompt), asked.num_ctx),
                "eval_count": play.total,
            },
        )
        if not asked.stream:
            return self._send_json(200, last)
        if fault is not RecordedFault.NO_FINAL_LINE:
            self._send_line(last)
        return self._end_stream()

    def _die(self, asked: Asked) -> None:
        if not asked.stream:
            raise Rejected(500, protocol.RUNNER_DIED)
        self._send_line({"error": protocol.RUNNER_DIED})
        self._end_stream()

    def _gone(self) -> bool:
        """Whether the client has closed its end, or the server is closing."""
        if self.script.closing.is_set():
            return True
        with contextlib.suppress(BlockingIOError):
            if select.select([self.connection], [], [], 0)[0]:
                return not self.connection.recv(1, socket.MSG_PEEK)
        return False

    def _hang(self) -> None:
        """Do nothing until the client is gone."""
        while True:
            self._pause_until(time.monotonic() + POLL_S)
            if self._gone():
                raise Gone

    def _pause_until(self, due: float) -> None:
        while (left := due - time.monotonic()) > 0:
            if self._gone():
                raise Gone
            self.script.closing.wait(min(left, POLL_S))

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _send_line(self, line: dict[str, Any]) -> None:
        data = _json(line) + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def _send_json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json; charset=utf-8", _json(body))

    def _send_text(self, status: int, body: str) -> None:
        self._send(status, "text/plain; charset=utf-8", body.encode())

    def _send(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextlib.contextmanager
def _leaking(lease: Lease, asked: Asked, fault: RecordedFault | None) -> Iterator[None]:
    """A block that leaves its slot taken where the fault says so and the client leaves a stream."""
    try:
        yield
    except (Gone, ConnectionError):
        lease.leaked = asked.stream and fault is RecordedFault.LEAK_ON_ABORT
        raise


def _json(body: dict[str, Any]) -> bytes:
    """A body as Go writes it: not escaped, so that U+0085, say, stands within a line."""
    text = json.dumps(body, ensure_ascii=False)
    # Half a surrogate pair is no text: U+FFFD takes its place.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _parse(raw: bytes) -> object:
    if not raw:
        raise Rejected(400, "missing request body")
    try:
        body: object = json.loads(raw)
    except ValueError as error:
        raise Rejected(400, f"invalid JSON: {error}") from None
    return body


def _timed(play: Playback, begun: float, tokens_per_s: float) -> Iterator[tuple[float, str, str]]:
    """Each chunk with when it is due: thinking, then content; one of the two is empty."""
    pairs = [(text, "") for text in play.thinking] + [("", text) for text in play.content]
    for count, (thinking, content) in enumerate(pairs, start=1):
        # From the beginning on, so that late ones don't make all that follow later.
        yield begun + count / tokens_per_s, thinking, content
