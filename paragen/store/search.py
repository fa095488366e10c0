"""Past tasks that are like a new one, by SQLite's full-text search.

The index is made in memory when it is asked for, of the tasks played last: so it is never behind,
and there is nothing to migrate or to merge.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from paragen.learn.task_type import Similar, telling_words
from paragen.store.rows import rows

MOST_TASKS = 1000
MOST_CHARACTERS = 4000
"""What a task asks for is said in its beginning."""

# A type that was inferred is no evidence: what was guessed once would be confirmed for ever.
TASKS = """
SELECT r.task_type, substr(r.prompt, 1, :characters) AS prompt
FROM runs AS r
JOIN (
    SELECT max(key) AS key FROM runs WHERE NOT task_type_inferred
    GROUP BY task_sha256, task_type ORDER BY max(started_at) DESC LIMIT :tasks
) AS newest ON newest.key = r.key
"""
OURS = 0
"""The row in which the prompt itself stands while it is compared with the others."""


class PastTasks:
    """The tasks of a history whose authors gave their types; raises StoreError when it is made."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        asked = {"tasks": MOST_TASKS, "characters": MOST_CHARACTERS}
        found = rows(connection, TASKS, asked)
        self._types = {key: str(row["task_type"]) for key, row in enumerate(found, start=OURS + 1)}
        self._index = sqlite3.connect(":memory:", isolation_level=None)
        try:
            self._index.execute("CREATE VIRTUAL TABLE tasks USING fts5 (words)")
        except sqlite3.OperationalError:  # this SQLite was built without it
            self._types = {}
        for key in self._types:
            self._put(key, telling_words(str(found[key - OURS - 1]["prompt"])))

    def like(self, prompt: str, most: int = 5) -> Sequence[Similar]:
        """Those most like this prompt, by BM25, the most alike first.

        Likeness is a task's rank beside that of the prompt itself. Where this SQLite has no
        full-text search, there are none.
        """
        words = telling_words(prompt)
        if not words or not self._types:
            return ()
        query = " OR ".join(f'"{word}"' for word in words)
        self._put(OURS, words)
        ranked = self._index.execute(
            "SELECT rowid, -rank FROM tasks WHERE tasks MATCH ?", [query]
        ).fetchall()
        self._index.execute("DELETE FROM tasks WHERE rowid = ?", [OURS])
        ranks: dict[int, float] = dict(ranked)
        own = ranks.pop(OURS)
        found = [Similar(self._types[key], min(1.0, rank / own)) for key, rank in ranks.items()]
        return sorted(found, key=lambda one: (-one.likeness, one.task_type))[:most]

    def close(self) -> None:
        """Forget them."""
        self._index.close()

    def _put(self, key: int, words: Sequence[str]) -> None:
        self._index.execute(
            "INSERT INTO tasks (rowid, words) VALUES (?, ?)", [key, " ".join(words)]
        )
