"""Plays a session of three tournaments whose outcome is known, in a process that may be killed.

`python -m tests.store.player DATABASE [EVENTS SECONDS]` plays it, or goes on with it, through the
recorder and the queries that real sessions go through, and says on stdout what has been committed.
So many seconds after so many events the kernel ends it, wherever it is.
"""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate
from paragen.domain.events import (
    AttemptsAsked,
    CandidateEnded,
    Event,
    RunEnded,
    RunStarted,
    SessionStarted,
)
from paragen.domain.generator import Attempt
from paragen.domain.plan import Plan
from paragen.domain.status import Status
from paragen.domain.tournament import Run
from paragen.engine.outcome import conclude
from paragen.modes import decide, find_mode
from paragen.store.connection import connect
from paragen.store.recorder import Recorder
from paragen.store.resume import UnfinishedRun, unfinished
from tests.store import build

SESSION = "s1"
MOST = 5
STATUSES = (Status.PASSED, Status.FAILED, Status.NO_CODE, Status.TIMEOUT)


def plans() -> dict[str, Plan]:
    """What is played: in each, 36 attempts, of which at most MOST are in flight."""
    made = build.plan("slugify", "a", "b", "c", copies=12)
    return {
        f"r{n}": replace(made, task=replace(made.task, name=f"task {n}", sha256=str(n)))
        for n in range(3)
    }


def outcome(attempt: Attempt) -> Candidate:
    """What an attempt comes to, whenever it is asked."""
    number = int(attempt.id[1:])
    return build.ended(attempt, STATUSES[number % 4], combined=1 / number, text="x" * 5000)


def begun(run_id: str, plan: Plan) -> Run:
    """The tournament as it begins."""
    return replace(build.run(run_id), session_id=SESSION, task=plan.task)


class Telling:
    """Records, then says what is recorded; lives for so many events and seconds."""

    def __init__(self, recorder: Recorder, events: int, seconds: float) -> None:
        self._recorder = recorder
        self._events = events
        self._seconds = seconds

    def __call__(self, event: Event, *lines: str) -> None:
        self._recorder(event)
        print(*lines, sep="\n", flush=True)
        self._events -= 1
        if self._events == 0:
            # Nothing handles this signal: like SIGKILL it leaves no time for a last word.
            signal.setitimer(signal.ITIMER_REAL, self._seconds)


def main(database: Path, events: int = 0, seconds: float = 0.0) -> None:
    """Play, or go on."""
    with closing(connect(database, write=False)) as connection:
        found = unfinished(connection)
    recorder = Recorder(database, on_failure=sys.exit)
    tell = Telling(recorder, events, seconds)
    made = plans() if found is None else {one.run_id: one.plan for one in found.runs}
    known = {} if found is None else {one.run_id: one for one in found.runs}
    tell(SessionStarted(session_id=SESSION, plans=made), "session")
    for run_id, plan in made.items():
        if run_id not in known or not known[run_id].ended:
            _play(tell, run_id, plan, known.get(run_id))
    recorder.close()


def _play(tell: Telling, run_id: str, plan: Plan, before: UnfinishedRun | None) -> None:
    mode = find_mode(plan.mode)
    board = Board(task=plan.task, roster=plan.roster, criteria=plan.criteria)
    if before is not None:
        board = board.asked(before.attempts)
        for candidate in before.candidates:
            board = board.ended(candidate)
    tell(RunStarted(run=begun(run_id, plan), planned=0), f"begun {run_id}")
    while (step := decide(mode, board, plan.budget)).finish is None:
        if start := step.start[: MOST - board.running]:
            asked = AttemptsAsked(run_id=run_id, attempts=start)
            tell(asked, *(f"asked {run_id} {one.id}" for one in start))
            board = board.asked(start)
            continue
        # The last that was asked ends first: the order of ending is another than that of asking.
        candidate = outcome(board.attempts[board.in_flight[-1]])
        ended = CandidateEnded(run_id=run_id, candidate=candidate)
        tell(ended, f"ended {run_id} {candidate.id}")
        board = board.ended(candidate)
    run = conclude(begun(run_id, plan), board, finish=step.finish, wall_s=1.0, interrupted=False)
    tell(RunEnded(run=run), f"over {run_id}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]), *map(float, sys.argv[3:]))
