"""What hosts get beside attempts: models loaded ahead, once; and answers that needn't be asked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from paragen.domain.errors import (
    ConnectionFault,
    FirstTokenTimeout,
    HostError,
    HostHanging,
    StreamDied,
)
from paragen.domain.events import (
    AttemptStarted,
    CandidateEnded,
    Event,
    JudgingStarted,
    ModelLoaded,
    RunEnded,
    Warned,
)
from paragen.domain.generator import Answer, CallLimits, Request
from paragen.domain.ports import Cancel, HostState, Model, OnProgress, Recovery, Sandbox
from paragen.domain.status import Status
from paragen.domain.task import Limits
from paragen.engine.known import KnownAnswers
from paragen.engine.session import Engine
from paragen.hosts.demo import DemoHost
from paragen.parse.recording import Recorded, RecordedFault
from tests.engine.playing import (
    ENDLESS,
    FAST,
    RECORDED,
    RIGHT,
    Listener,
    asked,
    engine,
    plan,
    roster,
    served,
    statuses,
)

LOAD_S = 0.6
COLD = Recorded(model="right", answer=RIGHT, tokens_per_s=FAST, load_s=LOAD_S)


def test_a_model_is_loaded_once_before_its_first_attempt_and_outside_of_it(
    sandbox: Sandbox,
) -> None:
    listener = Listener()
    with served(COLD, slots=3) as (server, host):
        plans = [plan("right", name=f"t{n}") for n in range(5)]
        runs = engine(sandbox, host, listener=listener).play(plans)
        loads = [e for e in server.requests if e.body.get("stream") is False]
        assert len(loads) == len(server.loads) == 1
        assert loads[0].body["options"] == {"num_ctx": 8192}
        assert server.requests[0].body == loads[0].body, "it comes first"
    (loaded,) = listener.of(ModelLoaded)
    assert (loaded.host, loaded.model, loaded.num_ctx) == ("gpu0", "right:latest", 8192)
    assert loaded.load_s >= LOAD_S
    for run in runs:
        (candidate,) = run.ranking
        assert candidate.answer is not None
        assert candidate.answer.load_s < LOAD_S / 2
    started_s = runs[0].ranking[0].started_s
    assert started_s is not None
    assert started_s >= LOAD_S, "it was sent when its model was there"


def test_a_model_that_is_there_is_not_loaded(sandbox: Sandbox) -> None:
    with served(replace(COLD, load_s=0.0)) as (server, host):
        engine(sandbox, host).play([plan("right")])
        engine(sandbox, host).play([plan("right")])
        empty = [entry for entry in server.requests if not entry.body["messages"]]
        assert len(empty) == 1
        assert asked(server) == ["right"] * 2


class Broken(DemoHost):
    """A host that can't load ahead, whatever it is asked."""

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        raise ConnectionFault("no")


def test_a_load_that_fails_says_nothing_of_the_attempts(sandbox: Sandbox) -> None:
    listener = Listener()
    (run,) = engine(sandbox, Broken("h", RECORDED), listener=listener).play([plan("right", "down")])
    assert statuses(run) == {"right": Status.PASSED, "down": Status.ERROR}
    assert listener.of(ModelLoaded) == []


def test_a_load_ahead_that_fails_is_not_tried_again_and_again(sandbox: Sandbox) -> None:
    class Counting(Broken):
        loads = 0

        def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
            self.loads += 1
            return super().load(model, num_ctx, cancel)

    host = Counting("h", (Recorded(model="endless", answer=ENDLESS, tokens_per_s=FAST), *RECORDED))
    first = plan("endless")
    first = replace(first, task=replace(first.task, limits=Limits().for_timeout(1.0)))
    runs = engine(sandbox, host, max_steps=1).play([first, plan("right", name="next")])
    assert [run.exit_code for run in runs] == [1, 0]
    assert host.loads <= 3, "one for each first attempt, and one ahead"


class Hanging(DemoHost):
    """A host that hangs at its first call, and can't be helped at once."""

    calls = 0
    recoveries = 0

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        self.calls += 1
        if self.calls == 1:
            raise FirstTokenTimeout("no token came")
        return super().generate(request, on_progress, cancel)

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        self.recoveries += 1
        if self.recoveries <= 2:
            raise HostHanging("host hangs generates nothing any more")
        return Recovery.FINE


def test_a_host_that_can_not_be_helped_gets_nothing_until_it_answers(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paragen.engine.calls.ASK_AGAIN_S", 0.05)
    slow = tuple(replace(one, prompt_s=0.1) for one in RECORDED)
    hangs, well = Hanging("hangs", slow, 1), DemoHost("well", slow, 1)
    listener = Listener()
    plans = [plan("right", name=f"t{n}") for n in range(8)]
    runs = engine(sandbox, hangs, well, listener=listener).play(plans)
    ends = Counter(c.status for run in runs for c in run.ranking)
    assert ends == {Status.PASSED: 7, Status.ERROR: 1}
    said = [event.message for event in listener.of(Warned)]
    assert [("go to other hosts" in one, "answers again" in one) for one in said] == [
        (True, False),
        (False, True),
    ]
    assert hangs.recoveries == 3
    assert {c.host for run in runs for c in run.ranking} == {"hangs", "well"}


def test_where_no_host_is_left_what_is_asked_later_ends_too(sandbox: Sandbox) -> None:
    """Nobody waits for a host that may never come back."""
    drop = [Recorded(model="right", answer="", fault=RecordedFault.DROP)]
    hosts = [DemoHost(name, drop, 1) for name in ("one", "two")]
    later = [plan("right", name=f"t{n}") for n in range(3)]
    runs = engine(sandbox, *hosts, max_steps=1).play(later)
    assert [run.exit_code for run in runs] == [3, 3, 3]


class GoneAtOnce(DemoHost):
    """A host that is gone as soon as an answer is called off."""

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        called_off = threading.Event()
        cancel.on_throw(called_off.set)
        assert called_off.wait(30)
        raise ConnectionFault("refused")


def test_what_was_called_off_goes_nowhere_else(sandbox: Sandbox) -> None:
    listener = Listener()
    hosts = [GoneAtOnce(name, RECORDED, 1) for name in ("one", "two")]
    (run,) = engine(sandbox, *hosts, listener=listener).play([plan("right", deadline_s=0.3)])
    assert [c.status for c in run.ranking] == [Status.ERROR]
    assert len(listener.of(AttemptStarted)) == 1


class Dying(DemoHost):
    """A host that breaks its answers off, and is gone then, or isn't."""

    def __init__(self, name: str, *, dies: bool) -> None:
        super().__init__(name, RECORDED)
        self._dies = dies
        self._is_gone = False

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        self._is_gone = self._dies
        raise StreamDied("broken off", partial=Answer(text="def"))

    def state(self) -> HostState:
        if self._is_gone:
            raise ConnectionFault("refused")
        return super().state()


def test_what_a_host_was_answering_when_it_died_goes_elsewhere(sandbox: Sandbox) -> None:
    listener = Listener()
    hosts = (Dying("gone", dies=True), DemoHost("other", RECORDED))
    (run,) = engine(sandbox, *hosts, listener=listener).play([plan("right", "wrong")])
    assert {c.status for c in run.ranking} == {Status.PASSED, Status.FAILED}
    assert {c.host for c in run.ranking} == {"other"}
    assert "gone" in {event.host for event in listener.of(AttemptStarted)}


def test_what_breaks_off_on_a_host_that_is_there_is_the_attempts_own_end(sandbox: Sandbox) -> None:
    hosts = (Dying("there", dies=False), DemoHost("other", ()))
    (run,) = engine(sandbox, *hosts).play([plan("right")])
    (candidate,) = run.ranking
    assert candidate.error is not None
    assert (candidate.error.kind, candidate.host) == ("stream_died", "there")
    assert candidate.answer is not None


def test_a_model_that_hangs_takes_no_host_from_the_others(sandbox: Sandbox) -> None:
    """One model's fault is not the host's, and the only host is never given up."""
    listener = Listener()
    slow = tuple(replace(one, prompt_s=0.1) for one in RECORDED)
    hangs, well = Hanging("hangs", slow, 1), DemoHost("well", slow[:1], 1)
    pinned = [
        replace(who, generator=replace(who.generator, host="hangs"))
        for who in roster("wrong", "right", "prose")
    ]
    one = replace(plan(), roster=tuple(pinned))
    (run,) = engine(sandbox, hangs, well, listener=listener).play([one])
    assert Counter(statuses(run).values())[Status.ERROR] == 1
    assert [event.message for event in listener.of(Warned)] == [
        "host hangs generates nothing any more"
    ]
    runs = engine(sandbox, Hanging("hangs", RECORDED, 1)).play(
        [plan("right", name=f"t{n}") for n in range(3)]
    )
    assert [run.exit_code for run in runs] == [3, 0, 0]


class HangsOn(DemoHost):
    """A host that hangs on these models, and can't be helped."""

    def __init__(self, *models: str) -> None:
        super().__init__("hangs", RECORDED, 1)
        self._models = models

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        if request.instance.generator.model in self._models:
            raise FirstTokenTimeout("no token came")
        return super().generate(request, on_progress, cancel)

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        raise HostHanging("host hangs generates nothing any more")


class CantBeLookedAt(DemoHost):
    """A host that can't be looked at after a call was broken off, by a defect of ours."""

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        raise FirstTokenTimeout("no token came")

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        raise ValueError("a defect")


def test_that_a_host_could_not_be_looked_at_is_said(sandbox: Sandbox) -> None:
    listener = Listener()
    host = CantBeLookedAt("odd", RECORDED, 1)
    (run,) = engine(sandbox, host, listener=listener).play([plan("right")])
    assert run.exit_code == 3
    (said,) = listener.of(Warned)
    assert "right:latest still answers on host odd couldn't be seen: ValueError" in said.message


@pytest.mark.parametrize(
    ("models", "is_lost"), [("wrong right prose", 0), ("wrong prose right", 1)]
)
def test_a_host_that_answers_in_between_does_not_hang(
    sandbox: Sandbox, models: str, is_lost: bool
) -> None:
    """Two models on which it hangs, one after the other, are one too many."""
    listener = Listener()
    hosts = (HangsOn("wrong", "prose"), DemoHost("other", RECORDED[:1], 1))
    plans = [
        replace(one, roster=(replace(who, generator=replace(who.generator, host="hangs")),))
        for model in (*models.split(), "right", "right")
        for one in (plan(model, name=model),)
        for who in one.roster
    ]
    engine(sandbox, *hosts, listener=listener, max_steps=1).play(plans)
    said = [event.message for event in listener.of(Warned)]
    assert any("go to other hosts" in one for one in said) == bool(is_lost)


class Loading(DemoHost):
    """A host on which a load takes until it is called off."""

    def __init__(self) -> None:
        super().__init__("h", RECORDED, 2)
        self.loads = 0
        self.called_off = threading.Event()

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        self.loads += 1
        cancel.on_throw(self.called_off.set)
        self.called_off.wait()
        raise HostError("called off")


def test_a_load_that_nobody_waits_for_any_more_is_called_off(sandbox: Sandbox) -> None:
    host = Loading()
    started = time.monotonic()
    (run,) = engine(sandbox, host).play([plan("slow", "slow", deadline_s=0.5)])
    assert time.monotonic() - started < 20
    assert host.called_off.is_set()
    assert [c.status for c in run.ranking] == [Status.CANCELLED] * 2
    assert host.loads == 1, "two attempts wait for the same load"
    assert all(c.started_s is None for c in run.ranking), "they never were sent"


class OneLoads(Loading):
    """A host on which one model's load takes for ever, and another waits until that is ended."""

    in_time = False

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        return super().load(model, num_ctx, cancel) if model.startswith("slow") else 0.0

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        self.in_time = self.called_off.wait(30)
        return super().generate(request, on_progress, cancel)


def test_a_load_is_called_off_at_once_while_others_play_on(sandbox: Sandbox) -> None:
    host = OneLoads()
    plans = [plan("slow", deadline_s=0.5), plan("right", name="other")]
    runs = engine(sandbox, host).play(plans)
    assert [run.exit_code for run in runs] == [1, 0]
    assert host.in_time


class SlowToLeave(DemoHost):
    """A host whose first load takes for ever, and is called off only once another task waits."""

    def __init__(self) -> None:
        super().__init__("h", RECORDED, 2)
        self.loads = 0
        self.waits = threading.Event()

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        self.loads += 1
        if self.loads > 1:
            return 0.5
        called_off = threading.Event()
        cancel.on_throw(called_off.set)
        assert called_off.wait(30)
        assert self.waits.wait(30)
        raise HostError("called off")


def test_who_comes_while_a_load_is_called_off_gets_another(sandbox: Sandbox) -> None:
    host = SlowToLeave()

    class Awaiting(Listener):
        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if len(self.of(AttemptStarted)) == 2:
                host.waits.set()

    listener = Awaiting()
    plans = [plan("right", deadline_s=0.5), plan("right", name="next")]
    runs = engine(sandbox, host, listener=listener, max_steps=1).play(plans)
    assert [run.exit_code for run in runs] == [1, 0]
    assert [loaded.load_s for loaded in listener.of(ModelLoaded)] == [0.5]
    assert host.loads == 2


def test_the_next_tasks_model_is_loaded_while_tests_run(sandbox: Sandbox) -> None:
    listener = Listener()
    first = plan("endless")
    first = replace(first, task=replace(first.task, limits=Limits().for_timeout(1.5)))
    endless = Recorded(model="endless", answer=ENDLESS, tokens_per_s=FAST)
    with served(endless, replace(COLD, load_s=0.1), slots=1, max_loaded=1) as (server, host):
        playing = engine(sandbox, host, listener=listener, max_steps=1)
        playing.play([first, plan("right", name="next")])
        assert [model for model, _ in server.loads] == ["endless", "right"]
    loaded = listener.of(ModelLoaded)[1]
    assert listener.events.index(loaded) < listener.events.index(listener.of(RunEnded)[0])


def test_an_interrupt_ends_a_load(sandbox: Sandbox) -> None:
    class Interrupting(Listener):
        playing: Engine

        def __call__(self, event: Event) -> None:
            super().__call__(event)
            if isinstance(event, AttemptStarted):
                self.playing.interrupt()

    listener = Interrupting()
    listener.playing = engine(sandbox, Loading(), listener=listener)
    (run,) = listener.playing.play([plan("slow", "right")])
    assert {c.error and c.error.kind for c in run.ranking} == {"interrupted"}


class Digested(DemoHost):
    """A demo host whose models have digests, and which counts what it is asked."""

    def __init__(self, digest: str | None = "sha256:1", name: str = "h") -> None:
        super().__init__(name, RECORDED, 2)
        self._digest = digest
        self.asked = 0

    def state(self) -> HostState:
        models = super().state().models
        return HostState(version="1", models=tuple(self._digested(model) for model in models))

    def _digested(self, model: Model) -> Model:
        return replace(model, digest=self._digest and f"{self._digest} {model.name}")

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        self.asked += 1
        return super().generate(request, on_progress, cancel)


class Kept:
    """A cache in memory."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}

    def find(self, key: str) -> Answer | None:
        return self.answers.get(key)

    def keep(self, key: str, answer: Answer) -> None:
        self.answers[key] = answer


def test_a_known_answer_is_not_asked_for_again_but_judged_again(sandbox: Sandbox) -> None:
    cache, host = Kept(), Digested()
    (first,) = engine(sandbox, host, cache=cache).play([plan("right", "wrong", "down")])
    assert len(cache.answers) == 2, "an error is no answer"
    assert not any(c.answer.cached for c in first.ranking if c.answer is not None)
    listener = Listener()
    (second,) = engine(sandbox, host, cache=cache, listener=listener).play(
        [plan("right", "wrong", "down")]
    )
    assert host.asked == 4
    assert statuses(second) == statuses(first)
    by_name = {c.attempt.instance.name: c for c in second.ranking}
    assert by_name["right"].answer is not None
    assert by_name["right"].answer.cached
    assert by_name["right"].host is None
    assert by_name["right"].started_s is not None
    assert by_name["down"].host == "h"
    assert second.winning is not None
    assert second.winning.attempt.instance.name == "right"
    assert len(listener.of(JudgingStarted)) == 2
    assert len(listener.of(AttemptStarted)) == 1
    assert len(listener.of(CandidateEnded)) == 3


def test_nothing_is_shared_between_seeds_copies_models_or_temperatures(sandbox: Sandbox) -> None:
    cache, host = Kept(), Digested()
    one = plan("right")
    (instance,) = one.roster
    others = [
        replace(instance, seed=1),
        replace(instance, copy=1),
        replace(instance, generator=replace(instance.generator, temperature=0.9)),
    ]
    engine(sandbox, host, cache=cache).play([one])
    engine(sandbox, host, cache=cache).play([replace(one, roster=tuple(others))])
    assert host.asked == 4
    newer = Digested("sha256:2")
    engine(sandbox, newer, cache=cache).play([one])
    assert newer.asked == 1, "the model was changed"


def test_what_is_pinned_is_only_answered_by_its_hosts_own_model() -> None:
    cache, host, other = Kept(), Digested(), Digested("sha256:2", "other")
    (one,) = plan("right").roster
    pinned = replace(one, generator=replace(one.generator, host="other"))
    known = KnownAnswers(cache, [(at, at.state()) for at in (host, other)])
    request = Request(instance=one, messages=(), limits=CallLimits())
    known.keep("h", request, Answer(text=RIGHT))
    assert known.find(request) is not None
    assert known.find(replace(request, instance=pinned)) is None
    known.keep("other", replace(request, instance=pinned), Answer(text=RIGHT))
    assert known.find(replace(request, instance=pinned)) is not None


def test_a_model_without_a_digest_is_never_kept(sandbox: Sandbox) -> None:
    cache, host = Kept(), Digested(None)
    for _ in range(2):
        engine(sandbox, host, cache=cache).play([plan("right")])
    assert host.asked == 2
    assert cache.answers == {}
