"""The tables of baselines: what generators had done, task by task, when somebody said so."""

from __future__ import annotations

BASELINES = (
    # Names aren't unique, so that merged histories may each have theirs: the newest one counts.
    """
    CREATE TABLE baselines (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        saved_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX baselines_name ON baselines (name, saved_at)",
    # Copied numbers, not references: what is played, merged or deleted later changes nothing here.
    """
    CREATE TABLE baseline_records (
        baseline INTEGER NOT NULL REFERENCES baselines (key) ON DELETE CASCADE,
        generator TEXT NOT NULL,
        task_sha256 TEXT NOT NULL,
        task_type TEXT NOT NULL,
        model TEXT NOT NULL,
        temperature REAL NOT NULL,
        plays INTEGER NOT NULL,
        passes INTEGER NOT NULL,
        quality REAL NOT NULL,
        speed REAL NOT NULL,
        quality_weight REAL NOT NULL,
        timed INTEGER NOT NULL,
        generation_s REAL NOT NULL,
        PRIMARY KEY (baseline, generator, task_sha256, task_type)
    ) STRICT, WITHOUT ROWID
    """,
)
"""`quality` and `speed` are sums over the plays, `generation_s` over those `timed` of them."""
