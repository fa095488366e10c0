"""Attempts on their way over the hosts: from waiting for a slot to an answer, or to the reason.

Used from the engine's thread alone; the hosts' threads only put messages into its inbox.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from paragen.dispatch import Resident, resident_for
from paragen.domain.errors import (
    FirstTokenTimeout,
    GenerationCancelled,
    GenerationTimeout,
    HostError,
    HostHanging,
)
from paragen.domain.events import AttemptQueued, Event, Warned
from paragen.domain.generator import Answer, CallLimits, Request
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel, Host, HostState, Recovery
from paragen.engine.calls import Calls
from paragen.engine.candidates import failed, homeless, unplaced
from paragen.engine.inbox import (
    Back,
    Ended,
    Failed,
    Inbox,
    Job,
    Known,
    Loaded,
    Recovered,
    Unaskable,
)
from paragen.engine.known import KnownAnswers
from paragen.engine.loads import Loads
from paragen.engine.slots import Key, Slots, resident_of
from paragen.prompts import messages

BROKEN_OFF = (GenerationCancelled, FirstTokenTimeout, GenerationTimeout)
"""Failures at which we left in the middle of an answer: the host may not have noticed."""


class Traffic:
    """Sends attempts to hosts as the slots' policy says, and looks after the hosts.

    `tell` takes what the user should know.
    """

    def __init__(
        self,
        hosts: Sequence[tuple[Host, HostState | None]],
        *,
        slots: Slots,
        calls: Calls,
        known: KnownAnswers,
        inbox: Inbox,
        limits: CallLimits,
        tell: Callable[[Event], None],
    ) -> None:
        self._hosts = tuple(host.name for host, _ in hosts)
        self._slots = slots
        self._calls = calls
        self._known = known
        self._inbox = inbox
        self._limits = limits
        self._tell = tell
        self._waiting: dict[Key, Job] = {}
        self._under_way: dict[Key, Job] = {}
        self._loads = Loads(slots, calls, tell)
        self._recovering: dict[Key, bool] = {}
        self._hung: dict[str, set[Resident]] = {}
        self._last_loss: HostError | None = None

    @property
    def recovering(self) -> bool:
        """Whether hosts are being looked at after calls that were broken off."""
        return bool(self._recovering)

    @property
    def ask_again_s(self) -> float | None:
        """In how many seconds to dispatch again even if nothing happens; None is not at all."""
        return self._slots.ask_again_s

    def put(self, job: Job) -> None:
        """Let an attempt wait for a slot; one that is answered, or that no host can take, won't."""
        answer = job.answered
        pinned = job.attempt.instance.generator.host
        if answer is None and pinned is not None and pinned not in self._hosts:
            self._inbox.put(Ended(job.key, unplaced(job.attempt, pinned)))
            return
        if answer is None and not self._known.is_empty:
            answer = self._known.find(self._request(job))
        if answer is not None:
            self._under_way[job.key] = job
            self._inbox.put(Known(job, answer))
            return
        if self._last_loss is not None and not self._slots.placeable(job.attempt):
            self._inbox.put(Ended(job.key, homeless(job.attempt, self._last_loss)))
            return
        self._waiting[job.key] = job
        self._slots.put(job.key, job.attempt)

    def expect(self, plans: Iterable[Plan]) -> None:
        """Note what will be played next, so that an idle host may load its models."""
        generators = (who.generator for plan in plans for who in plan.roster)
        self._slots.wanted(*dict.fromkeys(resident_for(one) for one in generators))

    def dispatch(self, on_send: Callable[[Job], None]) -> None:
        """Send what can be sent now, and load ahead where a host would be idle.

        `on_send` is told of each job before its host is asked.
        """
        busy = len(self._under_way) + len(self._recovering)
        for key, host in self._slots.choose(busy=busy):
            self._send(key, host, on_send)
        for host in self._hosts:
            self._loads.ahead(host)

    def call_off(self, key: Key) -> bool:
        """Call an attempt off: True if it had not been sent, else its end will come by itself."""
        if self._waiting.pop(key, None) is not None:
            self._slots.take(key)
            return True
        job = self._under_way.get(key)
        if job is None:
            return False
        if self._loads.leave(job):
            self._slots.end(key, loaded=False, seen=None)
            del self._under_way[key]
            return True
        job.cancel.throw()
        return False

    def call_off_everything(self) -> None:
        """Before the threads are waited for: nothing may keep them, whatever went wrong."""
        self._calls.end()
        self._loads.call_off_all()
        for job in self._under_way.values():
            job.cancel.throw()

    def answered(self, job: Job, answer: Answer) -> None:
        """A host has answered: its slot is free."""
        assert job.host is not None
        self._slots.end(job.key, loaded=True, seen=answer)
        self._hung.pop(job.host, None)

    def failed(self, message: Failed) -> None:
        """A call has failed: the attempt ends, or goes to another host."""
        job, error = message.job, message.error
        answering = getattr(error, "partial", None) is not None
        if isinstance(error, BROKEN_OFF):
            self._recovering[job.key] = answering
            self._calls.recover(job, resident_of(job.attempt))
        else:
            self._slots.end(job.key, loaded=answering, seen=None)
            if isinstance(error, HostError) and error.host_down and len(self._hosts) > 1:
                assert job.host is not None
                self._lose(job.host, error)
                if self._moved_elsewhere(job):
                    return
        ended = failed(attempt=job.attempt, host=job.host, error=error, started=_started(job))
        self._inbox.put(Ended(job.key, ended))

    def loaded(self, message: Loaded) -> None:
        """A load has ended: what waited for it is sent, however it ended.

        Where it failed, the attempts' own calls say what is wrong.
        """
        for job in self._loads.ended(message):
            self._ask(job)

    def recovered(self, message: Recovered) -> None:
        """A host was looked at after a call was broken off: the call's slot is free."""
        job, found = message.job, message.found
        assert job.host is not None
        answering = self._recovering.pop(job.key)
        self._slots.end(job.key, loaded=answering or found is Recovery.RECOVERED, seen=None)
        resident = resident_of(job.attempt)
        if found is Recovery.RECOVERED:
            self._warn(
                f"host {job.host} hung after an answer was broken off; it answers again since "
                f"{resident.model} was loaded anew"
            )
        elif isinstance(found, GenerationCancelled):
            self._warn(
                f"an answer of {resident.model} was broken off on host {job.host}, which hasn't "
                "shown since that it answers again"
            )
        elif isinstance(found, HostHanging):
            self._hangs(job.host, resident, found)
        elif isinstance(found, HostError) and found.host_down and len(self._hosts) > 1:
            self._lose(job.host, found)
        elif not isinstance(found, Recovery | HostError):
            self._warn(
                f"whether {resident.model} still answers on host {job.host} couldn't be seen: "
                f"{_words(found)}"
            )

    def back(self, message: Back) -> None:
        """A host that was lost answers again."""
        self._slots.regain(message.host)
        self._warn(f"host {message.host} answers again")

    def unaskable(self, message: Unaskable) -> None:
        """A host that was lost can't be asked whether it is back, which is tried on."""
        why = _words(message.error)
        self._warn(f"host {message.host} can't be asked whether it answers again: {why}")

    def forget(self, key: Key) -> Job | None:
        """An attempt has ended: its job, None where it never was under way."""
        return self._under_way.pop(key, None)

    def _send(self, key: Key, host: str, on_send: Callable[[Job], None]) -> None:
        """Take a slot for an attempt; where its model isn't loaded there, that comes first."""
        job = self._waiting.pop(key)
        self._slots.take(key)
        job.host, job.cancel = host, Cancel()
        self._under_way[key] = job
        is_cold = self._slots.begin(key, job.attempt, host)
        on_send(job)
        if not self._loads.must_wait(job, host, is_cold=is_cold):
            self._ask(job)

    def _ask(self, job: Job) -> None:
        job.started = time.monotonic()
        self._calls.generate(job, self._request(job))

    def _request(self, job: Job) -> Request:
        return Request(
            instance=job.attempt.instance,
            messages=messages(job.plan.task, job.attempt),
            limits=self._limits,
        )

    def _hangs(self, host: str, resident: Resident, error: HostHanging) -> None:
        """A host hangs on a model: it may be the host's fault, or only the model's.

        It is the host's where a second model hangs there too; and where nothing else waits that it
        could answer, there is no need to know.
        """
        hung = self._hung.setdefault(host, set())
        hung.add(resident)
        waiting = {resident_of(job.attempt) for job in self._waiting.values()}
        no_use = len(hung) > 1 or waiting == hung
        if no_use and len(self._hosts) > 1:
            self._lose(host, error, hung=resident)
        else:
            self._warn(str(error))

    def _lose(self, host: str, error: HostError, hung: Resident | None = None) -> None:
        """Send a host nothing more until it answers again; what nobody else can take ends."""
        if not self._slots.lose(host):
            return
        self._last_loss = error
        self._warn(f"its attempts go to other hosts: {error}")
        self._calls.await_host(host, hung)
        for key, attempt in self._slots.stranded():
            self._slots.take(key)
            del self._waiting[key]
            self._inbox.put(Ended(key, homeless(attempt, error)))

    def _moved_elsewhere(self, job: Job) -> bool:
        """Queue an attempt of a lost host again, if another host may take it."""
        pinned = job.attempt.instance.generator.host is not None
        if job.cancel.thrown or pinned or not self._slots.placeable(job.attempt):
            return False
        del self._under_way[job.key]
        job.host, job.started = None, None
        self._waiting[job.key] = job
        self._slots.put(job.key, job.attempt)
        self._tell(AttemptQueued(run_id=job.key[0], attempt=job.attempt))
        return True

    def _warn(self, message: str) -> None:
        self._tell(Warned(message=message))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _started(job: Job) -> float:
    assert job.started is not None, "a call was made, so it has begun"
    return job.started
