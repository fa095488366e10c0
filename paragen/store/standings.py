"""What history says of generators before a tournament: from plays that were new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from paragen.domain.generator import Generator
from paragen.domain.standing import Standing
from paragen.store.queries import RECORDS
from paragen.store.rows import rows

STANDINGS = f"""
SELECT g.name, g.model, g.temperature, sum(plays) AS plays, sum(passes) AS passes,
       sum(runs) AS runs, sum(wins) AS wins, coalesce(sum(rewards), 0.0) AS rewards
FROM ({RECORDS.format(types="r.task_type = :task_type")}) AS records
JOIN generators AS g ON g.key = records.generator
GROUP BY g.name, g.model, g.temperature
"""


def standings(
    connection: sqlite3.Connection,
    task_type: str,
    *,
    generators: Iterable[Generator] | None = None,
) -> Mapping[str, Standing]:
    """Each generator's standing for a task type, by its name; raises StoreError.

    Of `generators`, where they are given, only what was played with the same model and temperature
    counts: a name may have stood for something else. Answers that were given before count nowhere,
    nor do tasks without tests.
    """
    wanted = None
    if generators is not None:
        wanted = {(one.name, one.model, float(one.temperature)) for one in generators}
    found: dict[str, Standing] = {}
    for row in rows(connection, STANDINGS, {"task_type": task_type}):
        if wanted is None or (row["name"], row["model"], row["temperature"]) in wanted:
            before = found.get(row["name"], Standing())
            found[row["name"]] = _more(before, row)
    return found


def _more(standing: Standing, row: sqlite3.Row) -> Standing:
    rewards = (standing.mean_reward or 0.0) * standing.plays + row["rewards"]
    plays = standing.plays + row["plays"]
    return Standing(
        plays=plays,
        passes=standing.passes + row["passes"],
        runs=standing.runs + row["runs"],
        wins=standing.wins + row["wins"],
        mean_reward=rewards / plays,
    )
