"""What a scripted server keeps loaded, and how it goes away."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.parse.recording import Recorded, RecordedFault
from paragen.server.scripted_mishaps import Mishaps
from paragen.server.scripted_ollama import ScriptedOllama
from paragen.server.scripted_protocol import Rejected, read_keep_alive

GB = 1 << 30


def recorded(**given: Any) -> Recorded:
    usual: dict[str, Any] = {"model": "m:1b", "answer": "def f(): ...", "tokens_per_s": 2000.0}
    return Recorded(**usual | given)


def chat(server: ScriptedOllama, model: str = "m:1b", **given: Any) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "Write f."}]} | given
    return httpx.post(server.url + "/api/chat", json=body, trust_env=False, timeout=20)


def leave_in_mid_answer(server: ScriptedOllama, *, stream: bool = True) -> None:
    """Ask, wait until it is generated, and go away."""
    messages = [{"role": "user", "content": "Write f."}]
    body = json.dumps({"model": "m:1b", "messages": messages, "stream": stream})
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        head = f"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall((head + body).encode())
        wait_until(lambda: server.active == 1)
    wait_until(lambda: server.active == 0)


def test_models_that_do_not_fit_together_drive_each_other_out() -> None:
    sizes = {"big": 6, "small": 2, "other": 3}
    models = [recorded(model=name, size_bytes=size * GB) for name, size in sizes.items()]
    with ScriptedOllama(models, vram_bytes=8 * GB) as server:
        chat(server, "big")
        chat(server, "small")
        assert set(server.resident) == {"big", "small"}
        chat(server, "other")
        assert set(server.resident) == {"small", "other"}, "the one that was used longest ago"
        chat(server, "big")
        assert server.resident == ("big",)
        assert len(server.loads) == 4


def test_a_model_larger_than_the_memory_is_alone_and_in_part_on_the_cpu() -> None:
    models = [recorded(size_bytes=10 * GB), recorded(model="n", size_bytes=GB)]
    with ScriptedOllama(models, vram_bytes=8 * GB) as server:
        chat(server, "n")
        chat(server)
        (loaded,) = httpx.get(server.url + "/api/ps", trust_env=False).json()["models"]
        assert (loaded["name"], loaded["size"], loaded["size_vram"]) == ("m:1b", 10 * GB, 8 * GB)


def test_a_model_goes_when_it_was_not_used_for_as_long_as_it_was_to_be_kept() -> None:
    with ScriptedOllama([recorded(), recorded(model="n")]) as server:
        chat(server, messages=[], keep_alive=0.2)
        chat(server, "n", messages=[], keep_alive="1h")
        wait_until(lambda: server.resident == ("n",))
        # A request that says nothing leaves it as it was.
        chat(server, "n")
        assert server.resident == ("n",)
        chat(server, "n", keep_alive=0)
        wait_until(lambda: server.resident == ())
    with ScriptedOllama([recorded()], keep_alive_s=0.2) as server:
        chat(server)
        assert server.resident == ("m:1b",)
        wait_until(lambda: server.resident == ())


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (None, None),
        (0, 0.0),
        ("0", 0.0),
        ("0s", 0.0),
        (90, 90.0),
        ("1h1m1.5s", 3661.5),
        ("250ms", 0.25),
        (-1, 1e9),
        ("-1m", 1e9),
    ],
)
def test_keep_alive_as_it_is_written(written: object, seconds: float | None) -> None:
    assert read_keep_alive(written) == seconds


@pytest.mark.parametrize("written", ["", "soon", "5", "1..2s", "s", [1], True])
def test_a_keep_alive_that_is_none(written: object) -> None:
    with pytest.raises(Rejected, match="invalid duration"):
        read_keep_alive(written)


def test_an_empty_request_needs_no_slot() -> None:
    stalls = recorded(fault=RecordedFault.STALL)
    with ScriptedOllama([stalls]) as server, ThreadPoolExecutor(1) as pool:
        stalled = pool.submit(chat, server)
        wait_until(lambda: server.active == 1)
        assert chat(server, messages=[]).json()["done_reason"] == "load"
        server.die()
        assert stalled.exception(timeout=10) is not None


def test_a_stream_that_is_left_leaks_its_slot_until_the_model_is_loaded_anew() -> None:
    leaks = recorded(answer="word " * 500, tokens_per_s=50.0, fault=RecordedFault.LEAK_ON_ABORT)
    with ScriptedOllama([leaks], slots=2) as server:
        leave_in_mid_answer(server, stream=False)
        assert server.leaked == 0
        leave_in_mid_answer(server)
        leave_in_mid_answer(server)
        wait_until(lambda: server.leaked == 2)
        assert server.resident == ("m:1b",)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                server.url + "/api/chat",
                json={"model": "m:1b", "messages": [{"role": "user", "content": "Write f."}]},
                trust_env=False,
                timeout=0.3,
            )
        wait_until(lambda: all(entry.ended is not None for entry in server.requests))
        assert chat(server, messages=[], keep_alive=0).json()["done_reason"] == "unload"
        assert (len(server.resident), server.leaked) == (0, 0)
        assert chat(server, options={"num_predict": 1}).status_code == 200


def test_a_single_token_is_had_of_any_recording() -> None:
    only = recorded(match="nothing like it", fault=RecordedFault.REFUSE)
    with ScriptedOllama([only]) as server:
        assert chat(server).status_code == 500
        body = chat(server, stream=False, options={"num_predict": 1}).json()
    assert (body["message"]["content"], body["done_reason"]) == ("def", "length")


def test_a_server_that_dies_refuses_connections_and_comes_back_empty() -> None:
    stalls = recorded(model="s", fault=RecordedFault.STALL)
    with ScriptedOllama([recorded(), stalls]) as server, ThreadPoolExecutor(1) as pool:
        chat(server)
        stalled = pool.submit(chat, server, "s")
        wait_until(lambda: server.active == 1)
        server.die(0.5)
        assert isinstance(stalled.exception(timeout=10), httpx.TransportError)
        wait_until(lambda: is_refused(server))
        wait_until(lambda: not is_refused(server))
        assert server.resident == ()
        assert chat(server).status_code == 200
        assert server.loads == (("m:1b", 4096), ("s", 4096), ("m:1b", 4096))


def test_a_fault_takes_the_server_down() -> None:
    dies = recorded(fault=RecordedFault.SERVER_DIES)
    with ScriptedOllama([dies, recorded(model="n")], down_s=0.3) as server:
        with pytest.raises(httpx.TransportError):
            chat(server)
        wait_until(lambda: is_refused(server))
        wait_until(lambda: not is_refused(server))
        assert chat(server, "n").status_code == 200
        wait_until(lambda: server.connections == 0)


def test_a_server_that_is_down_can_be_closed() -> None:
    with ScriptedOllama([recorded()]) as server:
        server.die()
        server.die()
        wait_until(lambda: is_refused(server))
    assert is_refused(server)


@given(st.integers(), st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=30))
def test_mishaps_are_the_same_in_any_order(seed: int, requests: list[tuple[str, int]]) -> None:
    one, other = Mishaps(0.5, seed), Mishaps(0.5, seed)
    found = sorted((r, str(one.next_of(*r))) for r in requests)
    assert found == sorted((r, str(other.next_of(*r))) for r in reversed(requests))


def test_mishaps_come_in_their_share_and_of_every_kind() -> None:
    mishaps = Mishaps(0.3, 7)
    drawn = [mishaps.next_of("m", seed) for seed in range(2000)]
    assert set(drawn) == {None, *RecordedFault}
    assert 0.25 < sum(fault is not None for fault in drawn) / len(drawn) < 0.35
    assert {Mishaps(0.0, 7).next_of("m", seed) for seed in range(100)} == {None}


def test_mishaps_befall_what_the_recording_says_nothing_of() -> None:
    faults = [RecordedFault.REFUSE]
    with ScriptedOllama([recorded()], mishaps=Mishaps(1.0, 0, faults)) as server:
        assert chat(server).status_code == 400
        assert chat(server, options={"num_predict": 1}).status_code == 200


def is_refused(server: ScriptedOllama) -> bool:
    try:
        httpx.get(server.url, trust_env=False, timeout=20)
    except httpx.ConnectError:
        return True
    except httpx.TransportError:
        return False
    return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it didn't come about within 10 s"
        time.sleep(0.005)
