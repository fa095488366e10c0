"""Playing in rounds: where a tournament stands in them, read off its board alone.

A round is a fixed number of attempts, and the next begins when all of it have ended. Its places
are shared out by what was known as it began, so it doesn't matter how many attempts run at once:
within a round nothing that ends changes what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from paragen.domain.board import NO_SHOWING, Board, Budget, Showing
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Generator, Instance
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.judge.select import shortfalls
from paragen.modes.ask import next_copies
from paragen.modes.shares import shared_out

MOST_FAULTS = 3
"""So many attempts that infrastructure lost, and more than it played, and a generator is let be."""

EACH = 4
MOST_BY_DEFAULT = 50

Known = Callable[[Generator], Showing]
"""How a generator has done so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of a tournament: the attempts from number `first` on (0-based), `size` of them.

    `asked` are those of it that were asked for so far, `before` how each generator did before it.
    """

    first: int
    size: int
    asked: tuple[Attempt, ...]
    before: Mapping[str, Showing]

    @property
    def left(self) -> int:
        """How many of its places haven't been asked for."""
        return max(0, self.size - len(self.asked))

    def known(self, generator: Generator) -> Showing:
        """How a generator did before this round."""
        return self.before.get(generator.name, NO_SHOWING)


def attempts_allowed(board: Board, budget: Budget, attempts: int, generators: int) -> int:
    """How many attempts a mode may ask for in all.

    Where it wasn't said (0): as many as the roster has, or four for each generator up to fifty.
    """
    allowed = attempts or max(len(board.roster), min(EACH * generators, MOST_BY_DEFAULT))
    allowed = max(allowed, budget.min_attempts)
    return allowed if budget.max_attempts is None else min(allowed, budget.max_attempts)


def start_of(board: Board, every: int) -> int:
    """The number of the attempt with which the round began, where each has `every` attempts.

    While anything of a round runs it is still that one.
    """
    asked = len(board.attempts)
    return (asked - 1 if asked and board.running else asked) // every * every


def round_from(board: Board, first: int, size: int) -> Round:
    """The round that begins with attempt number `first`; costs what has been asked of it."""
    asked = asked_between(board, first, len(board.attempts))
    before = dict(board.showings)
    for attempt in asked:
        name = attempt.instance.generator.name
        before[name] = _without(before[name], board.candidates.get(attempt.id))
    return Round(first=first, size=size, asked=asked, before=before)


def asked_between(board: Board, first: int, end: int) -> tuple[Attempt, ...]:
    """The attempts from number `first` on, before number `end`: `ask` names them by number."""
    return tuple(board.attempts[f"c{number + 1}"] for number in range(first, end))


def can_be_asked(generator: Generator, known: Showing) -> bool:
    """Whether another attempt of a generator may tell anything new.

    At temperature 0 a second answer would be the first one. And a generator of which
    infrastructure keeps losing the attempts is let be, so that others get them.
    """
    if generator.temperature == 0 and known.asked:
        return False
    faults = known.ended - known.plays
    return faults < MOST_FAULTS or faults <= known.plays


def places(
    size: int, players: Sequence[Generator], weights: Mapping[str, float], least: int
) -> dict[str, int]:
    """How many of a round's places each has: by weight, and one each for those without any.

    Those without a weight are those of which nothing is known; what is beyond their one place and
    nobody with a weight is there for is shared evenly, but at temperature 0 one place is all.
    """
    single = [one for one in players if one.name not in weights][:size]
    counts = {one.name: 1 for one in single}
    many = [one.name for one in players if one.temperature != 0]
    weighed = [name for name in many if name in weights] or many
    claims = [weights.get(name, 1.0) for name in weighed]
    for name, part in zip(weighed, shared_out(size - len(single), claims, least), strict=True):
        counts[name] = counts.get(name, 0) + part
    return counts


def next_instances(
    board: Board, now: Round, players: Sequence[Generator], counts: Mapping[str, int]
) -> tuple[Instance, ...]:
    """The instances to be asked next in a round of which each has so many places.

    Generators of one model stand together, so that a host needn't change models to and fro.
    """
    had = Counter(attempt.instance.generator.name for attempt in now.asked)
    wanted = {one.name: counts.get(one.name, 0) - had[one.name] for one in players}
    chosen = [
        who
        for one in by_model(players)
        for who in next_copies(board, one, max(0, wanted[one.name]))
    ]
    return tuple(chosen[: now.left])


def by_model(players: Iterable[Generator]) -> tuple[Generator, ...]:
    """Generators with those of one model together, in the order in which each first stands."""
    groups: dict[tuple[str, int], list[Generator]] = {}
    for one in players:
        groups.setdefault((one.model, one.num_ctx), []).append(one)
    return tuple(one for group in groups.values() for one in group)


def good_enough(board: Board, budget: Budget, enough: float) -> Candidate | None:
    """The first candidate that could win and has a reward of `enough` (0: never enough)."""
    if not enough or len(board.candidates) < budget.min_attempts:
        return None
    for candidate in board.candidates.values():
        passed = candidate.status is Status.PASSED and not shortfalls(candidate, board.criteria)
        if passed and (candidate.reward or 0.0) >= enough:
            return candidate
    return None


def means(players: Iterable[Generator], known: Known) -> dict[str, float]:
    """The mean reward of each generator that has played, by name; all 0 until somebody has passed.

    Near misses say little of who will pass, and to prefer them is to look in fewer places: until
    there is a program that passes, an even hand finds one soonest (`tests/bench/modes.py`).
    Rounded, since sums that were added up in another order may differ in the last digit.
    """
    played = [one for one in players if known(one).plays]
    passed = somebody_passed(played, known)
    return {one.name: round(known(one).mean_reward or 0.0, 9) if passed else 0.0 for one in played}


def somebody_passed(players: Iterable[Generator], known: Known) -> bool:
    """Whether any of these has passed."""
    return any(known(one).passes for one in players)


def _without(showing: Showing, candidate: Candidate | None) -> Showing:
    """A showing as it was before an attempt that has ended so, or hasn't."""
    if candidate is None:
        return replace(showing, asked=showing.asked - 1)
    return replace(
        showing,
        asked=showing.asked - 1,
        ended=showing.ended - 1,
        plays=showing.plays - (candidate.status in MODEL_OUTCOMES),
        passes=showing.passes - (candidate.status is Status.PASSED),
        rewards=showing.rewards - (candidate.reward or 0.0),
    )
