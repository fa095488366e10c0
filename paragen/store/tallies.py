"""What a history holds of generators, counted: what all standings are made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from paragen.domain.status import MODEL_OUTCOMES
from paragen.learn.standing import Recipe, Tallies, Tally, Tournaments
from paragen.store.rows import rows, snapshot

LOADED_S = 0.25
"""What takes less than this before an answer is no load: the model was there."""
PLAYS = ", ".join(f"'{status}'" for status in sorted(MODEL_OUTCOMES))
TESTED = "(r.tests <> '[]' OR r.examples <> '[]')"
"""That a run is evidence: to pass a task without tests proves nothing."""

# Both statements go run by run through a covering index. Grouping plays is what takes the time, so
# each is grouped once, and by nothing but a small key: one task type at a time, names after it.
SUMS = f"""
SELECT c.generator, count(*) AS plays,
       count(*) FILTER (WHERE c.status = 'passed') AS passes,
       count(*) FILTER (WHERE c.status <> 'no_code') AS judged,
       coalesce(sum(c.combined), 0.0) AS combined,
       coalesce(sum(c.combined * c.combined), 0.0) AS combined_squared,
       count(c.combined) AS scored,
       coalesce(sum(c.tokens_per_s), 0.0) AS tokens_per_s, count(c.tokens_per_s) AS timed,
       coalesce(sum(c.generation_s), 0.0) AS generation_s, count(c.generation_s) AS generated,
       coalesce(sum(c.load_s) FILTER (WHERE c.load_s >= {LOADED_S}), 0.0) AS load_s,
       count(*) FILTER (WHERE c.load_s >= {LOADED_S}) AS loads,
       coalesce(sum(c.completion_tokens), 0) AS completion_tokens,
       count(c.completion_tokens) AS counted,
       coalesce(sum(c.reward), 0.0) AS reward,
       coalesce(sum(c.energy_j), 0.0) AS energy_j, count(c.energy_j) AS metered,
       count(c.energy_j) FILTER (WHERE c.status = 'passed') AS metered_passes
FROM runs AS r JOIN candidates AS c ON c.run = r.key
WHERE c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} AND {{which}}
GROUP BY c.generator
"""

# Tournaments with the same field are one row: rosters repeat. That a recipe stands in a field as
# often as it played does no harm; to tell it apart here would take as long as all the rest.
FIELDS = f"""
SELECT r.task_type, f.field, old.untold, s.generator AS winner, count(*) AS number
FROM (
    SELECT run, group_concat(generator) FILTER (WHERE NOT cached) AS field
    FROM candidates WHERE status IN ({PLAYS}) GROUP BY run
    HAVING count(*) FILTER (WHERE status <> 'no_code') >= 2
) AS f
JOIN runs AS r ON r.key = f.run
LEFT JOIN selections AS s ON s.run = f.run
LEFT JOIN (
    SELECT run, group_concat(generator) AS untold FROM candidates WHERE cached GROUP BY run
) AS old ON old.run = f.run
WHERE r.state = 'ended' AND {TESTED} AND {{which}}
GROUP BY r.task_type, f.field, old.untold, s.generator
"""

RATED = """
SELECT r.task_type, c.generator
FROM runs AS r JOIN candidates AS c ON c.run = r.key
WHERE r.id = :run AND c.id = :candidate AND {which}
"""


def tallies(
    connection: sqlite3.Connection, *, task_type: str | None = None, since: str | None = None
) -> Tallies:
    """What was played, of one task type or all, of runs that began at `since` or later.

    `since` is a moment in UTC, in ISO 8601. Raises StoreError.
    """
    asked = {"task_type": task_type, "since": since}
    fields = FIELDS.format(which=condition(task_type, since))
    with snapshot(connection):
        types = (task_type,) if task_type is not None else task_types(connection)
        plays = {
            (name, row["generator"]): Tally(*row[1:])
            for name in types
            for row in rows(
                connection,
                SUMS.format(which=condition(name, since)),
                {"task_type": name, "since": since},
            )
        }
        for who, rating in _user_ratings(connection, task_type, since):
            tally = plays.get(who, Tally())
            plays[who] = tally._replace(rating=tally.rating + rating, ratings=tally.ratings + 1)
        return Tallies(
            recipes=recipes(connection),
            plays=plays,
            tournaments=tuple(_tournaments(row) for row in rows(connection, fields, asked)),
        )


def recipes(connection: sqlite3.Connection) -> Mapping[int, Recipe]:
    """All recipes that were ever played, by their keys; raises StoreError."""
    found = rows(connection, "SELECT key, name, model, temperature FROM generators")
    return {
        row["key"]: Recipe(name=row["name"], model=row["model"], temperature=row["temperature"])
        for row in found
    }


def condition(task_type: str | None, since: str | None) -> str:
    """The condition on a run `r`; what isn't asked stands nowhere, so that an index may serve."""
    asked = (
        "r.task_type = :task_type" if task_type is not None else "",
        "r.started_at >= :since" if since is not None else "",
    )
    return " AND ".join(filter(None, asked)) or "true"


def _user_ratings(
    connection: sqlite3.Connection, task_type: str | None, since: str | None
) -> Iterator[tuple[tuple[str, int], float]]:
    """What users gave, and to whose candidates of which task type: what counts of it."""
    if not rows(connection, "SELECT 1 FROM feedback WHERE kind = 'rating' LIMIT 1"):
        return
    from paragen.store.feedback import user_ratings

    statement = RATED.format(which=condition(task_type, since))
    asked = {"task_type": task_type, "since": since}
    for run, candidate, rating in user_ratings(connection):
        rated = {**asked, "run": run, "candidate": candidate}
        for row in rows(connection, statement, rated):
            yield (row["task_type"], row["generator"]), rating


def task_types(connection: sqlite3.Connection) -> Sequence[str]:
    """The task types of which there is a run, in their order; raises StoreError."""
    found = rows(connection, "SELECT DISTINCT task_type FROM runs ORDER BY task_type")
    return [row["task_type"] for row in found]


def _tournaments(row: sqlite3.Row) -> Tournaments:
    return Tournaments(
        task_type=row["task_type"],
        field=_keys(row["field"]),
        untold=_keys(row["untold"]),
        winner=row["winner"],
        number=row["number"],
    )


def _keys(joined: str | None) -> frozenset[int]:
    parts: Sequence[str] = joined.split(",") if joined else ()
    return frozenset(map(int, parts))
