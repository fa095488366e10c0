"""What became of experts since they were evolved: in words, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paragen.learn.experts import ExpertRecord, Since
from paragen.report import text

if TYPE_CHECKING:
    from paragen.report.schema.stats import ExpertObject


def left_out(number: int) -> str:
    """That what generators did which searches tried is in no standing, in a line."""
    which = text.counted(number, "generator")
    return f"{which} that `paragen evolve` tried and didn't keep: left out without --tried."


def has_fallen(record: ExpertRecord) -> bool:
    """Whether an expert has stopped being better."""
    return record.since in (Since.WORSE, Since.FALLEN)


def expert_sentence(record: ExpertRecord) -> str:
    """What became of an expert since it was evolved."""
    expert = record.expert
    name, on = text.one_line(expert.recipe.name), text.one_line(expert.task_type)
    began = text.one_line(expert.evolved_at[:10])
    passed = f"passed {record.passes} of {text.counted(record.plays, 'play')}"
    low, high = map(text.share, record.interval)
    match record.since:
        case Since.WORSE:
            return _worse(record, name, on, began)
        case Since.FALLEN:
            return (
                f"{name} is no longer what it was on {on}: since {began} it {passed} (at most "
                f"{high}), and {expert.passes} of {expert.plays} when it was evolved. "
                "`paragen evolve` looks for a better one."
            )
        case Since.HOLDS:
            return f"{name} holds on {on}: since {began} it {passed} ({low} to {high})."
        case Since.UNPLAYED:
            return (
                f"{name} has not played {on} since it was evolved on {began}, where all play alike."
            )


def _worse(record: ExpertRecord, name: str, on: str, began: str) -> str:
    from paragen.report.compared_words import sentence

    assert record.comparison is not None
    rival = text.one_line(record.expert.rival.name)
    said = sentence(record.comparison, name, rival, task=f"{on} task")
    return f"{name} is no longer better than {rival} on {on}. Since {began}: {said}"


def expert_object(record: ExpertRecord) -> ExpertObject:
    """An expert and its record since as JSON."""
    expert = record.expert
    return {
        "generator": expert.recipe.name,
        "model": expert.recipe.model,
        "temperature": expert.recipe.temperature,
        "task_type": expert.task_type,
        "evolved_at": expert.evolved_at,
        "evolved_from": list(expert.evolved_from),
        "success_rate": expert.success_rate,
        "better_than": expert.rival.name,
        "since": record.since.value,
        "sentence": expert_sentence(record),
        "plays": record.plays,
        "passes": record.passes,
        "interval": record.interval,
        "tasks": record.tasks,
    }
