"""Audits of tests: kept beside the run whose winner they were made of, and read back."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import TYPE_CHECKING

from paragen.domain.audit import Audit, Suites
from paragen.store.clock import now
from paragen.store.rows import rows

if TYPE_CHECKING:
    from paragen.domain.tournament import Run

NEWEST = "SELECT * FROM audits WHERE run = ? ORDER BY audited_at DESC, id DESC LIMIT 1"
OF_TASKS = """
SELECT task_type, count(*) AS audited, sum(weak) AS weak
FROM (
    SELECT task_type, weak, row_number() OVER (
        PARTITION BY task_type, task_sha256 ORDER BY audited_at DESC, id DESC
    ) AS place
    FROM audits WHERE :task_type IS NULL OR task_type = :task_type
)
WHERE place = 1 GROUP BY task_type ORDER BY task_type
"""
INSERTION = """
INSERT INTO audits (
    id, audited_at, run, candidate, task_sha256, task_type,
    stubs, stubs_passed, mutants, mutants_passed, weak, survivors
) VALUES (
    :id, :audited_at, :run, :candidate, :task_sha256, :task_type,
    :stubs, :stubs_passed, :mutants, :mutants_passed, :weak, :survivors
)
"""


def add_audit(connection: sqlite3.Connection, run: Run) -> None:
    """Keep a run's audit, if it has one, within the caller's transaction; raises sqlite3.Error."""
    if run.audit is None or run.winner is None:
        return
    audit = run.audit
    connection.execute(
        INSERTION,
        {
            "id": uuid.uuid4().hex,
            "audited_at": now(),
            "run": run.run_id,
            "candidate": run.winner,
            "task_sha256": run.task.sha256,
            "task_type": run.task.task_type,
            "stubs": audit.stubs,
            "stubs_passed": audit.stubs_passed,
            "mutants": audit.mutants,
            "mutants_passed": audit.mutants_passed,
            "weak": int(audit.weak),
            "survivors": json.dumps(audit.survivors),
        },
    )


def audit_of(connection: sqlite3.Connection, run_id: str) -> Audit | None:
    """The newest audit of a run's tests, None where there was none; raises StoreError."""
    found = rows(connection, NEWEST, (run_id,))
    if not found:
        return None
    row = found[0]
    return Audit(
        stubs=row["stubs"],
        stubs_passed=row["stubs_passed"],
        mutants=row["mutants"],
        mutants_passed=row["mutants_passed"],
        survivors=tuple(json.loads(row["survivors"])),
    )


def audited_suites(connection: sqlite3.Connection, *, task_type: str | None = None) -> list[Suites]:
    """What audits say of each task type whose tasks had any, whenever; raises StoreError."""
    return [Suites(**dict(row)) for row in rows(connection, OF_TASKS, {"task_type": task_type})]
