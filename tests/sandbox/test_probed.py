"""Probe runs in real sandboxes: what programs answer, whatever they are like."""

from __future__ import annotations

from functools import cache

import pytest

from paragen.checks.probe_inputs import probe_inputs
from paragen.checks.probes import UNSTABLE, probe_run, read_outputs
from paragen.domain.command import Command, Ending, Ran, ScriptRun
from paragen.domain.errors import SandboxFault
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.task import Limits, Module, Task
from paragen.domain.tournament import SandboxState
from paragen.sandbox.judge import probed
from paragen.sandbox.levels import UNCONFINED
from tests.sandbox import harness
from tests.sandbox.levels_here import LEVELS, opened

TASK = Task(name="t", prompt="p", sha256="0", entry_point="f", limits=Limits(memory_bytes=1 << 28))


@cache
def _sandbox(level: str) -> Sandbox:
    return harness.sandbox() if level == UNCONFINED else opened(level)


@pytest.fixture(params=[*LEVELS, UNCONFINED])
def level(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


def outputs(level: str, code: str, *inputs: str, task: Task = TASK) -> tuple[str, ...] | None:
    return probed(task, code, inputs, _sandbox(level), Cancel())


PROGRAM = '''
import os, random, sys, time
calls = 0

def count(x):
    global calls
    calls += 1
    return calls

def f(x):
    """Doubles."""
    return x * 2

def sort(values):
    values.sort()

def sorted_by(values):
    values.sort()
    return values[0]

def say(x):
    print("hi", x)
    sys.stderr.write("noise")
    return x

def fail(x):
    raise KeyError(x)

def leave(x):
    sys.exit(0)

def chance(x):
    return random.random() + time.perf_counter_ns()

def read(x):
    return input()

async def later(x):
    return x + 1

def shout(x):
    os.write(1, b"past the streams")
    return "a\\nb"

def shut(x):
    sys.stdout.close()
    return x
'''


def test_what_calls_show(level: str) -> None:
    expected = {
        "f(2)": "4",
        "f('a')": "'aa'",
        "f([0.1])": "[0.1, 0.1]",
        "sort([2, 1])": "leaves (([1, 2]), {:})",
        "sorted_by([2, 1])": "1",
        "say(1)": "1, prints 'hi 1'",
        "fail(1)": "raises KeyError",
        "leave(1)": "raises SystemExit",
        "chance(1)": UNSTABLE,
        "count(1)": UNSTABLE,
        "read(1)": "raises EOFError",
        "later(1)": "2",
        "shout(1)": "'a\\nb'",
        "shut(1)": "1",
        "absent(1)": "raises AttributeError",
        "f(unknown)": "can't be called: NameError",
        "f(calls)": "0",
    }
    order = ["f(calls)", *(call for call in expected if call != "f(calls)")]
    assert outputs(level, PROGRAM, *order) == tuple(expected[call] for call in order)


@pytest.mark.slow
def test_what_takes_too_long_keeps_others_from_nothing(level: str) -> None:
    code = """
def f(x):
    while x == 1:
        pass
    while x == 2:
        try:
            while True:
                pass
        except Exception:
            pass
    return x
"""
    said = outputs(level, code, "f(0)", "f(1)", "f(2)", "f(3)")
    assert said == ("0", "takes too long", "takes too long", "3")


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ("import os; os._exit(0)", Ending.EXITED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Ending.SIGNALLED),
        ("sum(range(10 ** 12))", Ending.CPU_LIMIT),
    ],
)
@pytest.mark.slow
def test_the_end_of_a_program_is_its_answer_from_there_on(
    level: str, body: str, ending: Ending
) -> None:
    code = f"def f(x):\n    if x == 1:\n        {body}\n    return x\n"
    task = Task(name="t", prompt="p", sha256="0", limits=Limits(cpu_s=1, wall_s=8, scales=False))
    if ending is Ending.CPU_LIMIT:  # it minds no signal, being in C all the time
        code = "import signal\nsignal.signal = signal.setitimer = lambda *_: None\n" + code
    said = outputs(level, code, "f(0)", "f(1)", "f(2)", task=task)
    assert said == ("0", f"no answer ({ending})", f"no answer ({ending})")


@pytest.mark.parametrize("code", ["1 +", "raise ValueError", "import sys; sys.exit(0)"])
def test_a_program_that_does_not_load_gives_none(level: str, code: str) -> None:
    assert outputs(level, code, "f(1)") is None


def test_what_is_printed_at_import_is_no_answer(level: str) -> None:
    code = "print('probe')\nif __name__ == '__main__':\n    print(1 / 0)\ndef f(x): return x\n"
    assert outputs(level, code, "f(1)") == ("1",)


def test_a_program_can_use_what_it_was_given(level: str) -> None:
    task = Task(name="t", prompt="p", sha256="0", modules=(Module(name="base", source="ONE = 1"),))
    code = "from base import ONE\ndef f(x): return x + ONE\n"
    assert outputs(level, code, "f(1)", task=task) == ("2",)


def test_long_answers_are_told_apart_by_their_digests(level: str) -> None:
    said = outputs(level, "def f(x): return 'a' * 3000 + x", "f('b')", "f('c')")
    assert said is not None
    assert max(map(len, said)) < 200
    assert said[0] != said[1]


def test_right_programs_answer_alike() -> None:
    prompt = "def mean(values: list[float]) -> float:\n    '''The mean, 0 for none.'''\n"
    task = Task(name="t", prompt=prompt, sha256="0", entry_point="mean")
    inputs = probe_inputs(task)
    loop = (
        "def mean(values):\n    total = 0.0\n    for value in reversed(values):\n"
        "        total += value\n    return total / len(values) if values else 0\n"
    )
    library = (
        "import math\ndef mean(values):\n"
        "    return math.fsum(values) / len(values) if values else 0.0\n"
    )
    wrong = library.replace("if values else 0.0", "if len(values) > 1 else 0.0")
    first, second, third = (
        outputs(UNCONFINED, code, *inputs, task=task) for code in (loop, library, wrong)
    )
    assert first == second != third
    assert len(first or ()) >= 5


def test_a_program_can_not_answer_for_the_driver(level: str) -> None:
    """Lines without the mark are nothing, and the mark hangs on the inputs."""
    code = (
        "import os\nos.write(1, b'\\nprobe-0 ready\\n')\nos.write(1, b'\\n0 1 2\\n')\nos._exit(0)"
    )
    assert outputs(level, code, "f(1)") is None
    assert read_outputs(Ran(ending=Ending.EXITED, stdout="\nprobe ready\n"), ("f(1)",)) is None


def test_the_run_stays_within_the_tasks_limits() -> None:
    tight = Task(
        name="t", prompt="", sha256="", limits=Limits(cpu_s=0.5, wall_s=1), packages=("p",)
    )
    run = probe_run(tight, "x", ("f(1)",))
    assert isinstance(run, ScriptRun)
    assert (run.limits.cpu_s, run.limits.wall_s) == (0.5, 1)
    wide = Task(name="t", prompt="", sha256="", limits=Limits(cpu_s=500, wall_s=1000))
    assert probe_run(wide, "x", ()).limits.cpu_s < 10  # type: ignore[union-attr]  # a ScriptRun
    assert run.packages == ("p",)


class _Broken:
    """A sandbox that always fails."""

    state = SandboxState(level="none", sealed=False)
    workers = 1

    def run(self, command: Command, cancel: Cancel) -> Ran:
        raise SandboxFault("no processes left")

    def close(self) -> None:
        pass


def test_a_sandbox_that_fails_gives_none() -> None:
    assert probed(TASK, "def f(x): return x", ("f(1)",), _Broken(), Cancel()) is None


def test_a_run_that_was_called_off_gives_none() -> None:
    cancel = Cancel()
    cancel.throw()
    assert probed(TASK, "def f(x): return x", ("f(1)",), _sandbox(UNCONFINED), cancel) is None
