"""The sandbox's parts by themselves: levels, limits, scratch directories, reports, faults."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from weakref import WeakSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.command import Ending, ScriptRun, TestRun, ToolRun
from paragen.domain.errors import SandboxFault
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.sandbox import scratch, tools, unconfined
from paragen.sandbox.report import Report, read_report
from paragen.sandbox.rlimits import last_pid_of_loadavg, rlimits, tasks_of_loadavg
from paragen.sandbox.unconfined import UnconfinedSandbox, kill_all
from tests.sandbox.harness import processes_of


def script(program: str, **limits: float) -> ScriptRun:
    return ScriptRun(program=program, language="python", stdin="", limits=Limits(**limits))  # type: ignore[arg-type]  # only times


def test_limits_of_linux_and_of_others() -> None:
    limits = Limits(cpu_s=1.5, memory_bytes=7, processes=10, threads=2)
    linux = {
        which: (soft, hard) for which, soft, hard in rlimits(limits, platform="linux", tasks=90)
    }
    assert linux[resource.RLIMIT_CPU] == (3, 4)
    assert linux[resource.RLIMIT_AS] == (7, 7)
    assert linux[resource.RLIMIT_NPROC] == (102, 102)
    assert linux[resource.RLIMIT_CORE] == (0, 0)
    darwin = {which for which, _, _ in rlimits(limits, platform="darwin", tasks=None)}
    assert darwin == {
        resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE,
    }  # fmt: skip


def test_what_loadavg_says() -> None:
    assert tasks_of_loadavg("0.20 0.18 0.12 1/80 11206\n") == 80
    assert last_pid_of_loadavg("0.20 0.18 0.12 1/80 11206\n") == 11206
    assert tasks_of_loadavg("") is None
    assert last_pid_of_loadavg("0.2 0.1 0.1 1/x y") is None


def test_a_very_deep_tree_is_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    descriptor = os.open(top, os.O_RDONLY)
    for _ in range(3000):  # far deeper than a path may be long or a stack deep
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    scratch.remove(top)
    assert list(tmp_path.iterdir()) == []


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    top = scratch.make("top", tmp_path)
    assert top.stat().st_mode & 0o777 == 0o700
    (top / "link").symlink_to(kept)
    scratch.remove(top)
    scratch.remove(top)  # what is gone already is no error
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (kept / "file").exists()


NONCE = "0123456789abcdef"


def line(**fields: object) -> bytes:
    return b"\n" + json.dumps({"nonce": NONCE, **fields}).encode() + b"\n"


def test_a_report_is_read_up_to_where_it_came() -> None:
    data = (
        line(kind="hello")
        + line(kind="plan", names=["a", "a", "b"])
        + line(kind="case", name="a", outcome="passed", detail="")
    )
    report = read_report(data + line(kind="case", name="a")[:-9], NONCE)
    assert report.started
    assert not report.done
    assert report.names == ("a", "a", "b")
    assert [case.name for case in report.cases] == ["a"]
    assert report.running == "a"
    assert read_report(data + line(kind="done", peak_bytes=0), NONCE).done


def test_a_line_that_only_mentions_the_nonce_is_no_report() -> None:
    forged = json.dumps({"nonce": "x", "kind": "done", "peak_bytes": 0, "detail": NONCE})
    assert read_report(forged.encode(), NONCE) == Report()


@given(st.binary())
def test_no_bytes_without_the_nonce_say_anything(noise: bytes) -> None:
    assert read_report(noise, NONCE) == Report()


@given(st.binary(), st.sampled_from(["{", "[", '{"nonce": 1}', '"0123456789abcdef"', "null"]))
def test_noise_around_the_nonce_breaks_nothing(noise: bytes, shape: str) -> None:
    read_report(noise + NONCE.encode() + noise + b"\n" + shape.encode() + NONCE.encode(), NONCE)


def test_tools_run_with_input() -> None:
    opened = UnconfinedSandbox(workers=1)
    try:
        argv = ("ruff", "check", "--isolated", "--output-format", "json", "-")
        ran = opened.run(ToolRun(argv=argv, stdin="import os\n", timeout_s=20.0), Cancel())
        assert (ran.exit_code, ran.complete) == (1, True)
        assert "F401" in ran.stdout
        with pytest.raises(SandboxFault, match="'rm' isn't installed"):
            opened.run(ToolRun(argv=("rm", "-r"), stdin="", timeout_s=1.0), Cancel())
    finally:
        opened.close()


def test_ruff_is_found_beside_the_interpreter_or_on_the_path() -> None:
    assert Path(tools.find_tool("ruff")).exists()


def test_only_as_many_run_at_once_as_there_are_workers() -> None:
    opened = UnconfinedSandbox(workers=2)
    running: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: opened.run(script("import time; time.sleep(0.3)"), Cancel())
        )
        for _ in range(5)
    ]
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            running.append(len(processes_of(opened.scratch)))
        assert max(running) == 2
    finally:
        for thread in threads:
            thread.join()
        opened.close()


def test_waiting_for_a_turn_can_be_called_off() -> None:
    opened = UnconfinedSandbox(workers=1)
    cancel = Cancel()
    long = threading.Thread(
        target=lambda: opened.run(script("import time; time.sleep(60)", wall_s=60.0), Cancel())
    )
    long.start()
    while not processes_of(opened.scratch):
        time.sleep(0.01)
    threading.Timer(0.1, cancel.throw).start()
    assert opened.run(script("1"), cancel).ending is Ending.CANCELLED
    opened.close()
    long.join(10)
    assert not long.is_alive()


def test_nothing_hangs_on_the_switch_of_a_run_that_is_over() -> None:
    opened = UnconfinedSandbox(workers=1)
    cancel = Cancel()
    for program in ("1", "import time; time.sleep(60)"):
        opened.run(script(program, wall_s=0.5), cancel)
        assert not cancel._callbacks
    opened.close()


@pytest.mark.parametrize("how", ["close", "kill_all"])
def test_closing_ends_what_runs_and_leaves_no_files(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfined, "_OPEN", WeakSet())  # those of other tests stay open
    opened = UnconfinedSandbox(workers=2)
    endings: list[Ending] = []
    command = script("import time; time.sleep(60)", wall_s=60.0)
    thread = threading.Thread(target=lambda: endings.append(opened.run(command, Cancel()).ending))
    thread.start()
    while not processes_of(opened.scratch):
        time.sleep(0.01)
    if how == "close":
        opened.close()
    else:
        kill_all()
    thread.join(10)
    assert endings == [Ending.CANCELLED]
    assert processes_of(opened.scratch) == []
    assert not opened.scratch.exists()
    assert opened.run(command, Cancel()).ending is Ending.CANCELLED
    opened.close()


def test_what_cannot_start_is_a_fault_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = UnconfinedSandbox(workers=1)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nowhere/python")
            with pytest.raises(SandboxFault, match="could not start"):
                opened.run(script("1"), Cancel())
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/bin/false")
            with pytest.raises(SandboxFault, match="did not start"):
                opened.run(script("1"), Cancel())
        assert opened.run(script("1"), Cancel()).complete
    finally:
        opened.close()


def test_no_room_for_a_scratch_directory_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = UnconfinedSandbox(workers=1)
    scratch.remove(opened.scratch)
    with pytest.raises(SandboxFault, match="no scratch directory"):
        opened.run(script("1"), Cancel())
    opened.close()
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(SandboxFault, match="no scratch directory"):
        UnconfinedSandbox(workers=1)


def test_running_out_of_descriptors_is_a_fault() -> None:
    code = """
import os, resource
from paragen.domain.command import ScriptRun
from paragen.domain.errors import SandboxFault
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.sandbox.unconfined import UnconfinedSandbox
opened = UnconfinedSandbox(workers=1)
command = ScriptRun(program='1', language='python', stdin='', limits=Limits())
opened.run(command, Cancel())
now = len(os.listdir('/dev/fd'))
faults = 0
for more in range(14):
    resource.setrlimit(resource.RLIMIT_NOFILE, (now + more, 4096))
    try:
        opened.run(command, Cancel())
    except SandboxFault:
        faults += 1
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 4096))
opened.run(command, Cancel())
assert len(os.listdir('/dev/fd')) == now, os.listdir('/dev/fd')
opened.close()
print(faults)
"""
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert 3 < int(ran.stdout) < 14
    assert ran.stderr == ""


def test_other_languages_are_no_candidates_fault() -> None:
    opened = UnconfinedSandbox(workers=1)
    command = TestRun(program="", language="go", tests=(), entry_point=None, limits=Limits())
    with pytest.raises(SandboxFault, match="can't run go"):
        opened.run(command, Cancel())
    opened.close()


@pytest.mark.skipif(sys.platform != "linux", reason="uses /proc")
@pytest.mark.slow
def test_a_parent_that_is_killed_leaves_nothing_running_for_long(tmp_path: Path) -> None:
    """The alarm that a child sets for itself is all that is left to end it."""
    code = f"""
import tempfile; tempfile.tempdir = {str(tmp_path)!r}
from paragen.domain.command import ScriptRun
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.sandbox.unconfined import UnconfinedSandbox
UnconfinedSandbox(1).run(ScriptRun(program='open("ready", "w"); import time; time.sleep(60)',
    language='python', stdin='', limits=Limits(wall_s=0.9)), Cancel())
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    while not list(tmp_path.glob("paragen-*/run-*/ready")):
        time.sleep(0.01)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    started = time.monotonic()
    while processes_of(tmp_path):
        assert time.monotonic() - started < 20
        time.sleep(0.05)


def test_scratch_of_a_killed_session_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    of_the_user = tmp_path / "paragen-mine"
    of_the_user.mkdir()
    code = """
import os
from paragen.sandbox.unconfined import UnconfinedSandbox
(UnconfinedSandbox(1).scratch / "run-1").mkdir()
os._exit(9)
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=False, env=environment)
    assert len(list(tmp_path.glob("paragen-*/run-1"))) == 1
    first, second = UnconfinedSandbox(workers=1), UnconfinedSandbox(workers=1)
    try:
        assert set(tmp_path.iterdir()) == {of_the_user, first.scratch, second.scratch}
    finally:
        first.close()
        second.close()
    assert list(tmp_path.iterdir()) == [of_the_user]
