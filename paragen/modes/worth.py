"""Whether a tournament is worth it at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from paragen.domain.generator import Instance
from paragen.domain.standing import Standing
from paragen.domain.task import Task
from paragen.judge.wilson import lower
from paragen.modes.allocate import estimate

NEAR_CERTAIN = 0.9
TRIVIAL_WORDS = 25


def worth(task: Task, roster: Sequence[Instance], standings: Mapping[str, Standing]) -> str | None:
    """Why a tournament isn't worth it, in a sentence that says what to do; None where it is."""
    if not roster:
        return None
    if len(roster) == 1:
        return f"Only {roster[0].name} plays: there is nothing to compare."
    certain = _near_certain(roster, standings)
    if certain is not None:
        return certain
    if _all_the_same(roster):
        return (
            f"All {len(roster)} instances are one model at temperature 0: they give the same "
            "answer. One of them is enough."
        )
    if _is_trivial(task):
        words = len(task.prompt.split())
        return (
            f"The task looks trivial ({words} words, task type {task.task_type}): one generator "
            "may be enough. --allocate chooses it."
        )
    return None


def _near_certain(roster: Sequence[Instance], standings: Mapping[str, Standing]) -> str | None:
    bounds = {
        name: _at_least(standings[name])
        for name in dict.fromkeys(who.generator.name for who in roster)
        if name in standings
    }
    best = max(bounds, key=lambda name: bounds[name], default=None)
    if best is None or bounds[best] < NEAR_CERTAIN:
        return None
    standing = standings[best]
    return (
        f"{best} passed {standing.passes} of {standing.plays} attempts at {standing.tasks} such "
        f"tasks: it passes {int(100 * bounds[best])} % or more, as far as 95 % confidence goes. "
        f"-g {best} alone is enough."
    )


def _at_least(standing: Standing) -> float:
    """How often it passes such tasks at least; each tells once, however often it was played."""
    return lower(standing.tasks * (standing.task_rate or 0.0), standing.tasks)


def _all_the_same(roster: Sequence[Instance]) -> bool:
    """Whether all ask one model for its only answer."""
    if any(who.generator.temperature != 0 for who in roster):
        return False
    recipes = {replace(who.generator, name="", tags=(), seed=0) for who in roster}
    return len(recipes) == 1


def _is_trivial(task: Task) -> bool:
    guessed = estimate(task)
    short = len(task.prompt.split()) <= TRIVIAL_WORDS
    return short and guessed.complexity == guessed.criticality == "low"
