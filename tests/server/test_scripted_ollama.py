"""The scripted server's protocol, over plain HTTP."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from paragen.parse.recording import Recorded, RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama, main
from tests.server.recordings import format_recording


def recorded(**given: Any) -> Recorded:
    usual: dict[str, Any] = {"model": "m:1b", "answer": "def f(): ...", "tokens_per_s": 2000.0}
    return Recorded(**usual | given)


def chat(server: ScriptedOllama, **given: Any) -> httpx.Response:
    body = {"model": "m:1b", "messages": [{"role": "user", "content": "Write f."}]} | given
    return post(server, "/api/chat", json=body)


def post(server: ScriptedOllama, path: str, **given: Any) -> httpx.Response:
    return httpx.post(server.url + path, trust_env=False, timeout=20, **given)


def get(server: ScriptedOllama, path: str) -> httpx.Response:
    return httpx.get(server.url + path, trust_env=False, timeout=20)


def lines(response: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in response.text.splitlines()]


def test_what_the_server_says_of_itself() -> None:
    thinker = recorded(model="t", thinking="Hm")
    with ScriptedOllama([recorded(), thinker], remote=["far:cloud"]) as server:
        assert get(server, "/").text == "Ollama is running"
        assert get(server, "/api/version").json() == {"version": "0.33.0"}
        models = get(server, "/api/tags").json()["models"]
        assert [m["name"] for m in models] == ["m:1b", "t", "far:cloud"]
        assert models[1]["capabilities"] == ["completion", "thinking"]
        assert "remote_host" in models[2]
        assert get(server, "/api/ps").json() == {"models": []}
        chat(server, options={"num_ctx": 1234})
        (loaded,) = get(server, "/api/ps").json()["models"]
        assert (loaded["name"], loaded["context_length"]) == ("m:1b", 1234)
        shown = post(server, "/api/show", json={"model": "t:latest"}).json()
        assert shown["capabilities"] == ["completion", "thinking"]


def test_a_stream_is_json_lines_and_is_the_default() -> None:
    with ScriptedOllama([recorded(thinking="Hm so")]) as server:
        response = chat(server)
        assert response.headers["content-type"] == "application/x-ndjson"
        *parts, last = lines(response)
    assert "".join(part["message"]["content"] for part in parts) == "def f(): ..."
    assert "".join(part["message"].get("thinking", "") for part in parts) == "Hm so"
    assert not any(part["done"] for part in parts)
    assert (last["done"], last["done_reason"], last["message"]["content"]) == (True, "stop", "")
    assert last["eval_count"] == len(parts)
    assert isinstance(last["total_duration"], int)
    assert last["total_duration"] >= last["eval_duration"] > 0
    assert "prompt_eval_duration" not in last


def test_text_is_sent_as_it_is_and_half_a_character_as_go_does() -> None:
    with ScriptedOllama([recorded(answer="ü\u0085\ud83d")]) as server:
        body = chat(server, stream=False).content
    assert "ü\u0085\ufffd".encode() in body


def test_an_answer_in_one_body() -> None:
    with ScriptedOllama([recorded(thinking="Hm so", prompt_s=0.01)]) as server:
        body = chat(server, stream=False).json()
        generated = post(
            server, "/api/generate", json={"model": "m:1b", "prompt": "Write f.", "stream": False}
        ).json()
    assert body["message"] == {"role": "assistant", "content": "def f(): ...", "thinking": "Hm so"}
    assert body["prompt_eval_duration"] >= 10_000_000
    assert (generated["response"], generated["thinking"]) == ("def f(): ...", "Hm so")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("GET", "/api/nothing", None, 404, "404 page not found"),
        ("POST", "/api/nothing", "{}", 404, "404 page not found"),
        ("GET", "/api/chat", None, 405, "405 method not allowed"),
        ("POST", "/api/tags", "{}", 405, "405 method not allowed"),
        ("PUT", "/api/chat", "{}", 405, "405 method not allowed"),
        ("POST", "/api/chat", "", 400, '{"error": "missing request body"}'),
        ("POST", "/api/chat", "{}", 400, '{"error": "model is required"}'),
        ("POST", "/api/chat", '{"model": "x"}', 404, """{"error": "model 'x' not found"}"""),
        ("POST", "/api/show", '{"model": "x"}', 404, """{"error": "model 'x' not found"}"""),
    ],
)
def test_what_is_refused(method: str, path: str, body: str | None, status: int, text: str) -> None:
    with ScriptedOllama([recorded()]) as server:
        response = httpx.request(method, server.url + path, content=body, trust_env=False)
    assert (response.status_code, response.text) == (status, text)


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"options": {"temperature": "hot"}}, 500, "must be of type float32"),
        ({"options": {"num_ctx": 1.5}}, 500, "must be of type integer"),
        ({"think": True}, 400, '"m:1b" does not support thinking'),
        ({"messages": [{"role": "user", "content": "Write g."}]}, 500, "nothing recorded"),
    ],
)
def test_requests_that_fail(given: dict[str, Any], status: int, words: str) -> None:
    with ScriptedOllama([recorded(match="Write f.")]) as server:
        response = chat(server, **given)
    assert response.status_code == status
    assert words in response.json()["error"]


def test_unknown_options_are_ignored() -> None:
    with ScriptedOllama([recorded()]) as server:
        assert chat(server, options={"temprature": "hot"}).status_code == 200


def test_an_empty_request_loads_and_unloads() -> None:
    with ScriptedOllama([recorded()]) as server:
        assert chat(server, messages=[]).json()["done_reason"] == "load"
        assert len(get(server, "/api/ps").json()["models"]) == 1
        assert chat(server, messages=[], keep_alive=0).json()["done_reason"] == "unload"
        assert get(server, "/api/ps").json() == {"models": []}
        chat(server, keep_alive=0)
        wait_until(lambda: get(server, "/api/ps").json() == {"models": []})
        assert server.loads == (("m:1b", 4096),) * 2


def test_another_num_ctx_reloads_and_residency_is_limited() -> None:
    models = [recorded(model=name) for name in ("a", "b", "c")]
    with ScriptedOllama(models, max_loaded=2) as server:
        for name, num_ctx in [("a", 1), ("a", 1), ("a", 2), ("b", 1), ("a", 2), ("c", 1), ("b", 1)]:
            chat(server, model=name, options={"num_ctx": num_ctx})
        assert server.loads == (("a", 1), ("a", 2), ("b", 1), ("c", 1), ("b", 1))
        assert {m["name"] for m in get(server, "/api/ps").json()["models"]} == {"b", "c"}


def test_slots_bound_what_runs_at_once() -> None:
    one = recorded(answer="word " * 20, tokens_per_s=200.0)
    with ScriptedOllama([one], slots=3) as server, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: chat(server), range(8)))
        assert all(answer.status_code == 200 for answer in answers)
        assert server.max_concurrency == 3
        wait_until(lambda: all(entry.ended is not None for entry in server.requests))


def test_a_full_load_queue_is_busy_while_loaded_models_just_wait() -> None:
    models = [recorded(model="a", load_s=1.0), recorded(model="b"), recorded(model="c")]
    with ScriptedOllama(models, max_queue=1) as server, ThreadPoolExecutor(4) as pool:
        first = pool.submit(chat, server, model="a")
        wait_until(lambda: len(server.loads) == 1)
        second = pool.submit(chat, server, model="b")
        wait_until(lambda: len(server.requests) == 2)
        time.sleep(0.1)
        refused = chat(server, model="c")
        assert refused.status_code == 503
        assert refused.json() == {
            "error": "server busy, please try again.  maximum pending requests exceeded"
        }
        # It has a runner, though that is still loading: such requests wait without a limit.
        assert chat(server, model="a").status_code == 200
        assert first.result().status_code == second.result().status_code == 200
        assert server.loads == (("a", 4096), ("b", 4096))


def test_speed_divides_all_times() -> None:
    one = recorded(answer="word " * 50, tokens_per_s=1.0, prompt_s=50.0, load_s=50.0)
    with ScriptedOllama([one], speed=1000) as server:
        last = lines(chat(server))[-1]
    assert last["total_duration"] < 50 * 10**9
    assert last["prompt_eval_duration"] >= 50_000_000
    assert last["load_duration"] >= 50_000_000


@pytest.mark.parametrize("fault", [None, RecordedFault.STALL, RecordedFault.HANG_MID_STREAM])
def test_a_client_that_leaves_ends_its_generation(fault: RecordedFault | None) -> None:
    one = recorded(answer="word " * 1000, tokens_per_s=10.0, fault=fault)
    with ScriptedOllama([one]) as server:
        body = json.dumps({"model": "m:1b", "messages": [{"role": "user", "content": "f"}]})
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            head = f"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            client.sendall((head + body).encode())
            wait_until(lambda: server.active == 1)
        wait_until(lambda: server.active == 0)
        wait_until(lambda: server.requests[0].ending == "gone")


def test_closing_ends_what_runs() -> None:
    with ThreadPoolExecutor(2) as pool:
        with ScriptedOllama([recorded(fault=RecordedFault.STALL)]) as server:
            waiting = [pool.submit(chat, server) for _ in range(2)]
            wait_until(lambda: len(server.requests) == 2)
        assert all(isinstance(w.exception(timeout=5), httpx.TransportError) for w in waiting)
    assert not [t for t in threading.enumerate() if "process_request" in t.name]


def test_faults_without_a_stream() -> None:
    with ScriptedOllama([recorded(fault=RecordedFault.DIE_MID_STREAM)]) as server:
        response = chat(server, stream=False)
    assert response.status_code == 500
    assert "unexpected EOF" in response.json()["error"]


def test_connections_are_kept_alive() -> None:
    body = {"model": "m:1b", "messages": [{"role": "user", "content": "f"}]}
    opened: list[str] = []

    def trace(event: str, info: object) -> None:
        if event == "connection.connect_tcp.complete":
            opened.append(event)

    with (
        ScriptedOllama([recorded()]) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        for _ in range(3):
            traced = {"trace": trace}
            assert client.post("/api/chat", json=body, extensions=traced).status_code == 200
            assert client.head("/", extensions=traced).status_code == 200
            assert client.post("/api/nothing", json=body, extensions=traced).status_code == 404
    assert len(opened) == 1


def test_the_command_serves_until_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(format_recording([recorded()]), encoding="utf-8")
    command = [sys.executable, "-m", "paragen.server.scripted_ollama", "--recording", str(path)]
    command += ["--vram-bytes", "1000000", "--mishaps", "0.5", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        url = served.stdout.readline().strip()
        tags = httpx.get(f"{url}/api/tags", trust_env=False).json()
        served.send_signal(signal.SIGINT)
        assert served.wait(timeout=10) == 0
    assert [model["name"] for model in tags["models"]] == ["m:1b"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bind", "0.0.0.0"], "only listens on 127.0.0.1"),
        (["--recording", "none.jsonl"], "none.jsonl"),
    ],
)
def test_what_the_command_refuses(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it didn't come about within 5 s"
        time.sleep(0.005)
