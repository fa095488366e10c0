"""Messages between paragen, a worker's zygote and its tester: JSON with descriptors attached.

What a zygote hears and says for each candidate has a form of its own, of a fixed size: it has to be
done again and again, and the less memory a zygote touches for it, the less has to be copied. Both
ends are trusted: no candidate ever holds one of these sockets.
"""

from __future__ import annotations

import array
import errno
import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

MAX_DESCRIPTORS = 8
_HEAD = 4
_ROOM = socket.CMSG_LEN(MAX_DESCRIPTORS * array.array("i").itemsize)


def send(sock: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send one message, with copies of the descriptors; raises OSError."""
    body = json.dumps(message).encode()
    data = len(body).to_bytes(_HEAD, "big") + body
    if descriptors:
        data = data[socket.send_fds(sock, [data], descriptors) :]
    if data:
        sock.sendall(data)


def receive(sock: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next message and its descriptors, which are the caller's; None at the end.

    The head alone is read first: what is read must never reach into the message after this one,
    whose descriptors would come with it. Raises OSError, also where descriptors were lost.
    """
    head, descriptors = _with_descriptors(sock, _HEAD)
    head += _exactly(sock, _HEAD - len(head)) if head else b""
    if len(head) < _HEAD:
        return None
    length = int.from_bytes(head, "big")
    body = _exactly(sock, length)
    if len(body) < length:
        return None
    message: dict[str, Any] = json.loads(body)
    return message, _whole(descriptors)


class Wish(NamedTuple):
    """A candidate that is asked for: its number, what its files may take, whether it may fork.

    It is to rehearse where there is time for that before its program comes.
    """

    number: int
    disk_bytes: int = 0
    processes: bool = False
    rehearse: bool = False


class News(NamedTuple):
    """A candidate that was forked, or has ended: then with its exit code and what it used."""

    ended: bool
    number: int
    pid: int = 0
    code: int = 0
    cpu_s: float = 0.0
    peak_bytes: int = 0


_WISH = struct.Struct("<IQ??")
_NEWS = struct.Struct("<?IiidQ")


def wish_for(sock: socket.socket, wish: Wish) -> None:
    """Ask the zygote for a candidate; raises OSError."""
    sock.sendall(_WISH.pack(*wish))


def next_wish(sock: socket.socket) -> Wish | None:
    """The next candidate that is asked for; None at the end. Raises OSError."""
    data = _exactly(sock, _WISH.size)
    return Wish(*_WISH.unpack(data)) if len(data) == _WISH.size else None


def tell(sock: socket.socket, news: News, descriptors: Sequence[int] = ()) -> None:
    """Tell paragen of a candidate; raises OSError."""
    data = _NEWS.pack(*news)
    if descriptors:
        rights = array.array("i", descriptors)
        data = data[sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]) :]
    if data:
        sock.sendall(data)


def next_news(sock: socket.socket) -> tuple[News, list[int]] | None:
    """The next news, with descriptors for the caller; None at the end. Raises OSError."""
    data, descriptors = _with_descriptors(sock, _NEWS.size)
    data += _exactly(sock, _NEWS.size - len(data)) if data else b""
    if len(data) < _NEWS.size:
        return None
    return News(*_NEWS.unpack(data)), _whole(descriptors)


def _with_descriptors(sock: socket.socket, count: int) -> tuple[bytes, list[int] | None]:
    """As many bytes at most, read at once, and the descriptors that came with them.

    These are None where not all came: no more may be open here, and the kernel drops the rest.
    """
    data, ancillary, flags, _ = sock.recvmsg(count, _ROOM)
    descriptors = array.array("i")
    for level, kind, held in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(held[: len(held) - len(held) % descriptors.itemsize])
    if flags & socket.MSG_CTRUNC:
        for descriptor in descriptors:
            os.close(descriptor)
        return data, None
    return data, descriptors.tolist()


def _whole(descriptors: list[int] | None) -> list[int]:
    """The descriptors of a message, of which all has been read; raises OSError."""
    if descriptors is None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return descriptors


def _exactly(sock: socket.socket, count: int) -> bytes:
    """That many bytes, fewer only at the end."""
    data = b""
    while len(data) < count:
        chunk = sock.recv(count - len(data))
        if not chunk:
            break
        data += chunk
    return data
