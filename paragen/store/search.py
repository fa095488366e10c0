"""Past tasks that are like a new one, by SQLite's full-text search.

The index is made in memory when it is asked for, of the tasks played last: so it is never behind,
and there is nothing to migrate or to merge.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from paragen.learn.task_type import Similar, telling_words
from paragen.store.rows import rows, snapshot

MOST_TASKS = 1000
MOST_CHARACTERS = 4000
"""What a task asks for is said in its beginning."""
MOST_ALIKE = 10
"""So many past tasks are taken for like a new one."""

BUT = "session IS NOT (SELECT key FROM sessions WHERE id = :but)"
"""Whose runs count: those of all sessions but one, or of all."""

# A type that was inferred is no evidence: what was guessed once would be confirmed for ever.
TYPED = f"""
SELECT r.task_sha256, r.task_type, substr(r.prompt, 1, :characters) AS prompt
FROM runs AS r
JOIN (
    SELECT max(key) AS key FROM runs WHERE NOT task_type_inferred AND {BUT}
    GROUP BY task_sha256, task_type ORDER BY max(started_at) DESC LIMIT :tasks
) AS newest ON newest.key = r.key
"""
ALL = f"""
SELECT r.task_sha256, substr(r.prompt, 1, :characters) AS prompt
FROM runs AS r
JOIN (
    SELECT max(key) AS key FROM runs WHERE {BUT}
    GROUP BY task_sha256 ORDER BY max(started_at) DESC LIMIT :tasks
) AS newest ON newest.key = r.key
"""

OURS = 0
"""The row in which the prompt itself stands while it is compared with the others."""
FILLERS = 10
FILLER = " ".join(["0"] * 20)
"""Rows that nothing is like, about as long as those of tasks.

BM25 takes a word that half of all rows have for noise. That is right for what stands in every
prompt, but while tasks are few it would be deaf to what two of them have in common.
"""


class TaskIndex:
    """Prompts by number, and which of them are like another one."""

    def __init__(self) -> None:
        self._index = sqlite3.connect(":memory:", isolation_level=None)
        self._numbers = 0
        weakref.finalize(self, self._index.close)
        try:
            self._index.execute("CREATE VIRTUAL TABLE tasks USING fts5 (words)")
        except sqlite3.OperationalError:  # this SQLite was built without it
            self._has_search = False
            return
        self._has_search = True
        self._index.executemany(
            "INSERT INTO tasks (rowid, words) VALUES (?, ?)",
            ((-number, FILLER) for number in range(1, FILLERS + 1)),
        )

    def add(self, prompt: str) -> int:
        """Its number, from 1 on."""
        self._numbers += 1
        self._put(self._numbers, telling_words(prompt))
        return self._numbers

    def like(self, prompt: str) -> Mapping[int, float]:
        """How much each is like this prompt by BM25, of those that have a word in common with it.

        Likeness is a prompt's rank beside that which this one itself would have, at most 1. Where
        this SQLite has no full-text search, none is like it.
        """
        words = telling_words(prompt)
        if not words or not self._numbers or not self._has_search:
            return {}
        query = " OR ".join(f'"{word}"' for word in words)
        self._put(OURS, words)
        ranked = self._index.execute(
            "SELECT rowid, -rank FROM tasks WHERE tasks MATCH ?", [query]
        ).fetchall()
        self._index.execute("DELETE FROM tasks WHERE rowid = ?", [OURS])
        ranks: dict[int, float] = dict(ranked)
        if OURS not in ranks:  # it is all in letters that this SQLite doesn't know
            return {}
        own = ranks.pop(OURS)
        return {number: min(1.0, rank / own) for number, rank in ranks.items()}

    def _put(self, number: int, words: Sequence[str]) -> None:
        if self._has_search:
            self._index.execute(
                "INSERT INTO tasks (rowid, words) VALUES (?, ?)", [number, " ".join(words)]
            )


class PastTask(NamedTuple):
    """A past task, known by its SHA-256, and how much it is like another (1: the same words).

    Where its prompt is the very same, whatever its tests, it `is_same`.
    """

    sha256: str
    likeness: float
    is_same: bool


class PastTasks:
    """The tasks of a history, but for those of a session that doesn't count, if there is one.

    `but` is that session's id. Raises StoreError when it is made.
    """

    def __init__(self, connection: sqlite3.Connection, but: str | None = None) -> None:
        asked = {"tasks": MOST_TASKS, "characters": MOST_CHARACTERS, "but": but}
        with snapshot(connection):
            typed, every = (rows(connection, which, asked) for which in (TYPED, ALL))
        self._index = TaskIndex()
        self._types: dict[str, list[str]] = defaultdict(list)
        for row in typed:
            self._types[row["task_sha256"]].append(row["task_type"])
        self._prompts = {row["task_sha256"]: str(row["prompt"]) for row in (*typed, *every)}
        self._tasks = {self._index.add(prompt): sha256 for sha256, prompt in self._prompts.items()}

    def like(self, prompt: str, most: int = 5) -> Sequence[Similar]:
        """Those most like this prompt whose authors gave their types, the most alike first."""
        found = [
            Similar(task_type, task.likeness)
            for task in self._found(prompt)
            for task_type in self._types.get(task.sha256, ())
        ]
        return tuple(sorted(found, key=lambda one: (-one.likeness, one.task_type))[:most])

    def alike(self, prompt: str, most: int = MOST_ALIKE) -> Sequence[PastTask]:
        """Those most like this prompt whatever their types, the most alike first."""
        found = self._found(prompt)
        return tuple(
            sorted(found, key=lambda one: (not one.is_same, -one.likeness, one.sha256))[:most]
        )

    def _found(self, prompt: str) -> Sequence[PastTask]:
        """All that have a word in common with it, and those that are the same, words or none."""
        beginning = prompt[:MOST_CHARACTERS]
        likeness = {self._tasks[number]: how for number, how in self._index.like(prompt).items()}
        same = {sha256 for sha256, past in self._prompts.items() if past == beginning}
        return [
            PastTask(sha256, 1.0 if sha256 in same else likeness[sha256], sha256 in same)
            for sha256 in {**likeness, **dict.fromkeys(same)}
        ]
