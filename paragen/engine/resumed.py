"""What a broken-off tournament had come to, so that it can be gone on with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate, Fault
from paragen.domain.generator import Attempt
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.domain.tournament import Run

INTERRUPTED_KIND = "interrupted"
"""The kind of fault of candidates that an interrupt called off: they are asked again."""


class Retry(StrEnum):
    """Which attempts that have ended are asked again when a session is gone on with."""

    NONE = "none"
    ERRORS = "errors"
    """Those that ended by no doing of the model's: errors, and what could not be judged."""
    FAILED = "failed"
    """These, and all that gave no program that passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A tournament as it is on record: what was asked, in order, and what ended, in that order.

    `run` is what came of one that is over, which isn't played again; `started_at` is when one that
    isn't had begun (empty: it had not). One that was over and is `reopened` has its whole deadline
    again: what it spent before would end it before anything is answered. `earlier` is what had
    ended of that which is asked again: it counts where that is called off.
    """

    attempts: tuple[Attempt, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    run: Run | None = None
    started_at: str = ""
    reopened: bool = False
    earlier: tuple[Candidate, ...] = ()

    @property
    def played_s(self) -> float:
        """How long it had been played when its last candidate ended."""
        ends = (c.started_s + c.wall_s for c in self.candidates if c.started_s is not None)
        return max(ends, default=0.0)


def kept(
    attempts: Iterable[Attempt], candidates: Iterable[Candidate], retry: Retry = Retry.NONE
) -> tuple[Candidate, ...]:
    """The candidates that stay when a session is gone on with; the others are asked again.

    What an interrupt called off doesn't stay; what a mode cancelled does, and what another of the
    attempts builds on.
    """
    parents = {parent for attempt in attempts for parent in attempt.parents}
    return tuple(c for c in candidates if c.id in parents or not _is_asked_again(c, retry))


def marked(candidate: Candidate) -> Candidate:
    """A candidate that ended at an interrupt: marked, where it is the interrupt that ended it."""
    if candidate.status is not Status.CANCELLED:
        return candidate
    fault = Fault(kind=INTERRUPTED_KIND, message="Interrupted; it is asked again at a resume.")
    return replace(candidate, error=fault)


def rebuilt(board: Board, resumed: Resumed) -> Board:
    """An empty board after all that is on record: what was asked and hasn't ended is in flight."""
    board = board.asked(resumed.attempts)
    for candidate in kept(resumed.attempts, resumed.candidates):
        board = board.asked((candidate.attempt,)).ended(candidate)
    return board


def _is_asked_again(candidate: Candidate, retry: Retry) -> bool:
    if candidate.status is Status.CANCELLED:
        return candidate.error is not None and candidate.error.kind == INTERRUPTED_KIND
    if candidate.status in MODEL_OUTCOMES:
        return retry is Retry.FAILED and candidate.status is not Status.PASSED
    return retry is not Retry.NONE
