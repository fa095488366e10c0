"""What a user says of recorded candidates: kept, and what it does to the weights."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from paragen.domain.candidate import Candidate
from paragen.domain.errors import UsageError
from paragen.domain.tournament import Run, Weights
from paragen.learn.blind import Pair, next_pair
from paragen.learn.feedback import (
    Change,
    Entry,
    Learned,
    Preference,
    Rating,
    Reset,
    Scored,
    Undo,
    changes,
    counting,
    last_change,
    learned,
)
from paragen.store.feedback import add, add_chosen, entries, new_entry
from paragen.store.tallies import task_types


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Feedback that was kept, and its task type's weights before and after it.

    `replaced` says that something said before of the same doesn't count any more.
    """

    entry: Entry
    before: Weights
    after: Weights
    replaced: bool


def rate(
    connection: sqlite3.Connection,
    run: Run,
    candidate: Candidate,
    rating: float,
    note: str | None = None,
) -> Given:
    """Keep a rating of a candidate; an earlier one of the same is replaced by it.

    Raises UsageError for a rating that isn't from 0 to 1, StoreError.
    """
    said = Rating(rating=valid(rating), scored=_scored(candidate), weights=run.criteria.weights)
    return _give(connection, run, said, (candidate,), note)


def prefer(
    connection: sqlite3.Connection,
    run: Run,
    preferred: Candidate,
    other: Candidate,
    note: str | None = None,
) -> Given:
    """Keep that one candidate is preferred to another; raises StoreError.

    What was said before of the same two is replaced by it.
    """
    said = Preference(preferred=_scored(preferred), other=_scored(other))
    return _give(connection, run, said, (preferred, other), note)


def valid(rating: float) -> float:
    """A rating; raises UsageError for one that isn't from 0 to 1."""
    if not (math.isfinite(rating) and 0 <= rating <= 1):
        raise UsageError(f"--rating {rating:g}: write a number from 0 (useless) to 1 (perfect).")
    return rating


def blind_pair(connection: sqlite3.Connection, run: Run) -> Pair:
    """The two of a run to compare unseen, the better placed first.

    Raises UsageError where no two have different programs, StoreError.
    """
    compared = {
        frozenset(entry.candidates)
        for entry in counting(entries(connection))
        if entry.run == run.run_id and isinstance(entry.said, Preference)
    }
    pair = next_pair(run.ranking, compared)
    if pair is None:
        raise UsageError(
            f"Run {run.run_id} has no two different programs to compare. Rate one with --rating."
        )
    return pair


def reset(connection: sqlite3.Connection, task_type: str | None) -> None:
    """Let the weights of a task type, or of all, begin anew from its own; raises StoreError."""
    add(connection, new_entry(Reset(), task_type=task_type))


def undo(connection: sqlite3.Connection, task_type: str | None) -> Entry:
    """Take back what was said last (of a task type); what it was.

    Raises UsageError where there is nothing to take back, StoreError.
    """

    def choose(before: tuple[Entry, ...]) -> Entry:
        last = _last(before, task_type)
        if task_type is not None and last.task_type is None:
            raise UsageError(
                f"The last change of {task_type}'s weights was a reset of all task types. Take it "
                "back for all of them with `paragen weights undo`."
            )
        return new_entry(Undo(undone=last.id), task_type=last.task_type)

    *before, _ = add_chosen(connection, choose)
    return _last(before, task_type)


def need_something(connection: sqlite3.Connection, task_type: str | None) -> Entry:
    """The last that was said (of a task type) and counts.

    Raises UsageError where nothing was, StoreError.
    """
    return _last(entries(connection), task_type)


def _last(said: Iterable[Entry], task_type: str | None) -> Entry:
    last = last_change(said, task_type)
    if last is None:
        of_type = f" of task type {task_type}" if task_type else ""
        raise UsageError(f"No feedback{of_type} is recorded: `paragen feedback` gives some.")
    return last


def all_learned(connection: sqlite3.Connection, task_type: str | None = None) -> list[Learned]:
    """The weights of the task types that were played or spoken of, or of one; raises StoreError."""
    said = entries(connection)
    return [learned(said, one) for one in _task_types(connection, said, task_type)]


def all_changes(
    connection: sqlite3.Connection, task_type: str | None = None
) -> list[tuple[str, Change]]:
    """What moved the weights of each task type, or of one, in its order; raises StoreError."""
    said = entries(connection)
    return [
        (one, change)
        for one in _task_types(connection, said, task_type)
        for change in changes(said, one)
    ]


def _task_types(
    connection: sqlite3.Connection, said: Iterable[Entry], task_type: str | None
) -> list[str]:
    if task_type is not None:
        return [task_type]
    spoken_of = {entry.task_type for entry in said if entry.task_type is not None}
    return sorted(spoken_of.union(task_types(connection)))


def _give(
    connection: sqlite3.Connection,
    run: Run,
    said: Rating | Preference,
    candidates: tuple[Candidate, ...],
    note: str | None,
) -> Given:
    entry = new_entry(
        said,
        task_type=run.task.task_type,
        run=run.run_id,
        candidates=tuple(candidate.id for candidate in candidates),
        note=note or None,
    )
    now = add(connection, entry)
    before, task_type = now[:-1], run.task.task_type
    return Given(
        entry=now[-1],
        before=learned(before, task_type).weights,
        after=learned(now, task_type).weights,
        replaced=len(counting(now)) == len(counting(before)),
    )


def _scored(candidate: Candidate) -> Scored | None:
    scores = candidate.scores
    return None if scores is None else Scored(quality=scores.quality, speed=scores.speed)
