"""Everyone plays, to the end."""

from __future__ import annotations

from paragen.domain.board import Board, Budget, Step
from paragen.modes.ask import ask_rest
from paragen.modes.options import NoOptions as Options

__all__ = ["Options", "step"]


def step(board: Board, budget: Budget, options: Options) -> Step:
    """Ask every instance once; finish when all have ended."""
    rest = ask_rest(board)
    if rest or board.running:
        return Step(start=rest)
    return Step(finish="everyone has played")
