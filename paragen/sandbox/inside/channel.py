"""Frames over a stream socket: four bytes of length, then UTF-8 text, one frame at a time.

Whoever sends then waits, so bytes beyond a frame are a breach of the protocol. Descriptors that
come attached are dropped by the kernel, since plain `recv` has no room for them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_HEAD = 4
_FIRST = 1 << 12
"""How much is asked for at once: small frames come whole."""

_CHUNK = 1 << 20
"""How much a large frame's buffer grows by: a length that is only claimed takes no memory."""

MOST_BYTES = 32 << 20
"""The longest frame that is sent or taken."""


class Breach(Exception):
    """The other side broke the protocol."""


class Ended(Exception):
    """The other side has closed its end, or is gone."""


class TooLarge(Exception):
    """What is to be sent is longer than a frame may be; nothing of it was sent."""


class Channel:
    """One end of a conversation in which the two sides take turns."""

    def __init__(self, sock: socket.socket, wait: Callable[[], None] | None = None) -> None:
        """`wait`, if given, is called before each read and returns when there is one to do."""
        self._sock = sock
        self._wait = wait
        self.longest = 0
        """The length of the longest frame that came, if it wasn't a small one."""
        self._room = bytearray(_FIRST)
        self._view = memoryview(self._room)

    def send(self, text: str) -> None:
        """Send one frame; raises TooLarge or Ended."""
        body = text.encode("utf-8", "surrogatepass")
        if len(body) > MOST_BYTES:
            raise TooLarge(f"{len(body)} bytes")
        try:
            self._sock.sendall(len(body).to_bytes(_HEAD, "big") + body)
        except OSError as error:
            raise Ended(str(error)) from None

    def receive(self) -> str:
        """The next frame; raises Breach or Ended."""
        count = self._read(self._view)
        while count < _HEAD:
            count += self._read(self._view[count:_HEAD])
        length = int.from_bytes(self._view[:_HEAD], "big")
        if length > MOST_BYTES:
            raise Breach(f"a frame of {length} bytes")
        if count - _HEAD > length:
            raise Breach("more than was asked for")
        body = self._view[_HEAD:count]
        if count - _HEAD < length:
            body = memoryview(self._long(bytearray(body), length))
        try:
            return str(body, "utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise Breach("a frame that isn't text") from None

    def _long(self, body: bytearray, length: int) -> bytearray:
        """The whole of a frame that begins with `body`."""
        self.longest = max(self.longest, length)
        while len(body) < length:
            start = len(body)
            body.extend(bytes(min(_CHUNK, length - start)))
            with memoryview(body) as view:
                count = self._read(view[start:])
            del body[start + count :]
        return body

    def _read(self, into: memoryview) -> int:
        if self._wait is not None:
            self._wait()
        try:
            count = self._sock.recv_into(into)
        except OSError as error:
            raise Ended(str(error)) from None
        if not count:
            raise Ended("closed")
        return count
