"""Everyone plays, to the end."""

from __future__ import annotations

from paragen.domain.board import Board, Budget, Step
from paragen.modes.ask import ask
from paragen.modes.options import NoOptions as Options

__all__ = ["Options", "step"]


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Ask every instance once; finish when all have ended."""
    asked = len(board.attempts)
    if asked < len(board.roster):
        return Step(start=ask(board, board.roster[asked:]))
    return Step() if board.running else Step(finish="everyone has played")
