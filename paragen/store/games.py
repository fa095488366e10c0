"""What ratings are made of: tournaments, and preferences, as games with an order of their own.

The order is the same in every history that has the same runs: by the moment of their end, or of
the saying, then by their id.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from paragen.store.rows import rows
from paragen.store.tallies import PLAYS, TESTED

TOURNAMENTS = f"""
SELECT r.ended_at, r.id, c.generator, max(c.reward) AS reward, s.generator AS winner,
       count(*) FILTER (WHERE c.status <> 'no_code') AS judged, max(c.cached) AS untold
FROM runs AS r
JOIN candidates AS c ON c.run = r.key
LEFT JOIN selections AS s ON s.run = r.key
WHERE r.task_type = :task_type AND r.state = 'ended' AND r.ended_at > :after
      AND {TESTED} AND c.status IN ({PLAYS})
GROUP BY r.key, c.generator
ORDER BY r.ended_at, r.id, c.generator
"""
PREFERRED = """
SELECT c.id, c.generator, r.task_type FROM candidates AS c JOIN runs AS r ON r.key = c.run
WHERE r.id = :run
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """When and what was played: what the best of each recipe brought, by its key, and who won.

    The game says nothing of those `untold`: an answer of theirs was given before.
    """

    at: str
    id: str
    rewards: Mapping[int, float]
    untold: frozenset[int] = frozenset()
    winner: int | None = None


def tournaments(connection: sqlite3.Connection, task_type: str, *, after: str) -> list[Game]:
    """The tournaments that ended after a moment, with at least two judged candidates."""
    found = rows(connection, TOURNAMENTS, {"task_type": task_type, "after": after})
    games = []
    for (at, run_id), of_run in groupby(found, key=lambda row: (row["ended_at"], row["id"])):
        played = list(of_run)
        if sum(row["judged"] for row in played) >= 2:
            games.append(
                Game(
                    at=at,
                    id=run_id,
                    rewards={row["generator"]: row["reward"] or 0.0 for row in played},
                    untold=frozenset(row["generator"] for row in played if row["untold"]),
                    winner=played[0]["winner"],
                )
            )
    return games


def preferences(connection: sqlite3.Connection) -> Mapping[str, tuple[Game, ...]]:
    """The preferences that count, by the task type of their run, in their order."""
    if not rows(connection, "SELECT 1 FROM feedback WHERE kind = 'preference' LIMIT 1"):
        return {}
    from paragen.store.feedback import preferred

    found: dict[str, list[Game]] = defaultdict(list)
    for entry in preferred(connection):
        played = {row["id"]: row for row in rows(connection, PREFERRED, {"run": entry.run})}
        if len(entry.candidates) == 2 and all(one in played for one in entry.candidates):
            better, worse = (played[one] for one in entry.candidates)
            game = Game(
                at=entry.given_at,
                id=entry.id,
                rewards={worse["generator"]: 0.0, better["generator"]: 1.0},
            )
            found[better["task_type"]].append(game)
    return {task_type: tuple(games) for task_type, games in found.items()}
