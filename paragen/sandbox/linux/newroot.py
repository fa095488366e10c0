"""A root directory of our own: read-only views of what Python needs, and nothing else."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import LayerError
from .syscalls import call, mount, pivot_root, unmount

_NOSUID = 2
_NODEV = 4
_NOEXEC = 8
_BIND = 4096
_REC = 16384
_PRIVATE = 1 << 18
_DETACH = 2

_ATTR_RDONLY = 1
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000

_STAGE = "/proc"
"""Where the new root is put together: every system has it, and Python needs nothing in it.

The mount over it is seen by this mount namespace alone.
"""
_DEVICES = ("null", "zero", "random", "urandom")
_MOST_PARTS = 1000  # symlinks may lead round in a circle
_FILES = {
    "/etc/passwd": "candidate:x:1000:1000::/:/bin/false\n",
    "/etc/group": "candidate:x:1000:\n",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the new root holds: host paths without symlinks, and the symlinks that led there."""

    binds: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def plan(paths: Iterable[str]) -> Plan:
    """Resolve these paths on the host; those that can't be reached are left out."""
    reals: set[Path] = set()
    links: dict[Path, str] = {}
    for path in paths:
        try:
            real = _follow(Path(path), links)
            real.stat()
        except OSError:
            continue
        if not real.is_relative_to("/dev"):  # devices are there in any case
            reals.add(real)
    binds = sorted(str(real) for real in reals if not _lies_in(real, reals))
    outside = [(str(at), to) for at, to in links.items() if not _lies_in(at, reals)]
    return Plan(tuple(binds), tuple(outside))


def _follow(path: Path, links: dict[Path, str]) -> Path:
    """The path without symlinks; those met are added to `links`."""
    real, left = Path("/"), list(path.absolute().parts[1:])
    for _ in range(_MOST_PARTS):
        if not left:
            break
        here = Path(os.path.normpath(real / left.pop(0)))
        if here.is_symlink():
            links[here] = target = str(here.readlink())
            left = [*Path(target).parts, *left]
            real = Path("/") if target.startswith("/") else real
        else:
            real = here
    return real.joinpath(*left)


def _lies_in(path: Path, directories: set[Path]) -> bool:
    return not directories.isdisjoint(path.parents)


def enter(wanted: Plan, work: str | None) -> None:
    """Build the new root in this mount namespace, and make it the root. Raises LayerError.

    Needs CAP_SYS_ADMIN over the mount namespace. The working directory becomes "/".
    """
    step = "making mounts private"
    mask = os.umask(0o022)
    try:
        mount(None, "/", None, _REC | _PRIVATE, None)
        step = "mounting a tmpfs"
        mount("tmpfs", _STAGE, "tmpfs", _NOSUID | _NODEV, "mode=0755,size=1m,nr_inodes=4096")
        for path in wanted.binds:
            step = f"showing {path}"
            _show(path, _NOSUID | _NODEV)
        for device in _DEVICES:
            step = f"showing /dev/{device}"
            _show(f"/dev/{device}", _NOSUID | _NOEXEC)
        step = "filling it"
        _fill(wanted, work)
        step = "changing the root"
        os.chdir(_STAGE)
        pivot_root(".", ".")
        unmount(".", _DETACH)
        os.chdir("/")
        _protect("/", _ATTR_RDONLY | _NOSUID | _NODEV, recursive=False)
    except OSError as error:
        raise LayerError("new root", step, error) from error
    finally:
        os.umask(mask)


def _show(path: str, attributes: int) -> None:
    """A read-only view of a host path, at the same place of the new root."""
    target = _staged(path)
    if Path(path).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        _write(path, "")
    mount(path, str(target), None, _BIND | _REC, None)
    _protect(str(target), _ATTR_RDONLY | attributes, recursive=True)


def _protect(path: str, attributes: int, *, recursive: bool) -> None:
    """Add attributes to a mount, which works for mounts whose other attributes are locked too."""
    wanted = ctypes.create_string_buffer(struct.pack("=4Q", attributes, 0, 0, 0), 32)
    name = ctypes.create_string_buffer(os.fsencode(path))
    call(
        "mount_setattr", _AT_FDCWD, ctypes.addressof(name), _AT_RECURSIVE if recursive else 0,
        ctypes.addressof(wanted), 32,
    )  # fmt: skip


def _fill(wanted: Plan, work: str | None) -> None:
    """What isn't a view of the host: symlinks, small files, and the place for the tmpfs."""
    for at, to in wanted.links:
        _link(at, to)
    for path, content in _FILES.items():
        if not os.path.lexists(_staged(path)):
            _write(path, content)
    if work is not None:
        _staged(work).mkdir(parents=True)
        _link("/tmp", work)  # where programs expect to be able to write
        _link("/dev/shm", work)  # where libc keeps semaphores for several processes


def _staged(path: str) -> Path:
    """Where a path of the new root lies while it is put together, with a directory for it."""
    staged = Path(f"{_STAGE}/{path}")
    staged.parent.mkdir(parents=True, exist_ok=True)
    return staged


def _write(path: str, content: str) -> None:
    _staged(path).write_text(content, encoding="ascii")


def _link(at: str, to: str) -> None:
    if not os.path.lexists(_staged(at)):
        _staged(at).symlink_to(to)
