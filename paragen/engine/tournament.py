"""One tournament being played: its board, its mode, and how far it has come."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel
from paragen.domain.tournament import Run, SandboxState
from paragen.engine.names import new_id
from paragen.engine.outcome import conclude
from paragen.engine.workers import cancelled
from paragen.modes import decide, find_mode


class Tournament:
    """The engine's bookkeeping of one tournament; used from the engine's thread alone."""

    def __init__(self, plan: Plan, *, session_id: str, sandbox: SandboxState) -> None:
        self.plan = plan
        self.mode = find_mode(plan.mode, plan.mode_options)
        self.board = Board(
            task=plan.task,
            roster=plan.roster,
            criteria=plan.criteria,
            seed=plan.seed,
            standings=plan.standings,
        )
        self.run = Run(
            run_id=new_id(datetime.now(UTC)),
            session_id=session_id,
            task=plan.task,
            mode=plan.mode,
            criteria=plan.criteria,
            sandbox=sandbox,
            started_at="",
            seed=plan.seed,
            warnings=plan.warnings,
        )
        self.cancels: dict[str, Cancel] = {}
        self.finish: str | None = None
        self.interrupted = False
        self._started: float | None = None

    @property
    def started(self) -> bool:
        """Whether its first attempt has been sent."""
        return self._started is not None

    def since_start(self, moment: float) -> float:
        """How many seconds a moment of the monotonic clock lies after the first attempt's."""
        return 0.0 if self._started is None else moment - self._started

    @property
    def over(self) -> bool:
        """Whether the mode has finished and nothing is in flight any more."""
        return self.finish is not None and not self.board.in_flight

    def begin(self) -> Run:
        """Start the clock: called as the first attempt is sent, so that waiting isn't counted."""
        self._started = time.monotonic()
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.run = replace(self.run, started_at=now)
        return self.run

    def advance(self) -> tuple[tuple[Attempt, ...], tuple[str, ...]]:
        """Ask the mode what is next; returns the attempts to start and the ids to cancel."""
        if self.finish is not None:
            return (), ()
        step = decide(self.mode, self.board, self.plan.budget)
        self.board = self.board.asked(step.start)
        self.finish = step.finish
        return step.start, step.cancel

    def has_ended(self, attempt_id: str) -> bool:
        """Whether an attempt's candidate is on the board."""
        return attempt_id in self.board.candidates

    def end(self, candidate: Candidate) -> None:
        """Put a candidate on the board."""
        self.board = self.board.ended(candidate)
        self.cancels.pop(candidate.id, None)

    def call_off(self, attempt_id: str) -> Candidate | None:
        """Cancel an attempt: the candidate if it had not been sent, else None (it will come)."""
        cancel = self.cancels.get(attempt_id)
        if cancel is not None:
            cancel.throw()
            return None
        if attempt_id in self.board.candidates:
            return None
        return cancelled(self.board.attempts[attempt_id])

    def interrupt(self) -> None:
        """Finish with what there is."""
        self.finish = "interrupted"
        self.interrupted = True

    def conclude(self) -> Run:
        """The complete run."""
        wall_s = 0.0 if self._started is None else time.monotonic() - self._started
        self.run = conclude(
            self.run,
            self.board,
            finish=self.finish or "",
            wall_s=wall_s,
            interrupted=self.interrupted,
        )
        return self.run
