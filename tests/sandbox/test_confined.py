"""The confined levels as a whole: verdicts, limits, workers that fail, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from paragen.domain.command import Ending, Outcome, ScriptRun
from paragen.domain.errors import SandboxFault, SandboxRefusal, SandboxUnavailableError
from paragen.domain.ports import Cancel
from paragen.domain.task import MIB, Limits
from paragen.sandbox.confined import ConfinedSandbox
from paragen.sandbox.worker import Worker
from tests.sandbox.levels_here import LEVELS, opened, run_script, run_tests

pytestmark = pytest.mark.parametrize("level", LEVELS)

DOUBLE = "def double(x):\n    return 2 * x\n"
TESTS = "from solution import double\n\ndef test_two():\n    assert double(1) == 2\n"


def test_a_right_program_passes_sealed(level: str) -> None:
    ran = run_tests(level, DOUBLE, TESTS)
    assert (ran.ending, ran.complete, ran.level) == (Ending.EXITED, True, level)
    assert [case.outcome for case in ran.cases] == [Outcome.PASSED]
    assert ran.sealed and not ran.unsealed_because
    assert ran.cpu_s >= 0 and ran.wall_s > 0
    assert ran.peak_bytes and 4 * MIB < ran.peak_bytes < 200 * MIB


def test_a_wrong_program_fails_with_what_it_answered(level: str) -> None:
    ran = run_tests(level, "def double(x):\n    return x\n", TESTS)
    assert ran.complete
    assert [case.outcome for case in ran.cases] == [Outcome.FAILED]
    assert "got 1" in ran.cases[0].detail


def test_tests_in_the_programs_process_are_not_called_sealed(level: str) -> None:
    ran = run_tests(level, DOUBLE, TESTS, unsealed_because="it is asked for")
    assert [case.outcome for case in ran.cases] == [Outcome.PASSED]
    assert (ran.sealed, ran.unsealed_because) == (False, "it is asked for")


def test_a_script_reads_writes_and_ends(level: str) -> None:
    ran = run_script(level, "import sys\nprint(input()[::-1])\nsys.exit(3)\n", "abc\n")
    assert (ran.stdout, ran.exit_code, ran.sealed) == ("cba\n", 3, True)


def test_a_script_takes_more_input_than_a_pipe_holds(level: str) -> None:
    text = "x" * (3 << 20)
    ran = run_script(level, "import sys\nprint(len(sys.stdin.read()))\n", text)
    assert ran.stdout == f"{len(text)}\n"


def test_a_script_that_reads_nothing_of_much_input(level: str) -> None:
    assert run_script(level, "print(1)\n", "x" * (3 << 20)).stdout == "1\n"


SIGXCPU = "import os, signal\nos.kill(os.getpid(), signal.SIGXCPU)\n"
LOOPS: dict[str, tuple[str, dict[str, Any], Ending]] = {
    "cpu": ("while True: pass\n", {"cpu_s": 0.4}, Ending.CPU_LIMIT),
    "sleep": ("import time\ntime.sleep(60)\n", {"wall_s": 0.4}, Ending.WALL_LIMIT),
    "c": ("10 ** 10 ** 9\n", {"cpu_s": 0.4}, Ending.CPU_LIMIT),
    "kernel": (SIGXCPU, {"cpu_s": 0.4}, Ending.CPU_LIMIT),
    "memory": ("x = [bytearray(1 << 20) for _ in range(10**6)]\n", {}, Ending.MEMORY_LIMIT),
    "output": ("while True: print('x' * 1000)\n", {}, Ending.OUTPUT_LIMIT),
    "stderr": (
        "import sys\nwhile True: sys.stderr.write('x' * 1000)\n", {}, Ending.OUTPUT_LIMIT,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("kind", ["script", "sealed", "one process"])
def test_each_limit_is_named(level: str, kind: str, name: str) -> None:
    body, own, ending = LOOPS[name]
    limits: dict[str, Any] = {"memory_bytes": 128 * MIB, **own}
    if kind == "script":
        ran = run_script(level, body, **limits)
    else:
        program = "def double(x):\n" + "".join(f"    {line}\n" for line in body.splitlines())
        because = "" if kind == "sealed" else "it is asked for"
        ran = run_tests(level, program, TESTS, unsealed_because=because, **limits)
        assert all(case.outcome is not Outcome.PASSED for case in ran.cases)
    assert ran.ending is ending
    assert ran.detail


STOPS_AT_ONE = "def double(x):\n    while x == 1: pass\n    return 2 * x\n"
THREE = """
from solution import double
def test_zero(): assert double(0) == 0
def test_one(): assert double(1) == 2
def test_two(): assert double(2) == 4
"""


@pytest.mark.parametrize("unsealed_because", ["", "it is asked for"])
def test_the_test_in_which_a_limit_hit_is_named(level: str, unsealed_because: str) -> None:
    ran = run_tests(level, STOPS_AT_ONE, THREE, cpu_s=0.4, unsealed_because=unsealed_because)
    assert ran.detail == "used more than 0.4 s of CPU time, in test_one"


def test_no_test_is_named_for_a_program_that_was_never_imported(level: str) -> None:
    ran = run_tests(level, "while True: pass\n", THREE, cpu_s=0.4)
    assert ran.detail == "used more than 0.4 s of CPU time"


@pytest.mark.parametrize("kind", ["at import", "in a call"])
@pytest.mark.parametrize("way", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_a_program_that_ends_itself_has_not_passed(level: str, kind: str, way: str) -> None:
    program = f"import os\n{way}\n" if kind == "at import" else f"import os\n{DOUBLE}    {way}\n"
    program = program.replace("    return 2 * x\n", "") if kind == "in a call" else program
    ran = run_tests(level, program, TESTS)
    assert not ran.complete
    assert all(case.outcome is not Outcome.PASSED for case in ran.cases)
    assert run_tests(level, DOUBLE, TESTS).cases[0].outcome is Outcome.PASSED


def test_files_are_there_where_the_task_allows_them_and_gone_afterwards(level: str) -> None:
    program = (
        "import os\n"
        "def save(path, text):\n    open(path, 'w').write(text)\n"
        "def left():\n    return os.listdir('/candidate/work')\n"
    )
    tests = (
        "from solution import save, left\n"
        "def test_it(tmp_path):\n"
        "    assert len(left()) == 1\n"
        "    save(str(tmp_path / 'a'), 'b')\n"
        "    assert (tmp_path / 'a').read_text() == 'b'\n"
    )
    if level == "filters":
        with pytest.raises(SandboxRefusal, match="full"):
            run_tests(level, program, tests, disk_bytes=MIB)
        return
    for _ in range(3):
        ran = run_tests(level, program, tests, disk_bytes=MIB)
        assert [c.outcome for c in ran.cases] == [Outcome.PASSED], ran.cases


def test_more_files_than_allowed_are_refused(level: str) -> None:
    if level == "filters":
        pytest.skip("filters allows no files at all")
    program = (
        "def fill():\n"
        "    with open('/candidate/work/f', 'wb') as file:\n        file.write(bytes(3 << 20))\n"
    )
    tests = (
        "import pytest\nfrom solution import fill\n"
        "def test_it():\n    with pytest.raises(OSError): fill()\n"
    )
    ran = run_tests(level, program, tests, disk_bytes=MIB)
    assert [c.outcome for c in ran.cases] == [Outcome.PASSED], ran.cases


def test_a_worker_that_dies_is_replaced(level: str) -> None:
    opened(level)
    sandbox = ConfinedSandbox(level, 1)
    try:
        (worker,) = sandbox._pool._all
        assert worker.tester_pid is not None
        os.kill(worker.tester_pid, signal.SIGKILL)
        command = ScriptRun(program="print(1)", language="python", stdin="", limits=Limits())
        outcomes = []
        for _ in range(3):  # a spare candidate may still serve the first
            try:
                outcomes.append(sandbox.run(command, Cancel()).stdout)
            except SandboxFault:
                outcomes.append("fault")
        assert outcomes[-1] == "1\n"
    finally:
        sandbox.close()


@pytest.mark.parametrize("error", [SandboxUnavailableError, OSError])
def test_where_no_worker_can_be_had_any_more_that_is_a_fault(
    level: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the machine could do at the start, it may not be able to do for a moment."""
    opened(level)
    command = ScriptRun(program="1", language="python", stdin="", limits=Limits())

    def start(packages: tuple[str, ...]) -> Worker:
        raise error("no user namespaces")

    with closing(ConfinedSandbox(level, 1)) as sandbox:
        _discard_workers(sandbox)
        with monkeypatch.context() as patched:
            patched.setattr(sandbox._pool, "_start", start)
            with pytest.raises(SandboxFault, match="no worker could be started: no user"):
                sandbox.run(command, Cancel())
        assert sandbox.run(command, Cancel()).ending is Ending.EXITED


def _discard_workers(sandbox: ConfinedSandbox) -> None:
    for worker in tuple(sandbox._pool._all):
        sandbox._pool.discard(worker)
    sandbox._pool._idle.clear()


OUT_OF_DESCRIPTORS = """
import os, resource, sys
from paragen.domain.command import ScriptRun
from paragen.domain.errors import SandboxFault
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.sandbox.confined import ConfinedSandbox
from tests.sandbox.test_confined import _discard_workers

sandbox = ConfinedSandbox(sys.argv[1], 1)
command = ScriptRun(program='1', language='python', stdin='', limits=Limits())
sandbox.run(command, Cancel())
_discard_workers(sandbox)
before = len(os.listdir('/dev/fd'))
faults = 0
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 4096))
for free in range(24):
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        pass
    for descriptor in held[:free]:
        os.close(descriptor)
    try:
        sandbox.run(command, Cancel())
    except SandboxFault:
        faults += 1
    _discard_workers(sandbox)
    for descriptor in held[free:]:
        os.close(descriptor)
assert len(os.listdir('/dev/fd')) == before, os.listdir('/dev/fd')
sandbox.close()
print(faults)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="others may hand over descriptors otherwise")
def test_running_out_of_descriptors_is_a_fault_wherever_it_happens(level: str) -> None:
    opened(level)
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", OUT_OF_DESCRIPTORS, level],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr
    assert 4 < int(ran.stdout) < 24
    assert ran.stderr == ""


def test_many_at_once_are_each_judged_right(level: str) -> None:
    def one(number: int) -> list[str]:
        program = f"def f():\n    return {number}\n"
        ran = run_tests(level, program, f"from solution import f\nassert f() == {number}\n")
        return [str(case.outcome) for case in ran.cases]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(one, range(60))) == [["passed"]] * 60


def test_cancelling_ends_a_run(level: str) -> None:
    cancel = Cancel()
    command = ScriptRun(
        program="while True: pass", language="python", stdin="", limits=Limits(cpu_s=50)
    )
    threading.Timer(0.3, cancel.throw).start()
    assert opened(level).run(command, cancel).ending is Ending.CANCELLED


LEAVE = """
import sys, threading, time
from paragen.domain.command import ScriptRun
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.sandbox.confined import ConfinedSandbox, kill_all

sandbox = ConfinedSandbox(sys.argv[1], 2)
command = ScriptRun(program="while True: pass", language="python", stdin="", limits=Limits())
threads = [threading.Thread(target=sandbox.run, args=(command, Cancel()), daemon=True)
           for _ in range(2)]
for thread in threads:
    thread.start()
time.sleep(0.3)
print("running", flush=True)
if sys.argv[2] == "close":
    sandbox.close()
elif sys.argv[2] == "kill_all":
    kill_all()
else:
    time.sleep(60)
import os
os._exit(0)
"""


def _descendants(pid: int) -> set[int]:
    found: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    waiting, below = [pid], set()
    while waiting:
        for child in found.get(waiting.pop(), []):
            below.add(child)
            waiting.append(child)
    return below


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("way", ["close", "kill_all", "SIGKILL"])
@pytest.mark.slow
def test_nothing_is_left_however_paragen_ends(level: str, way: str) -> None:
    opened(level)
    mounts = Path("/proc/self/mounts").read_text()
    process = subprocess.Popen(
        [sys.executable, "-c", LEAVE, level, way], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "running\n"
        below = _descendants(process.pid)
        assert len(below) >= 6 or way != "SIGKILL"
        if way == "SIGKILL":
            process.kill()
        process.wait(timeout=30)
    deadline = time.monotonic() + 20
    while (left := {pid for pid in below if _alive(pid)}) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left
    assert Path("/proc/self/mounts").read_text() == mounts


def test_what_the_self_test_proved_is_told(level: str) -> None:
    proofs: Any = opened(level).proofs
    assert {"opening a socket", "starting a process", "signalling others"} <= set(proofs)


def test_a_second_closing_does_nothing(level: str) -> None:
    opened(level)
    sandbox = ConfinedSandbox(level, 1)
    sandbox.close()
    sandbox.close()
    command = ScriptRun(program="print(1)", language="python", stdin="", limits=Limits())
    assert sandbox.run(command, Cancel()).ending is Ending.CANCELLED


POOL = """\
from multiprocessing import Pool
def square(x):
    return x * x
def run():
    with Pool(2) as pool:
        return pool.map(square, [1, 2, 3])
"""
FORKS = """\
import os, time
def run():
    for number in range({many}):
        if os.fork() == 0:
            {harm}
            time.sleep(60)
            os._exit(0)
    time.sleep(60)
"""
RUN = "from solution import run\ndef test_it():\n    assert run() == [1, 4, 9]\n"


def test_processes_where_the_task_allows_them(level: str) -> None:
    if level != "full":
        with pytest.raises(SandboxRefusal, match="full"):
            run_tests(level, POOL, RUN, processes=3)
        return
    assert run_tests(level, POOL, RUN, processes=3).cases[0].outcome is Outcome.PASSED
    assert "OSError" in run_tests(level, POOL, RUN).cases[0].detail


@pytest.mark.slow
@pytest.mark.parametrize(
    ("many", "harm", "ending"),
    [
        (3, "while True: pass", Ending.CPU_LIMIT),
        (3, "held = b'x' * (60 << 20)", Ending.MEMORY_LIMIT),
        (1000, "pass", Ending.EXITED),
    ],
)
def test_processes_count_together(level: str, many: int, harm: str, ending: Ending) -> None:
    if level != "full":
        pytest.skip("filters allows no processes")
    program = FORKS.format(many=many, harm=harm)
    cpu_s = 1.0 if ending is Ending.CPU_LIMIT else 30.0
    memory_bytes = (128 if ending is Ending.MEMORY_LIMIT else 1024) * MIB
    ran = run_tests(level, program, RUN, processes=3, cpu_s=cpu_s, memory_bytes=memory_bytes)
    assert ran.ending is ending
    assert ran.cases[0].outcome is Outcome.FAILED
    if ending is Ending.EXITED:
        assert "Resource temporarily unavailable" in ran.cases[0].detail


NUMBERS = """\
import numpy as np
def norm(values):
    return np.sqrt((values ** 2).sum())
def table(count):
    return np.arange(count * count, dtype=np.int16).reshape(count, count)
def fill(values):
    values[:] = [7] * len(values)
def lie(values):
    class Lie(np.ndarray):
        def __eq__(self, other): return np.True_
    return np.zeros(2).view(Lie)
"""
OF_NUMBERS = """\
import numpy as np
from solution import fill, lie, norm, table
def test_scalar():
    assert norm(np.array([3.0, 4.0])) == 5.0
    assert isinstance(norm(np.ones(4)), float)
def test_array():
    got = table(3)
    assert got.dtype == np.int16 and got.shape == (3, 3)
    assert (got == np.arange(9).reshape(3, 3)).all()
    np.testing.assert_array_equal(got[1], [3, 4, 5])
def test_list():
    values = [1, 2]
    fill(values)
    assert values == [7, 7]
def test_lie():
    assert not np.all(lie(1) == np.array([1, 2]))
"""


def test_packages_that_the_task_names(level: str) -> None:
    pytest.importorskip("numpy")
    ran = run_tests(level, NUMBERS, OF_NUMBERS, packages=("numpy",))
    outcomes = {case.name: str(case.outcome) for case in ran.cases}
    assert ran.sealed, ran.unsealed_because
    assert outcomes.pop("test_lie") == "passed", ran.cases
    assert set(outcomes.values()) == {"passed"}, ran.cases
    without = run_tests(level, NUMBERS, OF_NUMBERS)
    assert all("numpy" in case.detail for case in without.cases)
    with pytest.raises(SandboxRefusal, match="pip install no-such-package"):
        run_tests(level, NUMBERS, OF_NUMBERS, packages=("no-such-package",))


def test_a_program_has_no_say_in_what_it_used(level: str) -> None:
    program = (
        "import gc, os\n"
        "nonce = next(o['nonce'] for o in gc.get_objects() if type(o) is dict and 'nonce' in o)\n"
        'os.write(3, b\'\\n{"nonce":"%s","kind":"done","peak_bytes":1}\\n\' % nonce.encode())\n'
    )
    ran = run_script(level, program)
    assert ran.exit_code == 0, ran.stderr
    assert ran.peak_bytes is not None and ran.peak_bytes > MIB
