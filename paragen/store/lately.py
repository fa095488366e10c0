"""How success rates went of late: by the last fair tournaments of each task type, not by all."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping

from paragen.learn.standing import PLAYERS, By, Player, Recipe
from paragen.learn.trend import trend
from paragen.store.rows import rows, snapshot
from paragen.store.tallies import FAIR, FAIR_RUN, PLAYS, TESTED, condition, recipes, task_types

Trends = Mapping[tuple[str, Player], tuple[float, ...]]
"""Success rates over time, by task type and player."""

TOURNAMENTS = 256
"""Of so many of a task type: a number, so that a long history takes no longer than a short one."""

LAST = f"""
SELECT c.generator, c.status = 'passed' AS passed
FROM (
    SELECT r.key, r.ended_at, r.id, r.mode, r.mode_options FROM runs AS r
    WHERE r.state = 'ended' AND {FAIR_RUN} AND {TESTED} AND {{which}}
    ORDER BY r.ended_at DESC, r.id DESC LIMIT :limit
) AS r
CROSS JOIN candidates AS c ON c.run = r.key
WHERE c.status IN ({PLAYS}) AND NOT c.cached AND {FAIR}
ORDER BY r.ended_at, r.id, c.key
"""


def trends(
    connection: sqlite3.Connection,
    by: By,
    *,
    task_type: str | None = None,
    since: str | None = None,
    without: Collection[Recipe] = (),
) -> Trends:
    """Each player's success rate over time, by task type: none of those with too few plays of late.

    `since` is a moment in UTC, in ISO 8601. What recipes did that are to be left out is in none.
    Raises StoreError.
    """
    passed: dict[tuple[str, Player], list[bool]] = defaultdict(list)
    with snapshot(connection):
        types = (task_type,) if task_type is not None else task_types(connection)
        players = {
            key: PLAYERS[by](recipe)
            for key, recipe in recipes(connection).items()
            if recipe not in without
        }
        for name in types:
            statement = LAST.format(which=condition(name, since))
            asked = {"task_type": name, "since": since, "limit": TOURNAMENTS}
            for row in rows(connection, statement, asked):
                if row["generator"] in players:
                    passed[name, players[row["generator"]]].append(bool(row["passed"]))
    found = {who: trend(plays) for who, plays in passed.items()}
    return {who: parts for who, parts in found.items() if parts}
