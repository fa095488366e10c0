"""What people say of candidates, and how the weights of a task type follow it.

A rating from 0 to 1 moves the weight of what carried the choice: of quality where it made up the
larger part of the candidate's combined score, else of speed. That weight goes LEARNING_RATE of the
way to what the rating says it deserves, DESERVED_SLOPE × rating + DESERVED_AT_0, held within
LEAST and MOST; the other weight is the rest of 1. So at a rating of 0.4 the weights 0.70/0.30 of a
choice that quality carried become 0.65/0.35; a rating of 0.8 leaves 0.70 as it is; and the same
rating given again and again brings the weight ever nearer to what it says. A step ends where it
would pass the weights at which both make up the same: beyond them the other carries the choice, and
the same rating would lead back. Where both make up the same a rating says nothing of either. So
weights converge as well where each choice is made by those that the last rating brought.

A preference between two candidates says something where one is better and the other faster: which
weights would have ranked them so. Where the weights do so already they stay; else they go
LEARNING_RATE of the way to those at which both score the same. They never get farther from any
weights that agree with the preference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from paragen.domain.tournament import Weights
from paragen.judge.criteria import criteria_for

LEARNING_RATE = 0.1
LEAST, MOST = 0.05, 0.95
"""Where weights can be brought to: neither counts for nothing, whatever is said."""

DESERVED_SLOPE, DESERVED_AT_0 = 1.25, -0.3
"""A rating of 1 deserves MOST, one of 0.4 a weight of 0.2, and the others lie on that line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A candidate's quality and speed scores, in 0..1."""

    quality: float
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A candidate was rated from 0 to 1; `weights` are those that it was ranked by.

    `scored` is None for a candidate that has no scores: its rating moves no weights.
    """

    rating: float
    scored: Scored | None
    weights: Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One candidate was preferred to another, names unseen; without scores it moves no weights."""

    preferred: Scored | None
    other: Scored | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """Weights begin anew from the task type's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What the entry of the id `undone` said is taken back."""

    undone: str


Said = Rating | Preference | Reset | Undo


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was said, when (UTC, ISO 8601), and of whom.

    `candidates` are ids within the `run`: one that was rated, or the preferred one and the other.
    A reset's `task_type` is None where it is of all.
    """

    id: str
    given_at: str
    said: Said
    task_type: str | None = None
    run: str | None = None
    candidates: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an entry did to the weights of a task type."""

    entry: Entry
    before: Weights
    after: Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The weights of a task type: its own, and what became of them by what was said.

    `changes` are those since the last reset that is in force, and `adjustments` says how many of
    them moved the weights.
    """

    task_type: str
    own: Weights
    weights: Weights
    changes: tuple[Change, ...] = ()

    @property
    def adjustments(self) -> int:
        """How many changes moved the weights."""
        return sum(1 for change in self.changes if change.before != change.after)


def moved(weights: Weights, said: Rating | Preference) -> Weights:
    """The weights after a rating or a preference."""
    target = _deserved(said) if isinstance(said, Rating) else _agreed(weights, said)
    if target is None:
        return weights
    quality = weights.quality + LEARNING_RATE * (target - weights.quality)
    if isinstance(said, Rating) and said.scored is not None:
        even = said.scored.speed / (said.scored.quality + said.scored.speed)
        low, high = sorted((weights.quality, quality))
        quality = even if low < even < high else quality
    return Weights(quality=quality, speed=1 - quality)


def counting(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that count, in the order in which they were given, whatever order they come in.

    Those that were taken back don't, nor do the undos themselves. Of what was said of the same
    candidate, or the same two, only the last counts; taken back, it leaves the one before.
    """
    ordered = sorted(entries, key=lambda entry: (entry.given_at, entry.id))
    undone = {entry.said.undone for entry in ordered if isinstance(entry.said, Undo)}
    standing = [e for e in ordered if e.id not in undone and not isinstance(e.said, Undo)]
    last = {_subject(entry): entry.id for entry in standing}
    return tuple(entry for entry in standing if last[_subject(entry)] == entry.id)


def learned(entries: Iterable[Entry], task_type: str) -> Learned:
    """What a task type's weights are by all that was said."""
    found = tuple(changes(entries, task_type))
    resets = [n for n, change in enumerate(found, 1) if isinstance(change.entry.said, Reset)]
    own = criteria_for(task_type).weights
    return Learned(
        task_type=task_type,
        own=own,
        weights=found[-1].after if found else own,
        changes=found[resets[-1] if resets else 0 :],
    )


def changes(entries: Iterable[Entry], task_type: str) -> Iterator[Change]:
    """What each entry that counts did to a task type's weights, the first one first."""
    own = weights = criteria_for(task_type).weights
    for entry in counting(entries):
        if not concerns(entry, task_type):
            continue
        assert not isinstance(entry.said, Undo), "undos are not among those that count"
        after = own if isinstance(entry.said, Reset) else moved(weights, entry.said)
        yield Change(entry=entry, before=weights, after=after)
        weights = after


def concerns(entry: Entry, task_type: str) -> bool:
    """Whether an entry is about a task type."""
    return entry.task_type == task_type or (
        entry.task_type is None and isinstance(entry.said, Reset)
    )


def last_change(entries: Iterable[Entry], task_type: str | None = None) -> Entry | None:
    """The entry that an undo takes back: the last that counts (of a task type), None for none."""
    found = [e for e in counting(entries) if task_type is None or concerns(e, task_type)]
    return found[-1] if found else None


def _subject(entry: Entry) -> tuple[str, ...]:
    """What an entry is about: a later one about the same replaces it. Each reset is its own."""
    if not isinstance(entry.said, Rating | Preference):
        return (entry.id,)
    return (type(entry.said).__name__, entry.run or "", *sorted(entry.candidates))


def _deserved(said: Rating) -> float | None:
    """The quality weight that a rating speaks for, None where it speaks for none."""
    if said.scored is None:
        return None
    deserved = min(MOST, max(LEAST, DESERVED_SLOPE * said.rating + DESERVED_AT_0))
    by_quality = said.weights.quality * said.scored.quality
    by_speed = said.weights.speed * said.scored.speed
    if math.isclose(by_quality, by_speed):
        return None
    return deserved if by_quality > by_speed else 1 - deserved


def _agreed(weights: Weights, said: Preference) -> float | None:
    """The quality weight at which both score the same, None where there is nothing to learn."""
    if said.preferred is None or said.other is None:
        return None
    better = said.preferred.quality - said.other.quality
    faster = said.preferred.speed - said.other.speed
    if better * faster >= 0:
        return None
    if weights.quality * better + weights.speed * faster > 0:
        return None
    return min(MOST, max(LEAST, faster / (faster - better)))
