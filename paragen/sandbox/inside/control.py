"""Messages between paragen, a worker's zygote and its tester: JSON with descriptors attached.

Both ends are trusted: no candidate ever holds one of these sockets.
"""

from __future__ import annotations

import array
import json
import socket
from collections.abc import Sequence
from typing import Any

MAX_DESCRIPTORS = 8
_HEAD = 4


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
    whose descriptors would come with it. Raises OSError.
    """
    room = socket.CMSG_LEN(MAX_DESCRIPTORS * array.array("i").itemsize)
    head, ancillary, _, _ = sock.recvmsg(_HEAD, room)
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    head += _exactly(sock, _HEAD - len(head)) if head else b""
    if len(head) < _HEAD:
        return None
    length = int.from_bytes(head, "big")
    body = _exactly(sock, length)
    if len(body) < length:
        return None
    message: dict[str, Any] = json.loads(body)
    return message, list(descriptors)


def _exactly(sock: socket.socket, count: int) -> bytes:
    """That many bytes, fewer only at the end."""
    data = b""
    while len(data) < count:
        chunk = sock.recv(count - len(data))
        if not chunk:
            break
        data += chunk
    return data
