"""How the level seatbelt goes on: the same names as in `linux.confine`, for macOS.

Written by what is documented and by what others do; the self-test proves it at each start, on the
machine that it runs on. There are no namespaces here and no working directory: what bounds files
and processes on Linux has no counterpart that an ordinary user may have.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..linux.errors import LayerError
from . import libproc
from .profile import profile

WORK = "/candidate/work"
"""What programs are told is their home; it isn't there."""

SEATBELT = "seatbelt"
WATCH = "memory watch"
_MOST_TOLD = 1 << 12
_MOST_DESCRIPTORS = 256
_PATH_BYTES = 1024
"""PATH_MAX of macOS: the room that F_GETPATH asks for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What can be reached inside: files and directories to read; `work` must be None here."""

    reads: tuple[str, ...]
    work: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where that doesn't hold."""
        if self.work is not None:
            raise ValueError(f"{self.work}: there is no working directory at the level seatbelt")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a worker made once, for all its children."""

    owner: int
    profile: bytes
    notes: tuple[str, ...] = ()
    """What this worker lacks though its level works, for a person to read."""
    work: str | None = None


def available() -> Mapping[str, str]:
    """Which layers work here: by a layer's name "", or why it doesn't and what to do."""
    return {SEATBELT: _why_no_seatbelt(), WATCH: _why_no_watch()}


def enter_full(layout: Layout, *, keep: Collection[int]) -> None:
    """Raise LayerError: the level full is Linux's."""
    raise LayerError("user namespaces", "entering them", "Linux alone has them")


def prepare(layout: Layout, level: str) -> Prepared:
    """Build the profile and try it in a child; to be called in the zygote. Raises LayerError."""
    ceiling = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    bounded = ceiling != resource.RLIM_INFINITY
    most = min(_MOST_DESCRIPTORS, ceiling) if bounded else _MOST_DESCRIPTORS
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, ceiling))
    ways = dict.fromkeys(link for path in layout.reads for link in links(path))
    text = profile(map(real, layout.reads), ways)
    prepared = Prepared(owner=os.getpid(), profile=os.fsencode(text))
    _try(prepared.profile)
    return prepared


def confine_candidate(prepared: Prepared, *, writes: bool, processes: bool) -> None:
    """Confine this process, a fresh fork of the zygote, for good. Raises LayerError.

    Its descriptors are the caller's business. Ends the process where the zygote is gone already.
    """
    if writes or processes:
        raise LayerError(SEATBELT, "letting a program write or fork", "it can't be bounded here")
    os.setsid()
    _confine(prepared)


def confine_tester(prepared: Prepared) -> None:
    """Confine this process, a fork of the zygote that will be the tester. Raises LayerError."""
    os.setsid()
    _confine(prepared)


def _confine(prepared: Prepared) -> None:
    if os.getppid() != prepared.owner:
        os._exit(1)
    # A second lock on starting processes; threads don't count as processes here.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    _put_on(prepared.profile)


@contextmanager
def candidate_pids(prepared: Prepared, processes: bool) -> Iterator[None]:
    """Fork inside of this."""
    yield


def mount_work(prepared: Prepared, size: int, inodes: int) -> None:
    """Raise LayerError: there is no working directory here."""
    raise LayerError(SEATBELT, "making a working directory", "its size can't be bounded here")


def unmount_work(prepared: Prepared) -> None:
    """Do nothing: nothing was mounted."""


def close_from(first: int) -> None:
    """Close every descriptor from that number on; the zygote can't have had more than those."""
    os.closerange(first, _MOST_DESCRIPTORS)


def limit_memory(address_space: int) -> None:
    """Do nothing: the kernel doesn't keep to such a limit; paragen watches from outside."""


def real(path: str) -> str:
    """A path as the file system itself has it, which is what a profile is held against.

    Symbolic links are resolved, and letters are in the case that they were made with.
    """
    resolved = str(Path(path).resolve())
    if sys.platform == "darwin":
        with suppress(OSError):  # what can't be opened here can't be read inside either
            opened = os.open(resolved, os.O_RDONLY | os.O_CLOEXEC)
            try:
                found = fcntl.fcntl(opened, fcntl.F_GETPATH, bytes(_PATH_BYTES))
            finally:
                os.close(opened)
            return os.fsdecode(found.partition(b"\0")[0]) or resolved
    return resolved


def links(path: str) -> tuple[str, ...]:
    """The symbolic links on the way to a path, those that links lead to included."""
    found: dict[str, None] = {}
    waiting = [Path(path).absolute()]
    while waiting:
        at = Path("/")
        for part in waiting.pop().parts[1:]:
            step = at / part
            if step.is_symlink() and str(step) not in found:
                found[str(step)] = None
                waiting.append(at / step.readlink())
            at = step.resolve()
    return tuple(found)


def _try(text: bytes) -> None:
    """Put the profile on in a child, which also loads what that takes; raises LayerError."""
    _library()
    answer, report = os.pipe()
    child = os.fork()
    if child == 0:
        why = "the process that tried it failed"
        try:
            _put_on(text)
            why = ""
        except LayerError as error:
            why = str(error)
        finally:
            os.write(report, why.encode("utf-8", "replace")[:_MOST_TOLD])
            os._exit(0)
    os.close(report)
    why = os.read(answer, _MOST_TOLD).decode("utf-8", "replace")
    os.close(answer)
    os.waitpid(child, 0)
    if why:
        raise LayerError(SEATBELT, "trying the profile", why)


def _put_on(text: bytes) -> None:
    """Keep this process to the profile from now on. Raises LayerError.

    `sandbox_init` is deprecated without a successor, and what browsers use; a `flags` of 0 says
    that it is given a profile's text, not a profile's name.
    """
    library = _library()
    error = ctypes.c_char_p()
    if library.sandbox_init(text, 0, ctypes.byref(error)) != 0:
        why = (error.value or b"it gives no reason").decode("utf-8", "replace")
        library.sandbox_free_error(error)
        raise LayerError(SEATBELT, "putting the profile on", why)


@cache
def _library() -> Any:
    """The C library, and the compiler of profiles that it would load when it is first asked."""
    library = ctypes.CDLL(libproc.LIBRARY, use_errno=True)
    library.sandbox_init.argtypes = [
        ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_char_p),
    ]  # fmt: skip
    library.sandbox_free_error.argtypes = [ctypes.c_char_p]
    library.sandbox_free_error.restype = None
    return library


def _why_no_seatbelt() -> str:
    try:
        library = _library()
        if library.sandbox_check(os.getpid(), None, 0):
            return "this process is in a sandbox already: start paragen outside of it"
    except (OSError, AttributeError) as error:
        return f"this system doesn't have it: {error}"
    return ""


def _why_no_watch() -> str:
    try:
        known = libproc.usage(os.getpid())
    except (OSError, AttributeError) as error:
        return f"this system doesn't have it: {error}"
    return "" if known else "the kernel doesn't tell of a process's memory"
