"""Which candidates agree: by what their programs do, and by their text only where that isn't known.

What a program does is its outcome at each test case, and its answer to each of the tournament's
probe inputs. Two programs agree by the share of these places at which both show the same: how it
ended is one more for a program that timed out or crashed, and at places that it never came to it
agrees with nobody. Probe inputs that one of them wasn't asked count for neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import Literal

from paragen.domain.candidate import Candidate
from paragen.domain.command import Outcome
from paragen.domain.status import JUDGED, MODEL_OUTCOMES, Status
from paragen.judge.likeness import likeness
from paragen.judge.select import natural

By = Literal["behaviour", "text"]

THRESHOLD = 0.6
"""From which agreement on two candidates belong together, where nothing else is said."""

_WHOLE = frozenset({Status.PASSED, Status.FAILED})
"""Ends of programs that came to the end of the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Candidates that agree, the one in their middle first, and `by` what that was told.

    `share` is what part they are of all candidates that ended by the model's own doing: those
    without a program belong to no cluster, and count as votes for nothing.
    """

    ids: tuple[str, ...]
    share: float
    by: By


@dataclass(frozen=True, slots=True)
class _Showing:
    """What is known of a program: outcomes by place, answers to probes, else its text."""

    cases: frozenset[tuple[str, str]]
    outputs: tuple[str, ...] | None
    text: str

    @property
    def does(self) -> bool:
        """Whether anything that it does is known."""
        return bool(self.cases or self.outputs)


def clusters(candidates: Iterable[Candidate], threshold: float = THRESHOLD) -> tuple[Cluster, ...]:
    """The candidates that can be compared, each in one cluster, largest cluster first.

    The candidate that most others agree with, at `threshold` or more, is the middle of a cluster
    of these; the same again with those that are left. Ties go to the lower id, and the order in
    which candidates come doesn't matter.
    """
    voters = [one for one in candidates if one.status in MODEL_OUTCOMES]
    alike: dict[_Showing, list[str]] = {}
    for one in sorted(voters, key=lambda voter: natural(voter.id)):
        if (showing := _showing(one)) is not None:
            alike.setdefault(showing, []).append(one.id)
    found = []
    while alike:
        middle, members = _largest(alike, threshold)
        ids = [*alike[middle], *(i for m in members if m is not middle for i in alike[m])]
        by: By = "behaviour" if middle.does else "text"
        found.append(Cluster(ids=tuple(ids), share=len(ids) / len(voters), by=by))
        for member in members:
            del alike[member]
    return tuple(sorted(found, key=lambda cluster: (-len(cluster.ids), natural(cluster.ids[0]))))


def within(candidates: Iterable[Candidate]) -> float:
    """How far candidates agree among themselves: the mean over all pairs, 1 for fewer than two.

    Those that didn't end by the model's own doing are left out.
    """
    voters = [one for one in candidates if one.status in MODEL_OUTCOMES]
    if len(voters) < 2:
        return 1.0
    showings = Counter(showing for one in voters if (showing := _showing(one)) is not None)
    same = sum(comb(count, 2) for count in showings.values())
    others = sum(
        count * other_count * _alike(showing, other)
        for (showing, count), (other, other_count) in combinations(showings.items(), 2)
    )
    return (same + others) / comb(len(voters), 2)


def _showing(candidate: Candidate) -> _Showing | None:
    """What is known of a candidate's program; None where there is nothing to compare.

    A program that failed before it showed anything agrees with nobody: that two crash doesn't
    make them one.
    """
    if candidate.code is None or candidate.status not in JUDGED:
        return None
    places = _places(candidate)
    if places or candidate.outputs:
        return _Showing(frozenset(places.items()), candidate.outputs or None, "")
    if candidate.status is not Status.PASSED:
        return None
    return _Showing(frozenset(), None, candidate.code)


def _places(candidate: Candidate) -> Mapping[str, str]:
    """Outcomes by place: a name that comes again is a place of its own; skipped ones are none."""
    cases = candidate.verdict.cases if candidate.verdict is not None else ()
    places: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        if case.outcome is not Outcome.SKIPPED:
            places[f"{case.name}\0{seen[case.name]}"] = case.outcome
    if places and candidate.status not in _WHOLE:
        places["\0"] = candidate.status
    return places


@lru_cache(maxsize=1 << 14)
def _alike(first: _Showing, second: _Showing) -> float:
    if first == second:
        return 1.0
    if not (first.does or second.does):
        return likeness(first.text, second.text)
    mine, others = dict(first.cases), dict(second.cases)
    places = mine.keys() | others.keys()
    same = sum(mine.get(place) == others.get(place) for place in places)
    total = len(places)
    if first.outputs is not None and second.outputs is not None:
        answers = list(zip(first.outputs, second.outputs, strict=False))
        same += sum(a == b for a, b in answers)
        total += len(answers)
    return same / total if total else 0.0


def _largest(
    alike: Mapping[_Showing, Sequence[str]], threshold: float
) -> tuple[_Showing, list[_Showing]]:
    """The showing that most candidates agree with, and all showings that agree with it."""
    best: tuple[_Showing, list[_Showing]] | None = None
    most = 0
    for middle in alike:
        members = [other for other in alike if _alike(middle, other) >= threshold]
        size = sum(len(alike[member]) for member in members)
        if size > most:
            best, most = (middle, members), size
    assert best is not None, "there is at least one, and it agrees with itself"
    return best
