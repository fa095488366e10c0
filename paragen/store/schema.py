"""The tables, as SQL: what each migration does, in the order of their making.

Rows are joined by small integer keys; what other databases and people know a row by (a run's
id, a candidate's id within its run) is kept unique beside them, so that histories can be merged.
Small columns stand first and long texts last: a row's head is read without its overflow pages.
"""

from __future__ import annotations

APPLICATION_ID = 0x50415241
"""Marks the file as paragen's own ("PARA" in the header of the file)."""

FIRST = (
    """
    CREATE TABLE sessions (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        started_at TEXT NOT NULL,
        paragen_version TEXT NOT NULL,
        settings TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE runs (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        session INTEGER NOT NULL REFERENCES sessions (key),
        state TEXT NOT NULL CHECK (state IN ('running', 'ended', 'interrupted')),
        started_at TEXT NOT NULL,
        ended_at TEXT,
        wall_s REAL,
        exit_code INTEGER,
        mode TEXT NOT NULL,
        seed INTEGER NOT NULL,
        winner TEXT,
        reason TEXT NOT NULL,
        sandbox_level TEXT NOT NULL,
        sandbox_sealed INTEGER NOT NULL,
        quality_weight REAL NOT NULL,
        speed_weight REAL NOT NULL,
        criteria TEXT NOT NULL,
        paragen_version TEXT NOT NULL,
        task_name TEXT NOT NULL,
        task_path TEXT,
        task_sha256 TEXT NOT NULL,
        task_type TEXT NOT NULL,
        task_type_inferred INTEGER NOT NULL,
        language TEXT NOT NULL,
        entry_point TEXT,
        limits TEXT NOT NULL,
        warnings TEXT NOT NULL,
        prompt TEXT NOT NULL,
        tests TEXT NOT NULL,
        examples TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX runs_started ON runs (started_at)",
    "CREATE INDEX runs_type ON runs (task_type, started_at, state)",
    "CREATE INDEX runs_task ON runs (task_sha256)",
    # A recipe as it was played: the same name with another prompt or option is another row.
    """
    CREATE TABLE generators (
        key INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        model TEXT NOT NULL,
        temperature REAL NOT NULL,
        options TEXT NOT NULL,
        tags TEXT NOT NULL,
        host TEXT,
        system TEXT
    ) STRICT
    """,
    # What answered: which bytes a model's name stood for, on which server. It is known only with
    # an answer, and changes with `ollama pull` while the recipe stays the same, so it hangs on the
    # candidate and not on the generator.
    """
    CREATE TABLE models (
        key INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        digest TEXT,
        server_version TEXT
    ) STRICT
    """,
    "CREATE INDEX models_identity ON models (name, digest, server_version)",
    """
    CREATE TABLE candidates (
        key INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        id TEXT NOT NULL,
        generator INTEGER NOT NULL REFERENCES generators (key),
        model INTEGER REFERENCES models (key),
        copy INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        role TEXT,
        purpose TEXT NOT NULL,
        parents TEXT NOT NULL,
        host TEXT,
        status TEXT NOT NULL,
        rank INTEGER,
        started_s REAL,
        wall_s REAL,
        done_reason TEXT,
        load_s REAL,
        prompt_s REAL,
        decode_s REAL,
        queue_s REAL,
        answer_wall_s REAL,
        prompt_tokens INTEGER,
        completion_tokens INTEGER,
        generation_s REAL,
        tokens_per_s REAL,
        verdict TEXT,
        tests_passed INTEGER,
        tests_total INTEGER,
        execution_s REAL,
        test_s REAL,
        peak_bytes INTEGER,
        level TEXT,
        sealed INTEGER,
        evaluator REAL,
        quality REAL,
        speed REAL,
        combined REAL,
        error_kind TEXT,
        error_message TEXT,
        detail TEXT,
        code TEXT,
        answer TEXT,
        thinking TEXT,
        UNIQUE (run, id)
    ) STRICT
    """,
    # Statistics and a run's counts are answered from this index alone, in its own order (which is
    # why speeds are plain columns: SQLite looks up generated ones in the table all the same).
    """
    CREATE INDEX candidates_record ON candidates
        (run, generator, status, combined, tokens_per_s, generation_s)
    """,
    """
    CREATE TABLE cases (
        candidate INTEGER NOT NULL REFERENCES candidates (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        outcome TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (candidate, position)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE measures (
        candidate INTEGER NOT NULL REFERENCES candidates (key) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (candidate, name)
    ) STRICT, WITHOUT ROWID
    """,
    # Who was chosen, by what, and why: one row for each run that has a winner.
    """
    CREATE TABLE selections (
        run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
        candidate INTEGER NOT NULL REFERENCES candidates (key) ON DELETE CASCADE,
        generator INTEGER NOT NULL REFERENCES generators (key),
        combined REAL,
        quality_weight REAL NOT NULL,
        speed_weight REAL NOT NULL,
        criteria TEXT NOT NULL,
        reason TEXT NOT NULL
    ) STRICT
    """,
)

SEALED = (
    "ALTER TABLE candidates ADD COLUMN unsealed_because TEXT",
    "ALTER TABLE runs ADD COLUMN packages TEXT",
    "ALTER TABLE runs ADD COLUMN task_sealed INTEGER",
)
"""What is known of sealed verdicts; NULL in rows that were written before it was."""

RESUMABLE = (
    # What was going to be played, told before anything was: what resume goes on with.
    """
    CREATE TABLE plans (
        key INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        run TEXT NOT NULL UNIQUE,
        plan TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX plans_session ON plans (session, position)",
    # They hang on the plan: a mode asks before the first one is sent, which is when a run begins.
    """
    CREATE TABLE attempts (
        plan INTEGER NOT NULL REFERENCES plans (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        generator INTEGER NOT NULL REFERENCES generators (key),
        copy INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        role TEXT,
        purpose TEXT NOT NULL,
        parents TEXT NOT NULL,
        PRIMARY KEY (plan, position),
        UNIQUE (plan, id)
    ) STRICT, WITHOUT ROWID
    """,
    # Loads that weren't part of an attempt; what an attempt's load took stands with the candidate.
    """
    CREATE TABLE loads (
        key INTEGER PRIMARY KEY,
        host TEXT NOT NULL,
        model TEXT NOT NULL,
        num_ctx INTEGER NOT NULL,
        load_s REAL NOT NULL,
        ended_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE answers (
        key TEXT NOT NULL PRIMARY KEY,
        kept_at TEXT NOT NULL,
        answer TEXT NOT NULL
    ) STRICT
    """,
    "ALTER TABLE sessions ADD COLUMN fingerprint TEXT",
    "CREATE INDEX sessions_fingerprint ON sessions (fingerprint)",
    "ALTER TABLE runs ADD COLUMN mode_options TEXT",
    "ALTER TABLE runs ADD COLUMN deadline_s REAL",
    "ALTER TABLE runs ADD COLUMN finish TEXT",
    "ALTER TABLE runs ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN modules TEXT",
    "ALTER TABLE runs ADD COLUMN needs TEXT",
    "ALTER TABLE candidates ADD COLUMN cached INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE candidates ADD COLUMN reward REAL",
    "ALTER TABLE candidates ADD COLUMN outputs TEXT",
    """
    UPDATE candidates SET reward = CASE
        WHEN status = 'passed' THEN 0.5 + 0.5 * coalesce(combined, 0.0)
        WHEN tests_total > 0 THEN 0.5 * tests_passed / tests_total
        ELSE 0.0
    END
    WHERE status IN ('passed', 'failed', 'timeout', 'memory', 'crashed', 'no_code')
    """,
    "DROP INDEX candidates_record",
    """
    CREATE INDEX candidates_record ON candidates
        (run, generator, status, cached, combined, tokens_per_s, generation_s, reward)
    """,
    "CREATE INDEX candidates_cached ON candidates (run, generator) WHERE cached",
)
"""Plans and attempts, so that a session can be gone on with; answers kept; what is no evidence."""
