"""Giving up every privilege for good, and becoming nobody in particular."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from .errors import LayerError
from .syscalls import (
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_CAPBSET_DROP,
    PR_CAPBSET_READ,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECUREBITS,
    call,
    prctl,
)

CAP_SETGID = 6
CAP_SETUID = 7
CAP_SYS_ADMIN = 21

_VERSION_3 = 0x20080522
_NO_ROOT = 0x2F  # NOROOT, NO_SETUID_FIXUP, KEEP_CAPS off, all locked
_HEADER = ctypes.create_string_buffer(struct.pack("=Ii", _VERSION_3, 0))
_NOTHING = ctypes.create_string_buffer(24)

_FREE_UIDS = 0x70000000
"""From here to 0x7fffffff, no system hands uids out."""
_SPREAD = 1 << 22  # as many as there can be pids
_ROOM = 1 << 13


def effective() -> int:
    """This thread's effective capabilities, a bit each."""
    data = ctypes.create_string_buffer(24)
    call("capget", ctypes.addressof(_HEADER), ctypes.addressof(data))
    low, _, _, high, _, _ = struct.unpack("=6I", data.raw)
    return int(low | high << 32)


def has(*capabilities: int) -> bool:
    """Whether all of these capabilities are in effect."""
    held = effective()
    return all(held >> capability & 1 for capability in capabilities)


def shut_the_way_back() -> None:
    """See to it that nothing that runs later can gain privileges: once, in the zygote.

    What this process holds now, it keeps. Raises LayerError.
    """
    try:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    except OSError as error:
        raise LayerError("no new privileges", "setting it", error) from error
    with contextlib.suppress(OSError):  # kernels before 4.3
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    with contextlib.suppress(OSError):  # a process without CAP_SETPCAP has nothing to give up
        prctl(PR_SET_SECUREBITS, _NO_ROOT)
        capability = 0
        while _is_known(capability):
            prctl(PR_CAPBSET_DROP, capability)
            capability += 1


def _is_known(capability: int) -> bool:
    try:
        prctl(PR_CAPBSET_READ, capability)
    except OSError:
        return False
    return True


def drop() -> None:
    """Give up every capability that this process has. Raises LayerError."""
    try:
        call("capset", ctypes.addressof(_HEADER), ctypes.addressof(_NOTHING))
    except OSError as error:
        raise LayerError("capabilities", "dropping them", error) from error


def free_uid() -> int | None:
    """A uid that no one else uses, differing by process; None where none can be had."""
    if not has(CAP_SETUID, CAP_SETGID):
        return None
    table = Path("/proc/self/uid_map").read_text(encoding="ascii")
    ranges = [tuple(map(int, line.split())) for line in table.splitlines()]
    pid = os.getpid()
    first, _, count = max(ranges)
    if first <= _FREE_UIDS and first + count > _FREE_UIDS + _SPREAD:
        return _FREE_UIDS + pid % _SPREAD
    if count > 2 * _ROOM:  # a container's own range: its upper end
        return first + count - 2 * _ROOM + pid % _ROOM
    return None


def become(uid: int) -> None:
    """Turn into that user, of a group of the same number, without any privilege of before."""
    try:
        os.setgroups([])
        if sys.platform == "linux":
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
    except OSError as error:
        raise LayerError("own user", f"becoming uid {uid}", error) from error


def unreadable_to_others(paths: Iterable[str], *, from_root: bool = False) -> str:
    """The first of these paths that users without special rights can't read; "" if there is none.

    With `from_root`, the directories on the way to each count too.
    """
    for path in paths:
        steps = [Path(path), *(Path(path).parents if from_root else ())]
        for index, step in enumerate(steps):
            try:
                mode = step.stat().st_mode
            except OSError:
                continue
            wanted = stat.S_IXOTH if stat.S_ISDIR(mode) else 0
            wanted |= stat.S_IROTH if index == 0 else 0
            if mode & wanted != wanted:
                return str(step)
    return ""
