"""Who plays a session: locks that die with their process, one byte of a file for each session."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from paragen.domain.errors import StoreError
from paragen.store.errors import clear_errors

TAKEN_BY_A_LOOK_S = 0.5
"""Who looks whether a session is played holds its lock for a moment: as long is tried again."""


class SessionPlayedError(StoreError):
    """Another process plays the session."""

    def __init__(self) -> None:
        super().__init__(
            "Another process is playing this session. Wait for its end or end it, then go on with "
            "`paragen resume`; or play it anew with --new."
        )


@dataclass(slots=True)
class _LockFile:
    """A lock file that this process has open, and the sessions in it that this process plays."""

    descriptor: int
    held: set[int] = field(default_factory=set)


# POSIX takes all locks of a process on a file away when the process closes any descriptor of it.
# So each file is open at most once, and only as long as a lock on it is held.
_files: dict[str, _LockFile] = {}
_guard = threading.Lock()


class SessionLock:
    """Says that this process plays a session, until it is released or the process ends.

    `session_key` is the session's row in the database. A program that this process starts doesn't
    hold it, so one that outlives its parent keeps nothing.
    """

    def __init__(self, database: str | Path, session_key: int) -> None:
        self.session_key = session_key
        self._path = _lock_path(database)
        self._taken = False

    def take(self) -> None:
        """Take the lock; raises SessionPlayedError where somebody has it, StoreError."""
        with _guard, clear_errors(Path(self._path)):
            file = _files.get(self._path)
            if file is not None and self.session_key in file.held:
                raise SessionPlayedError
            descriptor = file.descriptor if file is not None else _opened(self._path)
            try:
                _take(descriptor, self.session_key)
            except BaseException:
                if file is None:
                    os.close(descriptor)
                raise
            _files.setdefault(self._path, _LockFile(descriptor)).held.add(self.session_key)
            self._taken = True

    def release(self) -> None:
        """Let others play the session; a second time does nothing."""
        with _guard:
            if not self._taken:
                return
            self._taken = False
            file = _files[self._path]
            file.held.discard(self.session_key)
            if file.held:
                fcntl.lockf(file.descriptor, fcntl.LOCK_UN, 1, self.session_key)
            else:
                del _files[self._path]
                os.close(file.descriptor)


def is_played(database: str | Path, session_key: int) -> bool:
    """Whether a living process, this one or another, plays the session; makes no file."""
    path = _lock_path(database)
    with _guard:
        file = _files.get(path)
        if file is not None:
            return session_key in file.held or not _is_free(file.descriptor, session_key)
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # it can't be known: what may be alive is left alone
        try:
            return not _is_free(descriptor, session_key)
        finally:
            os.close(descriptor)


def _lock_path(database: str | Path) -> str:
    """One name for the file, by whichever way the database is reached."""
    return f"{os.path.realpath(database)}.lock"


def _opened(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)


def _take(descriptor: int, session_key: int) -> None:
    deadline = time.monotonic() + TAKEN_BY_A_LOOK_S
    while True:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, session_key)
            return
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            if time.monotonic() > deadline:
                raise SessionPlayedError from error
        time.sleep(0.01)


def _is_free(descriptor: int, session_key: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, session_key)
    except OSError:
        return False
    fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, session_key)
    return True
