"""System calls by number, through libc's syscall(2): failures are OSErrors."""

from __future__ import annotations

import ctypes
import os

from .numbers import NUMBERS, number_of

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

MACHINE = os.uname().machine
"""The kernel's name of this machine's architecture."""

_HERE = {name: number_of(name, MACHINE) for name in NUMBERS}
_raw = ctypes.CDLL(None, use_errno=True).syscall
_raw.argtypes = [ctypes.c_long] * 7
_raw.restype = ctypes.c_long


def call(name: str, a: int = 0, b: int = 0, c: int = 0, d: int = 0, e: int = 0, f: int = 0) -> int:
    """Make the system call of that name; pointers are addresses. Raises OSError."""
    number = _HERE[name]
    if number is None:
        raise OSError(38, f"no number is known for {name} on {MACHINE}")
    result: int = _raw(number, a, b, c, d, e, f)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def prctl(option: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0) -> int:
    """Change or ask for an attribute of this thread (prctl(2)). Raises OSError."""
    return call("prctl", option, a, b, c, d)


def close_from(first: int) -> None:
    """Close every descriptor from that number on: in one call, which os.closerange may not do."""
    close_range(first, 0xFFFFFFFF)


def close_range(first: int, last: int) -> None:
    """Close the descriptors from `first` to `last`, both included. Raises OSError."""
    if first <= last:
        call("close_range", first, last)


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None) -> None:
    """Mount a file system, or change how it is mounted (mount(2)). Raises OSError."""
    texts = [_text(value) for value in (source, target, kind, data)]
    at = [0 if value is None else ctypes.addressof(value) for value in texts]
    call("mount", at[0], at[1], at[2], flags, at[3])


def unmount(target: str, flags: int) -> None:
    """Take a mount away (umount2(2)). Raises OSError."""
    name = ctypes.create_string_buffer(os.fsencode(target))
    call("umount2", ctypes.addressof(name), flags)


def pivot_root(new: str, old: str) -> None:
    """Make `new` this mount namespace's root, and put the former one at `old`."""
    names = [ctypes.create_string_buffer(os.fsencode(name)) for name in (new, old)]
    call("pivot_root", ctypes.addressof(names[0]), ctypes.addressof(names[1]))


def _text(value: str | None) -> ctypes.Array[ctypes.c_char] | None:
    return None if value is None else ctypes.create_string_buffer(os.fsencode(value))
