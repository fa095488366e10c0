"""The table of audits of tests, as SQL.

Rows are only ever added, and know their run by its id, so that histories can be merged; the newest
of a run counts.
"""

from __future__ import annotations

AUDITS = (
    """
    CREATE TABLE audits (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        audited_at TEXT NOT NULL,
        run TEXT NOT NULL,
        candidate TEXT NOT NULL,
        task_sha256 TEXT NOT NULL,
        task_type TEXT NOT NULL,
        stubs INTEGER NOT NULL,
        stubs_passed INTEGER NOT NULL,
        mutants INTEGER NOT NULL,
        mutants_passed INTEGER NOT NULL,
        weak INTEGER NOT NULL,
        survivors TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX audits_run ON audits (run, audited_at)",
)
