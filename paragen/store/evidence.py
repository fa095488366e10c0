"""What was played, for those who pick who plays: by task type, and on tasks like a new one.

What counts as a play, and as a tournament that was won, is what counts in all standings.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from operator import add
from typing import NamedTuple

from paragen.learn.recommend import AlikeTask, TaskCounts
from paragen.learn.standing import Recipe, Tallies, Tally
from paragen.store.rows import rows, snapshot
from paragen.store.search import BUT, PastTasks
from paragen.store.tallies import PLAYS, TESTED, recipes

PLAYED = f"""
SELECT r.task_type, c.generator, count(*) AS plays,
       count(*) FILTER (WHERE c.status = 'passed') AS passes
FROM runs AS r JOIN candidates AS c ON c.run = r.key
WHERE c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} AND r.{BUT}
GROUP BY r.task_type, c.generator
"""

ON_TASKS = f"""
SELECT r.task_sha256, r.task_type, c.generator, count(*) AS plays,
       count(*) FILTER (WHERE c.status = 'passed') AS passes
FROM json_each(:tasks) AS asked
CROSS JOIN runs AS r ON r.task_sha256 = asked.value
JOIN candidates AS c ON c.run = r.key
WHERE c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} AND r.{BUT}
GROUP BY r.task_sha256, r.task_type, c.generator
"""

# Where an answer of the winner's recipe was given before, the tournament says nothing of it.
WON = f"""
SELECT r.task_sha256, r.task_type, s.generator, count(*) AS wins
FROM json_each(:tasks) AS asked
CROSS JOIN runs AS r ON r.task_sha256 = asked.value
JOIN selections AS s ON s.run = r.key
JOIN generators AS w ON w.key = s.generator
WHERE r.state = 'ended' AND {TESTED} AND r.{BUT}
  AND 2 <= (
      SELECT count(*) FROM candidates AS c
      WHERE c.run = r.key AND c.status IN ({PLAYS}) AND c.status <> 'no_code'
  )
  AND NOT EXISTS (
      SELECT 1 FROM candidates AS c JOIN generators AS g ON g.key = c.generator
      WHERE c.run = r.key AND c.cached
        AND (g.name, g.model, g.temperature) = (w.name, w.model, w.temperature)
  )
GROUP BY r.task_sha256, r.task_type, s.generator
"""


class Evidence(NamedTuple):
    """Plays and passes by task type, and past tasks like each that was asked for."""

    tallies: Tallies
    alike: tuple[Sequence[AlikeTask], ...]


def evidence(
    connection: sqlite3.Connection,
    past: PastTasks | None,
    prompts: Sequence[str],
    *,
    but: str | None = None,
) -> Evidence:
    """What was played, but in the session of the id `but`; raises StoreError.

    Without past tasks none is like any. The tallies have plays and passes alone, and no
    tournaments.
    """
    like = [past.alike(prompt) if past is not None else () for prompt in prompts]
    with snapshot(connection):
        known = recipes(connection)
        plays = {
            (row["task_type"], row["generator"]): Tally(plays=row["plays"], passes=row["passes"])
            for row in rows(connection, PLAYED, {"but": but})
        }
        wanted = {task.sha256 for tasks in like for task in tasks}
        played = _played(connection, wanted, known, but) if wanted else {}
    return Evidence(
        tallies=Tallies(recipes=known, plays=plays, tournaments=()),
        alike=tuple(
            tuple(
                AlikeTask(task.sha256, task_type, task.likeness, by_recipe)
                for task in tasks
                for task_type, by_recipe in sorted(played.get(task.sha256, {}).items())
            )
            for tasks in like
        ),
    )


_Played = Mapping[str, Mapping[str, Mapping[Recipe, TaskCounts]]]
"""What was done by a task's SHA-256, the task type, and the recipe."""


def _played(
    connection: sqlite3.Connection,
    tasks: Collection[str],
    known: Mapping[int, Recipe],
    but: str | None,
) -> _Played:
    asked = {"tasks": json.dumps(sorted(tasks)), "but": but}
    found: dict[str, dict[str, dict[Recipe, TaskCounts]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows(connection, ON_TASKS, asked):
        counts = TaskCounts(plays=row["plays"], passes=row["passes"])
        _add(found[row["task_sha256"]][row["task_type"]], known[row["generator"]], counts)
    for row in rows(connection, WON, asked):
        counts = TaskCounts(wins=row["wins"])
        _add(found[row["task_sha256"]][row["task_type"]], known[row["generator"]], counts)
    return found


def _add(by_recipe: dict[Recipe, TaskCounts], recipe: Recipe, more: TaskCounts) -> None:
    """A recipe may have several keys: with another prompt or option it is another row."""
    by_recipe[recipe] = TaskCounts(*map(add, by_recipe.get(recipe, TaskCounts()), more))
