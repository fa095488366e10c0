"""The driver itself: modes that break a law are found out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.generator import Attempt
from paragen.modes import Mode
from paragen.modes.ask import ask, ask_rest
from paragen.modes.options import NoOptions
from tests.modes.driver import TESTED, play, roster

COUNTER = iter(range(10**9))


def again_and_again(board: Board, budget: Budget) -> Step:
    return Step(start=ask(board, board.roster[:1]))


def same_id(board: Board, budget: Budget) -> Step:
    return Step(start=tuple(Attempt(id="c1", instance=who) for who in board.roster))


def different_each_time(board: Board, budget: Budget) -> Step:
    return Step(finish=f"it is {next(COUNTER)}")


def calls_off_who_has_ended(board: Board, budget: Budget) -> Step:
    rest = ask_rest(board)
    return Step(start=rest, cancel=tuple(board.candidates))


def takes_back_its_finish(board: Board, budget: Budget) -> Step:
    if board.running == 1:
        return Step(finish="one is left")
    if len(board.candidates) == len(board.roster):
        return Step(start=ask(board, board.roster[:1]))
    return Step(start=ask_rest(board))


def a_whole_sentence(board: Board, budget: Budget) -> Step:
    return Step(finish="That was it.")


@pytest.mark.parametrize(
    "step",
    [
        again_and_again,
        same_id,
        different_each_time,
        calls_off_who_has_ended,
        takes_back_its_finish,
        a_whole_sentence,
    ],
)
def test_a_mode_that_breaks_a_law_is_found_out(step: Callable[[Board, Budget], Step]) -> None:
    mode = Mode(name="bad", options=NoOptions(), step=step, compares=False, notes=lambda roster: ())

    @settings(max_examples=3, database=None, phases=[Phase.generate])
    @given(st.data())
    def played(data: st.DataObject) -> None:
        play(mode, Board(task=TESTED, roster=roster("a", "b", "c")), Budget(), data)

    with pytest.raises(AssertionError):
        played()
