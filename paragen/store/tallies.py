"""What a history holds of generators, counted: what all standings are made of."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import add

from paragen.domain.errors import UNENDED_KINDS
from paragen.domain.fair import EVERY_PLAY, FIRST_COPY
from paragen.domain.status import MODEL_OUTCOMES
from paragen.learn.standing import Recipe, Tallies, Tally, Tournaments
from paragen.store.rows import rows, snapshot

LOADED_S = 0.25
"""What takes less than this before an answer is no load: the model was there."""
PLAYS = ", ".join(f"'{status}'" for status in sorted(MODEL_OUTCOMES))
TESTED = "(r.tests <> '[]' OR r.examples <> '[]')"
"""That a run is evidence: to pass a task without tests proves nothing."""


def _stand(mode: str, options: Mapping[str, float | str]) -> str:
    """The condition that a run `r` is of this mode with these options; what isn't said is so."""
    conditions = [f"r.mode = '{mode}'"]
    for name, value in options.items():
        written = f"json_extract(r.mode_options, '$.{name}')"
        if isinstance(value, str):
            conditions.append(f"coalesce({written}, '{value}') = '{value}'")
        else:  # from the command line numbers come as text
            conditions.append(f"coalesce(CAST({written} AS REAL), {value}) = {value}")
    return " AND ".join(conditions)


_EVERY = ", ".join(f"'{mode}'" for mode in sorted(EVERY_PLAY))
_FIRST = " OR ".join(_stand(mode, options) for mode, options in sorted(FIRST_COPY.items()))
# A CASE looks no further than it has to: `mode_options` are seldom read, and `copy` is in no index.
FAIR_RUN = f"CASE WHEN r.mode IN ({_EVERY}) THEN 1 ELSE ({_FIRST}) END"
"""Whether of a run `r` anything is fair evidence, 1 or 0: see domain.fair."""
FAIR = f"CASE WHEN r.mode IN ({_EVERY}) THEN 1 WHEN c.copy > 0 THEN 0 ELSE ({_FIRST}) END"
"""Whether a candidate `c` of a run `r` is fair evidence, 1 or 0."""
UNENDED = f"c.status = 'error' AND c.error_kind IN ({', '.join(map(repr, sorted(UNENDED_KINDS)))})"
"""That an answer came to no end: nobody's play, but it took what it took."""

# All three statements go run by run, and SUMS and FIELDS through an index that covers them, but for
# the few faults. Grouping plays is what takes the time, so each is grouped once, and by nothing but
# one small number: one task type at a time, names after it. It is the generator's, with a bit for
# modes that are fair throughout and one for what came to no end; the plain columns are of any row
# of a group, and tell what it is.
SUMS = f"""
SELECT c.generator, r.mode, c.status, count(*) AS plays,
       count(*) FILTER (WHERE c.status = 'passed') AS passes,
       count(*) FILTER (WHERE c.status <> 'no_code') AS judged,
       coalesce(sum(c.combined), 0.0) AS combined,
       coalesce(sum(c.combined * c.combined), 0.0) AS combined_squared,
       coalesce(sum(c.tokens_per_s), 0.0) AS tokens_per_s, count(c.tokens_per_s) AS timed,
       coalesce(sum(c.generation_s), 0.0) AS generation_s, count(c.generation_s) AS generated,
       coalesce(sum(c.load_s) FILTER (WHERE c.load_s >= {LOADED_S}), 0.0) AS load_s,
       count(*) FILTER (WHERE c.load_s >= {LOADED_S}) AS loads,
       coalesce(sum(c.completion_tokens), 0) AS completion_tokens,
       count(c.completion_tokens) AS counted,
       coalesce(sum(c.reward), 0.0) AS reward,
       coalesce(sum(c.energy_j), 0.0) AS energy_j, count(c.energy_j) AS metered,
       count(c.energy_j) FILTER (WHERE c.status = 'passed') AS metered_passes
FROM runs AS r JOIN candidates AS c INDEXED BY candidates_record ON c.run = r.key
WHERE (c.status IN ({PLAYS}) OR {UNENDED}) AND NOT c.cached AND {TESTED} AND {{which}}
GROUP BY c.generator * 4 + (r.mode IN ({_EVERY})) * 2 + (c.status = 'error')
"""

# The fair ones among the plays in other modes: asked for only where there are such plays.
FIRST_SUMS = f"""
SELECT c.generator, count(*) AS fair_plays,
       count(*) FILTER (WHERE c.status = 'passed') AS fair_passes,
       coalesce(sum(c.combined), 0.0) AS fair_combined,
       coalesce(sum(c.combined * c.combined), 0.0) AS fair_combined_squared,
       coalesce(sum(c.reward), 0.0) AS fair_reward
FROM runs AS r JOIN candidates AS c ON c.run = r.key
WHERE r.mode NOT IN ({_EVERY}) AND {FAIR}
  AND c.status IN ({PLAYS}) AND NOT c.cached AND {TESTED} AND {{which}}
GROUP BY c.generator
"""

# Fair tournaments with the same field are one row: rosters repeat. That a recipe stands in a field
# as often as it played does no harm; to tell it apart here would take as long as all the rest.
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
WHERE r.state = 'ended' AND {FAIR_RUN} AND {TESTED} AND {{which}}
GROUP BY r.task_type, f.field, old.untold, s.generator
"""

RATED = """
SELECT r.task_type, c.generator
FROM runs AS r JOIN candidates AS c ON c.run = r.key
WHERE r.id = :run AND c.id = :candidate AND {which}
"""


def tallies(
    connection: sqlite3.Connection,
    *,
    task_type: str | None = None,
    since: str | None = None,
    without: Collection[Recipe] = (),
) -> Tallies:
    """What was played, of one task type or all, of runs that began at `since` or later.

    `since` is a moment in UTC, in ISO 8601. What recipes did that are to be left out is in no
    count, nor are tournaments that without them had one player. Raises StoreError.
    """
    asked = {"task_type": task_type, "since": since}
    fields = FIELDS.format(which=condition(task_type, since))
    with snapshot(connection):
        types = (task_type,) if task_type is not None else task_types(connection)
        plays: dict[tuple[str, int], Tally] = defaultdict(Tally)
        for name in types:
            for generator, tally in _sums(connection, name, since):
                plays[name, generator] = Tally(*map(add, plays[name, generator], tally))
        for who, rating in _user_ratings(connection, task_type, since):
            rated = plays[who]
            plays[who] = rated._replace(rating=rated.rating + rating, ratings=rated.ratings + 1)
        found = Tallies(
            recipes=recipes(connection),
            plays=plays,
            tournaments=tuple(_tournaments(row) for row in rows(connection, fields, asked)),
        )
    return _left(found, without) if without else found


def _sums(
    connection: sqlite3.Connection, task_type: str, since: str | None
) -> Iterator[tuple[int, Tally]]:
    """What was played of a task type, by recipe's key: each has as many tallies as there are."""
    asked, which = {"task_type": task_type, "since": since}, condition(task_type, since)
    others = False
    for generator, mode, status, *sums in rows(connection, SUMS.format(which=which), asked):
        others = others or mode not in EVERY_PLAY
        yield generator, _tally(Tally(*sums), fair=mode in EVERY_PLAY, unended=status == "error")
    if others:
        for row in rows(connection, FIRST_SUMS.format(which=which), asked):
            generator, *sums = row
            yield generator, Tally(**dict(zip(row.keys()[1:], sums, strict=True)))


def _tally(sums: Tally, *, fair: bool, unended: bool) -> Tally:
    """What sums of plays count as, or of what came to no end."""
    if unended:
        return Tally(
            unended=sums.plays,
            unended_s=sums.generation_s,
            unended_tokens=sums.completion_tokens,
            unended_j=sums.energy_j,
        )
    if not fair:
        return sums
    return sums._replace(
        fair_plays=sums.plays,
        fair_passes=sums.passes,
        fair_combined=sums.combined,
        fair_combined_squared=sums.combined_squared,
        fair_reward=sums.reward,
    )


def _left(found: Tallies, without: Collection[Recipe]) -> Tallies:
    """What is left without some recipes."""
    dropped = {key for key, recipe in found.recipes.items() if recipe in without}
    kept = (
        one._replace(
            field=one.field - dropped, winner=None if one.winner in dropped else one.winner
        )
        for one in found.tournaments
        if one.field.isdisjoint(dropped) or len(one.field - dropped) > 1
    )
    return Tallies(
        recipes=found.recipes,
        plays={who: tally for who, tally in found.plays.items() if who[1] not in dropped},
        tournaments=tuple(kept),
        left_out=len({found.recipes[key] for _, key in found.plays if key in dropped}),
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
