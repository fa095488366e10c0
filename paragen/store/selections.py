"""Who was chosen, how often, how good they were, and by which weights: by task type."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING

from paragen.learn.standing import Selections, deviation
from paragen.store.rows import rows
from paragen.store.tallies import condition

if TYPE_CHECKING:
    from paragen.domain.tournament import Weights

CHOSEN = """
SELECT r.task_type, g.name, count(*) AS chosen, coalesce(sum(s.combined), 0.0) AS combined,
       coalesce(sum(s.combined * s.combined), 0.0) AS combined_squared, count(s.combined) AS scored
FROM selections AS s
JOIN runs AS r ON r.key = s.run
JOIN generators AS g ON g.key = s.generator
WHERE r.state = 'ended' AND {which}
GROUP BY r.task_type, g.name
ORDER BY r.task_type, chosen DESC, g.name
"""


def selections(
    connection: sqlite3.Connection, *, task_type: str | None = None, since: str | None = None
) -> list[Selections]:
    """The selections of one task type or all, of runs that began at `since` or later.

    `since` is a moment in UTC, in ISO 8601. Raises StoreError.
    """
    statement = CHOSEN.format(which=condition(task_type, since))
    chosen: dict[str, list[sqlite3.Row]] = {}
    for row in rows(connection, statement, {"task_type": task_type, "since": since}):
        chosen.setdefault(row["task_type"], []).append(row)
    learned = _learned(connection, chosen)
    return [_selections(name, found, *learned[name]) for name, found in chosen.items()]


def _selections(
    task_type: str, found: list[sqlite3.Row], weights: Weights, adjustments: int
) -> Selections:
    scored = sum(row["scored"] for row in found)
    combined = sum(row["combined"] for row in found)
    squared = sum(row["combined_squared"] for row in found)
    return Selections(
        task_type=task_type,
        selections=sum(row["chosen"] for row in found),
        distribution={row["name"]: row["chosen"] for row in found},
        mean_combined=combined / scored if scored else None,
        std_combined=deviation(combined, squared, scored),
        weights=weights,
        adjustments=adjustments,
    )


def _learned(
    connection: sqlite3.Connection, task_types: Mapping[str, object]
) -> Mapping[str, tuple[Weights, int]]:
    """The weights in force and how often they were moved, by task type."""
    from paragen.judge.criteria import criteria_for

    if not rows(connection, "SELECT 1 FROM feedback LIMIT 1"):
        return {name: (criteria_for(name).weights, 0) for name in task_types}
    # Only here: most histories are read without it.
    from paragen.learn.feedback import learned
    from paragen.store.feedback import entries

    said = entries(connection)
    found = {name: learned(said, name) for name in task_types}
    return {name: (one.weights, one.adjustments) for name, one in found.items()}
