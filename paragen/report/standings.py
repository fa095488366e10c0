"""Standings and selections: as rows for tables, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from paragen.learn.standing import FAIR_ENOUGH, Basis
from paragen.report import text
from paragen.report.experts import expert_object
from paragen.report.rows import Value

if TYPE_CHECKING:
    from paragen.domain.audit import Suites
    from paragen.learn.experts import ExpertRecord
    from paragen.learn.standing import By, Record, Selections
    from paragen.report.schema.stats import SelectionsObject, StandingObject, StatsObject

SHOWN = 5
"""So many of those who were chosen are named in a table; JSON names all."""


def standing_object(record: Record) -> StandingObject:
    """A standing as JSON."""
    rating = record.rating
    return {
        "task_type": record.task_type,
        "generator": record.generator,
        "model": record.model,
        "temperature": record.temperature,
        "plays": record.plays,
        "runs": record.runs,
        "wins": record.wins,
        "win_rate": record.win_rate,
        "passes": record.passes,
        "judged": record.judged,
        "success_rate": record.success_rate,
        "interval": record.interval,
        "rating": None if rating is None else {"mu": rating.mu, "sigma": rating.sigma},
        "mean_combined": record.mean_combined,
        "std_combined": record.std_combined,
        "tokens_per_s": record.mean_tokens_per_s,
        "generation_s": record.mean_generation_s,
        "load_s": record.mean_load_s,
        "generation_s_per_pass": record.generation_s_per_pass,
        "tokens_per_pass": record.tokens_per_pass,
        "metered": record.metered,
        "energy_j_per_pass": record.energy_j_per_pass,
        "ratings": record.ratings,
        "mean_rating": record.mean_rating,
        "basis": record.basis.value,
        "fair_plays": record.fair_plays,
        "fair_passes": record.fair_passes,
        "unended": record.unended,
    }


def selections_object(some: Selections) -> SelectionsObject:
    """The selections of a task type as JSON."""
    return {
        "task_type": some.task_type,
        "selections": some.selections,
        "distribution": dict(some.distribution),
        "mean_combined": some.mean_combined,
        "std_combined": some.std_combined,
        "weights": {"quality": some.weights.quality, "speed": some.weights.speed},
        "adjustments": some.adjustments,
    }


def stats_object(
    by: By,
    records: Sequence[Record],
    selections: Sequence[Selections],
    audits: Sequence[Suites] = (),
    fates: Sequence[ExpertRecord] = (),
) -> StatsObject:
    """What `paragen stats --format json` prints."""
    return {
        "schema": "paragen.stats/1",
        "by": by.value,
        "rows": [standing_object(one) for one in records],
        "selections": [selections_object(one) for one in selections],
        "audits": [
            {"task_type": one.task_type, "audited": one.audited, "weak": one.weak} for one in audits
        ],
        "experts": [expert_object(one) for one in fates],
    }


def weak_suites(suites: Suites) -> str:
    """That tests of a task type are weak, in a line."""
    name, tasks = text.one_line(suites.task_type), text.counted(suites.audited, "audited task")
    return f"{name}: {suites.weak} of {tasks} have weak tests, so passes prove less than they seem."


def unfair_plays(records: Sequence[Record]) -> str | None:
    """What becomes of plays that hung on how others did, in a line; None where there are none."""
    plays = sum(one.plays for one in records)
    unfair = plays - sum(one.fair_plays for one in records)
    if not unfair:
        return None
    few = [one for one in records if one.basis is Basis.ALL and one.fair_plays < one.plays]
    rows = "this row" if len(records) == 1 else text.counted(len(few), "row")
    but = f" but in {rows}, where fewer than {FAIR_ENOUGH} others are" if few else ""
    return (
        f"{unfair} of {text.counted(plays, 'play')} {'is' if unfair == 1 else 'are'} left out of "
        f"win rates, of ratings, and of success rates{but}: whether they were asked and judged "
        "hung on how others did on the same task. `--mode all` lets all play alike."
    )


def says_nothing(records: Sequence[Record]) -> frozenset[str]:
    """The keys of columns that people needn't see: the same of all, and as it should be."""
    found = set()
    if all(one.fair_plays == one.plays for one in records):
        found.add("fair_plays")
    if not any(one.unended for one in records):
        found.add("unended")
    return frozenset(found)


def standing_row(record: Record) -> Mapping[str, Value]:
    """A standing as a row: what is made of parts in JSON has a column for each."""
    (low, high), rating = record.interval, record.rating
    row: dict[str, Any] = {**standing_object(record)}
    del row["interval"], row["rating"]
    return {
        **row,
        "interval_low": low,
        "interval_high": high,
        "rating_mu": None if rating is None else rating.mu,
        "rating_sigma": None if rating is None else rating.sigma,
    }


def drawn_row(record: Record, trend: Sequence[float] | None) -> Mapping[str, Value]:
    """A standing as a row, with how its success rate went where that is known."""
    return {**standing_row(record), "trend": text.sparkline(trend) if trend else None}


def selections_row(some: Selections) -> Mapping[str, Value]:
    """The selections of a task type as a row of a table."""
    named = [f"{text.one_line(name)} {number}" for name, number in some.distribution.items()]
    more = [f"{len(named) - SHOWN} more"] if len(named) > SHOWN else []
    return {
        "task_type": some.task_type,
        "selections": some.selections,
        "mean_combined": some.mean_combined,
        "std_combined": some.std_combined,
        "quality": some.weights.quality,
        "speed": some.weights.speed,
        "adjustments": some.adjustments,
        "distribution": ", ".join([*named[:SHOWN], *more]),
    }
