"""Is an expert still what it was when it was evolved? By what was played since then."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from paragen.judge.wilson import interval
from paragen.learn.standing import Recipe

if TYPE_CHECKING:
    from paragen.learn.paired import Comparison, TaskTally


OFFSPRING, EXPERT = "offspring", "expert"
"""The first tags of what a search made, and of the best of that, which it might keep."""

_MADE = re.compile(r".+-(evolved-[0-9a-f]{8}|expert-[0-9]+)")


def was_made(name: str, tags: Sequence[str]) -> bool:
    """Whether a search made a generator, by its name and its first tag: either may be a user's."""
    return tuple(tags[:1]) in ((OFFSPRING,), (EXPERT,)) and _MADE.fullmatch(name) is not None


class Expert(NamedTuple):
    """A generator that a search kept: for which task type, and what it was better than.

    `rival` is the best of its parents, `measure` what it was better by; `plays` and `passes` are
    those of the tasks held back, which its success rate was written down of.
    """

    id: str
    recipe: Recipe
    task_type: str
    evolved_at: str
    evolved_from: tuple[str, ...]
    rival: Recipe
    measure: str
    plays: int
    passes: int

    @property
    def success_rate(self) -> float:
        """How often it passed when it was evolved."""
        return self.passes / self.plays if self.plays else 0.0


class Since(StrEnum):
    """What became of an expert since it was evolved."""

    UNPLAYED = "unplayed"
    HOLDS = "holds"
    FALLEN = "fallen"
    WORSE = "worse"


class ExpertRecord(NamedTuple):
    """An expert, and what was played of its task type since it was evolved.

    `interval` holds its success rate since with 95 % confidence. `tasks` is how many both it and
    its rival played since; `comparison` is that of the two, where the expert is worse on those.
    """

    expert: Expert
    since: Since
    plays: int
    passes: int
    interval: tuple[float, float]
    tasks: int
    comparison: Comparison | None


def record_since(
    expert: Expert, own: Mapping[str, TaskTally], rival: Mapping[str, TaskTally]
) -> ExpertRecord:
    """What became of an expert, by both tallies since it was evolved, which are keyed by the task.

    It is worse where its rival is better by the rule of `paragen compare`. It has fallen where it
    passes less, at most, than it passed at least when it was evolved (the intervals of 95 % don't
    meet): tasks are others now, or the model is. Else it holds, as far as is known.
    """
    plays = sum(tally.plays for tally in own.values())
    passes = sum(tally.passes for tally in own.values())
    now, then = interval(passes, plays), interval(expert.passes, expert.plays)
    comparison = _worse(expert, own, rival)
    if comparison is not None:
        since = Since.WORSE
    elif not plays:
        since = Since.UNPLAYED
    else:
        since = Since.FALLEN if now[1] < then[0] else Since.HOLDS
    return ExpertRecord(
        expert=expert,
        since=since,
        plays=plays,
        passes=passes,
        interval=now,
        tasks=len(own.keys() & rival.keys()),
        comparison=comparison,
    )


def _worse(
    expert: Expert, own: Mapping[str, TaskTally], rival: Mapping[str, TaskTally]
) -> Comparison | None:
    """How it compares, which takes a second or two of many tasks; None where it isn't worse."""
    from paragen.learn.paired import Measure, compare, is_worse

    by = Measure(expert.measure)
    return compare(own, rival, by=by) if is_worse(own, rival, by=by) else None
