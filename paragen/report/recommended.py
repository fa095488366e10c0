"""Recommendations in words, as rows, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from paragen.learn.recommend import AlikeCounts, Counts, Recommendation
from paragen.report import text
from paragen.report.rows import Value

if TYPE_CHECKING:
    from paragen.report.schema.recommend import RecommendedObject, RecommendObject

NEVER_PLAYED = "has never played anything like it"


def why(one: Recommendation, task_type: str) -> str:
    """What a recommendation rests on, and how sure that makes it, in one line."""
    said = _rests_on(one, task_type)
    return f"{said} ({one.sureness})" if said else NEVER_PLAYED


def _rests_on(one: Recommendation, task_type: str) -> str:
    """The plays that count for it; empty where there are none."""
    parts = []
    if one.alike.plays:
        parts.append(f"passed {_on_alike(one.alike)}")
    if one.own.plays:
        parts.append(f"{'' if parts else 'passed '}{_of(one.own)} of {task_type}")
    if one.elsewhere.plays:
        parts.append(f"{'' if parts else 'passed '}{_of(one.elsewhere)} of other task types")
    if one.relatives.plays:
        model = text.one_line(one.recipe.model)
        parts.append(f"{model} otherwise {'' if parts else 'passed '}{_of(one.relatives)}")
    return "; ".join(parts)


def recommended_object(one: Recommendation, task_type: str) -> RecommendedObject:
    """One recommendation as JSON."""
    return {
        "generator": one.recipe.name,
        "model": one.recipe.model,
        "temperature": one.recipe.temperature,
        "score": one.score,
        "success_rate": one.success_rate,
        "interval": one.interval,
        "plays": one.own.plays,
        "passes": one.own.passes,
        "tasks": one.own.tasks,
        "fair_plays": one.own.fair_plays,
        "alike_tasks": {
            "tasks": one.alike.tasks,
            "plays": one.alike.plays,
            "passes": one.alike.passes,
            "wins": one.alike.wins,
        },
        "sureness": one.sureness.value,
        "why": why(one, task_type),
    }


def recommend_object(
    task_type: str,
    shown: Sequence[Recommendation],
    *,
    confidence: float | None,
    is_known: bool,
) -> RecommendObject:
    """What `paragen recommend --format json` prints; `confidence` is that of an inferred type."""
    return {
        "schema": "paragen.recommend/1",
        "task_type": task_type,
        "task_type_inferred": confidence is not None,
        "task_type_confidence": confidence,
        "basis": "history" if is_known else "config",
        "generators": [recommended_object(one, task_type) for one in shown],
    }


def recommended_row(one: Recommendation, task_type: str) -> Mapping[str, Value]:
    """One recommendation as a row of a table."""
    return {
        "generator": one.recipe.name,
        "score": one.score,
        "success_rate": one.success_rate,
        "interval_low": one.interval[0],
        "interval_high": one.interval[1],
        "plays": one.own.plays,
        "sureness": one.sureness.value,
        "why": _rests_on(one, task_type) or NEVER_PLAYED,
    }


def _on_alike(alike: AlikeCounts) -> str:
    tasks = f"{'a task' if alike.tasks == 1 else text.counted(alike.tasks, 'task')} like this one"
    won = f", and won {alike.wins}" if alike.wins else ""
    return f"{alike.passes} of {text.counted(alike.plays, 'play')} on {tasks}{won}"


def _of(counts: Counts) -> str:
    of_tasks = f" on {text.counted(counts.tasks, 'task')}" if counts.tasks < counts.plays else ""
    plays = f"{counts.passes} of {text.counted(counts.plays, 'play')}{of_tasks}"
    unfair = counts.plays - counts.fair_plays
    return f"{plays} ({unfair} of them hung on how others did)" if counts.is_unfair else plays
