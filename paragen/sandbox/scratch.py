"""Scratch directories: private ones, and gone afterwards whatever a program made of them."""

from __future__ import annotations

import fcntl
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_MARK = ".in-use"


def make(prefix: str, parent: Path | None = None) -> Path:
    """A new directory that only this user can enter; raises OSError."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).resolve()


def claim(directory: Path) -> int:
    """Mark a directory as in use until this descriptor is closed, as it is when a process dies.

    The mark gets its name once it is locked, so that nobody finds it without an owner.
    """
    unnamed = directory / f"{_MARK}.new"
    descriptor = os.open(unnamed, os.O_CREAT | os.O_WRONLY, 0o600)
    with suppress(OSError):  # a file system without locks: then nobody tidies up after us
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        unnamed.rename(directory / _MARK)
    return descriptor


def remove_abandoned(prefix: str) -> None:
    """Remove the directories whose claim nobody holds any more; those never claimed are left."""
    for mark in Path(tempfile.gettempdir()).glob(f"{prefix}*/{_MARK}"):
        with suppress(OSError):
            descriptor = os.open(mark, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.geteuid():
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove(mark.parent)
            finally:
                os.close(descriptor)


def remove(directory: Path) -> None:
    """Remove a directory and all below it, as far as that can be done; never raises.

    Directories are moved up beside each other before they are emptied, so a tree may be deeper
    than a path may be long. Whoever made one unreadable was of our own user, so its mode can be
    put right; links are removed and never followed.
    """
    fresh = (directory / f".removed-{number}" for number in itertools.count())
    waiting = _empty(directory, fresh)
    while waiting:
        below = waiting.pop()
        waiting += _empty(below, fresh)
        with suppress(OSError):
            below.rmdir()
    with suppress(OSError):
        directory.rmdir()


def _empty(directory: Path, fresh: Iterator[Path]) -> list[Path]:
    """Delete what a directory holds; its directories are moved away, and their new paths given."""
    moved = []
    with suppress(OSError):
        directory.chmod(0o700)
        with os.scandir(directory) as entries:
            for entry in list(entries):
                with suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        Path(entry).unlink()
                        continue
                    Path(entry).chmod(0o700)  # a directory is only moved where it can be written
                    moved.append(Path(entry).rename(next(fresh)))
    return moved
