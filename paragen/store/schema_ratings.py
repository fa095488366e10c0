"""The tables of ratings, as SQL: derived from runs and preferences, and made anew from them."""

from __future__ import annotations

RATINGS = (
    # A player is the parts of a recipe that make the difference, as JSON: see learn.standing.
    """
    CREATE TABLE ratings (
        task_type TEXT NOT NULL,
        grouping TEXT NOT NULL,
        player TEXT NOT NULL,
        mu REAL NOT NULL,
        sigma REAL NOT NULL,
        PRIMARY KEY (task_type, grouping, player)
    ) STRICT, WITHOUT ROWID
    """,
    # Up to which moment a task type's runs are in its ratings, and how many those are. Where there
    # are more or fewer of them by now (another history was merged in), the ratings are made anew.
    """
    CREATE TABLE rated (
        task_type TEXT NOT NULL PRIMARY KEY,
        through TEXT NOT NULL,
        runs INTEGER NOT NULL,
        preferences TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX runs_ended ON runs (task_type, state, ended_at)",
    # Standings are answered from it alone, with seconds of loads and tokens now.
    "DROP INDEX candidates_record",
    """
    CREATE INDEX candidates_record ON candidates
        (run, generator, status, cached, combined, tokens_per_s, generation_s, reward, load_s,
         completion_tokens)
    """,
)
