"""One tournament being played: its board, its mode, and how far it has come."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt
from paragen.domain.moments import written
from paragen.domain.plan import Plan
from paragen.domain.status import Status
from paragen.domain.tournament import Run, SandboxState
from paragen.engine.outcome import conclude, not_played
from paragen.engine.resumed import Resumed, marked, rebuilt
from paragen.modes import Mode, decide


class Tournament:
    """The engine's bookkeeping of one tournament; used from the engine's thread alone.

    It goes on from `resumed`: what that has in flight is to be asked again.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        mode: Mode,
        run_id: str,
        session_id: str,
        sandbox: SandboxState,
        resumed: Resumed,
    ) -> None:
        self.plan = plan
        self.mode = mode
        self.board = rebuilt(plan.board, resumed)
        self.run = Run(
            run_id=run_id,
            session_id=session_id,
            task=plan.task,
            mode=plan.mode,
            mode_options=plan.mode_options,
            criteria=plan.criteria,
            sandbox=sandbox,
            started_at=resumed.started_at,
            seed=plan.seed,
            deadline_s=plan.deadline_s,
            resumed=bool(resumed.attempts),
            warnings=plan.warnings,
        )
        self.finish: str | None = None
        self.interrupted = False
        self._on_record = len(self.board.attempts)
        self._played_s = resumed.played_s
        self._earlier = {candidate.id: candidate for candidate in resumed.earlier}
        self.answered = resumed.answered
        self._deadline_from_s = resumed.played_s if resumed.reopened else 0.0
        self._among: frozenset[str] = frozenset()
        self._unwanted: set[str] = set()
        self._started: float | None = None

    @property
    def started(self) -> bool:
        """Whether its first attempt has been sent."""
        return self._started is not None

    @property
    def deadline(self) -> float | None:
        """When it must have ended, on the monotonic clock; None where it needn't."""
        if self._started is None or self.plan.deadline_s is None:
            return None
        return self._started + self._deadline_from_s + self.plan.deadline_s

    def since_start(self, moment: float) -> float:
        """How many seconds a moment of the monotonic clock lies after the first attempt's."""
        return 0.0 if self._started is None else moment - self._started

    @property
    def over(self) -> bool:
        """Whether the mode has finished and nothing is in flight any more."""
        return self.finish is not None and not self.board.running

    @property
    def in_flight(self) -> tuple[Attempt, ...]:
        """The attempts that were asked for and haven't ended, in the order of asking."""
        return tuple(self.board.attempts[attempt_id] for attempt_id in self.board.in_flight)

    @property
    def not_on_record(self) -> tuple[Attempt, ...]:
        """The attempts asked for that the record from which it was resumed doesn't have."""
        return tuple(self.board.attempts.values())[self._on_record :]

    def begin(self) -> Run:
        """Start the clock: called as the first attempt is sent, so that waiting isn't counted.

        The clock of a resumed one goes on from where it stood.
        """
        self._started = time.monotonic() - self._played_s
        if not self.run.started_at:
            self.run = replace(self.run, started_at=written(datetime.now(UTC)))
        return self.run

    def advance(self) -> tuple[tuple[Attempt, ...], tuple[str, ...]]:
        """Ask the mode what is next; returns the attempts to start and the ids to cancel."""
        if self.finish is not None:
            return (), ()
        step = decide(self.mode, self.board, self.plan.budget)
        self.board = self.board.asked(step.start)
        self.finish = step.finish
        self._among = frozenset(step.among)
        return step.start, step.cancel

    def has_ended(self, attempt_id: str) -> bool:
        """Whether an attempt's candidate is on the board."""
        return attempt_id in self.board.candidates

    def end(self, candidate: Candidate) -> Candidate:
        """Put a candidate on the board; returns it, marked where an interrupt called it off.

        What was called off while it was asked again is what it was before.
        """
        if candidate.status is Status.CANCELLED and candidate.id in self._earlier:
            candidate = self._earlier[candidate.id]
        elif self.interrupted and candidate.id not in self._unwanted:
            candidate = marked(candidate)
        self.board = self.board.ended(candidate)
        return candidate

    def unwanted(self, attempt_ids: Iterable[str]) -> None:
        """Note that the mode doesn't want these attempts any more."""
        self._unwanted.update(attempt_ids)

    def stop(self) -> None:
        """Finish at the deadline, with what there is."""
        self.finish = f"stopped at the deadline of {self.plan.deadline_s:g} s"

    def interrupt(self) -> None:
        """Finish with what there is."""
        self.finish = "interrupted"
        self.interrupted = True

    def conclude(self) -> Run:
        """The complete run."""
        self.run = conclude(
            self.run,
            self.board,
            finish=self.finish or "",
            wall_s=self.since_start(time.monotonic()),
            interrupted=self.interrupted,
            among=self._among,
        )
        return self.run

    def give_up(self, needed: str) -> Run:
        """The run where it can't be played for want of another task's winner."""
        self.begin()
        self.run = not_played(self.run, needed)
        return self.run
