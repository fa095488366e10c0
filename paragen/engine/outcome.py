"""From a finished board to the run: pure, so that it can be done again on stored candidates."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate
from paragen.domain.errors import AnswerTruncated, EmptyAfterThinking
from paragen.domain.status import Status
from paragen.domain.tournament import Run, SandboxState
from paragen.judge.select import rank, select

WINNER, NO_WINNER, NO_HOST, INTERRUPTED = 0, 1, 3, 130
TOO_LONG = frozenset({AnswerTruncated.kind, EmptyAfterThinking.kind})
"""Errors of calls in which the host did its part."""
NOT_PLAYED = "not played"
"""Why a run ended that never began."""


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
        begun = any(candidate.answer is not None for candidate in ranking)
        reason = f"No host could answer{' to the end' if begun else ''}. {_first_error(ranking)}"
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
        finish=NOT_PLAYED,
        exit_code=NO_WINNER,
    )


def exit_code(ranking: tuple[Candidate, ...], winner: str | None, *, interrupted: bool) -> int:
    """0 a winner, 1 none, 3 where the hosts failed every call, 130 interrupted.

    A stream that broke off says as little of who plays as one that never began. An answer that was
    as long as it might be is one, if of no use.
    """
    if interrupted:
        return INTERRUPTED
    if winner is not None:
        return WINNER
    asked = [c for c in ranking if c.status is not Status.CANCELLED]
    return NO_HOST if asked and all(map(_failed_by_host, asked)) else NO_WINNER


def _failed_by_host(candidate: Candidate) -> bool:
    if candidate.status is not Status.ERROR or candidate.error is None:
        return False
    return candidate.answer is None or candidate.error.kind not in TOO_LONG


def session_exit_code(runs: tuple[Run, ...]) -> int:
    """0 only if every run has a winner; else 130 if one was interrupted, 3 if none was answered.

    What waited for another's winner, and was not played for want of it, says nothing of hosts.
    """
    codes = {run.exit_code for run in runs}
    if INTERRUPTED in codes:
        return INTERRUPTED
    if codes == {WINNER}:
        return WINNER
    played = {run.exit_code for run in runs if run.finish != NOT_PLAYED}
    return NO_HOST if played == {NO_HOST} else NO_WINNER


def _first_error(ranking: tuple[Candidate, ...]) -> str:
    return next((c.error.message for c in ranking if c.error is not None), "")


def _sandbox(state: SandboxState, ranking: tuple[Candidate, ...]) -> SandboxState:
    """Sealed only if every verdict was: one that wasn't makes the run's word weaker."""
    verdicts = [c.verdict for c in ranking if c.verdict is not None and c.verdict.level]
    if not verdicts:
        return state
    return replace(state, sealed=all(v.sealed for v in verdicts))
