"""The table of experts: generators that a search found to be better than their parents."""

from __future__ import annotations

from paragen.store.views import BROWSE, LATER

EXPERTS = (
    # Names and copied numbers, not references: what is merged or deleted later changes nothing
    # here, and plays count as this recipe's by name, model and temperature.
    """
    CREATE TABLE experts (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        evolved_at TEXT NOT NULL,
        name TEXT NOT NULL,
        task_type TEXT NOT NULL,
        model TEXT NOT NULL,
        temperature REAL NOT NULL,
        rival TEXT NOT NULL,
        rival_model TEXT NOT NULL,
        rival_temperature REAL NOT NULL,
        measure TEXT NOT NULL,
        plays INTEGER NOT NULL,
        passes INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        session TEXT NOT NULL,
        evolved_from TEXT NOT NULL,
        recipe TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX experts_type ON experts (task_type, evolved_at)",
    f"CREATE VIEW {BROWSE}experts AS {LATER['experts']}",
)
"""`plays` and `passes` are on the tasks held back, in the session in which it was compared with its
rival, the best of its parents; `recipe` is the whole generator."""
