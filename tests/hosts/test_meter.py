"""The meter reads a real process, and outlives whatever that does."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from paragen.domain.errors import AnswerTruncated
from paragen.domain.generator import Answer, Request
from paragen.domain.ports import Cancel
from paragen.hosts import meter as module
from paragen.hosts.meter import Meter, Metered, Reading, kill_all, open_meter, parse_line
from paragen.hosts.ollama import OllamaHost
from paragen.parse.recording import Recorded
from paragen.server.scripted_ollama import ScriptedOllama
from tests.hosts import smi

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="whether a process is gone is looked up in /proc"
)

Open = Callable[[str], Meter]
STEADY = smi.STEADY.format(watts=50.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the program, on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


@pytest.fixture
def opened(folder: Path) -> Iterator[Open]:
    """Opens meters of a program, and sees that it is gone after the test."""
    meters: list[Meter] = []

    def open_one(body: str) -> Meter:
        smi.install(folder, body)
        meter = open_meter()
        assert meter is not None
        meters.append(meter)
        meter.await_first(20.0)
        return meter

    yield open_one
    for meter in meters:
        meter.close()
    assert not any(map(smi.is_running, smi.starts(folder / "starts.txt")))
    assert not module._open


def drawn(meter: Meter, seconds: float = 0.2) -> float | None:
    with meter.draw() as draw:
        time.sleep(seconds)
    return draw.joules


@pytest.mark.parametrize(
    ("line", "reading"),
    [
        ("2, 1, 61.32\n", Reading(2, 1, 61.32)),
        ("1,0,0", Reading(1, 0, 0.0)),
        ("1, 0, [N/A]", None),
        ("1, 0, [Not Supported]", None),
        ("1, 0, nan", None),
        ("1, 0, inf", None),
        ("1, 0, -3", None),
        ("61.32", None),
        ("", None),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", None),
    ],
)
def test_a_line(line: str, reading: Reading | None) -> None:
    assert parse_line(line) == reading


def test_joules_are_watts_times_seconds(opened: Open) -> None:
    meter = opened(STEADY)
    began = time.monotonic()
    joules = drawn(meter)
    assert joules is not None
    assert 50.0 * 0.19 <= joules <= 50.0 * (time.monotonic() - began)


def test_two_at_once_share_it(opened: Open) -> None:
    meter = opened(STEADY)
    began = time.monotonic()
    with meter.draw() as one, meter.draw() as other:
        time.sleep(0.2)
    assert one.joules is not None
    assert other.joules is not None
    assert one.joules + other.joules <= 50.0 * (time.monotonic() - began)
    assert other.joules == pytest.approx(one.joules, rel=0.2)


def test_all_gpus_are_added_up(opened: Open) -> None:
    both = "while True:\n    say('2, 0, 100.0', '2, 1, 400.0')\n    time.sleep(0.02)"
    joules = drawn(opened(both))
    assert joules is not None
    assert joules >= 500.0 * 0.19


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    say('1, 0, [N/A]')\n    time.sleep(0.02)",
        "while True:\n    say('2, 0, 50.0', '2, 1, [N/A]')\n    time.sleep(0.02)",
        "while True:\n    say('2, 0, 50.0')\n    time.sleep(0.02)",
        "say('No devices were found')\nsys.exit(6)",
        "sys.exit(9)",
        "while True:\n    sys.stdout.buffer.write(bytes(range(128, 256)) * 99)",
    ],
    ids=["no meter", "one without", "one is silent", "no device", "fails at once", "garbage"],
)
def test_where_it_says_nothing_sensible_energy_is_unknown(folder: Path, body: str) -> None:
    smi.install(folder, body)
    meter = open_meter()
    assert meter is not None
    with closing(meter):
        meter.await_first(0.5)
        assert drawn(meter, 0.1) is None


def test_one_that_dies_in_the_middle(opened: Open) -> None:
    meter = opened("say('1, 0, 50.0')\ntime.sleep(0.5)\nsay('1, 0, 50.0')\nsys.exit(1)")
    assert drawn(meter, 0.05) is not None
    assert drawn(meter, 0.6) is None
    assert drawn(meter, 0.05) is None


def test_nonsense_in_the_middle_spoils_what_runs_then(opened: Open) -> None:
    said = "say('1, 0, 50.0')\ntime.sleep(0.3)\nsay('what?')\n"
    meter = opened(said + STEADY)
    assert drawn(meter, 0.5) is None
    assert drawn(meter, 0.1) is not None


@pytest.mark.parametrize(
    "body",
    [
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nsay('1, 0, 1.0')\ntime.sleep(600)",
        "os.system('exec sleep 600')",
    ],
    ids=["deaf", "a script that waits for another program"],
)
def test_one_that_does_not_end_is_ended(folder: Path, body: str) -> None:
    log = smi.install(folder, "os.environ['PATH'] = '/usr/bin:/bin'\n" + body)
    meter = open_meter()
    assert meter is not None
    meter.await_first(0.5)
    until(lambda: bool(smi.starts(log)))
    meter.close()
    assert not any(map(smi.is_running, smi.starts(log)))
    assert not meter._reader.is_alive(), "nothing holds the pipe open any more"


def test_who_leaves_at_once_ends_it_too(opened: Open, folder: Path) -> None:
    opened(STEADY)
    kill_all()
    until(lambda: not any(map(smi.is_running, smi.starts(folder / "starts.txt"))))


def test_without_the_program_there_is_no_meter(folder: Path) -> None:
    assert open_meter() is None
    folder.mkdir()
    (folder / "nvidia-smi").write_text("no program")
    (folder / "nvidia-smi").chmod(0o755)
    assert open_meter() is None, "the system can't run it"


def test_a_host_says_what_its_answers_took(
    opened: Open, open_ollama: Callable[..., OllamaHost], ask: Callable[..., Request]
) -> None:
    answers = [
        Recorded(model="m:1b", answer="one two three four", tokens_per_s=20.0),
        Recorded(model="cut:1b", answer="one two three four", tokens_per_s=20.0),
    ]
    meter = opened(STEADY)
    with ScriptedOllama(answers) as server:
        host = Metered(open_ollama(server.url), meter)
        assert (host.name, host.slots) == ("gpu0", 1)
        assert [model.name for model in host.state().models] == ["m:1b", "cut:1b"]
        answer = host.generate(ask("m:1b"), lambda *_: None, Cancel())
        with pytest.raises(AnswerTruncated) as cut:
            host.generate(ask("cut:1b", num_predict=2), lambda *_: None, Cancel())
        host.close()
    assert answer.energy_j is not None
    assert answer.energy_j == pytest.approx(50.0 * answer.wall_s, rel=0.5)
    assert isinstance(cut.value.partial, Answer)
    assert cut.value.partial.energy_j is not None


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20.0
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
