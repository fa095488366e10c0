"""The table of what people said of candidates, as SQL.

Rows are only ever added: what is taken back, and what weights begin anew from, are rows too. So
histories can be merged, and weights are what the rows give in their order. Each holds all that it
moves weights by, so that it says the same after its run was decided again, or without it.
"""

from __future__ import annotations

FEEDBACK = (
    # A preference is for `candidate` over `other`; a reset without a task type is of all of them.
    """
    CREATE TABLE feedback (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        given_at TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('rating', 'preference', 'reset', 'undo')),
        task_type TEXT,
        run TEXT,
        candidate TEXT,
        other TEXT,
        rating REAL,
        quality REAL,
        speed REAL,
        other_quality REAL,
        other_speed REAL,
        quality_weight REAL,
        speed_weight REAL,
        undone TEXT,
        note TEXT
    ) STRICT
    """,
    "CREATE INDEX feedback_given ON feedback (given_at, id)",
)
