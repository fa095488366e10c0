"""What is to be had is said, and what can't be put on is an error with advice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.sandbox.linux import capabilities, confine, errors, landlock, newroot, probe, seccomp
from tests.sandbox.linux import jail


def test_available_leaves_the_caller_as_it_was() -> None:
    status = Path("/proc/self/status").read_text
    wanted = ("Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp", "NSpid")
    before = [line for line in status().splitlines() if line.startswith(wanted)]
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        found = confine.available()
    finally:
        ended.set()
        thread.join()
    assert [line for line in status().splitlines() if line.startswith(wanted)] == before
    assert list(found) == list(probe._LAYERS)


def test_available_says_what_a_filter_takes_away() -> None:
    """In a process that may make no namespaces, as in a container."""
    program = f"""
import errno, os, sys
sys.path.insert(0, {str(Path(jail.SANDBOX).parent.parent)!r})
from paragen.sandbox.linux import capabilities, confine, policies, seccomp
from paragen.sandbox.linux.numbers import NUMBERS
from paragen.sandbox.linux.syscalls import MACHINE
policy = dict.fromkeys(NUMBERS, policies.ALLOW) | {{"unshare": errno.EPERM}}
policy |= {{"landlock_create_ruleset": errno.ENOSYS, "clone3": errno.ENOSYS}}
capabilities.shut_the_way_back()
seccomp.Filter(seccomp.instructions(policy, MACHINE)).put_on(os.getpid())
for name, why in confine.available().items(): print(name, why, sep=": ")
"""
    if jail.missing("filters"):
        pytest.skip(jail.missing("filters"))
    told = subprocess.run(
        [sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True
    ).stdout
    lines = dict(line.split(": ", 1) for line in told.splitlines())
    without = [lines[name] for name in ("user namespaces", "new root")]
    assert any("--security-opt seccomp=unconfined" in why for why in without)
    assert "Linux 5.13" in lines["landlock"]
    assert lines["seccomp"] == ""


@pytest.mark.parametrize("layer", sorted(errors._ADVICE))
def test_an_error_names_the_layer_the_reason_and_what_to_do(layer: str) -> None:
    error = errors.LayerError(layer, "trying it", OSError(1, "no"))
    assert (error.layer, error.errno) == (layer, 1)
    assert str(error).startswith(f"{layer}: trying it: Operation not permitted. ")
    assert errors._ADVICE[layer] in str(error)


def test_a_working_directory_must_not_hide_what_is_read() -> None:
    confine.Layout(("/usr/lib", "/candidatess/x"), confine.WORK)
    confine.Layout(("/candidate/lib",), None)
    for reads, work in ((("/candidate/lib",), confine.WORK), ((), "/work")):
        with pytest.raises(ValueError, match="must be its own"):
            confine.Layout(reads, work)


def test_older_versions_of_landlock_are_asked_for_what_they_know() -> None:
    assert [len(landlock._attributes(version)) for version in range(1, 8)] == [8] * 3 + [16] * 2 + [
        24
    ] * 2
    assert landlock.lacks(7) == {"landlock net": "", "landlock scopes": ""}
    assert all("Linux 6." in why for why in landlock.lacks(3).values())
    for version in range(1, 8):
        assert not landlock.WRITE_AND_LISTEN & ~landlock._file_rights(8)
        assert landlock._file_rights(version) & ~landlock._file_rights(version + 1) == 0


def test_a_plan_follows_symlinks_and_keeps_them(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "lib").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "round").symlink_to("round")
    (real / "up").symlink_to("../real/lib")
    planned = newroot.plan([str(tmp_path / name) for name in ("link/up", "round", "absent")])
    assert planned.binds == (str(real / "lib"),)
    assert (str(tmp_path / "link"), "real") in planned.links
    assert (str(real / "up"), "../real/lib") in planned.links
    whole = newroot.plan([str(tmp_path / "link"), str(real / "lib")])
    assert whole.binds == (str(real),)
    assert whole.links == ((str(tmp_path / "link"), "real"),)


@given(
    st.lists(
        st.sampled_from(["/usr/lib", "/lib", "/usr/bin/../lib", "/etc/ssl", "/lib64", "/dev/null"])
    )
)
def test_a_plan_shows_each_path_once(paths: list[str]) -> None:
    planned = newroot.plan(paths)
    assert len(set(planned.binds)) == len(planned.binds)
    for bind in planned.binds:
        assert os.path.realpath(bind) == bind and not bind.startswith("/dev")
        assert not any(bind.startswith(other + "/") for other in planned.binds)
    for path in paths:
        real = os.path.realpath(path)
        shown = any(real == bind or real.startswith(bind + "/") for bind in planned.binds)
        assert shown or real.startswith("/dev") or not Path(path).exists()


def test_what_others_can_not_read_is_found(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "file"
    inside.write_text("")
    inside.chmod(0o644)
    assert capabilities.unreadable_to_others([str(inside)]) == ""
    assert capabilities.unreadable_to_others([str(closed)]) == str(closed)
    assert capabilities.unreadable_to_others([str(inside)], from_root=True) != ""
    inside.chmod(0o600)
    assert capabilities.unreadable_to_others([str(inside)]) == str(inside)
    assert capabilities.unreadable_to_others(["/usr/lib"], from_root=True) == ""


def test_an_unknown_machine_is_an_error() -> None:
    with pytest.raises(KeyError):
        seccomp.instructions({}, "riscv64")


INSIDE = """
import os
def is_open(number):
    try: os.fstat(number)
    except OSError: return False
    return True
assert [n for n in range(3, 1000) if is_open(n)] == [report], 'only the pipe of this test'
assert call('prctl', 39) == 1, 'NO_NEW_PRIVS'
assert os.getsid(0) == os.getpid()
assert os.getresuid() == (os.getuid(),) * 3
if at == 'full':
    assert (os.getuid(), os.getgid()) == (1000, 1000) and os.uname().nodename == 'sandbox'
"""


@pytest.mark.parametrize("level", ["full", "filters"])
def test_a_candidate_is_nobody_in_particular(level: str) -> None:
    assert jail.run(level, [INSIDE], at=level) == ["done"]


ALONE = """
import os, socket, sys
sys.path.insert(0, sys.argv[1])
from paragen.sandbox.linux import capabilities, landlock
capabilities.shut_the_way_back()
version = landlock.abi()
landlock.restrict(version, landlock.build(version, []))
def refused(harm):
    try: harm()
    except PermissionError: return True
    except OSError: return False
    return False
print(refused(lambda: open(sys.argv[1] + "/pyproject.toml")))
print(refused(lambda: socket.create_connection(("127.0.0.1", 9), 5)))
print(refused(lambda: socket.socket().bind(("127.0.0.1", 0))))
print(refused(lambda: os.kill(os.getppid(), 0)))
"""


def test_landlock_alone_denies_what_its_version_can() -> None:
    """Seccomp refuses all of it first, so only without that is it to be seen."""
    if jail.missing("filters"):
        pytest.skip(jail.missing("filters"))
    told = subprocess.run(
        [sys.executable, "-B", "-c", ALONE, str(Path(jail.SANDBOX).parent.parent)],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    lacks = landlock.lacks(landlock.abi())
    net, scopes = not lacks["landlock net"], not lacks["landlock scopes"]
    assert told == [str(denied) for denied in (True, net, net, scopes)]
