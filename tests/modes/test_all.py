"""The mode `all`, and what is decided for every mode."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.errors import UsageError
from paragen.domain.status import Status
from paragen.modes import decide, find_mode
from tests.modes.driver import TESTED, after, boards, budgets, ended, play, roster

ALL = find_mode("all")


@given(start=boards(), budget=budgets(), data=st.data())
def test_everyone_is_asked_once_as_far_as_the_budget_goes(
    start: Board, budget: Budget, data: st.DataObject
) -> None:
    played = play(ALL, start, budget, data)
    most = len(start.roster) if budget.max_attempts is None else budget.max_attempts
    asked = [attempt.instance for attempt in played.board.attempts.values()]
    assert asked == list(start.roster[: len(asked)])
    stopped = str(played.last.finish).startswith("stopped")
    assert stopped or len(played.board.candidates) == min(len(start.roster), most)


def test_all_start_at_once() -> None:
    step = decide(ALL, Board(task=TESTED, roster=roster("g", copies=5)), Budget())
    assert [attempt.id for attempt in step.start] == ["c1", "c2", "c3", "c4", "c5"]


def test_fail_fast_stops_at_an_error_and_at_nothing_else() -> None:
    board = Board(task=TESTED, roster=roster("a", "b", "c"))
    board = board.asked(decide(ALL, board, Budget()).start)
    fast = Budget(fail_fast=True)
    for status in (Status.CANCELLED, Status.NOT_JUDGED, Status.CRASHED):
        other = after(board, ended(board.attempts["c1"], status))
        assert decide(ALL, other, fast) == Step()
    failed = after(board, ended(board.attempts["c2"], Status.ERROR))
    assert decide(ALL, failed, Budget()) == Step()
    assert decide(ALL, failed, fast) == Step(
        cancel=("c1", "c3"), finish="stopped at the first error (b)"
    )


def test_who_plays_beyond_an_early_end_is_who_was_not_asked() -> None:
    board = Board(task=TESTED, roster=roster("a", "b", "c"))
    early = replace(ALL, step=lambda board, budget: Step(finish="that will do"))
    step = decide(early, board, Budget(min_attempts=2))
    assert [attempt.instance.name for attempt in step.start] == ["a"]
    board = board.asked(step.start)
    assert decide(early, board, Budget(min_attempts=2)) == Step()
    board = after(board, ended(board.attempts["c1"]))
    step = decide(early, board, Budget(min_attempts=2))
    assert [attempt.instance.name for attempt in step.start] == ["b"]
    assert decide(early, board, Budget(min_attempts=2, max_attempts=1)).finish == (
        "the budget is spent"
    )
    assert decide(early, board, Budget(min_attempts=1)).finish == "that will do"


def test_an_unknown_mode_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="Modes: all, race"):
        find_mode("al")
