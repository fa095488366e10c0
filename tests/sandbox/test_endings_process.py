"""Every way in which a program can end, harm or lie, each with real processes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from paragen.domain.command import Ending, Ran
from paragen.domain.ports import Cancel
from paragen.domain.task import MIB
from tests.sandbox.harness import DOUBLE, outcomes, processes_of, run_script, run_tests, sandbox

TESTS = "from solution import f\ndef test_a(): assert f(1) == 1\ndef test_b(): pass\n"
OVERSHOOT_S = 0.1
SLACK_S = 0.4
"""For a machine that is busy; the overshoot itself is a benchmark's affair."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux does this")


def f_is(body: str) -> str:
    return f"import os, sys, time\ndef f(x):\n    {body}\n"


def test_an_endless_loop_ends_at_the_cpu_limit() -> None:
    ran = run_tests(f_is("while True: pass"), TESTS, cpu_s=0.3, wall_s=20.0)
    assert ran.ending is Ending.CPU_LIMIT
    assert ran.detail == "used more than 0.3 s of CPU time, in test_a"
    assert 0.3 <= ran.cpu_s < 0.3 + OVERSHOOT_S + SLACK_S
    assert (ran.planned, ran.cases, ran.complete) == (2, (), False)


def test_the_kernels_own_cpu_limit_is_one_too() -> None:
    """It counts otherwise than we do, and so may come first."""
    body = "\n    import resource\n    resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\n"
    ran = run_tests(f_is(body + "    while True: pass"), TESTS, cpu_s=30.0, wall_s=30.0)
    assert ran.ending is Ending.CPU_LIMIT


def test_cpu_time_of_children_counts_once_they_have_ended() -> None:
    body = (
        "\n    for _ in range(2):\n        if os.fork() == 0:\n"
        "            while time.process_time() < 0.3: pass\n            os._exit(0)\n"
        "    os.wait(); os.wait()\n    return 1"
    )
    ran = run_tests(f_is(body), TESTS, cpu_s=0.5, wall_s=20.0)
    assert ran.ending is Ending.CPU_LIMIT
    assert ran.detail == "used more than 0.5 s of CPU time"
    assert ran.cpu_s > 0.6


def test_many_threads_find_room_whatever_stack_the_user_gives_them() -> None:
    """Each reserves address space, which is what is limited, for a stack and a heap of its own."""
    program = (
        "import threading\n"
        "def f(x):\n"
        "    gate = threading.Barrier(48)\n"
        "    def work():\n        bytes(1 << 16); gate.wait()\n"
        "    threads = [threading.Thread(target=work) for _ in range(48)]\n"
        "    for thread in threads: thread.start()\n"
        "    for thread in threads: thread.join()\n"
        "    return x\n"
    )
    code = (
        "import sys; from tests.sandbox.harness import outcomes, run_tests\n"
        "print(outcomes(run_tests(sys.argv[1], 'def test_a(): assert f(1) == 1')))"
    )
    ran = subprocess.run(
        ["/bin/sh", "-c", 'ulimit -s 65536; exec "$0" -c "$@"', sys.executable, code, program],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert ran.stdout == "{'test_a': 'passed'}\n", ran


def test_what_passed_before_a_limit_is_still_known() -> None:
    tests = "assert f(1) == 1\nassert f(2) == 2\nassert f(3) == 3\n"
    ran = run_tests(f_is("while x == 2: pass\n    return x"), tests, cpu_s=0.2)
    assert list(outcomes(ran).values()) == ["passed"]
    assert ran.planned == 3
    assert "line 2" in ran.detail


def test_an_endless_import_knows_the_planned_tests() -> None:
    ran = run_tests("while True: pass", TESTS, cpu_s=0.2)
    assert (ran.ending, ran.planned) == (Ending.CPU_LIMIT, 2)


def test_a_sleeper_ends_at_the_wall_limit() -> None:
    ran = run_tests(f_is("time.sleep(60)"), TESTS, wall_s=0.5)
    assert ran.ending is Ending.WALL_LIMIT
    assert ran.detail == "took more than 0.5 s on the clock, in test_a"
    assert 0.5 <= ran.wall_s < 0.5 + OVERSHOOT_S + SLACK_S
    assert ran.cpu_s < 0.4


def test_ignored_signals_do_not_help() -> None:
    body = (
        "import signal\n    for s in map(signal.Signals, (2, 14, 15, 24)):"
        "\n        signal.signal(s, signal.SIG_IGN)\n    while True: pass"
    )
    assert run_tests(f_is(body), TESTS, cpu_s=0.3).ending is Ending.CPU_LIMIT


@linux
def test_memory_is_limited_and_said_to_be() -> None:
    body = "kept = []\n    while True: kept.append(bytearray(1 << 20))"
    ran = run_tests(f_is(body), TESTS, memory_bytes=200 * MIB)
    assert ran.ending is Ending.MEMORY_LIMIT
    assert ran.detail == "needed more than 200 MiB of memory"
    assert outcomes(ran) == {"test_a": "failed", "test_b": "passed"}
    assert ran.peak_bytes is not None
    assert ran.peak_bytes < 220 * MIB


@linux
@pytest.mark.parametrize("where", ["import", "script"])
def test_memory_is_limited_at_import_and_in_scripts(where: str) -> None:
    hog = "kept = []\nwhile True: kept.append([0] * 1000)\n"
    if where == "import":
        ran = run_tests(hog, TESTS, memory_bytes=100 * MIB)
    else:
        ran = run_script(hog, memory_bytes=100 * MIB)
    assert ran.ending is Ending.MEMORY_LIMIT


@linux
def test_the_peak_is_the_programs_own_and_not_ours() -> None:
    ours = bytearray(300 * MIB)
    ours[:: 1 << 12] = b"x" * len(ours[:: 1 << 12])
    small = run_tests(f_is("return 1"), TESTS)
    large = run_tests(f_is("y = bytearray(100 << 20); y[::4096] = b'x' * 25600; return 1"), TESTS)
    killed = run_tests(f_is("os._exit(1)"), TESTS)
    del ours
    assert small.peak_bytes is not None
    assert large.peak_bytes is not None
    assert small.peak_bytes < 60 * MIB < 100 * MIB < large.peak_bytes < 200 * MIB
    assert killed.peak_bytes is None


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_of_output_ends_the_run(stream: str) -> None:
    body = f"\n    while True: sys.{stream}.write('x' * 10000)"
    ran = run_tests(f_is(body), TESTS, output_bytes=100_000)
    assert ran.ending is Ending.OUTPUT_LIMIT
    assert ran.detail.startswith("printed more than 100000 bytes")
    assert len(getattr(ran, stream)) <= 100_000


def test_a_flood_that_ends_by_itself_is_over_the_limit_too() -> None:
    assert run_script("print('x' * 2000)", output_bytes=1000).ending is Ending.OUTPUT_LIMIT
    assert run_script("print('x' * 998)", output_bytes=1000).ending is Ending.EXITED


def test_a_flood_of_reports_ends_the_run() -> None:
    body = (
        "\n    while True:\n        for fd in range(3, 500):\n"
        "            try: os.write(fd, b'x' * 65536)\n            except OSError: pass"
    )
    assert run_tests(f_is(body), TESTS).ending is Ending.OUTPUT_LIMIT


@pytest.mark.parametrize("code", [0, 1, 7])
@pytest.mark.parametrize("where", ["import", "call"])
def test_leaving_by_os_exit_is_never_a_pass(code: int, where: str) -> None:
    program = f"import os; os._exit({code})" if where == "import" else f_is(f"os._exit({code})")
    ran = run_tests(program, TESTS)
    assert (ran.ending, ran.exit_code, ran.complete) == (Ending.EXITED, code, False)
    assert ran.detail == f"ended the test process itself, with exit code {code}, in test_a"


def test_sys_exit_in_a_test_is_a_failed_case_and_the_rest_is_run() -> None:
    ran = run_tests(f_is("sys.exit(0)"), TESTS)
    assert ran.complete
    assert outcomes(ran) == {"test_a": "failed", "test_b": "passed"}


def test_a_segmentation_fault_is_named() -> None:
    ran = run_tests(f_is("import ctypes; ctypes.string_at(0)"), TESTS)
    assert ran.ending is Ending.SIGNALLED
    assert "SIGSEGV" in ran.detail


def test_deep_recursion_is_a_failed_case() -> None:
    ran = run_tests(f_is("return f(x)"), TESTS)
    assert outcomes(ran) == {"test_a": "failed", "test_b": "passed"}
    assert "RecursionError" in ran.cases[0].detail


def test_a_printed_pass_is_only_output() -> None:
    body = "print('PASSED test_a'); print('{\"kind\":\"done\"}'); return 2"
    ran = run_tests(f_is(body), TESTS)
    assert outcomes(ran)["test_a"] == "failed"
    assert "PASSED" in ran.stdout


def test_report_lines_without_the_nonce_are_ignored() -> None:
    line = (
        '{"nonce":"00","kind":"case","name":"test_a","outcome":"passed","detail":""}\\n'
        '{"nonce":"00","kind":"done"}\\n{"half": '
    )
    body = (
        f"\n    for fd in range(1, 500):\n        try: os.write(fd, b'{line}')\n"
        "        except OSError: pass\n    return 2"
    )
    ran = run_tests(f_is(body), TESTS)
    assert ran.complete
    assert outcomes(ran) == {"test_a": "failed", "test_b": "passed"}


def test_closing_every_descriptor_leaves_no_verdict() -> None:
    ran = run_tests(f_is("os.closerange(0, 1000); return 1"), TESTS)
    assert not ran.complete
    assert outcomes(ran) == {}


def test_patched_functions_do_not_reach_the_report() -> None:
    program = (
        "import os, sys, json\n"
        "os.write = lambda *a: 0\nos._exit = lambda *a: None\njson.dumps = lambda *a: ''\n"
        "sys.stdout = sys.stderr = None\n"
        "def f(x): return 1\n"
    )
    assert outcomes(run_tests(program, TESTS)) == {"test_a": "passed", "test_b": "passed"}


def test_deleting_the_scratch_directory_harms_nobody() -> None:
    body = "import shutil; shutil.rmtree(os.environ['HOME']); return 1"
    assert outcomes(run_tests(f_is(body), TESTS)) == {"test_a": "passed", "test_b": "passed"}


def test_scratch_is_gone_whatever_was_made_of_it() -> None:
    body = (
        "\n    os.makedirs('closed/inner'); open('closed/inner/file', 'w').close()"
        "\n    os.chmod('closed/inner', 0); os.chmod('closed', 0)"
        "\n    os.symlink('/', 'root'); os.chmod('.', 0)\n    return 1"
    )
    assert run_tests(f_is(body), TESTS).complete
    assert list(sandbox().scratch.glob("run-*")) == []


def test_large_files_cannot_be_written() -> None:
    body = (
        "\n    try: open('big', 'wb').write(b'x' * 2_000_000)\n    except OSError: return 1\n"
        "    return 2"
    )
    ran = run_tests(f_is(body), TESTS, file_bytes=MIB)
    assert outcomes(ran)["test_a"] == "passed"


def test_descriptors_are_limited() -> None:
    body = "\n    try: [open('/dev/null') for _ in range(100)]\n    except OSError: return 1"
    assert outcomes(run_tests(f_is(body), TESTS, open_files=32))["test_a"] == "passed"


@pytest.mark.parametrize(
    "body",
    [
        "if os.fork() == 0: time.sleep(60)",
        "import subprocess as s; s.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
        pytest.param("if os.fork() == 0:\n        os.setsid(); time.sleep(60)", marks=linux),
        pytest.param(
            "if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n"
            "            os.closerange(0, 1000); time.sleep(60)\n        os._exit(0)",
            marks=linux,
        ),
        pytest.param(
            "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; "
            "time.sleep(60)'], start_new_session=True, stdout=-3, stderr=-3)",
            marks=linux,
        ),
    ],
)
def test_children_are_ended_with_the_run_and_nobody_waits_for_them(body: str) -> None:
    started = time.monotonic()
    ran = run_tests(f_is(f"{body}\n    return 1"), TESTS)  # the harness looks for what is left
    assert time.monotonic() - started < 20
    assert outcomes(ran) == {"test_a": "passed", "test_b": "passed"}


def test_the_whole_group_is_killed_without_looking_for_strays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("paragen.sandbox.child.end_strays", lambda first, home: None)
    monkeypatch.setattr("tests.sandbox.harness.checked", lambda ran: ran)
    ran = run_tests(f_is("if os.fork() == 0: time.sleep(60)\n    return 1"), TESTS)
    assert ran.complete
    started = time.monotonic()
    while processes_of(sandbox().scratch):
        assert time.monotonic() - started < 10


def test_leftover_threads_and_exit_handlers_do_not_hold_the_run() -> None:
    program = (
        "import atexit, threading, time\n"
        "atexit.register(time.sleep, 60)\n"
        "def f(x):\n    threading.Thread(target=time.sleep, args=(60,)).start()\n    return 1\n"
    )
    ran = run_tests(program, TESTS)
    assert outcomes(ran) == {"test_a": "passed", "test_b": "passed"}
    assert ran.wall_s < 20


def test_the_environment_is_empty_and_descriptors_are_few() -> None:
    body = "print(sorted(os.environ), os.getcwd() == os.environ['HOME'], sys.argv); return 1"
    ran = run_tests(f_is(body), TESTS)
    names = "['HOME', 'LANG', 'MALLOC_ARENA_MAX', 'PYTHONHASHSEED', 'TMPDIR']"
    assert ran.stdout == f"{names} True ['solution.py']\n"


def test_nothing_of_ours_can_be_imported_by_name() -> None:
    for name in ("paragen", "pytest", "rich", "wire", "session", "tests"):
        assert "isn't available" in run_tests(f"import {name}", TESTS).cases[0].detail


def test_set_order_is_the_same_in_every_run() -> None:
    body = "print(list({'a', 'b', 'c', 'd'})); return 1"
    assert run_tests(f_is(body), TESTS).stdout == run_tests(f_is(body), TESTS).stdout


def test_odd_bytes_in_output_and_details_come_back_as_text() -> None:
    body = "os.write(1, b'\\xff\\xfe'); raise ValueError('\\ud800 é')"
    ran = run_tests(f_is(body), TESTS)
    assert "\ufffd" in ran.stdout
    ran.cases[0].detail.encode()
    assert "é" in ran.cases[0].detail


def test_scripts_read_write_and_exit_like_scripts() -> None:
    program = (
        "import sys, atexit, threading\n"
        "atexit.register(print, 'last')\n"
        "if __name__ == '__main__':\n"
        "    threading.Timer(0.1, print, ['later']).start()\n"
        "    print(input(), sys.stdin.read(), sys.argv)\n"
    )
    ran = run_script(program, "é\nrest")
    assert (ran.ending, ran.exit_code, ran.complete) == (Ending.EXITED, 0, True)
    assert ran.stdout == "é rest ['solution.py']\nlater\nlast\n"


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('so')", 1, "so\n"),
        ("import os; print('x', flush=True); os._exit(0)", 0, ""),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("def f(:", 1, "SyntaxError: invalid syntax\n"),
    ],
)
def test_exit_codes_of_scripts(program: str, code: int, said: str) -> None:
    ran = run_script(program)
    assert (ran.ending, ran.exit_code) == (Ending.EXITED, code)
    assert ran.stderr.endswith(said)
    assert "_paragen_runner" not in ran.stderr
    assert "runner/" not in ran.stderr


def test_a_cancelled_run_ends_at_once() -> None:
    cancel = Cancel()
    timer = threading.Timer(0.3, cancel.throw)
    timer.start()
    started = time.monotonic()
    ran = run_tests(f_is("time.sleep(60)"), TESTS, cancel=cancel, wall_s=60.0)
    timer.join()
    assert ran.ending is Ending.CANCELLED
    assert time.monotonic() - started < 10


def test_a_run_that_was_cancelled_before_never_starts() -> None:
    cancel = Cancel()
    cancel.throw()
    assert run_tests(DOUBLE, TESTS, cancel=cancel).ending is Ending.CANCELLED


@pytest.mark.slow
def test_many_threads_of_a_large_parent_judge_at_once() -> None:
    """Limits are put on after exec, so this process's own size and threads don't count."""
    ours = bytearray(1500 * MIB)
    with ThreadPoolExecutor(32) as pool:
        jobs = [pool.submit(run_one, number) for number in range(64)]
        results = [job.result() for job in jobs]
    del ours
    assert all(ran.complete and set(outcomes(ran).values()) == {"passed"} for ran in results)
    assert processes_of(sandbox().scratch) == []
    assert list(sandbox().scratch.glob("run-*")) == []


def run_one(number: int) -> Ran:
    from paragen.domain.command import TestRun
    from paragen.domain.task import Limits, TestCode

    tests = (TestCode(source=f"assert f({number}) == {number}", origin="task.md"),)
    return sandbox().run(
        TestRun(
            program="import threading\ndef f(x):\n    t = threading.Thread(target=int)\n"
            "    t.start(); t.join()\n    return x\n",
            language="python", tests=tests, entry_point="f", limits=Limits(memory_bytes=256 * MIB),
        ),
        Cancel(),
    )  # fmt: skip


def test_no_descriptor_of_ours_is_left_open() -> None:
    run_tests(f_is("return 1"), TESTS)
    before = list(Path("/dev/fd").iterdir())
    for _ in range(5):
        run_tests(f_is("return 1"), TESTS)
    after = list(Path("/dev/fd").iterdir())
    assert len(after) == len(before)


def test_a_flood_that_is_over_at_once_is_no_fault_of_the_sandbox() -> None:
    """The program may have ended before its report is looked at: what it said there counts."""
    for _ in range(10):
        ran = run_script("import os; os.write(1, b'x' * 60_000); os._exit(0)", output_bytes=1000)
        assert ran.ending is Ending.OUTPUT_LIMIT
