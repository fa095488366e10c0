"""The mode `race`."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.status import Status
from paragen.modes import decide, find_mode
from tests.modes.driver import STRICT, TESTED, UNTESTED, after, ended, roster

RACE = find_mode("race")


def started(tested: bool = True, size: int = 4) -> Board:
    board = Board(task=TESTED if tested else UNTESTED, roster=roster("g", copies=size))
    step = decide(RACE, board, Budget())
    assert len(step.start) == size, "everyone starts at once"
    return board.asked(step.start)


def next_step(board: Board) -> Step:
    return decide(RACE, board, Budget())


def test_the_first_pass_ends_it_and_calls_off_everyone_else() -> None:
    board = started()
    board = after(board, ended(board.attempts["c3"], Status.FAILED))
    assert next_step(board) == Step()
    board = after(board, ended(board.attempts["c2"]))
    assert next_step(board) == Step(
        cancel=("c1", "c4"), finish="the first that passed is g#1", among=("c2",)
    )


def test_without_tests_the_first_acceptable_one_wins() -> None:
    board = replace(started(tested=False), criteria=STRICT)
    board = after(board, ended(board.attempts["c1"], quality=0.2))
    assert next_step(board).finish is None
    board = after(board, ended(board.attempts["c4"], quality=0.9))
    assert next_step(board).finish == "the first acceptable one (nothing was tested) is g#3"


def test_a_pass_that_cannot_win_does_not_end_it() -> None:
    board = replace(started(size=2), criteria=STRICT)
    board = after(board, ended(board.attempts["c1"], quality=0.2))
    assert next_step(board) == Step()
    board = after(board, ended(board.attempts["c2"], Status.FAILED))
    assert next_step(board).finish == "everyone has played, and nobody who passed is acceptable"


@given(st.permutations(range(6)), st.lists(st.sampled_from(Status), min_size=6, max_size=6))
def test_it_ends_exactly_at_the_first_pass(order: list[int], statuses: list[Status]) -> None:
    board = started(size=6)
    for number in order:
        assert next_step(board).finish is None
        board = after(board, ended(board.attempts[f"c{number + 1}"], statuses[number]))
        if statuses[number] is Status.PASSED:
            finish = next_step(board).finish
            assert finish is not None and finish.startswith("the first that passed is g")
            return
    assert next_step(board).finish == "everyone has played, and nobody passed"
