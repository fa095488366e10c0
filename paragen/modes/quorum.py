"""Everyone plays until enough programs agree.

Agreement is what `judge.agree` says: the share of test cases and probe inputs at which two programs
do the same. Only programs that passed count: where there are tests, those that fail them can agree
as they like, they are no quorum; without tests, those that can't even be loaded aren't one.

How many are enough is `min`, three by default: two may be copies of one mistake, and more than half
of a large roster would make the last of the quorum wait for no better reason. Who wants a majority
sets `share=0.5`. Of a smaller roster everyone must agree, and two at the least: one alone agrees
with nobody. Where no quorum comes about, all play to the end, and the best wins as in any other
tournament.
"""

from __future__ import annotations

from dataclasses import dataclass

from paragen.domain.board import Board, Budget, Step
from paragen.modes.ask import ask_rest
from paragen.modes.evidence import AGREEMENT, agree_words, opinion, part_of, passed
from paragen.modes.options import option


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What makes a quorum."""

    min: int = option(3, "how many programs must agree", least=2)
    share: float = option(
        0.0, "what part of those that play must agree besides, 0.5 for a majority", least=0, most=1
    )
    threshold: float = option(
        AGREEMENT, "from which agreement on two programs count as one opinion", least=0, most=1
    )


def needed(players: int, options: Options) -> int:
    """How many must agree among so many players."""
    return max(min(options.min, players), part_of(options.share, players), 2)


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Ask everyone at once; finish when enough of those that passed agree."""
    least = needed(len(board.roster), options)
    through = passed(board)
    quorum = opinion(board, through, options.threshold, least)
    if quorum is not None:
        count = f"{len(quorum.ids)} of {len(through)}"
        passing = "programs that passed" if board.task.has_tests else "programs"
        return Step(finish=f"{count} {passing} {agree_words(quorum)}", among=quorum.ids)
    rest = ask_rest(board)
    if rest or board.running:
        return Step(start=rest)
    return Step(finish=f"everyone has played, and no {least} that passed agree")
