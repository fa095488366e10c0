"""Attempts that are called off: the server sees the client leave, and is of use afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from paragen.domain.board import Board, Budget, Step
from paragen.domain.errors import GenerationCancelled
from paragen.domain.events import CandidateEnded, Event, RunEnded, Warned
from paragen.domain.generator import Answer, Attempt, Generator, Instance, Request
from paragen.domain.ports import Cancel, OnProgress, Recovery, Sandbox
from paragen.domain.status import Status
from paragen.engine.candidates import judged
from paragen.engine.session import Engine
from paragen.hosts.demo import DemoHost
from paragen.modes import Mode
from paragen.modes.ask import ask
from paragen.modes.options import NoOptions
from paragen.parse.recording import Recorded, RecordedFault
from tests.engine.playing import (
    FAST,
    RECORDED,
    RIGHT,
    Listener,
    asked,
    engine,
    plan,
    served,
    statuses,
)

QUICK = Recorded(model="quick", answer=RIGHT, prompt_s=0.3, tokens_per_s=FAST)
SLOW = Recorded(model="slow", answer="word " * 2000, tokens_per_s=50.0)
LEAKING = replace(SLOW, fault=RecordedFault.LEAK_ON_ABORT)


def until(true: Callable[[], bool], limit_s: float = 20.0) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


@pytest.mark.parametrize("text", [RIGHT, "I can't do that."])
def test_what_was_called_off_is_cancelled_whatever_came_of_it(sandbox: Sandbox, text: str) -> None:
    """What is known of its program may be half of the truth."""
    one, cancel = plan("right"), Cancel()
    cancel.throw()
    candidate = judged(
        task=one.task,
        criteria=one.criteria,
        attempt=Attempt(id="c1", instance=one.roster[0]),
        host="h",
        answer=Answer(text=text),
        sandbox=sandbox,
        cancel=cancel,
        started=time.monotonic(),
    )
    assert (candidate.status, candidate.scores) == (Status.CANCELLED, None)
    assert candidate.verdict is not None, "by which a whole answer is known at a resume"


def test_a_race_leaves_a_usable_host(sandbox: Sandbox) -> None:
    with served(QUICK, SLOW, slots=2) as (server, host):
        for _ in range(2):
            (run,) = engine(sandbox, host).play([plan("slow", "quick", mode="race")])
            assert statuses(run) == {"quick": Status.PASSED, "slow": Status.CANCELLED}
            assert run.winning is not None
            assert run.finish
            assert run.reason.lower().startswith(run.finish.lower()), "why it ended is said first"
            until(lambda: server.active == 0)
        streams = [e for e in server.requests if e.body.get("stream") is not False]
        endings = [(e.body["model"], e.ending) for e in streams]
        assert sorted(endings) == [("quick", "answered")] * 2 + [("slow", "gone")] * 2
        assert not server.leaked
    until(lambda: server.connections == 0)


def test_who_waits_for_a_slot_is_never_sent(sandbox: Sandbox) -> None:
    others = [replace(SLOW, model=f"slow{n}") for n in range(4)]
    with served(QUICK, *others, slots=2, max_loaded=5) as (server, host):
        models = ["quick", *(one.model for one in others)]
        (run,) = engine(sandbox, host).play([plan(*models, mode="race")])
        assert list(statuses(run).values()).count(Status.CANCELLED) == 4
        assert statuses(run)["quick"] is Status.PASSED
        assert len(asked(server)) < 5


def test_a_mode_that_cancels_all_that_waits_is_asked_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(board: Board, budget: Budget) -> Step:
        if not board.attempts:
            return Step(start=ask(board, board.roster))
        return Step(cancel=board.in_flight) if board.running else Step(finish="enough")

    mode = Mode(name="one", options=NoOptions(), step=step, compares=False, notes=lambda roster: ())
    monkeypatch.setattr("paragen.engine.agenda.find_mode", lambda name, written: mode)
    with served(QUICK, slots=1) as (_, host):
        (run,) = engine(sandbox, host, sequential=True).play([plan("quick", "quick", "quick")])
    ends = [c.status for c in run.ranking]
    assert ends == [Status.PASSED, Status.CANCELLED, Status.CANCELLED]
    assert run.finish == "enough"


class Stubborn(DemoHost):
    """A host on which an answer that is called off takes a second more to come back."""

    recoveries_end = 0

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        try:
            return super().generate(request, on_progress, cancel)
        except GenerationCancelled:
            time.sleep(1.0)
            raise

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        called_off = threading.Event()
        cancel.on_throw(called_off.set)
        called_off.wait()
        self.recoveries_end += 1
        raise GenerationCancelled("called off")


class Interrupting(Listener):
    """Interrupts at the first candidate's end."""

    playing: Engine

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if isinstance(event, CandidateEnded) and len(self.of(CandidateEnded)) == 1:
            self.playing.interrupt()


@pytest.mark.slow
def test_who_is_called_off_by_the_mode_is_not_by_the_interrupt_that_comes_next(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And hosts are not looked after for long then."""

    def step(board: Board, budget: Budget) -> Step:
        if not board.attempts:
            return Step(start=ask(board, board.roster))
        return Step(cancel=("c2",) if "c1" in board.candidates else ())

    mode = Mode(name="one", options=NoOptions(), step=step, compares=False, notes=lambda roster: ())
    monkeypatch.setattr("paragen.engine.agenda.find_mode", lambda name, written: mode)
    monkeypatch.setattr("paragen.engine.session.LEAVE_S", 1.5)
    listener, host = Interrupting(), Stubborn("h", RECORDED, 3)
    listener.playing = engine(sandbox, host, listener=listener)
    (run,) = listener.playing.play([plan("right", "slow", "slow")])
    assert run.exit_code == 130
    errors = {c.id: c.error.kind for c in run.ranking if c.error is not None}
    assert errors == {"c2": "cancelled", "c3": "interrupted"}
    assert host.recoveries_end == 2
    assert ["hasn't shown" in event.message for event in listener.of(Warned)] == [True, True]


@pytest.mark.slow
def test_a_host_that_takes_long_to_answer_again_is_left_in_the_end(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paragen.engine.session.LOOK_AFTER_S", 0.5)
    host = Stubborn("h", RECORDED, 2)
    (run,) = engine(sandbox, host).play([plan("right", "slow", mode="race")])
    assert run.exit_code == 0
    assert host.recoveries_end == 1


def test_a_deadline_that_comes_when_all_is_decided_changes_nothing(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stubborn, "recover", DemoHost.recover)
    host = Stubborn("h", RECORDED, 2)
    (run,) = engine(sandbox, host).play([plan("right", "slow", mode="race", deadline_s=1.0)])
    assert statuses(run) == {"right": Status.PASSED, "slow": Status.CANCELLED}
    assert run.wall_s > 1.0, "the deadline had passed when the last attempt came back"
    assert "deadline" not in run.reason + run.finish


@pytest.mark.slow
def test_a_host_that_hangs_after_an_abort_is_helped_and_said(sandbox: Sandbox) -> None:
    listener = Listener()
    usable = replace(QUICK, model="slow", temperature=0.9)
    with (
        served(LEAKING, usable, name="hangs", slots=1) as (server, hangs),
        served(QUICK, name="well", slots=1) as (_, well),
    ):
        race = plan("slow", "quick", mode="race")
        (run,) = engine(sandbox, hangs, well, listener=listener).play([race])
        assert statuses(run) == {"quick": Status.PASSED, "slow": Status.CANCELLED}
        (warned,) = listener.of(Warned)
        assert warned.message.startswith("host hangs hung")
        assert listener.events.index(listener.of(RunEnded)[0]) < listener.events.index(warned)
        assert len(listener.of(CandidateEnded)) == 2
        assert len(server.loads) == 2
        hot = Generator(name="hot", model="slow", temperature=0.9)
        again = replace(plan(), roster=(Instance(generator=hot, copy=0, seed=0),))
        (run,) = engine(sandbox, hangs).play([again])
        assert statuses(run) == {"hot": Status.PASSED}
