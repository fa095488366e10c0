"""The engine: one loop that obeys modes and dispatch, two kinds of pool that do the work.

Generation and judging overlap: a candidate is tested while others are still generated. Worker
threads only put messages into the inbox; everything else happens in the thread that calls `play`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from queue import SimpleQueue

from paragen.domain.candidate import Candidate
from paragen.domain.errors import HostError
from paragen.domain.events import (
    AttemptQueued,
    AttemptStarted,
    CandidateEnded,
    Event,
    JudgingStarted,
    Progressed,
    RunEnded,
    RunStarted,
    Warned,
)
from paragen.domain.generator import Answer, Attempt, CallLimits, Request
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel, Host, HostState, Sandbox, Subscriber
from paragen.domain.tournament import Run
from paragen.engine.names import new_id
from paragen.engine.slots import Key, Slots
from paragen.engine.tournament import Tournament
from paragen.engine.workers import failed, homeless, judged, unplaced
from paragen.prompts import messages

ASK_AGAIN_S = 5.0
"""How often a host that is down is asked whether it is back."""


@dataclass(frozen=True, slots=True)
class _Progress:
    key: Key
    tokens: int
    tokens_per_s: float | None


@dataclass(frozen=True, slots=True)
class _Answered:
    key: Key
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Failed:
    key: Key
    error: BaseException


@dataclass(frozen=True, slots=True)
class _Back:
    host: str


@dataclass(frozen=True, slots=True)
class _Ended:
    key: Key
    candidate: Candidate


class _Interrupt:
    """The user wants to stop."""


_Message = _Progress | _Answered | _Failed | _Back | _Ended | _Interrupt


@dataclass(slots=True)
class _Job:
    """An attempt on its way: where it runs, since when, and the switch that calls it off."""

    tournament: Tournament
    attempt: Attempt
    host: str
    cancel: Cancel
    started: float


class Engine:
    """Plays tournaments on hosts and in a sandbox, and tells its subscribers what happens.

    `hosts` are those that answered (or may), with what they said of themselves; `sequential`
    sends one attempt at a time. Subscribers are told in order, from the thread that plays: the
    store comes first, so that an outcome is on record before anyone is shown it.
    """

    def __init__(
        self,
        *,
        hosts: Sequence[tuple[Host, HostState | None]],
        sandbox: Sandbox,
        subscribers: Iterable[Subscriber] = (),
        limits: CallLimits,
        sequential: bool = False,
    ) -> None:
        self._hosts = {host.name: host for host, _ in hosts}
        self._slots = Slots(hosts, sequential=sequential)
        self._sandbox = sandbox
        self._subscribers = tuple(subscribers)
        self._limits = limits
        self._inbox: SimpleQueue[_Message] = SimpleQueue()
        self._tournaments: dict[str, Tournament] = {}
        self._unfinished: set[str] = set()
        self._jobs: dict[Key, _Job] = {}
        self._over = threading.Event()
        self._callers: Mapping[str, ThreadPoolExecutor] = {}
        self._judges: ThreadPoolExecutor | None = None

    def interrupt(self) -> None:
        """Stop starting, call off what runs, end with what there is; safe in a signal handler."""
        self._inbox.put(_Interrupt())

    def play(self, plans: Sequence[Plan]) -> tuple[Run, ...]:
        """Play a tournament for each plan, all over the same slots; the runs, in plan order.

        An interrupted session returns only the runs that had begun.
        """
        session_id = new_id(datetime.now(UTC))
        tournaments = [
            Tournament(plan, session_id=session_id, sandbox=self._sandbox.state) for plan in plans
        ]
        self._tournaments = {t.run.run_id: t for t in tournaments}
        self._unfinished = set(self._tournaments)
        with ExitStack() as stack:
            self._callers = {
                name: stack.enter_context(ThreadPoolExecutor(host.slots, f"host-{name}"))
                for name, host in self._hosts.items()
            }
            self._judges = stack.enter_context(ThreadPoolExecutor(self._sandbox.workers, "judge"))
            stack.callback(self._call_off_everything)
            for tournament in tournaments:
                self._advance(tournament)
            self._dispatch()
            while self._unfinished:
                message = self._inbox.get()
                self._handle(message)
                if not isinstance(message, _Progress):  # which frees no slot and asks for none
                    self._dispatch()
        return tuple(t.run for t in tournaments if t.started)

    def _handle(self, message: _Message) -> None:
        match message:
            case _Progress(key, tokens, rate):
                run_id, attempt_id = key
                self._tell(
                    Progressed(
                        run_id=run_id, attempt_id=attempt_id, tokens=tokens, tokens_per_s=rate
                    )
                )
            case _Answered(key, answer):
                self._slots.end(key, loaded=True)
                self._judge(key, answer)
            case _Failed(key, error):
                self._slots.end(key, loaded=getattr(error, "partial", None) is not None)
                if not self._moved_elsewhere(key, error):
                    self._end(self._tournaments[key[0]], _failed(self._jobs[key], error))
            case _Back(host):
                self._slots.regain(host)
                self._tell(Warned(message=f"host {host} answers again"))
            case _Ended(key, candidate):
                self._end(self._tournaments[key[0]], candidate)
            case _Interrupt():
                self._interrupt_all()

    def _advance(self, tournament: Tournament) -> None:
        start, cancel = tournament.advance()
        run_id = tournament.run.run_id
        for attempt in start:
            if tournament.started:
                self._tell(AttemptQueued(run_id=run_id, attempt=attempt))
            self._wait((run_id, attempt.id), attempt)
        self._call_off(tournament, cancel)
        if tournament.finish is not None and not tournament.started:
            self._begin(tournament)
        self._conclude_if_over(tournament)

    def _begin(self, tournament: Tournament) -> None:
        run = tournament.begin()
        self._tell(RunStarted(run=run, planned=len(tournament.board.attempts)))
        for attempt in tournament.board.attempts.values():
            self._tell(AttemptQueued(run_id=run.run_id, attempt=attempt))
        for warning in run.warnings:
            self._tell(Warned(message=warning))

    def _conclude_if_over(self, tournament: Tournament) -> None:
        if tournament.over:
            self._unfinished.discard(tournament.run.run_id)
            self._tell(RunEnded(run=tournament.conclude()))

    def _end(self, tournament: Tournament, candidate: Candidate) -> None:
        job = self._jobs.pop((tournament.run.run_id, candidate.id), None)
        if tournament.run.run_id not in self._unfinished or tournament.has_ended(candidate.id):
            return
        if not tournament.started:
            self._begin(tournament)
        if job is not None:
            candidate = replace(candidate, started_s=tournament.since_start(job.started))
        tournament.end(candidate)
        self._tell(CandidateEnded(run_id=tournament.run.run_id, candidate=candidate))
        if tournament.finish is None:
            self._advance(tournament)
        else:
            self._conclude_if_over(tournament)

    def _call_off(self, tournament: Tournament, attempt_ids: Iterable[str]) -> None:
        for attempt_id in attempt_ids:
            candidate = tournament.call_off(attempt_id)
            if candidate is not None:
                self._slots.take((tournament.run.run_id, attempt_id))
                tournament.end(candidate)
                self._tell(CandidateEnded(run_id=tournament.run.run_id, candidate=candidate))

    def _interrupt_all(self) -> None:
        for tournament in self._tournaments.values():
            if tournament.run.run_id not in self._unfinished:
                continue
            tournament.interrupt()
            if tournament.started:
                self._call_off(tournament, tournament.board.in_flight)
                self._conclude_if_over(tournament)
            else:
                self._drop(tournament)

    def _drop(self, tournament: Tournament) -> None:
        """Forget a tournament that never began: there is nothing to record."""
        run_id = tournament.run.run_id
        for attempt_id in tournament.board.in_flight:
            self._slots.take((run_id, attempt_id))
        self._unfinished.discard(run_id)

    def _call_off_everything(self) -> None:
        """Before the pools are waited for: nothing may keep them, whatever went wrong."""
        self._over.set()
        for job in self._jobs.values():
            job.cancel.throw()

    def _dispatch(self) -> None:
        for key, host in self._slots.choose(busy=len(self._jobs)):
            self._send(key, host)

    def _wait(self, key: Key, attempt: Attempt) -> None:
        """Put an attempt into its queue, or end it where the host that it wants isn't there."""
        pinned = attempt.instance.generator.host
        if pinned is not None and pinned not in self._hosts:
            self._inbox.put(_Ended(key, unplaced(attempt, pinned)))
            return
        self._slots.put(key, attempt)

    def _moved_elsewhere(self, key: Key, error: BaseException) -> bool:
        """Where a host is down, queue its attempt again, if another host may take it."""
        job = self._jobs[key]
        if not (isinstance(error, HostError) and error.host_down) or len(self._hosts) == 1:
            return False
        if self._slots.lose(job.host):
            self._tell(Warned(message=f"its attempts go to other hosts: {error}"))
            self._callers[job.host].submit(self._await_host, job.host)
            for stranded, attempt in self._slots.stranded():
                self._slots.take(stranded)
                self._inbox.put(_Ended(stranded, homeless(attempt, error)))
        pinned = job.attempt.instance.generator.host is not None
        if job.cancel.thrown or pinned or not self._slots.placeable(job.attempt):
            return False
        del self._jobs[key]
        job.tournament.cancels.pop(job.attempt.id, None)
        self._slots.put(key, job.attempt)
        self._tell(AttemptQueued(run_id=key[0], attempt=job.attempt))
        return True

    def _await_host(self, name: str) -> None:
        """In a thread of a host that is down: say when it answers again."""
        while not self._over.wait(ASK_AGAIN_S):
            with suppress(HostError):
                self._hosts[name].state()
                self._inbox.put(_Back(name))
                return

    def _send(self, key: Key, host_name: str) -> None:
        tournament = self._tournaments[key[0]]
        attempt = self._slots.take(key)
        assert attempt is not None
        if not tournament.started:
            self._begin(tournament)
        cancel = Cancel()
        tournament.cancels[attempt.id] = cancel
        job = _Job(tournament, attempt, host_name, cancel, time.monotonic())
        self._jobs[key] = job
        self._slots.begin(key, attempt, host_name)
        self._tell(AttemptStarted(run_id=key[0], attempt_id=attempt.id, host=host_name))
        parents = [tournament.board.candidates[parent] for parent in attempt.parents]
        request = Request(
            instance=attempt.instance,
            messages=messages(tournament.plan.task, attempt, parents),
            limits=self._limits,
        )
        self._callers[host_name].submit(self._call, key, job, request)

    def _call(self, key: Key, job: _Job, request: Request) -> None:
        """In a host's thread: one call, from which exactly one message comes back."""
        host = self._hosts[job.host]

        def on_progress(tokens: int, tokens_per_s: float | None) -> None:
            self._inbox.put(_Progress(key, tokens, tokens_per_s))

        try:
            answer = host.generate(request, on_progress, job.cancel)
        except BaseException as error:
            self._inbox.put(_Failed(key, error))
        else:
            self._inbox.put(_Answered(key, answer))

    def _judge(self, key: Key, answer: Answer) -> None:
        job = self._jobs[key]
        self._tell(JudgingStarted(run_id=key[0], attempt_id=key[1]))
        assert self._judges is not None
        self._judges.submit(self._test, key, job, answer)

    def _test(self, key: Key, job: _Job, answer: Answer) -> None:
        """In a sandbox worker's thread: one program, from which exactly one message comes back."""
        plan = job.tournament.plan
        try:
            candidate = judged(
                task=plan.task,
                criteria=plan.criteria,
                attempt=job.attempt,
                host=job.host,
                answer=answer,
                sandbox=self._sandbox,
                cancel=job.cancel,
                started=job.started,
            )
        except BaseException as error:
            candidate = _failed(job, error)
        self._inbox.put(_Ended(key, candidate))

    def _tell(self, event: Event) -> None:
        for subscriber in self._subscribers:
            subscriber(event)


def _failed(job: _Job, error: BaseException) -> Candidate:
    return failed(attempt=job.attempt, host=job.host, error=error, started=job.started)
