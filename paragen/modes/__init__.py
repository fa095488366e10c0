"""Ways of spending a generation budget: each a pure function from a board to the next step.

No clock, no threads, and no randomness but the board's seed: so a mode runs in a simulator with
virtual time, under property tests, and again after a crash. A mode is a module with a function
`step(board, budget, options)` and a dataclass `Options`; a new one is one file and one row here,
and one in domain.fair if its plays are fair evidence. One that has something to say before it is
played has a function `notes(roster, options)` too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from paragen.domain.board import Board, Budget, Step
from paragen.domain.errors import UsageError
from paragen.domain.generator import Instance
from paragen.domain.plan import Written
from paragen.domain.status import Status
from paragen.modes.ask import ask
from paragen.modes.options import filled
from paragen.parse.nearest import did_you_mean

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class _Row:
    module: str
    help: str
    compares: bool = False


_TABLE: Mapping[str, _Row] = {
    "all": _Row("paragen.modes.all", "everyone plays, to the end"),
    "race": _Row("paragen.modes.race", "the first program that passes wins"),
    "quorum": _Row("paragen.modes.quorum", "until enough programs agree", compares=True),
    "escalate": _Row(
        "paragen.modes.escalate", "cheap generators first, dearer ones if need be", compares=True
    ),
    "adaptive": _Row(
        "paragen.modes.adaptive", "more attempts where programs disagree", compares=True
    ),
    "bandit": _Row("paragen.modes.bandit", "more attempts of the generators that do well"),
    "prune": _Row("paragen.modes.prune", "generators that fall behind are dropped"),
}

MODES: Mapping[str, str] = {name: row.help for name, row in _TABLE.items()}
"""What there is, with a line about each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A mode with its options: `step` decides what is next.

    One that `compares` needs to know what programs answer to probe inputs. `notes` are sentences
    that a user should read before a roster plays.
    """

    name: str
    options: DataclassInstance
    step: Callable[[Board, Budget], Step]
    compares: bool
    notes: Callable[[Sequence[Instance]], tuple[str, ...]]


def find_mode(name: str, written: Mapping[str, Written] | None = None) -> Mode:
    """The mode of that name with what was written for its options.

    Raises UsageError, which lists what there is, for a mode or an option that there isn't.
    """
    row = _row(name)
    module = import_module(row.module)
    options = filled(module.Options, name, written or {})
    return Mode(
        name=name,
        options=options,
        step=partial(module.step, options=options),
        compares=row.compares,
        notes=partial(getattr(module, "notes", _no_notes), options=options),
    )


def decide(mode: Mode, board: Board, budget: Budget) -> Step:
    """The mode's next step, within what holds for every mode: the budget, and that it ends.

    Whatever is still in flight when a tournament finishes is cancelled.
    """
    failed = _first_error(board) if budget.fail_fast else None
    if failed is not None:
        return Step(cancel=board.in_flight, finish=f"stopped at the first error ({failed})")
    step = mode.step(board, budget)
    if step.finish is not None and len(board.candidates) < budget.min_attempts:
        step = _go_on(board, step)
    if step.finish is not None:
        return replace(step, start=(), cancel=board.in_flight)
    start = step.start[: _room(board, budget)]
    if start or board.running:
        return Step(start=start, cancel=step.cancel)
    spent = budget.max_attempts is not None and len(board.attempts) >= budget.max_attempts
    return Step(finish="the budget is spent" if spent else "there is nothing more to ask")


def _go_on(board: Board, step: Step) -> Step:
    """Instead of an end that comes too early: wait for what runs, then ask who wasn't asked."""
    if board.running:
        return Step()
    asked = {attempt.instance for attempt in board.attempts.values()}
    others = [instance for instance in board.roster if instance not in asked]
    return Step(start=ask(board, others[:1])) if others else step


def _room(board: Board, budget: Budget) -> int | None:
    """How many more attempts may be asked for; None is no limit."""
    if budget.max_attempts is None:
        return None
    return max(0, budget.max_attempts - len(board.attempts))


def _row(name: str) -> _Row:
    if name not in _TABLE:
        hint = did_you_mean(name, _TABLE)
        raise UsageError(f"There is no mode {name!r}{hint or '.'} Modes: {', '.join(_TABLE)}.")
    return _TABLE[name]


def _no_notes(roster: Sequence[Instance], options: object) -> tuple[str, ...]:
    return ()


def _first_error(board: Board) -> str | None:
    # Not with `all`: here that name is the mode's module, once it is imported.
    if not any(showing.ended > showing.plays for showing in board.showings.values()):
        return None
    for candidate in board.candidates.values():
        if candidate.status is Status.ERROR:
            return candidate.attempt.instance.name
    return None
