"""Harms that Linux alone has, for the self-test."""

from __future__ import annotations

import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

from ..inside.harm import of_each_other
from .syscalls import call

_CLONE_NEWUSER = 0x10000000
_PTRACE_ATTACH = 16


def harms_here(settings: Mapping[str, Any]) -> dict[str, Callable[[], object]]:
    """The harms by name: each raises an OSError or MemoryError where it is kept off."""
    return {
        "opening a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "opening a local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
        "tracing others": lambda: of_each_other(settings, _trace),
        "reading others' memory": lambda: of_each_other(settings, _read_memory),
        "limiting others": lambda: of_each_other(settings, _limit),
        "new namespaces": lambda: call("unshare", _CLONE_NEWUSER),
        "memory outside of the limit": _memory_outside,
        "memory beyond the limit": lambda: _much_memory(settings["address_space"]),
    }


def _trace(pid: int) -> None:
    call("ptrace", _PTRACE_ATTACH, pid, 0, 0)


def _read_memory(pid: int) -> None:
    """Ask for no bytes at all: that is refused like any other number of them."""
    call("process_vm_readv", pid, 0, 0, 0, 0, 0)


def _limit(pid: int) -> None:
    if sys.platform == "linux":
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (4, 4))


def _memory_outside() -> None:
    if sys.platform == "linux":
        os.memfd_create("outside")


def _much_memory(address_space: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    bytearray(address_space)
