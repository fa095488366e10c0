"""Feedback and learned weights → JSON objects, rows and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from paragen.domain.candidate import Candidate
from paragen.domain.tournament import Run, Weights
from paragen.learn.feedback import Change, Entry, Learned, Preference, Rating
from paragen.report import text
from paragen.report.rows import Column, Value

if TYPE_CHECKING:
    from paragen.report.schema.feedback import FeedbackObject
    from paragen.report.schema.parts import WeightsObject


def _number(value: Value) -> str:
    return text.score(float(value)) if isinstance(value, int | float) else str(value)


WEIGHTS: Sequence[Column] = (
    Column(key="task_type", heading="task type"),
    Column(key="quality", heading="quality", show=_number, right=True),
    Column(key="speed", heading="speed", show=_number, right=True),
    Column(key="own_quality", heading="own quality", show=_number, right=True, spare=3),
    Column(key="own_speed", heading="own speed", show=_number, right=True, spare=4),
    Column(key="adjustments", heading="adjustments", right=True, spare=1),
    Column(key="ratings", heading="ratings", right=True, spare=1),
    Column(key="mean_rating", heading="mean rating", show=_number, right=True, spare=2),
    Column(key="preferences", heading="preferences", right=True, spare=2),
)

CHANGES: Sequence[Column] = (
    Column(key="given_at", heading="given", show=text.moment, whole=True, spare=1),
    Column(key="task_type", heading="task type"),
    Column(key="kind", heading="kind"),
    Column(key="run_id", heading="run", whole=True, spare=3),
    Column(key="candidate", heading="candidate", spare=2),
    Column(key="other", heading="other", spare=4),
    Column(key="rating", heading="rating", show=_number, right=True),
    Column(key="quality_before", heading="quality before", show=_number, right=True, spare=5),
    Column(key="quality", heading="quality", show=_number, right=True),
    Column(key="speed", heading="speed", show=_number, right=True),
    Column(key="note", heading="note", spare=6),
)


def weights_row(learned: Learned) -> dict[str, Value]:
    """A task type's weights as a row."""
    said = [change.entry.said for change in learned.changes]
    ratings = [one.rating for one in said if isinstance(one, Rating)]
    return {
        "task_type": learned.task_type,
        "quality": learned.weights.quality,
        "speed": learned.weights.speed,
        "own_quality": learned.own.quality,
        "own_speed": learned.own.speed,
        "adjustments": learned.adjustments,
        "ratings": len(ratings),
        "mean_rating": sum(ratings) / len(ratings) if ratings else None,
        "preferences": sum(isinstance(one, Preference) for one in said),
    }


def change_row(change: Change, task_type: str) -> dict[str, Value]:
    """What became of a task type's weights by one thing that was said, as a row."""
    entry = change.entry
    candidate, other = (*entry.candidates, None, None)[:2]
    return {
        "given_at": entry.given_at,
        "task_type": task_type,
        "kind": kind(entry),
        "run_id": entry.run,
        "candidate": candidate,
        "other": other,
        "rating": entry.said.rating if isinstance(entry.said, Rating) else None,
        "quality_before": change.before.quality,
        "quality": change.after.quality,
        "speed": change.after.speed,
        "note": entry.note,
    }


def kind(entry: Entry) -> str:
    """What an entry is, in a word."""
    return type(entry.said).__name__.lower()


def feedback_object(
    run: Run, entry: Entry, before: Weights, after: Weights, *, replaced: bool
) -> FeedbackObject:
    """Feedback that was kept, as `paragen feedback --json` prints it."""
    by_id = {candidate.id: candidate for candidate in run.ranking}
    first, other = (*(by_id[one] for one in entry.candidates), None)[:2]
    assert first is not None, "feedback is of a candidate"
    return {
        "schema": "paragen.feedback/1",
        "run_id": run.run_id,
        "kind": "rating" if isinstance(entry.said, Rating) else "preference",
        "candidate": first.id,
        "generator": _generator(first),
        "other": other.id if other else None,
        "other_generator": _generator(other) if other else None,
        "rating": entry.said.rating if isinstance(entry.said, Rating) else None,
        "note": entry.note,
        "replaced": replaced,
        "task_type": run.task.task_type,
        "weights_before": _weights(before),
        "weights_after": _weights(after),
    }


def in_words(weights: Weights) -> str:
    """Weights as people write them: quality/speed."""
    return f"{weights.quality:.2f}/{weights.speed:.2f}"


def what_it_did(task_type: str, entry: Entry, before: Weights, after: Weights) -> str:
    """A sentence on what became of the weights, and why where they stay."""
    name = text.one_line(task_type)
    if before != after:
        return f"Weights of {name} (quality/speed): {in_words(before)} → {in_words(after)}."
    return f"The weights of {name} stay at {in_words(before)}: {_why_they_stay(entry)}."


def what_was_said(run: Run, entry: Entry) -> str:
    """A sentence on what was kept."""
    names = [_name(run, one) for one in entry.candidates]
    if isinstance(entry.said, Rating):
        return f"{names[0]} is rated {text.score(entry.said.rating)}."
    return f"{names[0]} is preferred to {names[1]}."


def undone(entry: Entry) -> str:
    """A sentence on what was taken back."""
    of_type = f" of {text.one_line(entry.task_type)}" if entry.task_type else " of all task types"
    which = f" ({' and '.join(entry.candidates)} of run {entry.run})" if entry.run else ""
    return f"Taken back: the {kind(entry)}{of_type}, given {text.moment(entry.given_at)}{which}."


def described(candidate: Candidate) -> str:
    """A candidate in a line: who made it, how it ended, its scores."""
    scores = candidate.scores
    said = f"{candidate.attempt.instance.name} ({candidate.id}), {text.status(candidate)}"
    if scores is None:
        return said
    return f"{said}, quality {text.score(scores.quality)}, speed {text.score(scores.speed)}"


def _why_they_stay(entry: Entry) -> str:
    match entry.said:
        case Rating(scored=None):
            return "the candidate has no scores"
        case Preference(preferred=None) | Preference(other=None):
            return "not both have scores"
        case Preference(preferred=preferred, other=other) if preferred and other:
            better = preferred.quality - other.quality
            if better * (preferred.speed - other.speed) < 0:
                return "they rank the two so already"
            return "neither of the two has better quality where the other is faster"
        case _:
            return "they are what the rating says"


def _name(run: Run, candidate_id: str) -> str:
    found = next(one for one in run.ranking if one.id == candidate_id)
    return f"{text.one_line(found.attempt.instance.name)} ({found.id})"


def _generator(candidate: Candidate) -> str:
    return candidate.attempt.instance.generator.name


def _weights(weights: Weights) -> WeightsObject:
    return {"quality": weights.quality, "speed": weights.speed}
