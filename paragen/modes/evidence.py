"""What modes go by when they end a tournament: who could win it, and who agrees with whom.

Only programs that passed count for either. Programs that fail alike agree too, but that they do
is no reason to stop looking for one that doesn't.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate
from paragen.domain.status import Status
from paragen.judge.agree import Cluster, clusters
from paragen.judge.select import shortfalls

AGREEMENT = 0.7
"""From which agreement on programs count as one opinion, where nothing else is said."""

_ROUNDING = 1e-9


def passes(board: Board) -> int:
    """How many passed; costs as much as there are generators, however many candidates."""
    return sum(showing.passes for showing in board.showings.values())


def passed(board: Board) -> tuple[Candidate, ...]:
    """The candidates that passed, in the order in which they ended."""
    if not passes(board):
        return ()
    return tuple(one for one in board.candidates.values() if one.status is Status.PASSED)


def can_win(board: Board, candidate: Candidate) -> bool:
    """Whether a candidate passed, and falls short of no criterion."""
    return candidate.status is Status.PASSED and not shortfalls(candidate, board.criteria)


def opinion(
    board: Board, candidates: Sequence[Candidate], threshold: float, least: int
) -> Cluster | None:
    """The largest cluster of `least` programs or more of which one at least can win."""
    if len(candidates) < least:
        return None
    winners = {one.id for one in candidates if can_win(board, board.candidates[one.id])}
    large = (one for one in clusters(candidates, threshold) if len(one.ids) >= least)
    return next((one for one in large if not winners.isdisjoint(one.ids)), None)


def part_of(share: float, count: int) -> int:
    """The fewest that are a share of so many: 55 of 100 are 0.55, though 0.55 × 100 is over 55."""
    return ceil(share * count - _ROUNDING)


def agree_words(cluster: Cluster) -> str:
    """`agree`, and what that is known by where it isn't what the programs do."""
    return "agree" if cluster.by == "behaviour" else "agree (by their text: no behaviour is known)"


def named(names: Iterable[str], most: int = 4) -> str:
    """Names for a sentence, the first few of many."""
    every = tuple(names)
    shown = ", ".join(every[:most])
    return shown if len(every) <= most else f"{shown} and {len(every) - most} more"
