"""Round by round, generators that fall behind are dropped, and the others get their places.

By the threshold, whoever's mean reward falls below the best one's less a margin is dropped, and
what is in flight of it is cancelled; those left share each round by their means. By halving, the
better half is left after each round, and every round has about the same part of the budget.
Nobody is dropped before somebody has passed, and whoever is dropped stays dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from paragen.domain.board import Board, Budget, Step
from paragen.domain.generator import Generator, Instance
from paragen.domain.status import Status
from paragen.modes.ask import ask, generators
from paragen.modes.options import option
from paragen.modes.rounds import (
    Known,
    Round,
    asked_between,
    attempts_allowed,
    can_be_asked,
    good_enough,
    means,
    next_instances,
    places,
    round_from,
    somebody_passed,
    start_of,
)
from paragen.modes.shares import FLOOR, MARGIN, pruning_threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may say to prune."""

    variant: str = option(
        "threshold",
        "who is left: threshold (those near the best) or halving (the better half)",
        among=("threshold", "halving"),
    )
    margin: float = option(MARGIN, "threshold: how far from the best is near", least=0, most=1)
    floor: float = option(FLOOR, "threshold: what is never near", least=0, most=1)
    retain: int = option(1, "threshold: so many of the best are left in any case", least=1)
    attempts: int = option(0, "how many attempts in all; 0: four for each generator", least=0)
    round: int = option(
        0, "threshold: how many attempts a round has, at least one for each generator", least=0
    )
    enough: float = option(
        0.0, "ends as soon as a candidate that could win has this reward; 0: never", least=0, most=1
    )


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Drop who has fallen behind; go on with the round, or begin the next when it has ended."""
    players = generators(board)
    if not players:
        return Step(finish="there is nobody to ask")
    found = good_enough(board, budget, options.enough)
    if found is not None:
        return Step(finish=f"a candidate of {found.attempt.instance.name} is good enough")
    allowed = attempts_allowed(board, budget, options.attempts, len(players))
    if options.variant == "halving":
        now, begun, left = _halving(board, players, allowed)
    else:
        now, begun, left = _by_threshold(board, players, allowed, options)
    dropped = {one.name for one in begun} - {one.name for one in left}
    cancel = tuple(
        attempt.id
        for attempt in now.asked
        if attempt.id not in board.candidates and attempt.instance.generator.name in dropped
    )
    start = ask(board, _next(board, options, now, left) if now.left else ())
    if start or board.running:
        return Step(start=start, cancel=cancel)
    if len(board.attempts) >= allowed:
        return Step(finish=f"its {allowed} attempts are spent")
    return Step(finish="nobody who is left can be asked for anything new")


def halving_sizes(allowed: int, players: int) -> tuple[int, ...]:
    """How many attempts each round of a successive halving has, `allowed` in all.

    As many rounds as it takes to come to one, with equal parts, of which each player that is left
    has the same; what doesn't come out even goes to the last round. Karnin, Koren and Somekh 2013,
    "Almost Optimal Exploration in Multi-Armed Bandits"; there the last round is of two, since they
    only want to know who is best, while here the best is asked for what it can do.
    """
    rounds = (players - 1).bit_length() + 1
    sizes: list[int] = []
    for number in range(rounds):
        left = left_after(number, players)
        size = left * max(1, allowed // (rounds * left))
        sizes.append(min(size, allowed - sum(sizes)))
    sizes[-1] = allowed - sum(sizes[:-1])
    return tuple(sizes)


def left_after(rounds: int, players: int) -> int:
    """How many are left after so many halvings; of an odd number the larger half."""
    return -(-players // (1 << rounds))


def _by_threshold(
    board: Board, players: Sequence[Generator], allowed: int, options: Options
) -> tuple[Round, Sequence[Generator], Sequence[Generator]]:
    """The round, who was near the best as it began, and who of them is so now."""
    # Between one there is nothing to choose, so nothing to wait for.
    every = max(options.round, len(players)) if len(players) > 1 else max(1, allowed)
    first = start_of(board, every)
    now = round_from(board, first, min(every, allowed - first))
    if first == 0:
        return now, players, players
    begun = _near(_kept(board, players, first - every, now), players, now.known, options)
    return now, begun, _near(begun, players, lambda one: board.showing(one.name), options)


def _halving(
    board: Board, players: Sequence[Generator], allowed: int
) -> tuple[Round, Sequence[Generator], Sequence[Generator]]:
    """The round, and twice who plays it: nobody is dropped within it."""
    edges = list(accumulate(halving_sizes(allowed, len(players)), initial=0))
    latest = len(board.attempts) - bool(board.running)
    number = min(bisect_right(edges, latest), len(edges) - 1) - 1
    now = round_from(board, edges[number], edges[number + 1] - edges[number])
    if number == 0:
        return now, players, players
    kept = _kept(board, players, edges[number - 1], now)
    if not somebody_passed(players, now.known):
        return now, kept, kept
    best = _best_first(kept, now.known)[: left_after(number, len(players))]
    begun = [one for one in kept if one in best]
    return now, begun, begun


def _kept(
    board: Board, players: Sequence[Generator], first: int, now: Round
) -> Sequence[Generator]:
    """Who was asked in the round before, from attempt `first` on, and wasn't dropped within it.

    All, where nobody had passed when that began: then it was open to all.
    """
    last = asked_between(board, first, now.first)
    ends = [(one, board.candidates[one.id].status) for one in last if one.id in board.candidates]
    passes = sum(status is Status.PASSED for _, status in ends)
    if passes == sum(showing.passes for showing in now.before.values()):
        everybody = {one.name for one in players}
    else:
        everybody = {one.instance.generator.name for one in last}
    dropped = {one.instance.generator.name for one, status in ends if status is Status.CANCELLED}
    return [one for one in players if one.name in everybody - dropped]


def _near(
    kept: Sequence[Generator], players: Sequence[Generator], known: Known, options: Options
) -> Sequence[Generator]:
    """Who of those kept is near the best of all, or one of the few to be retained.

    All are, until somebody has passed; and so is of whom nothing is known yet.
    """
    if not somebody_passed(players, known):
        return kept
    every = means(players, known)
    threshold = pruning_threshold(max(every.values()), options.margin, options.floor)
    near = {name for name, mean in every.items() if mean >= threshold}
    retained = _best_first(kept, known)[: options.retain]
    return [one for one in kept if one.name in near or one.name not in every or one in retained]


def _next(
    board: Board, options: Options, now: Round, left: Sequence[Generator]
) -> tuple[Instance, ...]:
    """The instances to be asked next, each of those left having its share of the round.

    What doesn't come out even among equals goes to who was asked least.
    """
    order = sorted(left, key=lambda one: now.known(one).asked)
    players = [one for one in order if can_be_asked(one, now.known(one))]
    weights = means(players, now.known)
    if options.variant == "halving":
        weights = dict.fromkeys(weights, 1.0)
    return next_instances(board, now, players, places(now.size, players, weights, least=1))


def _best_first(players: Sequence[Generator], known: Known) -> Sequence[Generator]:
    """By mean reward; those of whom nothing is known last, and equals as they stood."""
    every = means(players, known)
    return sorted(players, key=lambda one: every.get(one.name, -1.0), reverse=True)
