"""Whose plays are fair evidence: who is asked and judged, whoever passes and answers first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.fair import EVERY_PLAY, FIRST_COPY
from paragen.domain.status import Status
from paragen.modes import MODES, decide, find_mode
from tests.modes.driver import TESTED, after, ended, play, roster, written_options

GENERATORS = ("a", "b", "c")


def test_what_is_fair_is_said_of_modes_and_options_that_there_are() -> None:
    assert set(MODES) >= EVERY_PLAY | FIRST_COPY.keys()
    assert EVERY_PLAY.isdisjoint(FIRST_COPY)
    for name, options in FIRST_COPY.items():
        usual = find_mode(name).options
        assert {one: getattr(usual, one) for one in options} == options, "as they are unsaid"


@pytest.mark.parametrize("name", sorted(EVERY_PLAY | FIRST_COPY.keys()))
@settings(max_examples=60)
@given(data=st.data())
def test_fair_plays_are_asked_and_judged_whatever_comes_of_others(
    name: str, data: st.DataObject
) -> None:
    fixed = FIRST_COPY.get(name, {}).keys() | {"attempts"}
    options = data.draw(written_options(name))
    mode = find_mode(name, {one: value for one, value in options.items() if one not in fixed})
    called_off: set[str] = set()

    def watched(board: Board, budget: Budget) -> Step:
        step = mode.step(board, budget)
        called_off.update(step.cancel)
        return step

    start = Board(task=TESTED, roster=roster(*GENERATORS, copies=2))
    board = play(replace(mode, step=watched), start, Budget(), data).board
    fair = {
        attempt.id: attempt.instance.name
        for attempt in board.attempts.values()
        if name in EVERY_PLAY or attempt.instance.copy == 0
    }
    assert len({*fair.values()}) == len(GENERATORS) * (2 if name in EVERY_PLAY else 1)
    assert fair.keys() <= board.candidates.keys() - called_off


def judged_when(name: str, written: dict[str, str], *, passing: str) -> set[str]:
    """Who is judged where `passing` answer first and pass, one after another, and others don't."""
    mode = find_mode(name, dict(written))
    board = Board(task=TESTED, roster=roster(*GENERATORS, copies=2), seed=1)
    judged: set[str] = set()
    while True:
        step = decide(mode, board, Budget())
        board = board.asked(step.start)
        board = after(board, *(ended(board.attempts[one], Status.CANCELLED) for one in step.cancel))
        if step.finish is not None:
            return judged
        waiting = [board.attempts[one] for one in board.in_flight]
        waiting.sort(key=lambda one: one.instance.generator.name not in passing)
        for attempt in waiting[:1]:
            name_of = attempt.instance.generator.name
            judged.add(name_of)
            status = Status.PASSED if name_of in passing else Status.FAILED
            board = board.ended(ended(attempt, status, quality=1.0))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("race", {}),
        ("quorum", {}),
        ("escalate", {"tiers": "a;b;c"}),
        ("adaptive", {}),
        ("bandit", {"enough": "0.7"}),
        ("prune", {"enough": "0.7"}),
    ],
)
def test_in_all_others_it_hangs_on_who_passes_first(name: str, written: dict[str, str]) -> None:
    assert judged_when(name, written, passing="ab") < judged_when(name, written, passing="")


def test_each_mode_is_one_or_the_other() -> None:
    assert MODES.keys() - EVERY_PLAY - FIRST_COPY.keys() == {
        "race",
        "quorum",
        "escalate",
        "adaptive",
    }, "a new mode is fair only where a test above says so"
