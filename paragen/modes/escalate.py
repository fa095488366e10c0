"""Cheap generators first; dearer ones only where these leave it open.

A tier plays to its end. It has settled the matter when one of its programs could win, and they
don't disagree: the largest group of programs that agree is `threshold` of them or more. Where there
are tests, those that pass already agree on them, so only what they answer to probe inputs can tell
them apart, and is what counts; without tests it is all that is known of them. One program alone
disagrees with nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from paragen.domain.board import Board, Budget, Step
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Instance
from paragen.modes.ask import ask
from paragen.modes.evidence import AGREEMENT, agree_words, can_win, named, opinion, part_of, passed
from paragen.modes.options import option
from paragen.modes.tiers import Tiers, tiers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Who is cheap, and when a tier's programs agree."""

    tiers: str = option(
        "", "generators by tier, cheapest first: a,b;c (else by the sizes in the models' names)"
    )
    threshold: float = option(
        AGREEMENT,
        "from which agreement on two programs, and what part of a tier's programs, are one opinion",
        least=0,
        most=1,
    )


def notes(roster: Sequence[Instance], options: Options) -> tuple[str, ...]:
    """The tiers, and what is odd about them as written."""
    found = tiers_of(roster, options.tiers)
    return (found.said, *found.warnings)


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Ask a tier; once it has ended, finish if it settles the matter, else ask the next."""
    found = tiers_of(board.roster, options.tiers)
    mine = _by_generator(board)
    last = _last_asked(board, found.tiers)
    waiting = [
        who
        for tier in found.tiers[last : last + 1]
        for name in tier
        for who in mine[name][board.showing(name).asked :]
    ]
    if waiting or board.running:
        return Step(start=ask(board, waiting))
    end = _end(board, budget, found, last, options.threshold)
    if end is not None:
        return end
    if last + 1 < len(found.tiers):
        return Step(start=ask(board, [who for name in found.tiers[last + 1] for who in mine[name]]))
    return Step(finish=f"all tiers have played, and none settled it{_how(found)}")


def _end(board: Board, budget: Budget, found: Tiers, last: int, threshold: float) -> Step | None:
    """The finish that a tier has brought, None where the next is to play."""
    if len(board.candidates) < budget.min_attempts:
        return None
    # One that ended before so many had played was passed over: it may have settled it.
    first = 0 if budget.min_attempts else last
    for number, tier in enumerate(found.tiers[first : last + 1], first + 1):
        settled = _settled(board, frozenset(tier), threshold)
        if settled is not None:
            where = f"tier {number} of {len(found.tiers)} ({named(tier)})"
            return replace(settled, finish=f"{where} {settled.finish}{_how(found)}")
    return None


def _last_asked(board: Board, tiers: Sequence[Sequence[str]]) -> int:
    """The number of the last tier of which anybody was asked, from 0 on; 0 before the first."""
    asked = [n for n, tier in enumerate(tiers) if any(board.showing(one).asked for one in tier)]
    return asked[-1] if asked else 0


def _settled(board: Board, tier: Collection[str], threshold: float) -> Step | None:
    """The finish that a tier's end allows, None where it settles nothing."""
    through = [one for one in passed(board) if one.attempt.instance.generator.name in tier]
    if not any(can_win(board, one) for one in through):
        return None
    compared = _compared(board, through)
    if len(compared) < 2:
        return Step(finish="has an acceptable program", among=tuple(one.id for one in through))
    agreed = opinion(board, compared, threshold, part_of(threshold, len(compared)))
    if agreed is None:
        return None
    count = f"{len(agreed.ids)} of its {len(compared)} programs"
    return Step(finish=f"is enough: {count} {agree_words(agreed)}", among=agreed.ids)


def _compared(board: Board, through: Sequence[Candidate]) -> Sequence[Candidate]:
    """What a tier's programs are compared by: with tests, only their answers to probe inputs."""
    if not board.task.has_tests:
        return through
    return [replace(one, verdict=None) for one in through if one.outputs]


def _by_generator(board: Board) -> dict[str, list[Instance]]:
    mine: dict[str, list[Instance]] = {}
    for who in board.roster:
        mine.setdefault(who.generator.name, []).append(who)
    return mine


def _how(found: Tiers) -> str:
    return f"; tiers {found.basis}" if found.basis else ""
