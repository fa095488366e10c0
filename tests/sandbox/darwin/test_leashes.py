"""Children on leashes, as on platforms without descriptors of processes, tried on this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paragen.domain.command import Ending, Outcome, TestRun
from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits, TestCode, TestKind
from paragen.sandbox import ties
from paragen.sandbox.confined import ConfinedSandbox
from tests.sandbox.levels_here import LEVELS

pytestmark = pytest.mark.skipif(
    not {"filters", "seatbelt"} & set(LEVELS), reason="no level of this platform has leashes"
)
TESTS = "from solution import f\n\ndef test_f():\n    assert f(1) == 2\n"
LEVEL = "filters" if sys.platform == "linux" else "seatbelt"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ConfinedSandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ties, "LEASHED", True)
        try:
            opened = ConfinedSandbox(LEVEL, 2)
        except (SandboxUnavailableError, SandboxFault) as error:
            pytest.skip(f"the level {LEVEL} isn't to be had here: {error}")
        yield opened
        opened.close()


def run(sandbox: ConfinedSandbox, program: str, **limits: float) -> tuple[Ending, list[Outcome]]:
    code = TestCode(source=TESTS, origin="task.md", line=1, kind=TestKind.PYTHON)
    command = TestRun(
        program=program, language="python", tests=(code,), entry_point=None,
        limits=Limits(**limits),  # type: ignore[arg-type]  # only times are given here
    )  # fmt: skip
    ran = sandbox.run(command, Cancel())
    return ran.ending, [case.outcome for case in ran.cases]


@pytest.mark.parametrize(
    "program, limits, ending, outcome",
    [
        ("def f(x):\n    return x + 1\n", {}, Ending.EXITED, Outcome.PASSED),
        ("def f(x):\n    return x\n", {}, Ending.EXITED, Outcome.FAILED),
        ("import os\nos._exit(0)\n", {}, Ending.EXITED, Outcome.FAILED),
        ("import os\nos.kill(os.getpid(), 9)\n", {}, Ending.SIGNALLED, Outcome.FAILED),
        ("def f(x):\n    while True: pass\n", {"cpu_s": 0.3}, Ending.CPU_LIMIT, Outcome.FAILED),
        ("import time\ndef f(x):\n    time.sleep(99)\n", {"wall_s": 0.3}, Ending.WALL_LIMIT,
         Outcome.FAILED),
    ],
)  # fmt: skip
def test_endings_are_seen(
    sandbox: ConfinedSandbox,
    program: str,
    limits: dict[str, float],
    ending: Ending,
    outcome: Outcome,
) -> None:
    assert run(sandbox, program, **limits) == (ending, [outcome])


def test_many_in_a_row(sandbox: ConfinedSandbox) -> None:
    for number in range(60):
        program = "def f(x):\n    return x + 1\n" if number % 3 else "import os\nos._exit(0)\n"
        expected = Outcome.PASSED if number % 3 else Outcome.FAILED
        assert run(sandbox, program) == (Ending.EXITED, [expected])


LAW = """
import os, select, signal, sys, time
from paragen.sandbox.inside.children import HELD, KILL, Leashes
poller = select.poll()
children = Leashes(poller)
def child():
    pid = os.fork()
    if pid == 0:
        children.forget()
        children.close()
        time.sleep(60)
        os._exit(0)
    children.watch(pid)
    far = os.dup(children.tie(pid))
    extra, kept = os.pipe()
    children.handed(pid, (kept,))
    return pid, far, extra
def ended(at_least):
    found = []
    give_up = time.monotonic() + 20
    while len(found) < at_least and time.monotonic() < give_up:
        for descriptor, _ in poller.poll(50):
            found += [pid for pid, *_ in children.ended(descriptor)]
    return found
"""


def law(code: str) -> None:
    """Run code in a process of its own, with one thread: signals for children are its business."""
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", LAW + code], cwd=root, check=True, timeout=50)


def test_a_child_ends_by_word_and_its_leash_says_so() -> None:
    law("""
pid, far, extra = child()
other, *_ = child()
os.write(far, KILL)
assert ended(1) == [pid]
assert select.select([far], [], [], 5)[0] and os.read(far, 1) == b""
os.kill(other, 0)
children.kill()
assert ended(1) == [other]
""")


def test_a_child_ends_with_its_leash() -> None:
    law("""
pid, far, extra = child()
os.write(far, HELD)
os.close(far)
assert ended(1) == [pid]
""")


def test_what_was_handed_over_is_kept_until_it_has_arrived() -> None:
    law("""
pid, far, extra = child()
assert not select.select([extra], [], [], 0)[0], "the other end is still open"
os.write(far, HELD)
for descriptor, _ in poller.poll(5000):
    assert list(children.ended(descriptor)) == []
assert os.read(extra, 1) == b"", "the other end was closed"
os.kill(pid, 0)
os.write(far, KILL)
assert ended(1) == [pid]
""")


def test_numbers_that_come_again_are_not_mistaken() -> None:
    law("""
for _ in range(5):
    made = [child() for _ in range(4)]
    for pid, far, extra in made:
        os.write(far, KILL)
    assert sorted(ended(4)) == sorted(pid for pid, *_ in made)
    for pid, far, extra in made:
        assert os.read(far, 1) == b""
        os.close(far)
        os.close(extra)
assert not children._pids and not children._children
""")


def test_a_process_whose_zygote_is_gone_is_killed_by_its_id_if_it_is_still_the_one() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        for started, ends in ((0, False), (None, True)):
            near, far = os.pipe()  # a write to what nobody reads fails, as with a zygote that ended
            leash = ties.Leash(far, process.pid)
            if started is not None:
                leash._started = started
            os.close(near)
            leash.kill()
            os.close(far)
            if not ends:
                time.sleep(0.05)
                assert process.poll() is None
        assert process.wait(timeout=10) == -signal.SIGKILL
    finally:
        process.kill()
        process.wait()
