"""What models lately cost on hosts: seconds to load, seconds to answer, tokens."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean, median

from paragen.domain.host import canonical_model
from paragen.store.rows import rows
from paragen.store.tallies import LOADED_S

RECENT = 2000
"""How many of the last candidates and of the last loads are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCost:
    """What a model with this context cost on a host, in the mean of `samples` answers.

    `model` has its tag. `load_s` is the median, since a load that waited for another one's end
    took much longer; it is None where no load was seen, the others where no answer was
    (`tokens_per_s` also where no host measured it).
    """

    host: str
    model: str
    num_ctx: int
    load_s: float | None
    generation_s: float | None
    tokens_per_s: float | None
    completion_tokens: float | None
    samples: int


# Answers that broke off, or were given before, say nothing of what one costs.
ANSWERS = """
WITH recent AS (
    SELECT c.* FROM runs AS r CROSS JOIN candidates AS c ON c.run = r.key
    ORDER BY r.started_at DESC LIMIT :recent
)
SELECT recent.host, generators.model, generators.options, recent.load_s, recent.generation_s,
       recent.tokens_per_s, recent.completion_tokens
FROM recent JOIN generators ON generators.key = recent.generator
WHERE recent.host IS NOT NULL AND recent.generation_s > 0 AND NOT recent.cached
      AND recent.status NOT IN ('error', 'cancelled')
"""
LOADS = (
    "SELECT host, model, num_ctx, load_s FROM loads ORDER BY ended_at DESC, key DESC LIMIT :recent"
)


@dataclass(slots=True)
class _Seen:
    loads: list[float] = field(default_factory=list)
    generations: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)


def seen_costs(connection: sqlite3.Connection) -> tuple[SeenCost, ...]:
    """The costs that were seen lately, by host, model and context; raises StoreError."""
    seen: dict[tuple[str, str, int], _Seen] = defaultdict(_Seen)
    for row in rows(connection, LOADS, {"recent": RECENT}):
        seen[row["host"], canonical_model(row["model"]), row["num_ctx"]].loads.append(row["load_s"])
    for row in rows(connection, ANSWERS, {"recent": RECENT}):
        num_ctx = json.loads(row["options"])["num_ctx"]
        _add(seen[row["host"], canonical_model(row["model"]), num_ctx], row)
    return tuple(
        SeenCost(
            host=host,
            model=model,
            num_ctx=num_ctx,
            load_s=median(one.loads) if one.loads else None,
            generation_s=_mean(one.generations),
            tokens_per_s=_mean(one.speeds),
            completion_tokens=_mean(one.tokens),
            samples=len(one.generations),
        )
        for (host, model, num_ctx), one in sorted(seen.items())
    )


def _add(seen: _Seen, row: sqlite3.Row) -> None:
    seen.generations.append(row["generation_s"])
    seen.tokens.append(row["completion_tokens"])
    if row["tokens_per_s"] is not None:
        seen.speeds.append(row["tokens_per_s"])
    if (row["load_s"] or 0.0) >= LOADED_S:
        seen.loads.append(row["load_s"])


def _mean(values: list[float] | list[int]) -> float | None:
    return fmean(values) if values else None
