"""Which two candidates to show to somebody who isn't told whose they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from paragen.domain.candidate import Candidate
from paragen.domain.status import Status

Pair = tuple[Candidate, Candidate]


def next_pair(
    ranking: Sequence[Candidate], compared: Collection[frozenset[str]] = ()
) -> Pair | None:
    """The two to compare next, of a ranking with the best first; None where no two differ.

    Those that passed come first, then pairs of different generators, then the better placed. Two
    with the same program aren't worth a question. Pairs of ids that were `compared` come last.
    """
    pairs = [pair for pair in combinations(ranking, 2) if _differ(*pair)]
    return min(pairs, key=lambda pair: _order(pair, compared), default=None)


def _differ(one: Candidate, other: Candidate) -> bool:
    if one.code is None or other.code is None:
        return False
    return one.code.strip() != other.code.strip()


def _order(pair: Pair, compared: Collection[frozenset[str]]) -> tuple[bool, int, bool]:
    one, other = pair
    generators = {candidate.attempt.instance.generator.name for candidate in pair}
    return (
        frozenset((one.id, other.id)) in compared,
        sum(candidate.status is not Status.PASSED for candidate in pair),
        len(generators) == 1,
    )
