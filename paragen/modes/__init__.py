"""Ways of spending a generation budget: each a pure function from a board to the next step.

No clock, no threads, and no randomness but the board's seed: so a mode runs in a simulator with
virtual time, under property tests, and again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from paragen.domain.board import Board, Budget, Step
from paragen.domain.errors import UsageError
from paragen.domain.status import Status

Mode = Callable[[Board, Budget], Step]

MODES: Mapping[str, str] = {"all": "paragen.modes.all"}


def find_mode(name: str) -> Mode:
    """The mode of that name; raises UsageError, which lists the names that there are."""
    if name not in MODES:
        raise UsageError(f"There is no mode {name!r}. Modes: {', '.join(MODES)}.")
    return cast(Mode, import_module(MODES[name]).step)


def decide(mode: Mode, board: Board, budget: Budget) -> Step:
    """The mode's next step, after what holds for every mode: fail fast, if asked for.

    Whatever is still in flight when a tournament finishes is cancelled.
    """
    if budget.fail_fast:
        for candidate in board.candidates.values():
            if candidate.status is Status.ERROR:
                name = candidate.attempt.instance.name
                return Step(cancel=board.in_flight, finish=f"stopped at the first error ({name})")
    step = mode(board, budget)
    if step.finish is None:
        return step
    return Step(cancel=board.in_flight, finish=step.finish)
