"""Sessions that were broken off, as far as they had come: what can be gone on with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from paragen.domain.candidate import Candidate
from paragen.domain.errors import UsageError
from paragen.domain.generator import Attempt, Instance
from paragen.domain.plan import Plan
from paragen.domain.tournament import Run
from paragen.store.decode import attempt_of, generator_of
from paragen.store.encode import generator_row, storable
from paragen.store.errors import clear_errors
from paragen.store.locks import SessionLock, SessionPlayedError, is_played
from paragen.store.plans import from_json
from paragen.store.queries import NEAREST, RunNotFoundError, find_run
from paragen.store.rows import Parameters, file_of, rows, snapshot
from paragen.store.runs import recorded_run

Roster = Mapping[tuple[object, ...], Instance]


class NothingToResumeError(UsageError):
    """The session that is meant can't be gone on with (exit code 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedRun:
    """A tournament of a session, as it is on record.

    `attempts` are those asked for, in this order, and `candidates` those that ended, in that order,
    with what an interrupt called off among them. `run` is None where no attempt was ever sent;
    it is complete where the tournament has `ended`.
    """

    run_id: str
    plan: Plan
    attempts: tuple[Attempt, ...]
    candidates: tuple[Candidate, ...]
    ended: bool
    run: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A session that can be gone on with: all its tournaments, in the order of their plans.

    `settings` is what was recorded with it, `session_key` what its SessionLock is made of.
    """

    session_id: str
    session_key: int
    fingerprint: str
    settings: Mapping[str, Any]
    runs: tuple[UnfinishedRun, ...]


def unfinished(
    connection: sqlite3.Connection,
    reference: str | None = None,
    *,
    fingerprint: str | None = None,
    ended: bool = False,
    lock: SessionLock | None = None,
) -> Unfinished | None:
    """The newest session that hasn't ended, None where there is none.

    `reference` means a certain one: by its id, a run's, or the beginning of one (`last` is the
    newest unfinished one again). `fingerprint` asks for one like this. A session that somebody
    plays is passed over, and so is one that was begun anew since. With `ended`, sessions that have
    ended count as well; whoever has taken the session's `lock` may read it all the same. Raises
    RunNotFoundError, NothingToResumeError, SessionPlayedError where a certain one isn't there or
    can't be gone on with; PlanUnreadableError, StoreError.
    """
    with snapshot(connection):
        if reference is None or reference == "last":
            session = _newest(connection, fingerprint, ended)
        else:
            session = _certain(connection, reference, ended, lock)
        return None if session is None else _loaded(connection, session)


def left_open(connection: sqlite3.Connection, tasks: Collection[str]) -> str | None:
    """The id of the newest session, where it was left unfinished and has tasks of these names.

    Raises PlanUnreadableError, StoreError.
    """
    with snapshot(connection):
        newest = next(_each(connection, SESSIONS.format(which="true"), ()), None)
        if newest is None or not newest["open"] or is_played(file_of(connection), newest["key"]):
            return None
        plans = rows(connection, "SELECT plan FROM plans WHERE session = ?", (newest["key"],))
        names = {from_json(row["plan"]).task.name for row in plans}
        return str(newest["id"]) if names == set(tasks) else None


OPEN = """
    EXISTS (
        SELECT 1 FROM plans LEFT JOIN runs ON runs.id = plans.run
        WHERE plans.session = sessions.key AND runs.state IS NOT 'ended'
    )
"""
SESSIONS = f"""
SELECT key, id, fingerprint, settings, {OPEN} AS open FROM sessions
WHERE fingerprint IS NOT NULL AND {{which}} ORDER BY started_at DESC, key DESC
"""


def _newest(
    connection: sqlite3.Connection, fingerprint: str | None, ended: bool
) -> sqlite3.Row | None:
    which = "true" if fingerprint is None else "fingerprint = ?"
    parameters = () if fingerprint is None else (fingerprint,)
    begun_anew: set[str] = set()
    for row in _each(connection, SESSIONS.format(which=which), parameters):
        if row["fingerprint"] in begun_anew:
            continue
        begun_anew.add(row["fingerprint"])
        if (row["open"] or ended) and not is_played(file_of(connection), row["key"]):
            return row
    return None


def _certain(
    connection: sqlite3.Connection, reference: str, ended: bool, lock: SessionLock | None
) -> sqlite3.Row:
    key = _session_meant(connection, reference)
    found = rows(connection, SESSIONS.format(which="key = ?"), (key,))
    if not found:
        raise NothingToResumeError(
            f"{reference} was recorded without what was to be played, by an older paragen: it "
            "can't be gone on with. Play it anew with `paragen run`."
        )
    row = found[0]
    is_ours = lock is not None and lock.session_key == key
    if not is_ours and is_played(file_of(connection), key):
        raise SessionPlayedError
    if not row["open"] and not ended:
        raise NothingToResumeError(
            f"{reference} has ended: there is nothing to go on with. `--retry failed` asks again "
            "what didn't pass, `--retry errors` what couldn't be judged."
        )
    return row


MEANT = """
SELECT session, run AS id FROM plans WHERE run >= :from AND run < :from || :end
UNION
SELECT key, id FROM sessions WHERE id >= :from AND id < :from || :end
ORDER BY id LIMIT :limit
"""


def _session_meant(connection: sqlite3.Connection, reference: str) -> int:
    """The key of the session meant by its id, a run's, or the beginning of one."""
    within: Parameters = {"from": reference, "end": "\U0010ffff", "limit": 100}
    found = rows(connection, MEANT, within) if reference else []
    exact = [row for row in found if row["id"] == reference]
    sessions = {row["session"] for row in exact or found}
    if len(sessions) == 1:
        return int(sessions.pop())
    if sessions:
        listed = ", ".join(row["id"] for row in found[:NEAREST])
        raise RunNotFoundError(
            f"{reference!r} begins more than one id: {listed}, … Write more of it."
        )
    run_id = find_run(connection, reference)  # of an older paragen, or the nearest in a message
    ((session,),) = rows(connection, "SELECT session FROM runs WHERE id = ?", (run_id,))
    return int(session)


def _loaded(connection: sqlite3.Connection, session: sqlite3.Row) -> Unfinished:
    plans = rows(
        connection,
        "SELECT key, run, plan FROM plans WHERE session = ? ORDER BY position",
        (session["key"],),
    )
    return Unfinished(
        session_id=session["id"],
        session_key=session["key"],
        fingerprint=session["fingerprint"],
        settings=json.loads(session["settings"]),
        runs=tuple(_run(connection, row) for row in plans),
    )


def _run(connection: sqlite3.Connection, row: sqlite3.Row) -> UnfinishedRun:
    plan = from_json(row["plan"])
    attempts = _attempts(connection, row["key"], plan)
    recorded = recorded_run(connection, row["run"])
    known = {attempt.id: attempt for attempt in attempts}
    return UnfinishedRun(
        run_id=row["run"],
        plan=plan,
        attempts=attempts,
        candidates=tuple(
            replace(one, attempt=known.get(one.id, one.attempt))
            for one in (recorded.candidates if recorded is not None else ())
        ),
        ended=recorded is not None and recorded.state == "ended",
        run=recorded.run if recorded is not None else None,
    )


def _attempts(connection: sqlite3.Connection, plan: int, played: Plan) -> tuple[Attempt, ...]:
    """What was asked for, in this order; instances of the roster are the roster's own values."""
    roster: Roster = {
        _identity(str(generator_row(one.generator)["sha256"]), one.copy, one.seed): one
        for one in played.roster
    }
    generators = {
        row["key"]: row
        for row in rows(
            connection,
            "SELECT * FROM generators WHERE key IN (SELECT generator FROM attempts WHERE plan = ?)",
            (plan,),
        )
    }
    found = rows(connection, "SELECT * FROM attempts WHERE plan = ? ORDER BY position", (plan,))
    return tuple(_attempt(row, generators[row["generator"]], roster) for row in found)


def _attempt(row: sqlite3.Row, generator: sqlite3.Row, roster: Roster) -> Attempt:
    attempt = attempt_of(row, generator_of(generator))
    who = roster.get(_identity(generator["sha256"], row["copy"], row["seed"]))
    return attempt if who is None else replace(attempt, instance=who)


def _identity(generator: str, copy: int, seed: int) -> tuple[object, ...]:
    return generator, copy, storable(seed)


def _each(
    connection: sqlite3.Connection, statement: str, parameters: tuple[str, ...]
) -> Iterator[sqlite3.Row]:
    """The rows of a query one by one: the first of them is mostly the one that is wanted."""
    with clear_errors(file_of(connection)):
        yield from connection.execute(statement, parameters)
