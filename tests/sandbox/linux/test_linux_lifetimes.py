"""Nothing of a worker outlives it, whichever of its processes dies, and however."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.linux import jail

DRIVER = str(Path(__file__).with_name("lifetime_driver.py"))
STARTED = {"full": 4, "filters": 2}  # candidates (one of them with a child), and the zygote
LONG_S = 30.0
NOT_OURS = 54321  # a group


def _start(level: str, then: str, by: jail.Who, **options: Any) -> subprocess.Popen[bytes]:
    if jail.missing(level):
        pytest.skip(jail.missing(level))
    return by.popen(DRIVER, jail.SANDBOX, level, then, *jail.reads(by.python), **options)


def _read(process: subprocess.Popen[bytes], count: int) -> bytes:
    """So many bytes of its output, or all that there is until everyone who has it is gone."""
    assert process.stdout is not None
    told = b""
    end = time.monotonic() + LONG_S
    while len(told) < count:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"something still holds the pipe after {told!r}"
        chunk = os.read(process.stdout.fileno(), 100)
        if not chunk:
            break
        told += chunk
    return told


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.exists():
        pytest.skip("this kernel doesn't list children")
    return list(map(int, listed.read_text().split()))


def _status(pid: int) -> dict[str, list[str]]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.parametrize("user", ["me", "nobody"])
@pytest.mark.parametrize("level", ["full", "filters"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_all_die_with_the_process_that_was_started(level: str, user: str, number: int) -> None:
    process = _start(level, "sleep", jail.who(user))
    try:
        assert _read(process, STARTED[level]) == b"." * STARTED[level]
        process.send_signal(number)
        assert process.wait(LONG_S) == -number
        assert _read(process, 99) == b""
    finally:
        _end(process)


@pytest.mark.parametrize("level", ["full", "filters"])
def test_all_die_with_the_zygote_and_its_end_is_told(level: str) -> None:
    process = _start(level, "exit", jail.who("me"))
    try:
        told = _read(process, 99)
        assert set(told) == set(b".")
        assert process.wait(LONG_S) == 7
    finally:
        _end(process)


def test_the_first_process_killed_from_outside_takes_all_with_it() -> None:
    process = _start("full", "sleep", jail.who("me"))
    try:
        assert _read(process, STARTED["full"]) == b"...."
        (first,) = _children(process.pid)
        os.kill(first, signal.SIGKILL)
        assert process.wait(LONG_S) == -signal.SIGKILL
        assert _read(process, 99) == b""
    finally:
        _end(process)


@pytest.mark.parametrize("user", ["me", "nobody"])
def test_the_host_sees_no_mount_of_a_worker(user: str) -> None:
    table = Path("/proc/self/mountinfo")
    before = table.read_text()
    process = _start("full", "sleep", jail.who(user))
    try:
        _read(process, STARTED["full"])
        assert table.read_text() == before
        assert not Path("/candidate").exists()
    finally:
        _end(process)
    assert table.read_text() == before


@pytest.mark.parametrize("user", ["me", "nobody"])
@pytest.mark.parametrize("level", ["full", "filters"])
def test_the_kernel_says_that_candidates_have_no_rights(level: str, user: str) -> None:
    process = _start(level, "sleep", jail.who(user))
    try:
        _read(process, STARTED[level])
        (zygote,) = _children(process.pid) if level == "full" else (process.pid,)
        candidates = _children(zygote)
        assert len(candidates) == (2 if level == "full" else 1)
        for pid in candidates:
            status = _status(pid)
            for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                assert int(status[name][0], 16) == 0, name
            if level == "full" or jail.who(user).uid == 0:
                assert int(status["CapBnd"][0], 16) == 0
            assert status["NoNewPrivs"] == ["1"] and status["Seccomp"] == ["2"]
    finally:
        _end(process)


@pytest.mark.parametrize("level", ["full", "filters"])
def test_each_of_roots_workers_is_a_user_of_its_own(level: str) -> None:
    by = jail.Who(0, jail.who("nobody").python)
    workers = [_start(level, "sleep", by, extra_groups=[NOT_OURS]) for _ in range(2)]
    try:
        users = set()
        for process in workers:
            _read(process, STARTED[level])
            (zygote,) = _children(process.pid) if level == "full" else (process.pid,)
            for pid in (zygote, *_children(zygote)):
                status = _status(pid)
                assert status["Groups"] == [] and status["Uid"] == status["Gid"]
                users.add(tuple(status["Uid"]))
        assert len(users) == 2
        assert all(int(uid) > 65535 for uids in users for uid in uids)
    finally:
        for process in workers:
            _end(process)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into another's namespaces")
@pytest.mark.parametrize("user", ["me", "nobody"])
def test_the_kernel_says_that_a_worker_shares_nothing(user: str) -> None:
    outside = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    process = _start("full", "sleep", jail.who(user), pass_fds=(outside,))
    try:
        _read(process, STARTED["full"])
        (zygote,) = _children(process.pid)
        inside = Path(f"/proc/{zygote}")
        for name in ("user", "mnt", "net", "ipc", "pid", "uts"):
            assert (inside / "ns" / name).readlink() != Path(f"/proc/self/ns/{name}").readlink()
        opened = {path.readlink() for path in (inside / "fd").iterdir()}
        assert Path("/etc") not in opened
        mounts = [line.split() for line in (inside / "mountinfo").read_text().splitlines()]
        by_place = {mount[4]: mount[5].split(",") for mount in mounts}
        writable = by_place.pop("/candidate/work")
        assert {"rw", "nosuid", "nodev", "noexec"} <= set(writable)
        assert all({"ro", "nosuid"} <= set(options) for options in by_place.values()), by_place
        assert not any(field.startswith("shared:") for mount in mounts for field in mount)
    finally:
        os.close(outside)
        _end(process)
