"""Landlock: which files a process may use, no TCP, and no signals to others."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

from .errors import LayerError
from .syscalls import call

_PATH = 0o10000000
"""O_PATH of fcntl.h, the same for every architecture that there is a table for."""

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_REMOVE_DIR = 1 << 4
_REMOVE_FILE = 1 << 5
_MAKE_DIR = 1 << 7
_MAKE_REG = 1 << 8
_MAKE_SOCK = 1 << 9
_MAKE_SYM = 1 << 12
_REFER = 1 << 13
_TRUNCATE = 1 << 14

_ALL_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
"""The file rights that an ABI knows; from 5 on, ioctl on devices too."""
_ALL_NET = 0b11  # bind and connect of TCP
_ALL_SCOPES = 0b11  # abstract unix sockets, signals

READ = _READ_FILE | _READ_DIR
READ_AND_RUN = READ | _EXECUTE
WRITE = (
    READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
    | _MAKE_SYM | _REFER
)  # fmt: skip
WRITE_AND_LISTEN = WRITE | _MAKE_SOCK
SINK = _READ_FILE | _WRITE_FILE
"""For /dev/null."""

_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

SCOPES_ABI = 6
_QUIET_ABI = 7
_QUIET = 0b101  # no denial into the host's audit log: a candidate could fill it

_ASK_VERSION = 1
_PATH_BENEATH = 1


def abi() -> int:
    """Which version of Landlock the kernel has. Raises LayerError where it has none."""
    try:
        return call("landlock_create_ruleset", 0, 0, _ASK_VERSION)
    except OSError as error:
        raise LayerError("landlock", "asking for its version", error) from error


def lacks(version: int) -> dict[str, str]:
    """What this version can't deny, by layer; "" where it can. Seccomp denies all of it too."""
    return {
        "landlock net": _since(4, "6.7", version),
        "landlock scopes": _since(SCOPES_ABI, "6.12", version),
    }


def _since(wanted: int, kernel: str, version: int) -> str:
    if version >= wanted:
        return ""
    return f"Linux {kernel} has it (Landlock ABI {wanted}); this kernel's is {version}"


def _file_rights(version: int) -> int:
    return _ALL_RIGHTS.get(version, (1 << 16) - 1)


def _attributes(version: int) -> bytes:
    """Everything that this version can deny (struct landlock_ruleset_attr)."""
    words = [_file_rights(version)]
    if version >= 4:
        words.append(_ALL_NET)
    if version >= SCOPES_ABI:
        words.append(_ALL_SCOPES)
    return struct.pack(f"={len(words)}Q", *words)


def build(version: int, rules: Iterable[tuple[str, int]]) -> int:
    """A ruleset's descriptor: everything is denied but the rights given on these paths.

    A path that doesn't exist is passed over. Raises LayerError.
    """
    attributes = ctypes.create_string_buffer(_attributes(version))
    try:
        ruleset = call("landlock_create_ruleset", ctypes.addressof(attributes), len(attributes) - 1)
        for path, rights in rules:
            _add(ruleset, path, rights & _file_rights(version))
    except OSError as error:
        raise LayerError("landlock", "building the rules", error) from error
    return ruleset


def _add(ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, _PATH | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return  # what can't be reached needs no right
        raise
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _OF_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened))
        call("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.addressof(rule))
    finally:
        os.close(opened)


def restrict(version: int, ruleset: int) -> None:
    """Put a ruleset on this thread, for good. NO_NEW_PRIVS must be set. Raises LayerError."""
    try:
        call("landlock_restrict_self", ruleset, _QUIET if version >= _QUIET_ABI else 0)
    except OSError as error:
        raise LayerError("landlock", "restricting the process", error) from error
