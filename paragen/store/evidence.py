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

from paragen.learn.recommend import AlikeTask, Counts, Played, TaskCounts
from paragen.learn.standing import Recipe
from paragen.store.experts import tried_recipes
from paragen.store.rows import rows, snapshot
from paragen.store.search import BUT, PastTasks
from paragen.store.tallies import FAIR, FAIR_RUN, PLAYS, TESTED, condition, recipes

# A recipe may have several keys: with another prompt or option it is another row. Here the least of
# them stands for all, so that a task that two of them played is one. Shares are rounded lest the
# order in which they are summed up decide between equals.
PLAYED = f"""
WITH same AS (
    SELECT key, min(key) OVER (PARTITION BY name, model, temperature) AS recipe FROM generators
)
SELECT task_type, recipe, sum(plays), sum(passes), count(DISTINCT task_sha256),
       coalesce(sum(plays) FILTER (WHERE fair), 0), count(*) FILTER (WHERE fair),
       round(coalesce(sum(1.0 * passes / plays) FILTER (WHERE fair), 0.0), 12),
       count(*) FILTER (WHERE NOT fair),
       round(coalesce(sum(1.0 * passes / plays) FILTER (WHERE NOT fair), 0.0), 12)
FROM (
    SELECT r.task_type, r.task_sha256, same.recipe, {FAIR} AS fair, count(*) AS plays,
           count(*) FILTER (WHERE c.status = 'passed') AS passes
    FROM runs AS r JOIN candidates AS c ON c.run = r.key JOIN same ON same.key = c.generator
    WHERE c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} AND r.{BUT} AND {{which}}
    GROUP BY r.task_type, r.task_sha256, same.recipe, fair
)
GROUP BY task_type, recipe
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
WHERE r.state = 'ended' AND {FAIR_RUN} AND {TESTED} AND r.{BUT}
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
    """What each recipe did by task type, and past tasks like each that was asked for."""

    played: Played
    alike: tuple[Sequence[AlikeTask], ...]


def evidence(
    connection: sqlite3.Connection,
    past: PastTasks | None,
    prompts: Sequence[str],
    *,
    but: str | None = None,
    named: Collection[Recipe] = (),
) -> Evidence:
    """What was played, but in the session of the id `but`; raises StoreError.

    Without past tasks none is like any. What searches tried and didn't keep is no evidence of their
    models, and so left out, but for the recipes that are `named`.
    """
    like = [past.alike(prompt) if past is not None else () for prompt in prompts]
    with snapshot(connection):
        known = recipes(connection)
        dropped = tried_recipes(connection).difference(named)
        found = _played(connection, known, task_type=None, but=but)
        wanted = {task.sha256 for tasks in like for task in tasks}
        on_tasks = _on_tasks(connection, wanted, known, but) if wanted else {}
    return Evidence(
        played={recipe: by_type for recipe, by_type in found.items() if recipe not in dropped},
        alike=tuple(
            tuple(
                AlikeTask(task.sha256, task_type, task.likeness, by_recipe, task.is_same)
                for task in tasks
                for task_type, by_recipe in sorted(on_tasks.get(task.sha256, {}).items())
            )
            for tasks in like
        ),
    )


def played(connection: sqlite3.Connection, task_type: str) -> Played:
    """What each recipe did on tasks of a type; raises StoreError."""
    with snapshot(connection):
        return _played(connection, recipes(connection), task_type=task_type, but=None)


def _played(
    connection: sqlite3.Connection,
    known: Mapping[int, Recipe],
    *,
    task_type: str | None,
    but: str | None,
) -> Played:
    found: dict[Recipe, dict[str, Counts]] = defaultdict(dict)
    statement = PLAYED.format(which=condition(task_type, None))
    for row in rows(connection, statement, {"task_type": task_type, "but": but}):
        of_type, recipe, *counts = row
        found[known[recipe]][of_type] = Counts(*counts)
    return found


_OnTasks = Mapping[str, Mapping[str, Mapping[Recipe, TaskCounts]]]
"""What was done by a task's SHA-256, the task type, and the recipe."""


def _on_tasks(
    connection: sqlite3.Connection,
    tasks: Collection[str],
    known: Mapping[int, Recipe],
    but: str | None,
) -> _OnTasks:
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
