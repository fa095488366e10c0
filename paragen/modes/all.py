"""Everyone plays, to the end."""

from __future__ import annotations

from paragen.domain.board import Board, Budget, Step
from paragen.domain.generator import Attempt


def step(board: Board, budget: Budget) -> Step:
    """Ask every instance once, within the budget; finish when all have ended."""
    asked = len(board.attempts)
    wanted = len(board.roster)
    if budget.max_attempts is not None:
        wanted = min(wanted, budget.max_attempts)
    room = wanted - asked
    in_flight = asked - len(board.candidates)
    if budget.max_in_flight is not None:
        room = min(room, budget.max_in_flight - in_flight)
    if room > 0:
        return Step(
            start=tuple(
                Attempt(id=f"c{number + 1}", instance=board.roster[number])
                for number in range(asked, asked + room)
            )
        )
    if in_flight == 0 and asked >= wanted:
        return Step(finish="everyone has played")
    return Step()
