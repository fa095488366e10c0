"""Many attempts under every kind of fault, on hosts that die; and many candidates in memory."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.errors import ConnectionFault
from paragen.domain.events import (
    AttemptsAsked,
    CandidateEnded,
    Event,
    JudgingStarted,
    RunEnded,
)
from paragen.domain.generator import CallLimits, Generator, Instance, instance
from paragen.domain.host import HostSpec
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import JUDGED, Status
from paragen.domain.task import Task, TestCode
from paragen.domain.tournament import Criteria, Weights
from paragen.engine.session import Engine
from paragen.hosts.ollama import OllamaHost
from paragen.parse.recording import Recorded, RecordedFault
from paragen.sandbox import open_sandbox
from paragen.server.scripted_mishaps import Mishaps
from paragen.server.scripted_ollama import ScriptedOllama

MODELS = tuple(f"m{n}" for n in range(5))
COPIES = 8
TASKS = 6
"""The first is a race, of 40 attempts; the others are played to their end: 200 attempts."""
ATTEMPTS = len(MODELS) * TASKS * COPIES
SLOTS = 4
ROOT = Path(__file__).resolve().parents[2]
OFTEN = [fault for fault in RecordedFault if fault is not RecordedFault.SERVER_DIES]
Kind = TypeVar("Kind", bound=Event)


def task(number: int) -> Task:
    test = "from solution import double\ndef test_it(): assert double(2) == 4\n"
    return Task(
        name=f"task{number}",
        prompt="Write `double(x)`.",
        sha256=str(number),
        entry_point="double",
        tests=(TestCode(source=test, origin="t.md"),),
    )


def roster(number: int) -> tuple[Instance, ...]:
    """Every model several times, with seeds that no other task has."""
    generators = [Generator(name=model, model=model) for model in MODELS]
    return tuple(instance(g, copy, number * 100_000) for copy in range(COPIES) for g in generators)


PLANS = tuple(
    Plan(
        task=task(number),
        roster=roster(number),
        criteria=Criteria(weights=Weights(quality=0.7, speed=0.3)),
        mode="all" if number else "race",
    )
    for number in range(TASKS)
)


def mark(one: Instance) -> str:
    """What stands in a program of this instance, and in no other's."""
    return f"# {one.generator.model}, seed {one.seed}\n"


def answer(number: int, one: Instance) -> Recorded:
    """A right program, but for every fifth; those who lose a race leave their slot taken."""
    factor = 2 if one.copy % 5 else 3
    return Recorded(
        model=one.generator.model,
        seed=one.seed,
        answer=f"```python\n{mark(one)}def double(x):\n    return {factor} * x\n```",
        tokens_per_s=400.0 if number else 50.0,
        load_s=0.05,
        size_bytes=4 << 30,
        fault=None if number else RecordedFault.LEAK_ON_ABORT,
    )


class Witness:
    """Keeps events, and lets servers die once so many candidates have ended."""

    def __init__(self, deaths: dict[int, ScriptedOllama]) -> None:
        self.events: list[Event] = []
        self._deaths = deaths
        self._ended = 0

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._ended += isinstance(event, CandidateEnded)
        if self._ended in self._deaths:
            self._deaths.pop(self._ended).die()

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = open_sandbox("none", 2, unsafe=True)
    yield opened
    opened.close()


def sockets() -> int:
    """How many sockets this process has open."""

    def is_socket(descriptor: int) -> bool:
        try:
            return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
        except OSError:  # the one with which the folder was read
            return False

    return sum(is_socket(int(entry.name)) for entry in Path("/dev/fd").iterdir())


@contextmanager
def three_hosts(mishaps: Mishaps) -> Iterator[tuple[list[ScriptedOllama], list[OllamaHost]]]:
    """Servers of which each has room for two of the five models, and the hosts that ask them."""
    recorded = [answer(n, one) for n, plan in enumerate(PLANS) for one in plan.roster]
    with ExitStack() as stack:
        servers = [
            ScriptedOllama(recorded, slots=SLOTS, vram_bytes=9 << 30, down_s=0.1, mishaps=mishaps)
            for _ in range(3)
        ]
        hosts = []
        for n, server in enumerate(servers):
            stack.enter_context(server)
            spec = HostSpec(name=f"gpu{n}", url=server.url, slots=SLOTS)
            hosts.append(OllamaHost(spec, backoff_s=0.3, patience_s=1.0))
            stack.callback(hosts[n].close)
        yield servers, hosts


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_no_attempt_is_lost_whatever_happens(seed: int, sandbox: Sandbox) -> None:
    threads, opened = set(threading.enumerate()), sockets()
    # A whole server dies less often than an answer does: few others would come to pass.
    mishaps = Mishaps(0.3, seed, [*OFTEN * 4, RecordedFault.SERVER_DIES])
    with three_hosts(mishaps) as (servers, hosts):
        witness = Witness({ATTEMPTS // 4: servers[0], ATTEMPTS // 2: servers[1]})
        runs = Engine(
            hosts=[(host, host.state()) for host in hosts],
            sandbox=sandbox,
            subscribers=[witness],
            limits=CallLimits(first_token_s=2.0, generation_s=2.0),
        ).play(PLANS)
        for one in PLANS[0].roster[: len(MODELS)]:
            wait_until(partial(recovers, hosts[2], one.generator))
        wait_until(lambda: all(server.connections == 0 for server in servers))
        assert [server.active for server in servers] == [0, 0, 0]
    wait_until(lambda: not set(threading.enumerate()) - threads)
    wait_until(lambda: sockets() <= opened)
    assert set(mishaps.drawn) == set(RecordedFault), "else this tests less than it says"
    assert [len(run.ranking) for run in runs] == [len(plan.roster) for plan in PLANS]
    assert {e.run.run_id for e in witness.of(RunEnded)} == {run.run_id for run in runs}
    check_endings(witness)
    check_candidates([e.candidate for e in witness.of(CandidateEnded)])


def recovers(host: OllamaHost, generator: Generator) -> bool:
    """Look after a host; it may have died by chance, and is back soon."""
    try:
        host.recover(generator.model, generator.num_ctx, Cancel())
    except ConnectionFault:
        return False
    return True


def check_endings(witness: Witness) -> None:
    """Every attempt that was asked for has ended once, and was judged once at most."""
    asked = [(e.run_id, a.id) for e in witness.of(AttemptsAsked) for a in e.attempts]
    ended = [(e.run_id, e.candidate.id) for e in witness.of(CandidateEnded)]
    judged = [(e.run_id, e.attempt_id) for e in witness.of(JudgingStarted)]
    assert len(asked) == ATTEMPTS
    assert Counter(ended) == Counter(asked)
    assert set(judged) <= set(ended)
    assert len(judged) == len(set(judged))


def check_candidates(candidates: Sequence[Candidate]) -> None:
    """Each has its own attempt's answer, and the status that goes with it."""
    for candidate in candidates:
        one = candidate.attempt.instance
        if candidate.status in JUDGED:
            assert mark(one) in (candidate.code or "")
            assert (candidate.status is Status.PASSED) == (one.copy % 5 != 0)
        elif candidate.status is not Status.CANCELLED:
            assert candidate.error is not None


@pytest.mark.slow
def test_ten_thousand_candidates_take_less_than_300_mb() -> None:
    command = [sys.executable, "-m", "tests.engine.memory", "--candidates", "10000"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 300e6


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it didn't come about within 20 s"
        time.sleep(0.02)
