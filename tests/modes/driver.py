"""Plays any mode through whatever Hypothesis draws, and holds every step to what all must keep."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.command import CaseResult, Outcome
from paragen.domain.generator import Answer, Attempt, Generator, Instance, instance
from paragen.domain.plan import Written
from paragen.domain.standing import Standing
from paragen.domain.status import JUDGED, Status
from paragen.domain.task import Task, TestCode
from paragen.domain.tournament import Criteria, Weights
from paragen.modes import Mode, decide, find_mode

UNTESTED = Task(name="t", prompt="p", sha256="0")
TESTED = dataclasses.replace(UNTESTED, tests=(TestCode(source="assert f()", origin="t.md"),))
CRITERIA = Criteria(weights=Weights(quality=1, speed=0))
STRICT = dataclasses.replace(CRITERIA, min_quality=0.5)
MODELS = ("small:1b", "coder:7b", "other:7b", "large:14b", "nameless")
MOST_STEPS = 150


def roster(*names: str, copies: int = 1, temperature: float = 0.3) -> tuple[Instance, ...]:
    """Generators of these names, each with its name as its model, and so many copies of each."""
    return tuple(
        instance(Generator(name=name, model=name, temperature=temperature), copy, 0)
        for name in names
        for copy in range(copies)
    )


def ended(
    attempt: Attempt,
    status: Status = Status.PASSED,
    *,
    does: str | None = "a",
    quality: float = 0.8,
    cases: int = 0,
) -> Candidate:
    """The end of an attempt; `does` are its answers to probe inputs, a letter each."""
    judged = status in JUDGED
    outcome = Outcome.PASSED if status is Status.PASSED else Outcome.FAILED
    results = tuple(CaseResult(name=f"case{n}", outcome=outcome) for n in range(cases))
    verdict = Verdict(
        status=status,
        tests_passed=cases if status is Status.PASSED else 0,
        tests_total=cases,
        cases=results,
    )
    passed = status is Status.PASSED
    scores = Scores(evaluator=None, quality=quality, speed=1.0, combined=quality)
    return Candidate(
        attempt=attempt,
        status=status,
        answer=Answer(text="…", decode_s=1.0) if judged else None,
        code=f"def f():\n    return {does!r}\n" if judged else None,
        verdict=verdict if judged else None,
        outputs=tuple(does) if judged and does is not None else None,
        scores=scores if passed else None,
    )


def after(board: Board, *ends: Candidate) -> Board:
    """The board once these have ended."""
    for candidate in ends:
        board = board.ended(candidate)
    return board


def room_for(step: Step, board: Board, most: int | None) -> tuple[Attempt, ...]:
    """The first of what a step starts, so that at most so many are in flight; None is no bound."""
    return step.start if most is None else step.start[: max(0, most - board.running)]


def rebuilt(board: Board) -> Board:
    """The board as resume makes it: anew, from its attempts and candidates."""
    empty = Board(
        task=board.task,
        roster=board.roster,
        criteria=board.criteria,
        seed=board.seed,
        standings=board.standings,
    )
    asked = empty.asked(tuple(board.attempts.values()))
    return after(asked, *board.candidates.values())


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Tournaments that nobody has played in yet."""
    instances: list[Instance] = []
    for number in range(draw(st.integers(0, 4))):
        temperature = draw(st.sampled_from((0.3, 0.7, 0.0)))
        one = Generator(
            name=f"g{number}", model=draw(st.sampled_from(MODELS)), temperature=temperature
        )
        copies = draw(st.integers(1, 3)) if temperature else 1
        instances += (instance(one, copy, 0) for copy in range(copies))
    names = sorted({who.generator.name for who in instances})
    known = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    return Board(
        task=draw(st.sampled_from((TESTED, UNTESTED))),
        roster=tuple(instances),
        criteria=draw(st.sampled_from((CRITERIA, STRICT))),
        seed=draw(st.integers(0, 3)),
        standings={name: draw(standings()) for name in known},
    )


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """What history may say of a generator."""
    plays = draw(st.integers(0, 20))
    passes = draw(st.integers(0, plays))
    reward = draw(st.floats(0, 1)) if plays else None
    return Standing(plays=plays, passes=passes, runs=plays, wins=passes, mean_reward=reward)


def budgets() -> st.SearchStrategy[Budget]:
    """What a user may allow; most leave it open."""
    return st.builds(
        Budget,
        max_attempts=st.none() | st.integers(0, 15),
        min_attempts=st.just(0) | st.integers(0, 8),
        fail_fast=st.booleans(),
    )


@st.composite
def written_options(draw: st.DrawFn, name: str) -> Mapping[str, Written]:
    """Options that a user may write for the mode of that name; a few at a time."""
    kind = type(find_mode(name).options)
    fields = {one.name: one for one in dataclasses.fields(kind)}
    types = get_type_hints(kind)
    chosen = draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    values = {one: draw(_values(types[one], fields[one].metadata)) for one in chosen}
    return {one: value for one, value in values.items() if value is not None}


def _values(kind: object, said: Mapping[str, Any]) -> st.SearchStrategy[Written | None]:
    least, most = said["least"], said["most"]
    if kind is bool:
        return st.booleans()
    if kind is int:
        low = 0 if least is None else int(least)
        return st.integers(low, low + 8 if most is None else min(int(most), low + 8))
    if kind is float:
        low_f = 0.0 if least is None else float(least)
        return st.floats(low_f, low_f + 2 if most is None else float(most))
    if said["among"]:
        return st.sampled_from(said["among"])
    return st.none()


@st.composite
def ends(draw: st.DrawFn, attempt: Attempt) -> Candidate:
    """Any end of an attempt: half of them pass."""
    status = draw(st.just(Status.PASSED) | st.sampled_from(Status))
    return ended(
        attempt,
        status,
        does=draw(st.sampled_from(("aaa", "aab", "bbb", None))),
        quality=draw(st.sampled_from((0.2, 0.8, 0.9))),
        cases=draw(st.sampled_from((2, 0))),
    )


@dataclass(frozen=True)
class Played:
    """A tournament that was played to its end."""

    board: Board
    last: Step


def play(
    mode: Mode, start: Board, budget: Budget, data: st.DataObject, most: int | None = None
) -> Played:
    """Play to the finish, attempts ending as drawn; every step keeps the laws of all modes.

    At most so many are in flight: a mode that isn't granted all that it asks for asks again.
    """
    now = start
    called_off: set[str] = set()
    for _ in range(MOST_STEPS):
        step = decide(mode, now, budget)
        assert step == decide(mode, now, budget), "the same board gives the same step"
        assert step == decide(mode, rebuilt(now), budget), "after a crash too"
        _keeps_the_laws(step, now, budget)
        if step.finish is not None:
            _stays_finished(mode, now, budget)
            return Played(board=now, last=step)
        now = now.asked(room_for(step, now, most))
        called_off.update(step.cancel)
        for _ in range(min(now.running, data.draw(st.integers(1, 3)))):
            attempt = now.attempts[data.draw(st.sampled_from(now.in_flight))]
            # A cancelled one may have ended before the word reached it.
            heard = attempt.id in called_off and data.draw(st.booleans())
            end = ended(attempt, Status.CANCELLED) if heard else data.draw(ends(attempt))
            now = now.ended(end)
    raise AssertionError("the mode never ended")


def played_by(name: str, data: st.DataObject) -> tuple[Board, Budget, Played]:
    """A tournament in that mode, all of it drawn."""
    start, budget = data.draw(boards()), data.draw(budgets())
    mode = find_mode(name, data.draw(written_options(name)))
    most = data.draw(st.none() | st.integers(1, 5))
    return start, budget, play(mode, start, budget, data, most)


def _keeps_the_laws(step: Step, board: Board, budget: Budget) -> None:
    new = [attempt.id for attempt in step.start]
    assert len({*new}) == len(new), "ids are unique"
    assert not any(one in board.attempts for one in new), "and new"
    assert set(step.cancel) <= set(board.in_flight), "only what is in flight can be cancelled"
    if budget.max_attempts is not None:
        assert len(board.attempts) + len(new) <= budget.max_attempts
    if step.finish is None:
        assert new or board.running, "a mode that waits for nothing never ends"
        assert not step.among
        return
    assert not new, "nothing starts at the end"
    assert step.cancel == board.in_flight, "and nothing goes on"
    assert step.finish.strip() == step.finish != "", "the reason is there"
    assert not step.finish.endswith("."), "and can be part of a sentence"
    names = {who.generator.name for who in board.roster}
    first = re.split("[ #]", step.finish)[0]
    assert first not in names, "or begin one: a name isn't written with a capital"
    assert all(board.candidates[one].status is Status.PASSED for one in step.among)
    _has_played_enough(step, board, budget)


def _has_played_enough(step: Step, board: Board, budget: Budget) -> None:
    if budget.fail_fast and any(c.status is Status.ERROR for c in board.candidates.values()):
        assert step.finish is not None and step.finish.startswith("stopped at the first error")
        return
    possible = len(board.roster)
    if budget.max_attempts is not None:
        possible = min(possible, budget.max_attempts)
    assert len(board.candidates) >= min(budget.min_attempts, possible)


def _stays_finished(mode: Mode, board: Board, budget: Budget) -> None:
    """A finish whose record was lost is found again once what was in flight is called off."""
    off = after(board, *(ended(board.attempts[one], Status.CANCELLED) for one in board.in_flight))
    again = decide(mode, off, budget)
    assert again.finish is not None
    assert not again.start
