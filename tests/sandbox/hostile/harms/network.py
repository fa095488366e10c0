"""Sockets of every kind."""

from __future__ import annotations

from tests.sandbox.hostile.attack import Harm, got_through, said_done

_DIRECT = {
    "tcp": "s = socket.socket(); s.connect(tuple(S['tcp'])); s.send(b'x')",
    "tcp_in_a_thread": "t = threading.Thread(target=lambda: socket.create_connection(S['tcp']));"
    " t.start(); t.join()",
    "tcp_fast_open": "socket.socket().sendto(b'x', 0x20000000, tuple(S['tcp']))",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', tuple(S['udp']))",
    "udp_message": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
    ".sendmsg([b'x'], [], 0, tuple(S['udp']))",
    "mapped": "socket.socket(socket.AF_INET6).connect(('::ffff:127.0.0.1', S['tcp'][1]))",
    "unix": "socket.socket(socket.AF_UNIX).connect(S['directory'] + '/socket')",
    "unix_datagram": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
    ".sendto(b'x', S['directory'] + '/datagrams')",
    "abstract": "socket.socket(socket.AF_UNIX).connect('\\0' + S['mark'])",
    "pair_sends_elsewhere": "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); "
    "a.sendto(b'x', S['directory'] + '/datagrams')",
    "pair_messages_elsewhere": "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); "
    "a.sendmsg([b'x'], [], 0, S['directory'] + '/datagrams')",
    "pair_connects_elsewhere": "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); "
    "a.connect(S['directory'] + '/datagrams'); a.send(b'x')",
    "by_io_uring_or_child": "import subprocess; subprocess.run([S['python'], '-c', "
    "f\"import socket; socket.create_connection({S['tcp']!r})\"])",
}

_HEAD = "import socket, threading, warnings, os\nwarnings.simplefilter('ignore')\n"

REACHING = tuple(
    Harm(name=name, how=f"reaches a listener: {name.replace('_', ' ')}",
         program=f"{_HEAD}def f():\n    {line}\n", done=got_through)
    for name, line in _DIRECT.items()
)  # fmt: skip

_KINDS = {
    "listening": "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()",
    "raw": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "packet": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "kernel_crypto": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "vsock": "socket.socket(40, socket.SOCK_STREAM)",
    "inet_pair": "socket.socketpair(socket.AF_INET)",
    "abstract_listening": "socket.socket(socket.AF_UNIX).bind('\\0' + S['mark'] + '2')",
}

OPENING = tuple(
    Harm(name=name, how=f"opens a socket: {name.replace('_', ' ')}",
         program=f"{_HEAD}def f():\n    {line}\n    return 'HARM ' + 'DONE'\n", done=said_done,
         root=name in ("raw", "packet"), may_lack=name in ("kernel_crypto", "vsock", "inet_pair"))
    for name, line in _KINDS.items()
)  # fmt: skip

ATTACKS = (*REACHING, *OPENING)
