"""The first program that passes wins, and everyone else is called off.

A pass that falls short of the criteria can't win, so the race goes on past it.
"""

from __future__ import annotations

from paragen.domain.board import Board, Budget, Step
from paragen.modes.ask import ask_rest
from paragen.modes.evidence import can_win, passed
from paragen.modes.options import NoOptions as Options

__all__ = ["Options", "step"]


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Ask everyone at once; finish at the first candidate that passed and is acceptable.

    Without tests that is the first whose program can be loaded, within the criteria.
    """
    through = passed(board)
    first = next((one for one in through if can_win(board, one)), None)
    if first is not None:
        what = "that passed" if board.task.has_tests else "acceptable one (nothing was tested)"
        finish = f"the first {what} is {first.attempt.instance.name}"
        return Step(finish=finish, among=(first.id,))
    rest = ask_rest(board)
    if rest or board.running:
        return Step(start=rest)
    none = "nobody who passed is acceptable" if through else "nobody passed"
    return Step(finish=f"everyone has played, and {none}")
