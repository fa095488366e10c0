"""One loop over virtual time: modes ask, a policy sends, hosts answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush

from paragen.dispatch import Costs, Resident, resident_for
from paragen.domain.board import Board
from paragen.domain.candidate import Candidate, Fault
from paragen.domain.generator import Answer, Attempt
from paragen.domain.plan import Plan
from paragen.domain.status import Status
from paragen.modes import Mode, decide, find_mode
from paragen.simulator.hosts import Asked, Server, SimHost
from paragen.simulator.policies import Book, Key, Policy

LEAST_WAIT_S = 0.1
"""A policy that wants to be asked again is, but not sooner than after this."""

Outcome = Callable[[str, Plan, Attempt], Candidate]
"""What comes of an attempt of a run, by its name and its plan, whenever and wherever it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An attempt on a host: when it was sent, when its answer began, and when that ended.

    `ended` is false where it was cut off: called off, or by the host's going down.
    """

    run: str
    attempt: Attempt
    host: str
    sent_s: float
    begun_s: float
    ended_s: float
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What was played: `sent` in the order of ending, `loads` by host, the boards by run.

    A run is named `r1`, `r2`, … in the order of the plans; `makespan_s` is when the last one
    ended, `finished_s` when each did. `tokens` are those that were generated.
    """

    makespan_s: float
    sent: tuple[Sent, ...]
    loads: Mapping[str, int]
    boards: Mapping[str, Board]
    finished_s: Mapping[str, float]
    tokens: int

    def on(self, host: str) -> tuple[Sent, ...]:
        """What was sent to a host, in the order of sending."""
        return tuple(sorted((s for s in self.sent if s.host == host), key=lambda s: s.sent_s))


def simulate(
    plans: Sequence[Plan],
    hosts: Sequence[SimHost],
    costs: Costs,
    *,
    outcome: Outcome,
    policy: Policy,
    judge_s: float = 0.0,
    max_steps: int | None = None,
) -> Simulated:
    """Play tournaments over the same hosts, in virtual time.

    `costs` are what loads and answers really take, before a host's `speed`; an answer's own
    `generation_s` goes before them. A program is judged `judge_s` after its answer. Plans begin
    when those of the tasks that they need have ended, `max_steps` of them at once at most (None:
    any number); deadlines count from a run's first attempt.
    """
    return _Play(plans, hosts, costs, outcome, policy, judge_s, max_steps).to_the_end()


@dataclass(eq=False, slots=True)
class _Run:
    """A tournament being played."""

    name: str
    plan: Plan
    mode: Mode
    board: Board
    finish: str | None = None
    begun: bool = False
    sent: bool = False


@dataclass(eq=False, slots=True)
class _Call:
    """An attempt in a slot; `begun_s` is None while it waits for its model.

    It `loads` the model itself, or is `parked` until another's load has ended.
    """

    key: Key
    attempt: Attempt
    host: str
    sent_s: float
    candidate: Candidate
    loads: bool
    parked: bool = False
    asked: Asked | None = None
    begun_s: float | None = None


class _Play:
    def __init__(
        self,
        plans: Sequence[Plan],
        hosts: Sequence[SimHost],
        costs: Costs,
        outcome: Outcome,
        policy: Policy,
        judge_s: float,
        max_steps: int | None,
    ) -> None:
        self._now_s = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._costs = costs
        self._outcome = outcome
        self._judge_s = judge_s
        self._max_steps = len(plans) if max_steps is None else max_steps
        self._book: Book = policy([(host, host.state) for host in hosts], lambda: self._now_s)
        self._servers = {host.name: self._server(host) for host in hosts}
        runs = [_run(f"r{number}", plan) for number, plan in enumerate(plans, 1)]
        self._runs = {run.name: run for run in runs}
        self._calls: dict[Key, _Call] = {}
        self._loading: set[tuple[str, Resident]] = set()
        self._judging = 0
        self._asks_again_s = -1.0
        self._sent: list[Sent] = []
        self._finished_s: dict[str, float] = {}
        self._tokens = 0
        for host in hosts:
            for from_s, until_s in host.outages:
                self._at(from_s, partial(self._go_down, host.name))
                self._at(until_s, partial(self._come_back, host.name))

    def to_the_end(self) -> Simulated:
        """Play until every run has finished; raises RuntimeError where nothing goes on."""
        self._begin_runs()
        self._dispatch()
        while len(self._finished_s) < len(self._runs):
            if not self._events:
                raise RuntimeError("attempts wait, and nothing will ever happen")
            self._now_s, _, happen = heappop(self._events)
            happen()
            self._dispatch()
        return Simulated(
            makespan_s=max(self._finished_s.values(), default=0.0),
            sent=tuple(self._sent),
            loads={name: server.loads for name, server in self._servers.items()},
            boards={name: run.board for name, run in self._runs.items()},
            finished_s=self._finished_s,
            tokens=self._tokens,
        )

    def _server(self, host: SimHost) -> Server:
        def load_s(resident: Resident) -> float:
            return self._costs.of(host.name, resident).load_s / host.speed

        return Server(host, load_s, lambda s, happen: self._at(self._now_s + s, happen))

    def _at(self, moment_s: float, happen: Callable[[], None]) -> None:
        self._number += 1
        heappush(self._events, (moment_s, self._number, happen))

    def _begin_runs(self) -> None:
        """Begin the runs whose needs have been met, as many as may be played at once."""
        ended = {self._runs[name].plan.task.name for name in self._finished_s}
        for run in self._runs.values():
            at_once = sum(one.begun for one in self._runs.values()) - len(self._finished_s)
            if at_once >= self._max_steps:
                return
            if not run.begun and ended.issuperset(run.plan.needs):
                run.begun = True
                self._advance(run)

    def _advance(self, run: _Run) -> None:
        if run.finish is None:
            step = decide(run.mode, run.board, run.plan.budget)
            run.board = run.board.asked(step.start)
            run.finish = step.finish
            for attempt in step.start:
                self._book.put((run.name, attempt.id), attempt)
            for attempt_id in step.cancel:
                self._call_off(run, attempt_id)
        if run.finish is not None and not run.board.running and run.name not in self._finished_s:
            self._finished_s[run.name] = self._now_s
            self._begin_runs()

    def _dispatch(self) -> None:
        for key, host in self._book.choose(busy=len(self._calls) + self._judging):
            self._send(key, host)
        for name, server in self._servers.items():
            resident = None if server.down else self._book.idle_load(name)
            if resident is not None:
                self._load_ahead(server, resident)
        again_s = self._book.ask_again_s
        if again_s is not None and self._asks_again_s <= self._now_s:
            self._asks_again_s = self._now_s + max(again_s, LEAST_WAIT_S)
            self._at(self._asks_again_s, lambda: None)

    def _send(self, key: Key, host: str) -> None:
        attempt = self._book.take(key)
        assert attempt is not None, "what was chosen waits"
        run, server, resident = self._runs[key[0]], self._servers[host], _resident(attempt)
        if not run.sent and run.plan.deadline_s is not None:
            self._at(self._now_s + run.plan.deadline_s, lambda: self._stop(run))
        run.sent = True
        loads = self._book.begin(key, attempt, host)
        candidate = self._outcome(run.name, run.plan, attempt)
        call = _Call(key, attempt, host, self._now_s, candidate, loads)
        call.parked = loads or (host, resident) in self._loading
        self._calls[key] = call
        if server.down:
            self._at(self._now_s, lambda: self._fail(call))
            return
        if loads:
            self._loading.add((host, resident))
            self._book.begin_load(host, resident)
        call.asked = Asked(resident, lambda: self._begin(call))
        server.ask(call.asked)

    def _begin(self, call: _Call) -> None:
        """A call's model is there: its answer comes after as long as it takes."""
        call.begun_s = self._now_s
        host, resident = call.host, _resident(call.attempt)
        if call.loads:
            self._end_load(host, resident, self._now_s - call.sent_s)
        answer, speed = call.candidate.answer, self._servers[host].host.speed
        own_s = answer.generation_s if answer is not None else 0.0
        generation_s = (own_s or self._costs.of(host, resident).generation_s) / speed
        self._at(self._now_s + generation_s, lambda: self._answer(call, generation_s))

    def _answer(self, call: _Call, generation_s: float) -> None:
        """An answer is complete: its slot is free, and it is judged."""
        if self._calls.get(call.key) is not call:
            return
        assert call.begun_s is not None
        load_s = 0.0 if call.parked else call.begun_s - call.sent_s
        self._leave(call, seen=Answer(text="", load_s=load_s, decode_s=generation_s))
        answer = call.candidate.answer
        self._tokens += answer.completion_tokens if answer is not None else 0
        self._judging += 1
        self._at(self._now_s + self._judge_s, lambda: self._judged(call))

    def _judged(self, call: _Call) -> None:
        self._judging -= 1
        self._end(self._runs[call.key[0]], call.candidate)

    def _end(self, run: _Run, candidate: Candidate) -> None:
        """An attempt has ended; the board ignores it where it was called off before."""
        run.board = run.board.ended(candidate)
        self._advance(run)

    def _leave(self, call: _Call, seen: Answer | None) -> None:
        """A call's slot is free: it was answered, or cut off."""
        del self._calls[call.key]
        if call.asked is not None and not self._servers[call.host].down:
            self._servers[call.host].leave(call.asked)
        if call.loads and call.begun_s is None:
            self._end_load(call.host, _resident(call.attempt), None)
        self._book.end(call.key, loaded=call.begun_s is not None, seen=seen)
        self._sent.append(
            Sent(
                run=call.key[0],
                attempt=call.attempt,
                host=call.host,
                sent_s=call.sent_s,
                begun_s=self._now_s if call.begun_s is None else call.begun_s,
                ended_s=self._now_s,
                ended=seen is not None,
            )
        )

    def _call_off(self, run: _Run, attempt_id: str) -> None:
        key = (run.name, attempt_id)
        if attempt_id in run.board.candidates:
            return
        if self._book.take(key) is None and key in self._calls:
            self._leave(self._calls[key], seen=None)
        cancelled = Candidate(attempt=run.board.attempts[attempt_id], status=Status.CANCELLED)
        run.board = run.board.ended(cancelled)

    def _stop(self, run: _Run) -> None:
        """A run's deadline has come: the best so far wins."""
        if run.name not in self._finished_s:
            run.finish = "stopped at the deadline"
            for attempt_id in run.board.in_flight:
                self._call_off(run, attempt_id)
            self._advance(run)

    def _load_ahead(self, server: Server, resident: Resident) -> None:
        name, asked_s = server.host.name, self._now_s

        def loaded() -> None:
            server.leave(asked)
            self._end_load(name, resident, self._now_s - asked_s)

        asked = Asked(resident, loaded)
        self._loading.add((name, resident))
        self._book.begin_load(name, resident)
        server.ask(asked)

    def _end_load(self, host: str, resident: Resident, load_s: float | None) -> None:
        self._loading.discard((host, resident))
        self._book.end_load(host, resident, load_s)

    def _go_down(self, name: str) -> None:
        """A host dies: what ran there goes elsewhere, if another host may take it."""
        self._servers[name].go_down()
        self._loading = {one for one in self._loading if one[0] != name}
        self._book.lose(name)
        for call in [call for call in self._calls.values() if call.host == name]:
            self._fail(call)
        for key, attempt in self._book.stranded():
            self._book.take(key)
            self._end(self._runs[key[0]], _lost(attempt))

    def _fail(self, call: _Call) -> None:
        if self._calls.get(call.key) is not call:
            return
        self._leave(call, seen=None)
        pinned = call.attempt.instance.generator.host is not None
        if not pinned and self._book.placeable(call.attempt):
            self._book.put(call.key, call.attempt)
        else:
            self._end(self._runs[call.key[0]], _lost(call.attempt))

    def _come_back(self, name: str) -> None:
        self._servers[name].come_back()
        self._book.regain(name)


def _run(name: str, plan: Plan) -> _Run:
    return _Run(name, plan, find_mode(plan.mode, plan.mode_options), plan.board)


def _resident(attempt: Attempt) -> Resident:
    return resident_for(attempt.instance.generator)


def _lost(attempt: Attempt) -> Candidate:
    fault = Fault(kind="connection", message="no host is left that has its model")
    return Candidate(attempt=attempt, status=Status.ERROR, error=fault)
