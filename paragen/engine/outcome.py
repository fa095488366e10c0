"""From a finished board to the run: pure, so that it can be done again on stored candidates."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate
from paragen.domain.status import Status
from paragen.domain.tournament import Run, SandboxState
from paragen.judge.select import rank, select

WINNER, NO_WINNER, NO_HOST, INTERRUPTED = 0, 1, 3, 130


def conclude(
    run: Run,
    board: Board,
    *,
    finish: str,
    wall_s: float,
    interrupted: bool,
    among: Collection[str] = (),
) -> Run:
    """The run with its ranking, winner, reason and exit code.

    `finish` is why it ended, `among` are the ids of the candidates on which that rests, if any.
    """
    ranking = rank(tuple(board.candidates.values()), run.criteria, among)
    winner, reason = select(ranking, run.criteria, among)
    code = exit_code(ranking, winner, interrupted=interrupted)
    if code == NO_HOST:
        reason = f"No host could answer. {_first_error(ranking)}"
    if interrupted or among or finish.startswith("stopped"):
        reason = f"{finish[:1].upper()}{finish[1:]}. {reason}"
    return replace(
        run,
        ranking=ranking,
        winner=winner,
        reason=reason,
        finish=finish,
        exit_code=code,
        wall_s=wall_s,
        sandbox=_sandbox(run.sandbox, ranking),
    )


def not_played(run: Run, needed: str) -> Run:
    """The run of a task that needs the program of another, of which none was acceptable."""
    return replace(
        run,
        reason=f"Not played: it needs {needed}, which has no winner.",
        finish="not played",
        exit_code=NO_WINNER,
    )


def exit_code(ranking: tuple[Candidate, ...], winner: str | None, *, interrupted: bool) -> int:
    """0 a winner, 1 none, 3 where no host answered anything, 130 interrupted."""
    if interrupted:
        return INTERRUPTED
    if winner is not None:
        return WINNER
    silent = [c for c in ranking if c.status is Status.ERROR and c.answer is None]
    asked = [c for c in ranking if c.status is not Status.CANCELLED]
    return NO_HOST if asked and len(silent) == len(asked) else NO_WINNER


def session_exit_code(runs: tuple[Run, ...]) -> int:
    """0 only if every run has a winner; else 130 if one was interrupted, 3 if none was answered."""
    codes = {run.exit_code for run in runs}
    if INTERRUPTED in codes:
        return INTERRUPTED
    if codes == {WINNER}:
        return WINNER
    return NO_HOST if codes == {NO_HOST} else NO_WINNER


def _first_error(ranking: tuple[Candidate, ...]) -> str:
    return next((c.error.message for c in ranking if c.error is not None), "")


def _sandbox(state: SandboxState, ranking: tuple[Candidate, ...]) -> SandboxState:
    """Sealed only if every verdict was: one that wasn't makes the run's word weaker."""
    verdicts = [c.verdict for c in ranking if c.verdict is not None and c.verdict.level]
    if not verdicts:
        return state
    return replace(state, sealed=all(v.sealed for v in verdicts))
