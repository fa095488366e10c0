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
from typing import NamedTuple

from paragen.store.rows import rows
from paragen.store.tallies import FAIR, FAIR_RUN, PLAYS, TESTED

NEW = f"c.status IN ({PLAYS}) AND NOT c.cached"

# Whoever has an answer of before is untold, whatever became of it.
TOURNAMENTS = f"""
SELECT r.ended_at, r.id, c.generator, s.generator AS winner, max(c.cached) AS untold,
       count(*) FILTER (WHERE c.status IN ({PLAYS}) AND c.status <> 'no_code') AS judged,
       count(*) FILTER (WHERE {NEW}) AS plays,
       coalesce(sum(c.reward) FILTER (WHERE {NEW}), 0.0) AS reward,
       count(*) FILTER (WHERE {NEW} AND {FAIR}) AS fair_plays,
       coalesce(sum(c.reward) FILTER (WHERE {NEW} AND {FAIR}), 0.0) AS fair_reward
FROM runs AS r
JOIN candidates AS c ON c.run = r.key
LEFT JOIN selections AS s ON s.run = r.key
WHERE r.task_type = :task_type AND r.state = 'ended' AND r.ended_at > :after
      AND {FAIR_RUN} AND {TESTED}
GROUP BY r.key, c.generator
ORDER BY r.ended_at, r.id, c.generator
"""
PREFERRED = """
SELECT c.id, c.generator, r.task_type FROM candidates AS c JOIN runs AS r ON r.key = c.run
WHERE r.id = :run
"""


class Showing(NamedTuple):
    """What one recipe brought in a game: its plays, and how many of them are fair evidence.

    `rewards` is the sum over the `counted` ones, which are the fair ones, or all where none is.
    """

    plays: int
    counted: int
    rewards: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """When and what was played: what each recipe brought, by its key, and who won.

    The game says nothing of those `untold`: an answer of theirs was given before.
    """

    at: str
    id: str
    showings: Mapping[int, Showing]
    untold: frozenset[int] = frozenset()
    winner: int | None = None


def tournaments(connection: sqlite3.Connection, task_type: str, *, after: str) -> list[Game]:
    """The fair ones that ended after a moment, with at least two judged candidates."""
    found = rows(connection, TOURNAMENTS, {"task_type": task_type, "after": after})
    games = []
    for (at, run_id), of_run in groupby(found, key=lambda row: (row["ended_at"], row["id"])):
        played = list(of_run)
        if sum(row["judged"] for row in played) >= 2:
            games.append(
                Game(
                    at=at,
                    id=run_id,
                    showings={row["generator"]: _showing(row) for row in played if row["plays"]},
                    untold=frozenset(row["generator"] for row in played if row["untold"]),
                    winner=played[0]["winner"],
                )
            )
    return games


def _showing(row: sqlite3.Row) -> Showing:
    if row["fair_plays"]:
        return Showing(row["plays"], row["fair_plays"], row["fair_reward"])
    return Showing(row["plays"], row["plays"], row["reward"])


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
                showings={
                    worse["generator"]: Showing(plays=1, counted=1, rewards=0.0),
                    better["generator"]: Showing(plays=1, counted=1, rewards=1.0),
                },
            )
            found[better["task_type"]].append(game)
    return {task_type: tuple(games) for task_type, games in found.items()}
