"""Writes a session into the history, event by event."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from paragen.domain.candidate import Candidate
from paragen.domain.errors import StoreError
from paragen.domain.events import (
    AttemptsAsked,
    CandidateEnded,
    Event,
    JudgingStarted,
    ModelLoaded,
    RunAudited,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.store.audits import add_audit
from paragen.store.connection import BUSY_LIMIT_S, connect
from paragen.store.errors import StoreLockedError, clear_errors
from paragen.store.locks import SessionLock
from paragen.store.ratings import rate_few
from paragen.store.rows import transaction
from paragen.store.writer import Writer

LOCKED_LIMIT_S = 0.1
"""Who waited in vain for others to end waits only so long at the events that follow."""

Recorded = (
    SessionStarted
    | RunStarted
    | AttemptsAsked
    | JudgingStarted
    | CandidateEnded
    | RunEnded
    | RunAudited
    | ModelLoaded
)


class Recorder:
    """A subscriber that commits what happens before it returns.

    Each event is one transaction, with all that belongs to it. The same event may come twice: a
    session that is gone on with begins again, and an attempt that is asked again ends again. The
    session's lock is held from its beginning until `close`; `lock` is one that was taken before,
    to go on with a session. What others keep from being written for longer than the limit is
    written in its turn after a later event, or at `close`. When the database fails, `failure` says
    how, `on_failure` is called once with a message, and from then on nothing is recorded: a
    tournament never fails for its record.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        settings: Mapping[str, object] | None = None,
        on_failure: Callable[[str], None] | None = None,
        lock: SessionLock | None = None,
        busy_limit_s: float = BUSY_LIMIT_S,
    ) -> None:
        self.failure: StoreError | None = None
        self._path = Path(path)
        self._on_failure = on_failure
        self._busy_limit_s = busy_limit_s
        self._turn = threading.RLock()
        self._waiting: deque[Recorded] = deque()
        self._locked: StoreLockedError | None = None
        self._committed: dict[tuple[str, str], Candidate] = {}
        self._locks = [] if lock is None else [lock]
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = connect(self._path, write=True, busy_limit_s=busy_limit_s)
            self._writer = Writer(self._connection, self._path, settings or {})
        except StoreError as error:
            self._fail(error)

    def __call__(self, event: Event) -> None:
        """Record one event; returns after the commit, and never raises for the database's sake."""
        if not isinstance(event, Recorded):
            return
        with self._turn:
            if self._connection is not None:
                self._waiting.append(event)
                self._record_waiting(self._connection)

    def close(self) -> None:
        """Close the database, and let others play the session; what comes later isn't recorded.

        Raises nothing for the database's sake.
        """
        with self._turn:
            if self._connection is not None and self._locked is not None:
                self._wait(self._connection, None)
                self._record_waiting(self._connection)
            if self._locked is not None:
                self._fail(self._locked)
            self._disconnect()
            for lock in self._locks:
                lock.release()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _record_waiting(self, connection: sqlite3.Connection) -> None:
        """Commit what waits, in its order; where others lock the database, it waits on."""
        while self._waiting:
            event = self._waiting.popleft()
            try:
                self._commit(event, connection)
            except StoreLockedError as error:
                self._waiting.appendleft(event)
                self._wait(connection, error)
                return
            except StoreError as error:
                self._fail(error)
                return
            self._remember(event)
            if isinstance(event, RunEnded):
                # Apart: the run is recorded whatever becomes of the ratings, which are made when
                # they are asked for where they can't be kept now.
                with suppress(StoreError), clear_errors(self._path), transaction(connection):
                    rate_few(connection, event.run.task.task_type)
        if self._locked is not None:
            self._wait(connection, None)

    def _wait(self, connection: sqlite3.Connection, locked: StoreLockedError | None) -> None:
        """Note whether others keep the database locked: each event then waits but a moment."""
        self._locked = locked
        limit_s = self._busy_limit_s if locked is None else min(self._busy_limit_s, LOCKED_LIMIT_S)
        connection.execute(f"PRAGMA busy_timeout = {int(limit_s * 1000)}")

    def _commit(self, event: Recorded, connection: sqlite3.Connection) -> None:
        held = len(self._locks)
        try:
            with clear_errors(self._path), transaction(connection):
                self._write(event, connection)
        except BaseException:
            self._writer.forget()
            for lock in self._locks[held:]:  # another's session may get the key
                lock.release()
            del self._locks[held:]
            raise

    def _fail(self, error: StoreError) -> None:
        self.failure = error
        self._locked = None
        self._waiting.clear()
        self._disconnect()
        if self._on_failure is not None:
            self._on_failure(f"{error} Nothing more is recorded; the results are not affected.")

    def _write(self, event: Recorded, connection: sqlite3.Connection) -> None:
        match event:
            case SessionStarted(session_id=session_id, plans=plans):
                # Locked before it is committed: nobody sees it as one that nobody plays.
                self._hold(self._writer.session(session_id, plans))
            case RunStarted(run=run):
                self._writer.begun(run)
            case AttemptsAsked(run_id=run_id, attempts=attempts):
                self._writer.attempts(run_id, attempts)
            case JudgingStarted(run_id=run_id, answered=answered):
                self._writer.ended(run_id, answered)
            case CandidateEnded(run_id=run_id, candidate=candidate):
                self._writer.ended(run_id, candidate)
            case RunEnded(run=run):
                self._writer.over(run, self._committed)
            case RunAudited(run=run):
                add_audit(connection, run)
            case ModelLoaded():
                self._writer.load(event)

    def _remember(self, event: Recorded) -> None:
        """Keep what a run's end needn't write again."""
        if isinstance(event, CandidateEnded):
            self._committed[event.run_id, event.candidate.id] = event.candidate
        elif isinstance(event, RunEnded):
            ended = event.run.run_id
            self._committed = {k: c for k, c in self._committed.items() if k[0] != ended}

    def _hold(self, session_key: int) -> None:
        if all(lock.session_key != session_key for lock in self._locks):
            lock = SessionLock(self._path, session_key)
            lock.take()
            self._locks.append(lock)
