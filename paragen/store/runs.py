"""Recorded runs, whole: their candidates with all that hangs on them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, replace

from paragen.domain.candidate import Candidate
from paragen.domain.tournament import Run
from paragen.store.audits import audit_of
from paragen.store.decode import candidate_of, generator_of, run_of
from paragen.store.rows import rows, snapshot

RUN = """
SELECT runs.*, sessions.id AS session_id
FROM runs JOIN sessions ON sessions.key = runs.session WHERE runs.id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """A run and its state, with all its candidates in the order in which they ended.

    `run.ranking` holds those of them that are ranked, best first, or all in a run that isn't over.
    """

    run: Run
    state: str
    candidates: tuple[Candidate, ...]


def recorded_run(connection: sqlite3.Connection, run_id: str) -> RecordedRun | None:
    """The run of this id, None where there is none; raises StoreError."""
    with snapshot(connection):
        found = rows(connection, RUN, (run_id,))
        if not found:
            return None
        row = found[0]
        ranked = _candidates(connection, row["key"])
        audit = audit_of(connection, run_id)
    candidates = tuple(candidate for _, candidate in ranked)
    ranking = candidates
    if row["state"] != "running":
        places = [(rank, one) for rank, one in ranked if rank is not None]
        ranking = tuple(one for _, one in sorted(places, key=lambda place: place[0]))
    run = replace(run_of(row, row["session_id"], ranking), audit=audit)
    return RecordedRun(run=run, state=row["state"], candidates=candidates)


def _candidates(connection: sqlite3.Connection, run: int) -> list[tuple[int | None, Candidate]]:
    """A run's candidates and the rank of each, in the order of ending."""
    of_run = "IN (SELECT {} FROM candidates WHERE run = ?)"
    generators = {
        row["key"]: generator_of(row)
        for row in rows(
            connection, f"SELECT * FROM generators WHERE key {of_run.format('generator')}", (run,)
        )
    }
    models = {
        row["key"]: row
        for row in rows(
            connection, f"SELECT * FROM models WHERE key {of_run.format('model')}", (run,)
        )
    }
    cases: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in rows(
        connection,
        f"SELECT * FROM cases WHERE candidate {of_run.format('key')} ORDER BY candidate, position",
        (run,),
    ):
        cases[row["candidate"]].append(row)
    measures: dict[int, dict[str, float]] = defaultdict(dict)
    for row in rows(
        connection, f"SELECT * FROM measures WHERE candidate {of_run.format('key')}", (run,)
    ):
        measures[row["candidate"]][row["name"]] = row["value"]
    return [
        (
            row["rank"],
            candidate_of(
                row,
                generators[row["generator"]],
                models.get(row["model"]),
                cases[row["key"]],
                measures[row["key"]],
            ),
        )
        for row in rows(connection, "SELECT * FROM candidates WHERE run = ? ORDER BY key", (run,))
    ]
