"""What a broken-off tournament had come to, so that it can be gone on with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from paragen.domain.board import Board
from paragen.domain.candidate import INTERRUPTED_KIND, UNJUDGED_KIND, Candidate, Fault
from paragen.domain.generator import Answer, Attempt
from paragen.domain.retry import Retry
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.domain.tournament import Run

_INTERRUPTED = Fault(kind=INTERRUPTED_KIND, message="Interrupted; it is asked again at a resume.")
_UNJUDGED = Fault(kind=UNJUDGED_KIND, message="Answered, but not judged; it is judged at a resume.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A tournament as it is on record: what was asked, in order, and what ended, in that order.

    `run` is what came of one that is over, which isn't played again; `started_at` is when one that
    isn't had begun (empty: it had not). One that was over and is `reopened` has its whole deadline
    again: what it spent before would end it before anything is answered. `earlier` is what had
    ended of that which is asked again: it counts where that is called off. Of what is asked again,
    `answered` has what needs only a verdict, by id.
    """

    attempts: tuple[Attempt, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    run: Run | None = None
    started_at: str = ""
    reopened: bool = False
    earlier: tuple[Candidate, ...] = ()
    answered: Mapping[str, Candidate] = field(default_factory=dict)

    @property
    def played_s(self) -> float:
        """How long it had been played when its last candidate ended."""
        ends = (c.started_s + c.wall_s for c in self.candidates if c.started_s is not None)
        return max(ends, default=0.0)


def kept(candidates: Iterable[Candidate], retry: Retry = Retry.NONE) -> tuple[Candidate, ...]:
    """The candidates that stay when a session is gone on with; the others are asked again.

    What was broken off doesn't stay; what a mode cancelled does.
    """
    return tuple(c for c in candidates if not _is_asked_again(c, retry))


def unjudged(attempt: Attempt, host: str | None, answer: Answer) -> Candidate:
    """What stands for an attempt's candidate from its answer until its verdict."""
    return Candidate(
        attempt=attempt, status=Status.NOT_JUDGED, host=host, answer=answer, error=_UNJUDGED
    )


def broken_off(candidate: Candidate) -> bool:
    """Whether an attempt hadn't come to an end of its own when its session was broken off."""
    return _kind(candidate) in (INTERRUPTED_KIND, UNJUDGED_KIND)


def answered(candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    """Those with a whole answer and no verdict, by id: no host needs to be asked for them again."""
    return {
        one.id: one
        for one in candidates
        if one.status is Status.NOT_JUDGED or _kind(one) == UNJUDGED_KIND
    }


def marked(candidate: Candidate) -> Candidate:
    """A candidate that ended at an interrupt: marked, where it is the interrupt that ended it."""
    if candidate.status is not Status.CANCELLED:
        return candidate
    # Only what was being judged has a verdict: its answer is whole.
    return replace(candidate, error=_INTERRUPTED if candidate.verdict is None else _UNJUDGED)


def rebuilt(board: Board, resumed: Resumed) -> Board:
    """An empty board after all that is on record: what was asked and hasn't ended is in flight."""
    board = board.asked(resumed.attempts)
    for candidate in kept(resumed.candidates):
        board = board.asked((candidate.attempt,)).ended(candidate)
    return board


def _kind(candidate: Candidate) -> str | None:
    return None if candidate.error is None else candidate.error.kind


def _is_asked_again(candidate: Candidate, retry: Retry) -> bool:
    if broken_off(candidate):
        return True
    if candidate.status is Status.CANCELLED:
        return False
    if candidate.status in MODEL_OUTCOMES:
        return retry is Retry.FAILED and candidate.status is not Status.PASSED
    return retry is not Retry.NONE
