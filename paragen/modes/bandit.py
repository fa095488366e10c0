"""Round by round, more attempts of the generators that do well: a multi-armed bandit.

It ends when the budget is spent, or when the best generator has had twice the attempts of any
other: by then the others have had their chance. What infrastructure lost is no reward: whoever
hasn't been seen yet is asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from paragen.domain.board import Board, Budget, Step
from paragen.domain.generator import Generator
from paragen.domain.standing import Standing
from paragen.modes.ask import ask, generators
from paragen.modes.chance import beta, uniforms
from paragen.modes.options import option
from paragen.modes.rounds import (
    Round,
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
from paragen.modes.shares import EXPLORATION, ucb1


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may say to the bandit."""

    policy: str = option(
        "ucb1",
        "how a round is shared out: ucb1 (by rewards here), thompson (by passes, and history)",
        among=("ucb1", "thompson"),
    )
    attempts: int = option(0, "how many attempts in all; 0: four for each generator", least=0)
    round: int = option(0, "how many attempts a round has; 0: one for each generator", least=0)
    c: float = option(EXPLORATION, "ucb1: how much the little known is tried", least=0)
    history: int = option(
        4, "thompson: as how many attempts of today history counts at most", least=0
    )
    enough: float = option(
        0.0, "ends as soon as a candidate that could win has this reward; 0: never", least=0, most=1
    )


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Go on with the round, or begin the next when it has ended."""
    players = generators(board)
    if not players:
        return Step(finish="there is nobody to ask")
    found = good_enough(board, budget, options.enough)
    if found is not None:
        return Step(finish=f"a candidate of {found.attempt.instance.name} is good enough")
    allowed = attempts_allowed(board, budget, options.attempts, len(players))
    # Between one there is nothing to choose, so nothing to wait for.
    every = options.round or (len(players) if len(players) > 1 else max(1, allowed))
    first = start_of(board, every)
    now = round_from(board, first, min(every, allowed - first))
    if now.left > 0:
        return _go_on(board, budget, options, players, now)
    return Step() if board.running else Step(finish=f"its {allowed} attempts are spent")


def _go_on(
    board: Board, budget: Budget, options: Options, players: Sequence[Generator], now: Round
) -> Step:
    """Ask for what is left of a round, unless it needn't begin."""
    open_to_all = [one for one in players if can_be_asked(one, now.known(one))]
    if not now.asked and len(board.candidates) >= budget.min_attempts:
        leader = _leader(open_to_all, now)
        if leader is not None:
            return Step(finish=f"the best, {leader}, has had twice the attempts of any other")
    if options.policy == "thompson":
        counts = _by_thompson(board, options, open_to_all, now)
    else:
        counts = _by_ucb1(options, open_to_all, now)
    start = ask(board, next_instances(board, now, open_to_all, counts))
    if start or board.running:
        return Step(start=start)
    return Step(finish="nobody can be asked for anything new")


def _by_ucb1(options: Options, players: Sequence[Generator], now: Round) -> dict[str, int]:
    """A round by UCB1: first who wasn't tried, then in proportion to the lead over the last.

    The last of them gets nothing, and in rounds of one it is UCB1 itself: the first gets it.
    """
    total = sum(showing.plays for showing in now.before.values())
    bounds = {
        name: ucb1(mean, now.before[name].plays, total, options.c)
        for name, mean in means(players, now.known).items()
    }
    last = min(bounds.values(), default=0.0)
    return places(now.size, players, {name: b - last for name, b in bounds.items()}, least=0)


def _by_thompson(
    board: Board, options: Options, players: Sequence[Generator], now: Round
) -> dict[str, int]:
    """A round by Thompson sampling: each place to whoever draws the highest chance to pass.

    First come those of whom neither this tournament nor history knows anything.
    """
    beliefs = []
    for one in players:
        known = now.known(one)
        passes, failures = _from_history(board.standings.get(one.name), options.history)
        passes, failures = passes + known.passes, failures + known.plays - known.passes
        beliefs.append((one.name, 1 + passes, 1 + failures, one.temperature == 0))
    return dict(_drawn(board.seed, now.first, now.size, tuple(beliefs)))


def _from_history(standing: Standing | None, most: int) -> tuple[float, float]:
    """History's passes and failures, scaled so that they count as at most so many attempts."""
    if standing is None or not standing.plays:
        return 0.0, 0.0
    weight = min(1.0, most / standing.plays)
    return weight * standing.passes, weight * (standing.plays - standing.passes)


@lru_cache(maxsize=64)  # a round is asked for again whenever one of its attempts ends
def _drawn(
    seed: int, first: int, size: int, beliefs: tuple[tuple[str, float, float, bool], ...]
) -> Mapping[str, int]:
    """How many of a round's places each draws; `beliefs` are name, Beta shapes, and only one."""
    lots = {name: uniforms(seed, first, name) for name, _, _, _ in beliefs}
    counts = Counter([name for name, a, b, _ in beliefs if a == b == 1][:size])
    for _ in range(size - counts.total()):
        drawn = [
            (beta(a, b, lots[name]), name)
            for name, a, b, only_one in beliefs
            if not (only_one and counts[name])
        ]
        if drawn:
            counts[max(drawn)[1]] += 1
    return counts


def _leader(players: Sequence[Generator], now: Round) -> str | None:
    """The best generator, if it has had twice the attempts of any other, and all were tried."""
    if len(players) < 2 or not somebody_passed(players, now.known):
        return None
    known = means(players, now.known)
    best, *others = sorted(players, key=lambda one: known.get(one.name, 0.0), reverse=True)
    visits = [now.known(other).plays for other in others]
    return best.name if min(visits) and now.known(best).plays >= 2 * max(visits) else None
