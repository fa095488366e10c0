"""Harms that macOS alone has, for the self-test, and what programs need that must still work.

Sockets can be made under a profile, but not used: so it is connecting and listening that is tried.
"""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..inside.harm import NotContained, of_each_other
from .libproc import LIBRARY

_CTL_KERN = 1
_KERN_PROCARGS2 = 49
"""CTL_KERN and KERN_PROCARGS2 of sys/sysctl.h: a process's arguments and environment."""
_PT_ATTACHEXC = 14
_SERVICE = b"com.apple.cfprefsd.daemon"
"""A service of the system that every process finds, unless it is kept from it: preferences."""
_CREATE_NEW = 0x0A02
"""O_CREAT | O_EXCL | O_RDWR of sys/fcntl.h."""


def harms_here(settings: Mapping[str, Any]) -> dict[str, Callable[[], object]]:
    """The harms by name: each raises an OSError where it is kept off."""
    return {
        "listening": _listen,
        "starting another program": lambda: os.posix_spawn("/usr/bin/true", ["true"], {}),
        "tracing the zygote": _trace_zygote,
        "taking others' task ports": lambda: of_each_other(settings, _task_port),
        "reading others' environment": lambda: of_each_other(settings, _arguments),
        "asking a service of the system": _look_up,
        "shared memory": _shared_memory,
        "keeping programs from honest work": _needs,
    }


def _listen() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()


def _trace_zygote() -> None:
    """Attach to the zygote: paragen itself would be stopped by that, were it to work."""
    _refused(_library().ptrace(_PT_ATTACHEXC, os.getppid(), None, 0) != 0)


def _task_port(pid: int) -> None:
    library = _library()
    own = ctypes.c_uint.in_dll(library, "mach_task_self_")
    port = ctypes.c_uint()
    _refused(library.task_for_pid(own, pid, ctypes.byref(port)) != 0)


def _arguments(pid: int) -> None:
    name = (ctypes.c_int * 3)(_CTL_KERN, _KERN_PROCARGS2, pid)
    size = ctypes.c_size_t(1 << 18)
    room = ctypes.create_string_buffer(size.value)
    _refused(_library().sysctl(name, 3, room, ctypes.byref(size), None, 0) != 0)


def _look_up() -> None:
    library = _library()
    bootstrap = ctypes.c_uint.in_dll(library, "bootstrap_port")
    port = ctypes.c_uint()
    _refused(library.bootstrap_look_up(bootstrap, _SERVICE, ctypes.byref(port)) != 0)


def _shared_memory() -> None:
    name = f"/paragen{os.getpid()}".encode()
    library = _library()
    made = library.shm_open(name, _CREATE_NEW, 0o600) >= 0
    if made:
        library.shm_unlink(name)
    _refused(not made)


def _refused(kept_off: bool) -> None:
    if kept_off:
        raise PermissionError("refused")


def _needs() -> None:
    """Do what honest programs do: a profile that keeps them from it would fail them.

    Raises NotContained, with what doesn't work, since the level can't be had then either.
    """
    for name, need in _NEEDS.items():
        try:
            need()
        except Exception as error:
            raise NotContained(f"{name} doesn't work: {error}") from error
    raise PermissionError("all of it works")


def _random_bytes() -> None:
    os.urandom(8)
    with Path("/dev/urandom").open("rb") as device:
        device.read(8)


def _threads() -> None:
    thread = threading.Thread(target=time.sleep, args=(0,))
    thread.start()
    thread.join()


_NEEDS: Mapping[str, Callable[[], object]] = {
    "random bytes": _random_bytes,
    "hashes": lambda: hashlib.sha256(b"").hexdigest(),
    "the local time": lambda: time.localtime(0),
    "the null device": lambda: Path(os.devnull).open("w").close(),
    "the standard library": lambda: Path(os.__file__).open().close(),
    "the working directory": os.getcwd,
    "threads": _threads,
    "asyncio": lambda: asyncio.run(asyncio.sleep(0)),
}


@cache
def _library() -> Any:
    """The C library: pointers are handed over as such, ports and numbers fit into its ints."""
    library = ctypes.CDLL(LIBRARY, use_errno=True)
    library.ptrace.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    library.sysctl.argtypes = [
        ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p,
        ctypes.c_size_t,
    ]  # fmt: skip
    library.shm_open.argtypes = [ctypes.c_char_p, ctypes.c_int]
    return library
