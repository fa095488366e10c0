"""As many attempts as the task's difficulty asks for: few where programs agree, more where not.

Every generator starts with `start` instances. One whose programs agree with each other gets no
more; one whose programs don't, on the mean over all pairs, gets another, and again, until the
tournament has made `max` attempts. It ends early when enough of them converge: by default 5 of 8,
counting those that still run as not yet convinced. Only programs that passed can converge; until
one has, every generator gets more.

`min` and `max` count all generators together, as a budget does; `max` never keeps a generator from
its first attempt. Where a generator's copies would be the same (temperature 0), it has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paragen.domain.board import Board, Budget, Step
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Generator, Instance
from paragen.domain.status import MODEL_OUTCOMES
from paragen.judge.agree import within
from paragen.modes.ask import ask, generators, next_copies
from paragen.modes.evidence import AGREEMENT, agree_words, opinion, part_of, passed, passes
from paragen.modes.options import option
from paragen.modes.rounds import can_be_asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How many attempts there may be, and what ends them."""

    start: int = option(2, "instances of each generator to start with", least=1)
    min: int = option(4, "attempts that are made in any case", least=1)
    max: int = option(12, "attempts that are made at most, but one of each generator", least=1)
    threshold: float = option(
        AGREEMENT, "agreement inside a generator under which it is asked again", least=0, most=1
    )
    share: float = option(
        0.625, "what part of the attempts must converge to end early (5 of 8)", least=0, most=1
    )


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Start with a few of each; add where a generator is in two minds; finish when enough agree."""
    players = generators(board)
    most = max(options.max, len(players))
    least = min(options.min, most)
    asked = len(board.attempts)
    if asked >= least and (end := _converged(board, options)) is not None:
        return end
    if asked >= most:
        spent = f"{asked} attempts were made, and too few agree"
        return Step(finish=None if board.running else spent)
    wanted = _opening(board, players, options.start, least) or _further(board, players, options)
    if wanted or board.running:
        return Step(start=ask(board, wanted[: most - asked]))
    return Step(finish="no generator's programs disagree enough to ask it again")


def _converged(board: Board, options: Options) -> Step | None:
    """The finish that convergence allows; what infrastructure spoiled counts on neither side."""
    count = sum(showing.plays + showing.in_flight for showing in board.showings.values())
    least = max(2, part_of(options.share, count))
    if passes(board) < least:
        return None
    agreed = opinion(board, passed(board), options.threshold, least)
    if agreed is None:
        return None
    finish = f"{len(agreed.ids)} of {count} {agree_words(agreed)}"
    return Step(finish=finish, among=agreed.ids)


def _opening(
    board: Board, players: Iterable[Generator], start: int, least: int
) -> Sequence[Instance]:
    """The first `start` copies of everyone, and further ones until there are `least` attempts."""
    asked, count = len(board.attempts), max(start, least)
    if asked >= least and all(board.showing(one.name).asked >= start for one in players):
        return ()
    copies = [
        (board.showing(one.name).asked + further, who)
        for one in players
        for further, who in enumerate(next_copies(board, one, count))
    ]
    copies.sort(key=lambda numbered: numbered[0])
    return [who for n, (nth, who) in enumerate(copies) if nth < start or asked + n < least]


def _further(board: Board, players: Iterable[Generator], options: Options) -> Sequence[Instance]:
    """One more copy of each generator whose instances have all ended, and don't agree.

    Until somebody has passed that is everyone: programs that fail alike say little of the next
    one, and an even hand finds one that passes soonest (`tests/bench/modes.py`).
    """
    unsettled = not passes(board)
    plays: dict[str, list[Candidate]] = {}
    for one in board.candidates.values():
        if one.status in MODEL_OUTCOMES:
            plays.setdefault(one.attempt.instance.generator.name, []).append(one)
    return [
        who
        for one in sorted(players, key=lambda one: board.showing(one.name).asked)
        if not board.showing(one.name).in_flight
        and can_be_asked(one, board.showing(one.name))
        and (unsettled or not _agrees(plays.get(one.name, ()), options.threshold))
        for who in next_copies(board, one, 1)
    ]


def _agrees(plays: Sequence[Candidate], threshold: float) -> bool:
    return len(plays) > 1 and within(plays) >= threshold
