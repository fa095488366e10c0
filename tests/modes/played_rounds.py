"""Tournaments of rounds played with rewards that a test states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random

from paragen.domain.board import Board, Budget, Step
from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.generator import Attempt
from paragen.domain.status import Status
from paragen.modes import Mode, decide
from tests.modes.driver import room_for

OPEN = Budget()


def rewarded(attempt: Attempt, reward: float) -> Candidate:
    """The end of an attempt that has this reward, in steps of 1/2000."""
    if reward < 0.5:
        verdict = Verdict(status=Status.FAILED, tests_passed=round(2000 * reward), tests_total=1000)
        return Candidate(attempt=attempt, status=Status.FAILED, verdict=verdict)
    combined = 2 * reward - 1
    scores = Scores(evaluator=None, quality=combined, speed=combined, combined=combined)
    return Candidate(attempt=attempt, status=Status.PASSED, scores=scores)


def lost(attempt: Attempt) -> Candidate:
    """The end of an attempt that infrastructure lost."""
    return Candidate(attempt=attempt, status=Status.ERROR)


End = Callable[[Attempt], Candidate]


def by_rewards(rewards: Mapping[str, float]) -> End:
    """Every attempt of a generator ends with the same reward; without one it is lost."""

    def end(attempt: Attempt) -> Candidate:
        name = attempt.instance.generator.name
        return rewarded(attempt, rewards[name]) if name in rewards else lost(attempt)

    return end


def play_rounds(
    mode: Mode, start: Board, end: End, budget: Budget = OPEN, most: int | None = None
) -> tuple[Board, Sequence[Counter[str]], Step]:
    """Play with everything in flight ending together: the board, who was asked by round, the end.

    At most `most` are in flight; None is no bound.
    """
    now, rounds = start, list[Counter[str]]()
    for _ in range(500):
        step = decide(mode, now, budget)
        if step.finish is not None:
            return now, rounds, step
        begun = room_for(step, now, most)
        now = now.asked(begun)
        rounds.append(Counter(one.instance.generator.name for one in begun))
        for one in now.in_flight:
            now = now.ended(end(now.attempts[one]))
    raise AssertionError("the mode never ended")


def asked(board: Board) -> Counter[str]:
    """How often each generator was asked."""
    return Counter(one.instance.generator.name for one in board.attempts.values())


def play_one_by_one(
    mode: Mode, start: Board, end: End, most: int, chance: Random
) -> tuple[Board, Step]:
    """Play with attempts ending one by one, in any order, at most `most` in flight."""
    now = start
    for _ in range(2000):
        step = decide(mode, now, OPEN)
        if step.finish is not None:
            return now, step
        now = now.asked(room_for(step, now, most))
        one = now.attempts[chance.choice(now.in_flight)]
        called_off = Candidate(attempt=one, status=Status.CANCELLED)
        now = now.ended(called_off if one.id in step.cancel else end(one))
    raise AssertionError("the mode never ended")


def by_lots(seed: int) -> End:
    """Each attempt ends as lots have it for its generator and copy: passed, failed or lost."""

    def end(attempt: Attempt) -> Candidate:
        who = attempt.instance
        chance = Random(f"{seed}/{who.generator.name}/{who.copy}")
        return lost(attempt) if chance.random() < 0.1 else rewarded(attempt, chance.random())

    return end
