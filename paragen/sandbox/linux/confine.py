"""The order in which the layers go on: worker, zygote, tester, candidate."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import signal
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import PurePath

from . import capabilities, landlock, namespaces, seccomp
from .errors import LayerError
from .policies import Policy, candidate_policy, tester_policy
from .syscalls import (
    MACHINE,
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    call,
    close_range,
    mount,
    prctl,
    unmount,
)
from .syscalls import close_from as close_from

_NEWPID = 0x20000000
_NOSUID = 2
_NODEV = 4
_NOEXEC = 8
_DETACH = 2
_FIRST_DESCRIPTOR = 200
"""Descriptors for children lie out of the way of those that callers choose by number."""

WORK = "/candidate/work"
"""A good place for `Layout.work`: few hosts have it, and programs see that it is theirs."""


_ROOT = "candidates stay uid 0, without capabilities, and nobody counts their threads"
"""The kernel's limit on threads isn't for root; memory bounds them all the same."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What can be reached inside: files and directories to read, and one to write in (or None).

    `work` is only for the level full, where it is a place of its own that a tmpfs is mounted on.
    Landlock asks for the rules of a mount's parents, not of the place that it hides: so `work`
    needs a directory of its own above it, in which nothing of `reads` may lie.
    """

    reads: tuple[str, ...]
    work: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where that doesn't hold."""
        if self.work is None:
            return
        above = PurePath(self.work).parent
        if above == PurePath("/") or any(
            PurePath(path).is_relative_to(above) for path in self.reads
        ):
            raise ValueError(f"{self.work}: the directory above must be its own, as for {WORK}")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a worker made once, for all its children."""

    owner: int
    work: str | None
    version: int
    rulesets: Mapping[tuple[bool, bool], int]
    filters: Mapping[tuple[bool, bool], seccomp.Filter]
    tester: seccomp.Filter
    own_pid: int | None
    """A pidfd of the zygote, the way back from its children's pid namespaces; None at filters."""
    descriptors: tuple[int, int]
    """The first and the last of these descriptors, which lie in a row."""
    notes: tuple[str, ...]
    """What this worker lacks though its level works, for a person to read."""


def available() -> Mapping[str, str]:
    """Which layers work here: by a layer's name "", or why it doesn't and what to do.

    Has no effect on the caller, which may have threads.
    """
    from .probe import ask  # what that needs must not be in a zygote's memory

    return ask()


def enter_full(layout: Layout, *, keep: Collection[int]) -> None:
    """Enter the namespaces and the root of the level full; returns in a child, which is pid 1.

    The process that called waits for that child and ends as it ends; each dies with the other.
    Of the descriptors, the standard ones and `keep` stay open. Raises LayerError.
    """
    namespaces.enter(layout.reads, layout.work, keep)


def prepare(layout: Layout, level: str) -> Prepared:
    """Build once what children put on, and give up what neither they nor the zygote need.

    To be called in the zygote: at full, behind enter_full; at filters, it is what changes the
    user, where that is possible. Raises LayerError.
    """
    full = level == "full"
    version = landlock.abi()
    capabilities.shut_the_way_back()  # another user could do less of it
    staying = "" if full else _leave_root(layout)
    if not full:
        capabilities.drop()
    prctl(PR_SET_DUMPABLE, 0)  # nobody of the same uid may look into these processes
    variants = tuple(product((False, True), repeat=2)) if full else ((False, False),)
    rulesets = _build_rulesets(layout, version, variants)
    own_pid = _move_up(call("pidfd_open", os.getpid())) if full else None
    mine = [*rulesets.values(), *([own_pid] if own_pid is not None else [])]
    return Prepared(
        owner=os.getpid(),
        work=layout.work if full else None,
        version=version,
        rulesets=rulesets,
        filters={
            (writes, processes): _filter(candidate_policy(writes=writes, processes=processes))
            for writes, processes in variants
        },
        tester=_filter(tester_policy(writes=full)),
        own_pid=own_pid,
        descriptors=(min(mine), max(mine)),
        notes=tuple(note for note in (staying, *landlock.lacks(version).values()) if note),
    )


def _leave_root(layout: Layout) -> str:
    """Become a user of this worker's own, if we are root; else say why not."""
    if os.geteuid() != 0:
        return ""
    hidden = capabilities.unreadable_to_others(layout.reads, from_root=True)
    if hidden:
        return f"{_ROOT}: other users can't read {hidden}"
    uid = capabilities.free_uid()
    if uid is None:
        return f"{_ROOT}: no other uid can be had here"
    capabilities.become(uid)
    return ""


def _filter(policy: Policy) -> seccomp.Filter:
    try:
        return seccomp.Filter(seccomp.instructions(policy, MACHINE))
    except KeyError:
        raise LayerError("seccomp", "assembling the filter", f"no table for {MACHINE}") from None


def _build_rulesets(
    layout: Layout, version: int, variants: tuple[tuple[bool, ...], ...]
) -> dict[tuple[bool, bool], int]:
    """A Landlock ruleset for each combination of (writes, processes): descriptors in one row."""
    built = {}
    for writes, processes in variants:
        reading = landlock.READ_AND_RUN if processes else landlock.READ
        rules = [(path, reading) for path in layout.reads]
        rules += [("/dev/null", landlock.SINK)]
        rules += [(f"/dev/{name}", landlock.READ) for name in ("zero", "random", "urandom")]
        if writes and layout.work is not None:
            writing = landlock.WRITE_AND_LISTEN if processes else landlock.WRITE
            rules.append((str(PurePath(layout.work).parent), writing))
        built[writes, processes] = _move_up(landlock.build(version, rules))
    return built


def _move_up(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_DESCRIPTOR)
    os.close(descriptor)
    return moved


def confine_candidate(prepared: Prepared, *, writes: bool, processes: bool) -> None:
    """Confine this process, a fresh fork of the zygote, for good. Raises LayerError.

    Its standard streams and its other descriptors are the caller's business, except for
    `prepared`'s own, which are closed. Ends the process where the zygote is gone already.
    `processes` is for a child of candidate_pids.
    """
    os.setsid()
    _confine(prepared, (writes, processes), prepared.filters[writes, processes])


def confine_tester(prepared: Prepared) -> None:
    """Confine this process, a fork of the zygote that will be the tester. Raises LayerError."""
    os.setsid()
    _confine(prepared, (prepared.work is not None, False), prepared.tester)


def _confine(prepared: Prepared, variant: tuple[bool, bool], program: seccomp.Filter) -> None:
    if prepared.own_pid is not None:  # at filters, the zygote has none left to hand on
        capabilities.drop()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() not in (prepared.owner, 0):  # 0: it is in an outer pid namespace
        os._exit(1)
    landlock.restrict(prepared.version, prepared.rulesets[variant])
    close_prepared(prepared)
    program.put_on(os.getpid())


def limit_memory(address_space: int) -> None:
    """Let this process take no more than that many bytes from now on; another call may raise it."""
    resource.setrlimit(resource.RLIMIT_AS, (address_space, resource.RLIM_INFINITY))


def close_prepared(prepared: Prepared) -> None:
    """Close the descriptors that the zygote made for its children."""
    close_range(*prepared.descriptors)


@contextmanager
def candidate_pids(prepared: Prepared, processes: bool) -> Iterator[None]:
    """Fork inside of this: with `processes`, the child is pid 1 of a pid namespace of its own.

    What that child starts ends with it. For the level full. Raises LayerError.
    """
    if not processes or prepared.own_pid is None:
        yield
        return
    try:
        call("unshare", _NEWPID)
    except OSError as error:
        raise LayerError("private namespaces", "pids for one candidate", error) from error
    try:
        yield
    finally:
        try:
            call("setns", prepared.own_pid, _NEWPID)
        except OSError as error:
            # These are what the child gets, which has no way back and needs none; the zygote, which
            # asks for its own namespace and has every capability, can't get them.
            if error.errno not in (errno.EINVAL, errno.EPERM):
                raise LayerError("private namespaces", "leaving a candidate's", error) from error


def mount_work(prepared: Prepared, size: int, inodes: int) -> None:
    """Mount an empty tmpfs where candidates may write (full only); sizes in bytes and files.

    All processes of the worker see it. Raises LayerError.
    """
    assert prepared.work is not None
    options = f"size={size},nr_inodes={inodes},mode=0700"
    try:
        mount("tmpfs", prepared.work, "tmpfs", _NOSUID | _NODEV | _NOEXEC, options)
    except OSError as error:
        raise LayerError("new root", f"mounting a tmpfs on {prepared.work}", error) from error


def unmount_work(prepared: Prepared) -> None:
    """Take the tmpfs away, and all that is in it. Raises LayerError."""
    assert prepared.work is not None
    try:
        unmount(prepared.work, _DETACH)
    except OSError as error:
        raise LayerError("new root", f"unmounting {prepared.work}", error) from error
