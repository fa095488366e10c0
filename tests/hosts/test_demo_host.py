from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paragen.domain import errors
from paragen.domain.generator import Answer, Message, Request
from paragen.domain.host import HostSpec
from paragen.domain.ports import Cancel
from paragen.hosts import open_host
from paragen.hosts.demo import DemoHost, bundled_recording
from paragen.parse.recording import Recorded, RecordedFault, chunks
from tests.server.recordings import format_recording

Ask = Callable[..., Request]


def recorded(**given: Any) -> Recorded:
    usual: dict[str, Any] = {"model": "m:1b", "answer": "def f(): ...", "tokens_per_s": 1000.0}
    return Recorded(**usual | given)


def generate(one: Recorded, request: Request, cancel: Cancel | None = None) -> Answer:
    return DemoHost("demo", [one]).generate(request, lambda *_: None, cancel or Cancel())


def test_an_answer_takes_the_time_that_was_recorded(ask: Ask) -> None:
    told: list[int] = []
    one = recorded(answer="word " * 30, tokens_per_s=100.0, prompt_s=0.1, load_s=0.05)
    host = DemoHost("demo", [one])
    answer = host.generate(ask(), lambda count, _: told.append(count), Cancel())
    assert answer.text == "word " * 30
    assert (answer.load_s, answer.prompt_s) == (0.05, 0.1)
    assert answer.decode_s >= 0.31
    assert answer.wall_s >= 0.46
    assert answer.completion_tokens == 31
    assert answer.server_version == "demo"
    assert told == sorted(told)
    assert told[-1] == 31


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (RecordedFault.REFUSE, errors.HostRefused),
        (RecordedFault.SERVER_ERROR, errors.HostRefused),
        (RecordedFault.GARBAGE, errors.HostRefused),
        (RecordedFault.BUSY, errors.HostBusy),
        (RecordedFault.DROP, errors.ConnectionFault),
        (RecordedFault.STALL, errors.FirstTokenTimeout),
        (RecordedFault.HANG_MID_STREAM, errors.GenerationTimeout),
        (RecordedFault.DIE_MID_STREAM, errors.StreamDied),
        (RecordedFault.DROP_MID_STREAM, errors.StreamDied),
        (RecordedFault.NO_FINAL_LINE, errors.NoFinalLine),
    ],
)
def test_faults_are_the_errors_that_a_real_host_gives(
    fault: RecordedFault, error: type[errors.HostError], ask: Ask
) -> None:
    with pytest.raises(errors.HostError) as caught:
        generate(recorded(fault=fault), ask(first_token_s=0.1, generation_s=0.1))
    assert type(caught.value) is error


@pytest.mark.parametrize("fault", [RecordedFault.BUSY_ONCE, RecordedFault.DROP_ONCE])
def test_faults_that_pass_do_not_show(fault: RecordedFault, ask: Ask) -> None:
    assert generate(recorded(fault=fault), ask()).text == "def f(): ..."


def test_answers_that_are_none(ask: Ask) -> None:
    with pytest.raises(errors.EmptyAfterThinking):
        generate(recorded(answer="", thinking="Hm", done_reason="length"), ask())
    with pytest.raises(errors.AnswerTruncated):
        generate(recorded(), ask(num_predict=2))
    with pytest.raises(errors.HostRefused, match="does not support thinking"):
        generate(recorded(), ask(think=True))


def test_what_was_not_recorded_is_not_answered(ask: Ask) -> None:
    with pytest.raises(errors.ModelMissing, match="It has: m:1b"):
        generate(recorded(), ask("other"))
    with pytest.raises(errors.HostRefused, match="no model is running"):
        generate(recorded(match="slugify"), ask())


@pytest.mark.parametrize("fault", [RecordedFault.STALL, RecordedFault.HANG_MID_STREAM])
def test_cancelling_ends_it_at_once(fault: RecordedFault, ask: Ask) -> None:
    cancel = Cancel()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(generate, recorded(fault=fault), ask(), cancel)
        time.sleep(0.1)
        cancel.throw()
        error = answer.exception(timeout=5)
    assert isinstance(error, errors.GenerationCancelled)
    assert (error.partial is None) == (fault is RecordedFault.STALL)


def test_a_recording_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(format_recording([recorded(), recorded(model="n")]), encoding="utf-8")
    host = open_host(HostSpec(name="mine", kind="demo", recording=str(path)))
    assert host.slots == 2
    state = host.state()
    assert state.version == "demo"
    assert [model.name for model in state.models] == ["m:1b", "n"]


def test_a_recording_that_cannot_be_read(tmp_path: Path) -> None:
    spec = HostSpec(name="mine", kind="demo", recording=str(tmp_path / "none.jsonl"))
    with pytest.raises(errors.ConfigError, match=r"host 'mine' can't be read: .*none\.jsonl"):
        open_host(spec)


def test_every_model_of_the_bundled_demo_answers_its_task(ask: Ask) -> None:
    quick = [replace(one, tokens_per_s=20 * one.tokens_per_s) for one in bundled_recording()]
    host = DemoHost("demo", quick)
    models = [model.name for model in host.state().models]
    assert len(models) == host.slots == 7

    def play(model: str) -> Answer:
        request = replace(ask(model), messages=(Message(role="user", content="Write `slugify`"),))
        return host.generate(request, lambda *_: None, Cancel())

    with ThreadPoolExecutor(7) as pool:
        answers = dict(zip(models, pool.map(play, models), strict=True))
    assert "```" not in answers.pop("demo/no-code").text
    assert all("```python\n" in answer.text for answer in answers.values())


def test_the_bundled_demo_takes_seconds_and_the_slow_one_longest() -> None:
    takes = {
        one.model: one.prompt_s + len(chunks(one.answer)) / one.tokens_per_s
        for one in bundled_recording()
    }
    assert max(takes, key=takes.__getitem__) == "demo/slow-and-right"
    assert 2.5 < max(takes.values()) < 3.5


def test_the_bundled_programs_are_of_the_worth_that_they_claim() -> None:
    """Judged here without any sandbox: they are ours, but for the one that never ends."""
    demo = Path(__file__).resolve().parents[2] / "paragen" / "examples" / "demo"
    tests = fenced((demo / "slugify.md").read_text(encoding="utf-8"), "```python test\n")
    passed = {}
    for one in bundled_recording():
        program = fenced(one.answer, "```python\n")
        if one.model in ("demo/never-ends", "demo/no-code"):
            assert bool(program) == (one.model == "demo/never-ends")
        elif one.model == "demo/does-not-parse":
            with pytest.raises(SyntaxError):
                compile(program, one.model, "exec")
        else:
            passed[one.model] = count_passed(program, tests)
    assert passed == {
        "demo/quick-and-right": 12,
        "demo/slow-and-right": 12,
        "demo/slow-program": 12,
        "demo/wrong": 3,
    }


def fenced(text: str, opening: str) -> str:
    return text.partition(opening)[2].partition("```")[0]


def count_passed(program: str, tests: str) -> int:
    names: dict[str, Any] = {}
    exec(program + tests.replace("from solution import slugify", ""), names)
    passed = 0
    for name, test in names.items():
        if name.startswith("test_"):
            try:
                test()
                passed += 1
            except AssertionError:
                continue
    return passed
