"""Loading, unloading, and hosts that hang after an abort, against the scripted server."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from paragen.domain import errors
from paragen.domain.generator import Answer, CallLimits, Request
from paragen.domain.host import HostSpec
from paragen.domain.ports import Cancel, Recovery
from paragen.hosts.breaker import Breaker, Why
from paragen.hosts.calls import Call
from paragen.hosts.demo import DemoHost
from paragen.hosts.ollama import OllamaHost
from paragen.hosts.questions import ASK_TIMEOUT_S
from paragen.parse.recording import Recorded, RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama

Ask = Callable[..., Request]
PATIENCE_S = 0.5


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    wait_until(lambda: not set(threading.enumerate()) - before)


def recorded(**given: Any) -> Recorded:
    usual: dict[str, Any] = {"model": "m:1b", "answer": "def f(): ...", "tokens_per_s": 1000.0}
    return Recorded(**usual | given)


LEAKS = recorded(seed=1, answer="word " * 200, tokens_per_s=50.0, fault=RecordedFault.LEAK_ON_ABORT)
"""What an attempt of seed 1 gets; all others get an answer."""


@contextmanager
def playing(
    answers: Sequence[Recorded],
    *,
    slots: int = 1,
    limits: CallLimits | None = None,
    **server: Any,
) -> Iterator[tuple[ScriptedOllama, OllamaHost]]:
    with ScriptedOllama(answers, slots=slots, **server) as served:
        spec = HostSpec(name="gpu0", url=served.url, slots=2)
        host = OllamaHost(spec, limits, backoff_s=0.01, patience_s=PATIENCE_S)
        try:
            yield served, host
        finally:
            host.close()


def generate(host: OllamaHost, request: Request, cancel: Cancel | None = None) -> Answer:
    return host.generate(request, lambda chunks, speed: None, cancel or Cancel())


def abort(host: OllamaHost, request: Request) -> None:
    """Generate until the first tokens, then leave, as the losers of a race do."""
    cancel = Cancel()

    def on_progress(chunks: int, tokens_per_s: float | None) -> None:
        cancel.throw()

    with pytest.raises(errors.GenerationCancelled):
        host.generate(request, on_progress, cancel)


def recover(host: OllamaHost, cancel: Cancel | None = None) -> Recovery:
    return host.recover("m:1b", 8192, cancel or Cancel())


def test_a_load_is_an_empty_request_with_the_context_of_the_attempts(ask: Ask) -> None:
    with playing([recorded(load_s=0.2)]) as (server, host):
        assert host.load("m:1b", 8192, Cancel()) >= 0.2
        (entry,) = server.requests
        assert entry.body == {
            "model": "m:1b",
            "messages": [],
            "tools": [],
            "stream": False,
            "options": {"num_ctx": 8192},
            "keep_alive": "10m",
        }
        assert host.load("m:1b", 8192, Cancel()) < 0.2, "it is loaded already"
        assert generate(host, ask()).load_s < 0.2
        assert server.loads == (("m:1b", 8192),)


@pytest.mark.parametrize(
    ("model", "error"),
    [("other", errors.ModelMissing), ("far:cloud", errors.RemoteModel)],
)
def test_what_can_not_be_loaded_says_why(model: str, error: type[errors.HostError]) -> None:
    with playing([recorded()]) as (_, host), pytest.raises(error):
        host.load(model, 8192, Cancel())


def test_a_load_that_finds_the_queue_full_is_tried_again() -> None:
    models = [recorded(model="slow", load_s=0.5), recorded()]
    with playing(models, max_queue=0) as (server, host), ThreadPoolExecutor(1) as pool:
        first = pool.submit(host.load, "slow", 1, Cancel())
        wait_until(lambda: len(server.loads) == 1)
        while not first.done():
            try:
                host.load("m:1b", 1, Cancel())
                break
            except errors.HostBusy:
                pass
        assert first.exception() is None
        assert {entry.ending for entry in server.requests} >= {"answered", "rejected 503"}


@pytest.mark.parametrize("retries", [0, 1])
def test_a_load_is_tried_as_often_as_the_hosts_limits_say(retries: int) -> None:
    models, limits = [recorded(model="slow", load_s=60), recorded()], CallLimits(retries=retries)
    cancel = Cancel()
    with (
        playing(models, limits=limits, max_queue=0) as (server, host),
        ThreadPoolExecutor(1) as pool,
    ):
        loading = pool.submit(host.load, "slow", 1, cancel)
        wait_until(lambda: len(server.loads) == 1)
        with pytest.raises(errors.HostBusy, match=f"in {retries + 1} tries"):
            host.load("m:1b", 1, Cancel())
        assert len(server.requests) == 1 + retries + 1
        cancel.throw()
        assert loading.exception(timeout=10) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue of connections takes no more")
def test_the_hosts_limits_say_how_long_a_connection_may_take() -> None:
    with socket.socket() as silent, socket.socket() as queued:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        queued.connect(silent.getsockname())
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        host = OllamaHost(HostSpec(name="gpu0", url=url), CallLimits(connect_s=0.1, retries=0))
        with host._questions._open(host._faults("")) as client:
            assert client.timeout == httpx.Timeout(ASK_TIMEOUT_S, connect=0.1)
        asks: list[Callable[[], object]] = [
            host.state,
            lambda: host.load("m:1b", 1, Cancel()),
            lambda: host.recover("m:1b", 1, Cancel()),
            lambda: host.unload("m:1b"),
        ]
        for ask in asks:
            with pytest.raises(errors.ConnectionFault, match="can't be reached") as caught:
                ask()
            assert isinstance(caught.value.__cause__, httpx.ConnectTimeout)
        host.close()


def test_a_cancelled_load_returns_at_once() -> None:
    with playing([recorded(load_s=2.0)]) as (server, host), ThreadPoolExecutor(1) as pool:
        cancel = Cancel()
        loading = pool.submit(host.load, "m:1b", 1, cancel)
        wait_until(lambda: server.loads != ())
        cancel.throw()
        assert isinstance(loading.exception(timeout=5), errors.GenerationCancelled)
        assert server.resident == (), "it was still loading"
        with pytest.raises(errors.GenerationCancelled):
            host.load("m:1b", 1, cancel)
        assert len(server.requests) == 1


def test_an_unloaded_model_is_gone_once_nothing_runs_on_it(ask: Ask) -> None:
    slow = recorded(answer="word " * 20, tokens_per_s=60.0)
    with playing([slow]) as (server, host), ThreadPoolExecutor(1) as pool:
        running = pool.submit(generate, host, ask())
        wait_until(lambda: server.active == 1)
        host.unload("m:1b")
        assert server.resident == ("m:1b",)
        assert running.result().text == slow.answer
        wait_until(lambda: server.resident == ())
        host.unload("m:1b")
        with pytest.raises(errors.ModelMissing):
            host.unload("other")


def test_after_a_race_a_host_is_usable(ask: Ask) -> None:
    slow = recorded(answer="word " * 500, tokens_per_s=50.0, seed=1)
    with playing([slow, recorded()]) as (server, host):
        for _ in range(5):
            abort(host, ask(seed=1))
            assert recover(host) is Recovery.FINE
        assert generate(host, ask()).text == "def f(): ..."
        assert server.loads == (("m:1b", 8192),)
        wait_until(lambda: server.active == 0)
        assert not host._calls._running, "nothing is kept of calls that are over"


def test_nothing_hangs_on_the_switch_of_a_call_that_is_over(ask: Ask) -> None:
    cancel = Cancel()
    with playing([recorded()]) as (_, host):
        generate(host, ask(), cancel)
        DemoHost("demo", [recorded()]).generate(ask(), lambda *_: None, cancel)
        with pytest.raises(errors.HostRefused):
            DemoHost("demo", [recorded()]).generate(ask(think=True), lambda *_: None, cancel)
    assert not cancel._callbacks


def test_a_leaked_slot_hangs_every_later_request(ask: Ask) -> None:
    with playing([LEAKS, recorded()]) as (server, host):
        abort(host, ask(seed=1))
        wait_until(lambda: server.leaked == 1)
        assert host.state().version, "whatever else it is asked, it answers"
        with pytest.raises(errors.FirstTokenTimeout):
            generate(host, ask(first_token_s=0.5))


def test_a_leaked_slot_is_found_and_cured(ask: Ask) -> None:
    with playing([LEAKS, recorded()]) as (server, host):
        abort(host, ask(seed=1))
        assert recover(host) is Recovery.RECOVERED
        assert server.leaked == 0
        assert server.loads == (("m:1b", 8192),) * 2
        assert generate(host, ask()).text == "def f(): ..."
        assert recover(host) is Recovery.FINE


def test_what_waits_for_a_leaked_slot_gets_its_answer_after_the_cure(ask: Ask) -> None:
    with playing([LEAKS, recorded()]) as (server, host), ThreadPoolExecutor(1) as pool:
        abort(host, ask(seed=1))
        wait_until(lambda: server.leaked == 1)
        waiting = pool.submit(generate, host, ask(retries=0))
        wait_until(lambda: len(server.requests) == 2)
        assert recover(host) is Recovery.RECOVERED
        assert waiting.result(timeout=10).text == "def f(): ..."


def test_what_waits_for_a_cure_waits_for_the_next_one_too(ask: Ask) -> None:
    with playing([recorded()]) as (server, host), ThreadPoolExecutor(1) as pool:
        with host._health.curing("m:1b"):
            waiting = pool.submit(generate, host, ask(retries=0))
            wait_until(lambda: bool(host._calls._running))
            host._calls.break_off("m:1b", Why.HUNG)
            time.sleep(0.1)
            assert not waiting.done()
            assert server.requests == ()
        assert waiting.result(timeout=10).text == "def f(): ..."


def test_a_try_that_a_cure_broke_off_is_none_of_the_retries(ask: Ask) -> None:
    with playing([recorded()]) as (_, host):
        limits = ask(retries=1).limits
        call = Call(host._faults("m:1b", limits), Cancel(), time.perf_counter())
        tries: list[Why | None] = []

        def fail(breaker: Breaker) -> str:
            if len(tries) in (0, 1, 3):
                breaker.throw(Why.HUNG)
            tries.append(breaker.why)
            if breaker.why is not None:
                raise call.faults.broken_off(breaker.why, None)
            raise call.faults.hung_up(ConnectionError("gone"))

        with pytest.raises(errors.ConnectionFault):
            host._calls.with_retries(call, fail)
        hung = Why.HUNG
        assert tries == [hung, hung, None, hung, None], "one try, and one more"


@pytest.mark.slow
def test_a_cure_waits_until_the_model_is_gone(ask: Ask) -> None:
    with playing([LEAKS, recorded()]) as (server, host), ThreadPoolExecutor(1) as pool:
        abort(host, ask(seed=1))
        wait_until(lambda: server.leaked == 1)
        # Somebody else's request waits for the slot, and keeps the model from being unloaded.
        waiting = pool.submit(
            httpx.post,
            server.url + "/api/chat",
            json={"model": "m:1b", "messages": [{"role": "user", "content": "Write f."}]}
            | {"options": {"num_ctx": 8192}},
            trust_env=False,
            timeout=PATIENCE_S + 1,
        )
        wait_until(lambda: len(server.requests) == 2)
        assert recover(host) is Recovery.RECOVERED
        assert isinstance(waiting.exception(timeout=10), httpx.ReadTimeout)


def test_one_cure_helps_all_who_ask(ask: Ask) -> None:
    with playing([LEAKS, recorded()], slots=2) as (server, host), ThreadPoolExecutor(3) as pool:
        for aborted in [pool.submit(abort, host, ask(seed=1)) for _ in range(2)]:
            aborted.result(timeout=10)
        wait_until(lambda: server.leaked == 2)
        found = [pool.submit(recover, host) for _ in range(3)]
        assert sorted(one.result(timeout=20) for one in found) == ["fine", "fine", "recovered"]
        assert len(server.loads) == 2


def test_a_host_that_can_not_be_cured_says_so(ask: Ask) -> None:
    stalls = recorded(fault=RecordedFault.STALL)
    with playing([stalls]) as (server, host), ThreadPoolExecutor(1) as pool:
        with pytest.raises(errors.FirstTokenTimeout):
            generate(host, ask(first_token_s=0.1))
        waiting = pool.submit(generate, host, ask())
        wait_until(lambda: len(server.requests) == 2)
        with pytest.raises(
            errors.HostHanging, match=r"Host 'gpu0' .* Restart the server"
        ) as caught:
            recover(host)
        assert caught.value.host_down
        assert "m:1b" in str(caught.value)
        assert isinstance(waiting.exception(timeout=10), errors.HostHanging)


def test_a_model_that_is_not_loaded_is_not_loaded_to_see_whether_it_hangs() -> None:
    with playing([recorded()]) as (server, host):
        assert recover(host) is Recovery.FINE
        assert server.requests == ()


@pytest.mark.slow
def test_waiting_behind_an_answer_that_grows_is_not_hanging(ask: Ask) -> None:
    slow = recorded(answer="word " * 30, tokens_per_s=20.0)
    with playing([slow]) as (server, host), ThreadPoolExecutor(1) as pool:
        running = pool.submit(generate, host, ask())
        wait_until(lambda: server.active == 1)
        begun = time.monotonic()
        assert recover(host) is Recovery.FINE
        assert time.monotonic() - begun > PATIENCE_S
        assert running.result().text == slow.answer
        assert len(server.loads) == 1


def test_a_refusal_is_a_sign_of_life_too(ask: Ask) -> None:
    refuses = recorded(fault=RecordedFault.SERVER_ERROR)
    with playing([refuses]) as (_, host):
        host.load("m:1b", 8192, Cancel())
        assert recover(host) is Recovery.FINE


@pytest.mark.parametrize("how", ["cancelled", "closed"])
def test_recovering_ends_at_once_when_it_is_called_off(how: str) -> None:
    with (
        playing([recorded(fault=RecordedFault.STALL)]) as (server, host),
        ThreadPoolExecutor(2) as pool,
    ):
        host.load("m:1b", 8192, Cancel())
        host._loader._patience_s = 1000.0
        first, second = Cancel(), Cancel()
        probing = pool.submit(recover, host, first)
        wait_until(lambda: server.active == 1)
        waiting = pool.submit(recover, host, second)
        time.sleep(0.1)
        if how == "cancelled":
            second.throw()
            assert isinstance(waiting.exception(timeout=5), errors.GenerationCancelled)
            assert not probing.done()
            first.throw()
        else:
            host.close()
            assert isinstance(waiting.exception(timeout=5), errors.GenerationCancelled)
        assert isinstance(probing.exception(timeout=5), errors.GenerationCancelled)


def test_a_host_that_is_gone_is_no_host_that_hangs(ask: Ask) -> None:
    with playing([LEAKS, recorded()]) as (server, host), ThreadPoolExecutor(1) as pool:
        host._loader._patience_s = 1000.0
        abort(host, ask(seed=1))
        wait_until(lambda: server.leaked == 1)
        found: Future[Recovery] = pool.submit(recover, host)
        wait_until(lambda: len(server.requests) == 2)
        server.die()
        assert isinstance(found.exception(timeout=10), errors.ConnectionFault)
        with pytest.raises(errors.ConnectionFault):
            recover(host)


def test_a_slow_prompt_asks_for_patience(ask: Ask) -> None:
    with playing([recorded(prompt_s=0.5)]) as (_, host):
        assert host._health.patience_s("m:1b", 0.1) == 0.1
        generate(host, ask())
        assert host._health.patience_s("m:1b", 0.1) >= 1.0
        assert host._health.patience_s("m:1b", 100.0) == 100.0
        assert host._health.patience_s("other", 0.1) == 0.1


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it didn't come about within 10 s"
        time.sleep(0.005)
