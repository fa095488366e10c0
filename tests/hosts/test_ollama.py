"""The real client over real HTTP against the scripted server."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from paragen.domain import errors
from paragen.domain.generator import Answer, Request
from paragen.domain.ports import Cancel
from paragen.hosts.ollama import OllamaHost
from paragen.parse.recording import Recorded, RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama

Ask = Callable[..., Request]
Open = Callable[..., OllamaHost]


def quiet(chunks: int, tokens_per_s: float | None) -> None:
    """Progress that nobody wants."""


def recorded(**given: Any) -> Recorded:
    usual: dict[str, Any] = {"model": "m:1b", "answer": "def f(): ...", "tokens_per_s": 1000.0}
    return Recorded(**usual | given)


def generate(host: OllamaHost, request: Request, cancel: Cancel | None = None) -> Answer:
    return host.generate(request, quiet, cancel or Cancel())


def test_an_answer_comes_whole_with_its_timings(ask: Ask, open_ollama: Open) -> None:
    text = "Sure:\n```python\ndef f():\n    return 'ü'\n```\n"
    one = recorded(answer=text, thinking="Hm. ", prompt_s=0.05, load_s=0.1, tokens_per_s=200.0)
    with ScriptedOllama([one]) as server:
        answer = generate(open_ollama(server.url), ask())
    assert (answer.text, answer.thinking, answer.done_reason) == (text, "Hm. ", "stop")
    assert answer.load_s >= 0.1
    assert answer.prompt_s >= 0.05
    assert answer.decode_s > 0
    assert answer.queue_s >= 0
    assert answer.wall_s >= answer.load_s + answer.prompt_s + answer.decode_s
    assert answer.prompt_tokens > 0
    assert answer.completion_tokens > 5
    assert answer.tokens_per_s is not None
    assert answer.server_version == "0.33.0"
    assert answer.model_digest is not None
    assert len(answer.model_digest) == 64


def test_line_separators_of_unicode_are_only_text(ask: Ask, open_ollama: Open) -> None:
    text = "x = 'a\u0085b\u2028c\u2029d\x0ce'"
    with ScriptedOllama([recorded(answer=text, thinking="\u0085")]) as server:
        answer = generate(open_ollama(server.url), ask())
    assert (answer.text, answer.thinking) == (text, "\u0085")


def test_exactly_the_options_that_are_set_are_sent(ask: Ask, open_ollama: Open) -> None:
    with ScriptedOllama([recorded()]) as server:
        host = open_ollama(server.url)
        generate(host, ask(temperature=0.0, num_ctx=2048, seed=3000))
        generate(
            host,
            ask(
                temperature=0.5,
                top_p=0.9,
                top_k=40,
                min_p=0.05,
                repeat_penalty=1.1,
                num_predict=500,
                stop=("END",),
                think=False,
            ),
        )
        first, second = (entry.body for entry in server.requests)
    assert first["options"] == {"temperature": 0.0, "seed": 3000, "num_ctx": 2048}
    assert first["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Write f."},
    ]
    assert first["stream"] is True
    assert not {"think", "keep_alive", "format"} & set(first)
    assert second["think"] is False
    assert second["options"] == {
        "temperature": 0.5,
        "seed": 7,
        "num_ctx": 8192,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.05,
        "repeat_penalty": 1.1,
        "num_predict": 500,
        "stop": ["END"],
    }


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (RecordedFault.REFUSE, errors.HostRefused, "def f"),
        (RecordedFault.SERVER_ERROR, errors.HostRefused, "HTTP 500"),
        (RecordedFault.GARBAGE, errors.HostRefused, "not Ollama's protocol"),
        (RecordedFault.BUSY, errors.HostBusy, "3 tries: server busy"),
        (RecordedFault.DROP, errors.ConnectionFault, "before m:1b's first token"),
        (RecordedFault.STALL, errors.FirstTokenTimeout, "within 0.3 s"),
        (RecordedFault.HANG_MID_STREAM, errors.GenerationTimeout, "0.4 s after its first token"),
        (RecordedFault.DIE_MID_STREAM, errors.StreamDied, "unexpected EOF"),
        (RecordedFault.DROP_MID_STREAM, errors.StreamDied, "incomplete chunked read"),
        (RecordedFault.NO_FINAL_LINE, errors.NoFinalLine, "without saying so"),
    ],
)
def test_every_odd_ending_is_an_error_of_its_own(
    fault: RecordedFault,
    error: type[errors.HostError],
    words: str,
    ask: Ask,
    open_ollama: Open,
) -> None:
    with ScriptedOllama([recorded(fault=fault)]) as server:
        host = open_ollama(server.url)
        with pytest.raises(errors.HostError, match=words) as caught:
            generate(host, ask(first_token_s=0.3, generation_s=0.4))
        calls = len(server.requests)
    assert type(caught.value) is error
    assert calls == (3 if error.retryable else 1)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (RecordedFault.HANG_MID_STREAM, "def f"),
        (RecordedFault.DIE_MID_STREAM, "def f"),
        (RecordedFault.DROP_MID_STREAM, "def f"),
        (RecordedFault.NO_FINAL_LINE, "def f(): ..."),
    ],
)
def test_what_had_come_is_kept(
    fault: RecordedFault, text: str, ask: Ask, open_ollama: Open
) -> None:
    with (
        ScriptedOllama([recorded(fault=fault)]) as server,
        pytest.raises(errors.HostError) as caught,
    ):
        generate(open_ollama(server.url), ask(generation_s=0.3))
    assert caught.value.partial is not None
    assert caught.value.partial.text == text
    assert caught.value.partial.wall_s > 0


@pytest.mark.parametrize(
    ("one", "error"),
    [
        (recorded(answer="", thinking="Hm …", done_reason="length"), errors.EmptyAfterThinking),
        (recorded(answer="\n", thinking="Hm …"), errors.EmptyAfterThinking),
        (recorded(answer="<think>so many thoughts"), errors.EmptyAfterThinking),
        (recorded(answer="<think>all thought</think>\n"), errors.EmptyAfterThinking),
        (recorded(answer="def f(", done_reason="length"), errors.AnswerTruncated),
        (recorded(answer="", done_reason="length"), errors.AnswerTruncated),
    ],
)
def test_answers_that_are_none(
    one: Recorded, error: type[errors.HostError], ask: Ask, open_ollama: Open
) -> None:
    with ScriptedOllama([one]) as server, pytest.raises(error) as caught:
        generate(open_ollama(server.url), ask())
    assert caught.value.partial is not None
    assert caught.value.partial.text == one.answer
    assert caught.value.partial.thinking == one.thinking


def test_thoughts_that_leak_before_an_answer_are_no_error(ask: Ask, open_ollama: Open) -> None:
    text = "<think>hm</think>def f(): ..."
    with ScriptedOllama([recorded(answer=text), recorded(model="e", answer="")]) as server:
        host = open_ollama(server.url)
        assert generate(host, ask()).text == text
        assert generate(host, ask("e")).text == ""


def test_num_predict_truncates(ask: Ask, open_ollama: Open) -> None:
    with (
        ScriptedOllama([recorded(answer="word " * 50)]) as server,
        pytest.raises(errors.AnswerTruncated, match="after 10 tokens"),
    ):
        generate(open_ollama(server.url), ask(num_predict=10))


def test_a_missing_model_says_how_to_get_it(ask: Ask, open_ollama: Open) -> None:
    with (
        ScriptedOllama([recorded()]) as server,
        pytest.raises(errors.ModelMissing, match="`ollama pull codellama:7b`"),
    ):
        generate(open_ollama(server.url), ask("codellama:7b"))


def test_thinking_that_a_model_cannot_do_says_so(ask: Ask, open_ollama: Open) -> None:
    with (
        ScriptedOllama([recorded()]) as server,
        pytest.raises(errors.HostRefused, match=r"does not support thinking\. Take `think"),
    ):
        generate(open_ollama(server.url), ask(think=True))


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "kimi:cloud", "mine", "mine:latest"])
def test_models_that_run_elsewhere_are_refused_before_they_are_asked(
    model: str, ask: Ask, open_ollama: Open
) -> None:
    with ScriptedOllama([recorded()], remote=["mine"]) as server:
        with pytest.raises(errors.RemoteModel):
            generate(open_ollama(server.url), ask(model))
        assert server.requests == ()


@pytest.mark.parametrize("fault", [RecordedFault.BUSY_ONCE, RecordedFault.DROP_ONCE])
def test_a_fault_that_passes_is_retried(fault: RecordedFault, ask: Ask, open_ollama: Open) -> None:
    with ScriptedOllama([recorded(fault=fault)]) as server:
        assert generate(open_ollama(server.url), ask(retries=1)).text == "def f(): ..."
        assert len(server.requests) == 2


def test_no_retries_means_none(ask: Ask, open_ollama: Open) -> None:
    with ScriptedOllama([recorded(fault=RecordedFault.BUSY_ONCE)]) as server:
        with pytest.raises(errors.HostBusy):
            generate(open_ollama(server.url), ask(retries=0))
        assert len(server.requests) == 1


def test_a_host_that_is_not_there(ask: Ask, open_ollama: Open) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = open_ollama(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(errors.ConnectionFault, match="`ollama serve`") as caught:
            generate(host, ask())
        assert caught.value.host_down
        with pytest.raises(errors.ConnectionFault, match="`ollama serve`"):
            host.state()


@pytest.mark.parametrize(
    "fault", [RecordedFault.STALL, RecordedFault.HANG_MID_STREAM], ids=["waiting", "streaming"]
)
def test_cancelling_ends_a_blocked_read_and_the_generation(
    fault: RecordedFault, ask: Ask, open_ollama: Open
) -> None:
    with ScriptedOllama([recorded(fault=fault)]) as server:
        host, cancel = open_ollama(server.url), Cancel()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(generate, host, ask(), cancel)
            wait_until(lambda: server.active == 1)
            time.sleep(0.1)
            cancel.throw()
            error = answer.exception(timeout=5)
        wait_until(lambda: server.active == 0)
        wait_until(lambda: [entry.ending for entry in server.requests] == ["gone"])
    assert isinstance(error, errors.GenerationCancelled)
    assert (error.partial is None) == (fault is RecordedFault.STALL)


def test_cancelling_works_after_earlier_answers(ask: Ask, open_ollama: Open) -> None:
    stalls = recorded(model="s", fault=RecordedFault.STALL)
    with ScriptedOllama([recorded(), stalls]) as server:
        host, cancel = open_ollama(server.url), Cancel()
        generate(host, ask())
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(generate, host, ask("s"), cancel)
            wait_until(lambda: len(server.requests) == 2)
            cancel.throw()
            assert isinstance(answer.exception(timeout=5), errors.GenerationCancelled)


def test_cancelling_ends_the_wait_between_tries(ask: Ask, open_ollama: Open) -> None:
    with ScriptedOllama([recorded(fault=RecordedFault.BUSY)]) as server:
        host, cancel = open_ollama(server.url), Cancel()
        host._calls._backoff_s = 10_000.0
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(generate, host, ask(retries=1000), cancel)
            wait_until(lambda: len(server.requests) >= 1)
            cancel.throw()
            assert isinstance(answer.exception(timeout=5), errors.GenerationCancelled)


def test_a_cancelled_attempt_sends_nothing(ask: Ask, open_ollama: Open) -> None:
    cancel = Cancel()
    cancel.throw()
    with ScriptedOllama([recorded()]) as server:
        with pytest.raises(errors.GenerationCancelled):
            generate(open_ollama(server.url), ask(), cancel)
        assert server.requests == ()


def test_closing_a_host_ends_its_calls(ask: Ask, open_ollama: Open) -> None:
    with ScriptedOllama([recorded(fault=RecordedFault.STALL)]) as server:
        host = open_ollama(server.url)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(generate, host, ask())
            wait_until(lambda: server.active == 1)
            time.sleep(0.1)
            host.close()
            assert isinstance(answer.exception(timeout=5), errors.GenerationCancelled)


def test_cancelling_one_leaves_the_others_alone(ask: Ask, open_ollama: Open) -> None:
    slow = recorded(answer="word " * 40, tokens_per_s=100.0)
    with ScriptedOllama([slow], slots=8) as server:
        host, cancels = open_ollama(server.url), [Cancel() for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(generate, host, ask(), cancel) for cancel in cancels]
            wait_until(lambda: server.active == 8)
            cancels[3].throw()
            ends = [answer.exception(timeout=10) for answer in answers]
    assert isinstance(ends.pop(3), errors.GenerationCancelled)
    assert ends == [None] * 7


def test_queueing_loading_and_generating_are_told_apart(ask: Ask, open_ollama: Open) -> None:
    one = recorded(answer="word " * 20, tokens_per_s=100.0, load_s=0.3)
    with ScriptedOllama([one], slots=1) as server:
        host = open_ollama(server.url)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(generate, host, ask())
            wait_until(lambda: server.active == 1)
            second = pool.submit(generate, host, ask()).result(timeout=10)
        assert server.loads == (("m:1b", 8192),)
        assert server.max_concurrency == 1
    assert first.result().load_s >= 0.3
    assert first.result().queue_s < first.result().load_s
    # The second one found the model loaded, and waited for its slot.
    assert second.load_s < second.queue_s
    assert second.queue_s > 0.05
    assert min(first.result().decode_s, second.decode_s) >= 0.2


def test_32_threads_at_once_share_a_host(ask: Ask, open_ollama: Open) -> None:
    models = [f"m{i}" for i in range(32)]
    all_recorded = [
        recorded(model=m, answer=f"{m} says " + "word " * 60, tokens_per_s=100.0) for m in models
    ]
    with ScriptedOllama(all_recorded, slots=1, max_loaded=32) as server:
        host = open_ollama(server.url, slots=32)
        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda model: generate(host, ask(model)), models))
        assert server.max_concurrency > 16
    assert [answer.text.split()[0] for answer in answers] == models
    assert len({answer.model_digest for answer in answers}) == 32


def test_progress_is_told_now_and_then(ask: Ask, open_ollama: Open) -> None:
    told: list[tuple[int, float | None]] = []
    with ScriptedOllama([recorded(answer="word " * 100, tokens_per_s=250.0)]) as server:
        answer = open_ollama(server.url).generate(
            ask(), lambda chunks, speed: told.append((chunks, speed)), Cancel()
        )
    counts = [count for count, _ in told]
    assert counts == sorted(counts)
    assert told[0] == (1, None)
    assert told[-1] == (101, answer.tokens_per_s)
    assert 3 <= len(told) <= 2 + answer.wall_s / 0.1


def test_a_proxy_of_the_environment_does_not_capture_loopback(
    ask: Ask, open_ollama: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with ScriptedOllama([recorded()]) as server:
        host = open_ollama(server.url)
        assert host.state().version == "0.33.0"
        assert generate(host, ask()).text


def test_the_state_lists_models_and_what_is_loaded(ask: Ask, open_ollama: Open) -> None:
    with ScriptedOllama([recorded(), recorded(model="n")], remote=["far"]) as server:
        host = open_ollama(server.url)
        generate(host, ask())
        state = host.state()
    assert state.version == "0.33.0"
    assert [(m.name, m.remote, m.loaded_bytes > 0) for m in state.models] == [
        ("m:1b", False, True),
        ("n", False, False),
        ("far", True, False),
    ]
    assert state.models[0].parameters == "1B"
    assert state.models[0].vram_bytes == state.models[0].loaded_bytes


def test_headers_of_the_config_are_sent(ask: Ask, open_ollama: Open) -> None:
    seen: list[str | None] = []
    with stranger(404, b"nothing here", lambda headers: seen.append(headers["X-Key"])) as url:
        host = open_ollama(url, headers=(("X-Key", "secret"),))
        with pytest.raises(errors.HostRefused, match="Is there an Ollama server"):
            generate(host, ask())
        with pytest.raises(errors.HostRefused, match="Is there an Ollama server"):
            host.state()
    assert seen == ["secret"] * 3


@pytest.mark.parametrize("body", [b"", b"[", b"[" * 200_000, b"\xff", b"[1]"], ids=lambda b: b[:2])
def test_bodies_that_are_no_answer(body: bytes, ask: Ask, open_ollama: Open) -> None:
    with stranger(200, body) as url:
        host = open_ollama(url)
        with pytest.raises(errors.HostError):
            generate(host, ask())
        with contextlib.suppress(errors.HostError):
            assert host.state().models == ()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_followed_or_told(status: int, ask: Ask, open_ollama: Open) -> None:
    with (
        ScriptedOllama([recorded()]) as server,
        stranger(status, b"", location=server.url) as url,
    ):
        host = open_ollama(url)
        if status in (307, 308):
            assert host.state().version == "0.33.0"
            assert generate(host, ask()).text == "def f(): ..."
        else:
            with pytest.raises(errors.HostRefused, match=f"redirects to {server.url}, and"):
                host.state()


@contextlib.contextmanager
def stranger(
    status: int,
    body: bytes,
    on_headers: Callable[[Message], None] = lambda headers: None,
    *,
    location: str = "",
) -> Iterator[str]:
    """A server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            on_headers(self.headers)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location + self.path)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it didn't come about within 5 s"
        time.sleep(0.005)
