"""The engine: one loop that obeys modes and dispatch, two kinds of pool that do the work.

Generation and judging overlap: a candidate is tested while others are still generated. Worker
threads only put messages into the inbox; everything else happens in the thread that calls `play`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

from paragen.dispatch import Costs
from paragen.domain.events import Event, SessionStarted
from paragen.domain.generator import CallLimits
from paragen.domain.plan import Plan
from paragen.domain.ports import Cache, Host, HostState, Sandbox, Subscriber
from paragen.domain.tournament import Run
from paragen.engine.agenda import Agenda
from paragen.engine.calls import Calls
from paragen.engine.course import Course
from paragen.engine.deadlines import Deadlines
from paragen.engine.inbox import (
    Answered,
    Back,
    Ended,
    Failed,
    Inbox,
    Interrupt,
    Known,
    Loaded,
    Message,
    Progress,
    Recovered,
    Unaskable,
)
from paragen.engine.judges import Judges
from paragen.engine.known import KnownAnswers
from paragen.engine.names import new_id
from paragen.engine.resumed import Resumed
from paragen.engine.slots import Slots
from paragen.engine.traffic import Traffic

LOOK_AFTER_S = 20.0
"""How long hosts are still looked after once all is played: a hanging one is found within that."""
LEAVE_S = 5.0
"""How long hosts are still looked after once the user wants to leave."""
SESSION = ""
"""The session itself among the runs that have deadlines."""


class Engine:
    """Plays tournaments on hosts and in a sandbox, and tells its subscribers what happens.

    `hosts` are those that answered (or may), with what they said of themselves; `sequential`
    sends one attempt at a time, `concurrency` so many. `max_steps` tournaments are played and
    `max_models` models are in use at once; None is no limit. `costs` are what is known of the
    hosts' speeds. Subscribers are told in order, from the thread that plays: the store comes
    first, so that an outcome is on record before anyone is shown it.
    """

    def __init__(
        self,
        *,
        hosts: Sequence[tuple[Host, HostState | None]],
        sandbox: Sandbox,
        subscribers: Iterable[Subscriber] = (),
        limits: CallLimits,
        sequential: bool = False,
        cache: Cache | None = None,
        max_steps: int | None = None,
        max_models: int | None = None,
        concurrency: int | None = None,
        costs: Costs | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._subscribers = tuple(subscribers)
        self._max_steps = max_steps
        self._inbox: Inbox = SimpleQueue()
        self._deadlines = Deadlines()
        known = KnownAnswers(cache, hosts)
        self._calls = Calls([host for host, _ in hosts], self._inbox, known.keep)
        self._judges = Judges(sandbox, self._inbox)
        self._traffic = Traffic(
            hosts,
            slots=Slots(
                hosts,
                sequential=sequential,
                costs=costs,
                max_models=max_models,
                concurrency=concurrency,
            ),
            calls=self._calls,
            known=known,
            inbox=self._inbox,
            limits=limits,
            tell=self._tell,
        )

    def interrupt(self) -> None:
        """Stop starting, call off what runs, end with what there is; safe in a signal handler."""
        self._inbox.put(Interrupt())

    def play(
        self,
        plans: Sequence[Plan],
        *,
        session_id: str | None = None,
        resumed: Mapping[str, Resumed] | None = None,
    ) -> tuple[Run, ...]:
        """Play a tournament for each plan, all over the same slots; the runs, in plan order.

        A broken-off session is gone on with by its id and by what its runs had come to: `resumed`
        has all of them by their ids, in plan order. An interrupted session returns only the runs
        that had begun. Raises UsageError for a mode that there isn't, TaskError for needs that
        can't be met.
        """
        now = datetime.now(UTC)
        runs = resumed if resumed is not None else {new_id(now): Resumed() for _ in plans}
        agenda = Agenda(
            plans,
            runs,
            session_id=session_id or new_id(now),
            sandbox=self._sandbox.state,
            max_steps=self._max_steps,
        )
        course = Course(
            agenda,
            traffic=self._traffic,
            judges=self._judges,
            deadlines=self._deadlines,
            tell=self._tell,
        )
        plans_by_run = dict(zip(runs, plans, strict=True))
        self._tell(SessionStarted(session_id=agenda.session_id, plans=plans_by_run))
        with ExitStack() as stack:
            stack.enter_context(self._calls)
            stack.enter_context(self._judges)
            stack.callback(self._traffic.call_off_everything)
            course.go_on()
            while not course.over:
                self._turn(course)
            # Hosts on which calls were broken off are looked after even when all is played.
            self._deadlines.add(SESSION, time.monotonic() + LOOK_AFTER_S)
            while self._traffic.recovering:
                self._turn(course)
        return agenda.runs

    def _turn(self, course: Course) -> None:
        """Take one message, or wake at a deadline."""
        waits = (self._deadlines.seconds_left(time.monotonic()), self._traffic.ask_again_s)
        timeout = min((wait for wait in waits if wait is not None), default=None)
        try:
            message = self._inbox.get(timeout=timeout)
        except Empty:
            message = None
        for run_id in self._deadlines.due(time.monotonic()):
            if run_id == SESSION:
                self._calls.end()
            else:
                course.stop(run_id)
        if message is not None:
            self._handle(message, course)
        if not isinstance(message, Progress):  # which frees no slot and asks for none
            course.go_on()

    def _handle(self, message: Message, course: Course) -> None:
        match message:
            case Progress():
                self._tell(message.event)
            case Known(job, answer):
                course.judge(job, answer)
            case Answered(job, answer):
                self._traffic.answered(job, answer)
                course.judge(job, answer)
            case Failed():
                self._traffic.failed(message)
            case Loaded():
                self._traffic.loaded(message)
            case Recovered():
                self._traffic.recovered(message)
            case Back():
                self._traffic.back(message)
            case Unaskable():
                self._traffic.unaskable(message)
            case Ended(key, candidate):
                course.end(key, candidate)
            case Interrupt():
                self._deadlines.add(SESSION, time.monotonic() + LEAVE_S)
                course.interrupt()

    def _tell(self, event: Event) -> None:
        for subscriber in self._subscribers:
            subscriber(event)
