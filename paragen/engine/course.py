"""The course of a session's tournaments: what their modes decide is done, and told.

Used from the engine's thread alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from paragen.domain.candidate import Candidate
from paragen.domain.events import (
    AttemptQueued,
    AttemptsAsked,
    AttemptStarted,
    CandidateEnded,
    Event,
    JudgingStarted,
    Noted,
    RunEnded,
    RunStarted,
    Warned,
)
from paragen.domain.generator import Answer, Attempt
from paragen.engine.agenda import Agenda
from paragen.engine.candidates import cancelled
from paragen.engine.deadlines import Deadlines
from paragen.engine.inbox import Job
from paragen.engine.judges import Judges
from paragen.engine.resumed import unjudged
from paragen.engine.slots import Key
from paragen.engine.tournament import Tournament
from paragen.engine.traffic import Traffic


class Course:
    """Brings each tournament of an agenda from its first attempt to its end.

    Attempts go into the traffic, their answers to the judges; `tell` takes every event.
    """

    def __init__(
        self,
        agenda: Agenda,
        *,
        traffic: Traffic,
        judges: Judges,
        deadlines: Deadlines,
        tell: Callable[[Event], None],
    ) -> None:
        self._agenda = agenda
        self._traffic = traffic
        self._judges = judges
        self._deadlines = deadlines
        self._tell = tell

    @property
    def over(self) -> bool:
        """Whether no tournament is being played any more."""
        return not self._agenda.playing

    def go_on(self) -> None:
        """Open the tournaments whose turn it is, and send what can be sent."""
        while opened := self._agenda.open_next():
            for tournament, needed in opened:
                if needed is None:
                    self._ask(tournament, tournament.in_flight)
                    self._advance(tournament)
                else:
                    self._tell(RunStarted(run=tournament.run, planned=0))
                    self._tell(RunEnded(run=tournament.run))
            self._traffic.expect(self._agenda.upcoming)
        if not self.over:
            self._traffic.dispatch(self._sent)

    def judge(self, job: Job, answer: Answer) -> None:
        """An attempt was answered: its program goes to the sandbox."""
        run_id, attempt_id = job.key
        tournament = self._agenda.playing.get(run_id)
        if tournament is None:  # an interrupt came before it had begun
            return
        self._begin(tournament)
        if job.started is None:  # no host was asked
            job.started = time.monotonic()
        answered = replace(
            unjudged(job.attempt, job.host, answer), started_s=tournament.since_start(job.started)
        )
        self._tell(JudgingStarted(run_id=run_id, attempt_id=attempt_id, answered=answered))
        self._judges.judge(job, answer, compares=tournament.mode.compares)

    def end(self, key: Key, candidate: Candidate) -> None:
        """An attempt has ended."""
        job = self._traffic.forget(key)
        tournament = self._agenda.playing.get(key[0])
        if tournament is None or tournament.has_ended(candidate.id):
            return
        self._begin(tournament)
        if job is not None and job.started is not None:
            candidate = replace(candidate, started_s=tournament.since_start(job.started))
        self._put(tournament, candidate)
        self._advance(tournament)

    def stop(self, run_id: str) -> None:
        """A tournament's deadline has come."""
        tournament = self._agenda.playing.get(run_id)
        if tournament is not None and tournament.finish is None:
            tournament.stop()
            self._call_off(tournament, tournament.board.in_flight)
            self._conclude_if_over(tournament)

    def interrupt(self) -> None:
        """Begin nothing more, and end with what there is.

        Tournaments that never began are dropped: of them there is nothing to record.
        """
        self._agenda.close()
        for tournament in tuple(self._agenda.playing.values()):
            if tournament.finish is not None:
                continue
            tournament.interrupt()
            if tournament.started:
                self._call_off(tournament, tournament.board.in_flight)
                self._conclude_if_over(tournament)
            else:
                for attempt_id in tournament.board.in_flight:
                    self._traffic.call_off((tournament.run.run_id, attempt_id))
                self._agenda.drop(tournament)

    def _advance(self, tournament: Tournament) -> None:
        """Do what the mode says; again where that has ended attempts at once."""
        asks = tournament.finish is None
        while asks:
            start, cancel = tournament.advance()
            if tournament.started:
                self._announce(tournament, asked=start, queued=start)
            elif tournament.finish is not None or cancel:
                self._begin(tournament)
            self._ask(tournament, start)
            tournament.unwanted(cancel)
            asks = self._call_off(tournament, cancel) and tournament.finish is None
        self._conclude_if_over(tournament)

    def _ask(self, tournament: Tournament, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            key = (tournament.run.run_id, attempt.id)
            job = Job(key=key, attempt=attempt, plan=tournament.plan)
            known = tournament.answered.get(attempt.id)
            if known is not None:
                job.host, job.answered = known.host, known.answer
            self._traffic.put(job)

    def _sent(self, job: Job) -> None:
        """A job has a slot, and its host is asked next."""
        run_id, attempt_id = job.key
        assert job.host is not None
        self._begin(self._agenda.playing[run_id])
        self._tell(AttemptStarted(run_id=run_id, attempt_id=attempt_id, host=job.host))

    def _begin(self, tournament: Tournament) -> None:
        """Let a tournament begin, if it hasn't: with the first of its attempts that is sent."""
        if tournament.started:
            return
        run = tournament.begin()
        self._tell(RunStarted(run=run, planned=len(tournament.board.attempts)))
        self._announce(tournament, asked=tournament.not_on_record, queued=tournament.in_flight)
        for note in tournament.plan.notes:
            self._tell(Noted(message=note))
        for warning in run.warnings:
            self._tell(Warned(message=warning))
        if tournament.deadline is not None:
            self._deadlines.add(run.run_id, tournament.deadline)

    def _announce(
        self, tournament: Tournament, *, asked: tuple[Attempt, ...], queued: tuple[Attempt, ...]
    ) -> None:
        run_id = tournament.run.run_id
        if asked:
            self._tell(AttemptsAsked(run_id=run_id, attempts=asked))
        for attempt in queued:
            self._tell(AttemptQueued(run_id=run_id, attempt=attempt))

    def _put(self, tournament: Tournament, candidate: Candidate) -> None:
        """Put a candidate on its board, and tell of it."""
        candidate = tournament.end(candidate)
        self._tell(CandidateEnded(run_id=tournament.run.run_id, candidate=candidate))

    def _call_off(self, tournament: Tournament, attempt_ids: Iterable[str]) -> bool:
        """Call attempts off; whether any ended at once, since it had not been sent."""
        ended = False
        for attempt_id in attempt_ids:
            if self._traffic.call_off((tournament.run.run_id, attempt_id)):
                self._put(tournament, cancelled(tournament.board.attempts[attempt_id]))
                ended = True
        return ended

    def _conclude_if_over(self, tournament: Tournament) -> None:
        if tournament.over:
            self._tell(RunEnded(run=self._agenda.conclude(tournament)))
