"""Namespaces of a worker's own: users, mounts, network, IPC, host name, processes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
from collections.abc import Collection, Sequence
from typing import NoReturn

from . import capabilities, newroot
from .errors import LayerError
from .syscalls import PR_SET_DUMPABLE, PR_SET_PDEATHSIG, call, close_from, close_range, prctl

_NEWNS = 0x00020000
_NEWUTS = 0x04000000
_NEWIPC = 0x08000000
_NEWUSER = 0x10000000
_NEWPID = 0x20000000
_NEWNET = 0x40000000

INSIDE_ID = 1000
"""The uid and gid that everything inside has."""


def enter(reads: Sequence[str], work: str | None, keep: Collection[int]) -> None:
    """Go into new namespaces and a new root; returns in their first process, pid 1.

    The process that called waits for that one, and ends as it ends; each dies with the other.
    All descriptors but `keep` and the standard ones are closed: one of a host's directory would
    lead out of the root. Raises LayerError (in the caller's process). No thread may be running.
    """
    # Opened before the mounts change: there is no /proc afterwards.
    itself = os.open("/proc/self", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        wanted = newroot.plan(reads)
        if capabilities.has(capabilities.CAP_SYS_ADMIN):
            _unshare("new root", _NEWNS)
            # As root, because the interpreter may lie in a home that others can't enter.
            uid = _uid_that_reads(wanted.binds)
            newroot.enter(wanted, work)
            _new_user(itself, uid)
            _unshare("private namespaces", _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS)
        else:
            _new_user(itself, None)
            _unshare("private namespaces", _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS)
            newroot.enter(wanted, work)
    finally:
        os.close(itself)
    _become_first_process()
    _close_all_but(keep)


def _unshare(layer: str, flags: int) -> None:
    try:
        call("unshare", flags)
    except OSError as error:
        raise LayerError(layer, "entering", error) from error


def _uid_that_reads(paths: Sequence[str]) -> int | None:
    """A uid of this worker's own, if it would be able to read these files; else None."""
    return None if capabilities.unreadable_to_others(paths) else capabilities.free_uid()


def _new_user(itself: int, uid: int | None) -> None:
    """Enter a user namespace, as that user if one is given. `itself` is this /proc/PID."""
    if uid is not None:
        capabilities.become(uid)
        prctl(PR_SET_DUMPABLE, 1)  # or the maps belong to root
    outside = os.geteuid(), os.getegid()
    _unshare("user namespaces", _NEWUSER)
    try:
        _write(itself, "setgroups", "deny")
        _write(itself, "uid_map", f"{INSIDE_ID} {outside[0]} 1")
        _write(itself, "gid_map", f"{INSIDE_ID} {outside[1]} 1")
    except OSError as error:
        raise LayerError("user namespaces", "mapping the user", error) from error


def _write(directory: int, name: str, content: str) -> None:
    opened = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        os.write(opened, content.encode("ascii"))
    finally:
        os.close(opened)


def _become_first_process() -> None:
    """Fork: the child is pid 1 of the new pid namespace and returns; the parent waits for it."""
    alive, held = os.pipe()
    try:
        child = os.fork()
    except OSError as error:
        raise LayerError("private namespaces", "starting the first process", error) from error
    if child:
        _outlive(child, held)
    os.close(held)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before that took effect; its pid reads 0 here either way.
    poller = select.poll()
    poller.register(alive, select.POLLIN)
    if poller.poll(0):
        os._exit(1)
    os.close(alive)
    name = ctypes.create_string_buffer(b"sandbox")
    with contextlib.suppress(OSError):  # without a name of its own it has the host's: no harm
        call("sethostname", ctypes.addressof(name), len(name) - 1)


def _outlive(child: int, held: int) -> NoReturn:
    """Wait for the child, hold nothing open but `held`, and end as it ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _close_all_but((held,))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        with contextlib.suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)  # SIGKILL needs none
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF if code >= 0 else 128 - code)


def _close_all_but(keep: Collection[int]) -> None:
    """Close every descriptor but these and the standard ones."""
    first = 3
    for descriptor in sorted(number for number in keep if number >= first):
        close_range(first, descriptor - 1)
        first = descriptor + 1
    close_from(first)
