"""Real processes under the layers: as the user of the tests and, for root, as nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import paragen.sandbox
from paragen.sandbox.linux.confine import available

SANDBOX = str(Path(paragen.sandbox.__file__).parent)
DRIVER = str(Path(__file__).with_name("jail_driver.py"))
NOBODY = 65534

_IS_NEW = "import sys; print(sys.version_info[:2] >= (3, 11)); open(sys.argv[1]).close()"
_PLACES = """
import sys, sysconfig as s
print(s.get_path("stdlib"), s.get_path("platstdlib"), s.get_config_var("LIBDIR"),
      sys._base_executable, sep="\\n")
"""
_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
    "/usr/share/zoneinfo", "/etc/ssl/openssl.cnf", "/etc/mime.types", "/etc/localtime",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """A user to be, and an interpreter that this user can run."""

    uid: int
    python: str

    def popen(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start the interpreter; descriptors 0 to 2 are pipes."""
        return subprocess.Popen(
            [self.python, "-I", "-S", "-B", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/",
            env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}, **_identity(self.uid), **options,
        )  # fmt: skip


def _identity(uid: int) -> dict[str, Any]:
    if uid == os.geteuid():
        return {}
    return {"user": uid, "group": uid, "extra_groups": []}


@cache
def who(name: str) -> Who:
    """The user of the tests ("me") or nobody; skips where that one can run no interpreter."""
    if name == "me":
        return Who(os.geteuid(), sys.executable)
    if os.geteuid() != 0:
        pytest.skip("only root can be nobody")
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            told = subprocess.run(
                [python, "-I", "-S", "-c", _IS_NEW, DRIVER], capture_output=True, check=True,
                **_identity(NOBODY),
            ).stdout  # fmt: skip
        except (OSError, subprocess.CalledProcessError):
            continue
        if told.startswith(b"True"):
            return Who(NOBODY, python)
    pytest.skip("nobody can run no Python of 3.11 or later here")


@cache
def missing(level: str) -> str:
    """Why a level can't be had here, or ""."""
    needed = ["landlock", "seccomp"]
    if level == "full":
        needed += ["user namespaces", "private namespaces", "new root"]
    layers = available()
    return "; ".join(layers[name] for name in needed if layers[name])


def reads(python: str) -> list[str]:
    """What that interpreter reads."""
    told = subprocess.run(
        [python, "-I", "-c", _PLACES], capture_output=True, check=True, text=True
    ).stdout.split("\n")
    paths = [python, *told, *_SYSTEM, SANDBOX]
    return [
        path for path in dict.fromkeys(paths) if path.startswith("/") and os.access(path, os.F_OK)
    ]


def run(
    level: str,
    pieces: Iterable[str],
    *,
    user: str = "me",
    writes: bool = False,
    processes: bool = False,
    tester: bool = False,
    path: tuple[str, ...] = (),
    space: tuple[int, int] = (1 << 20, 64),
    **names: object,
) -> list[str]:
    """What came of each piece of program, run at that level ("none": unconfined)."""
    if level != "none" and missing(level):
        pytest.skip(missing(level))
    by = who(user)
    plan = {
        "sandbox": SANDBOX, "level": level, "reads": [*reads(by.python), *path], "writes": writes,
        "processes": processes, "tester": tester, "path": list(path), "space": space,
        "pieces": list(pieces), "names": names,
    }  # fmt: skip
    with by.popen(DRIVER) as process:
        out, err = process.communicate(json.dumps(plan).encode(), timeout=50)
    assert process.returncode == 0, err.decode()
    results, _ = json.loads(out)
    return list(results)


@cache
def library(python: str) -> str:
    """A file of that interpreter's standard library."""
    code = "import this as t; print(t.__file__)"
    told = subprocess.run([python, "-I", "-c", code], capture_output=True, check=True, text=True)
    return told.stdout.splitlines()[-1]


def open_directory(by: Who) -> str | None:
    """Where that user can have a directory; None where the tests' own will do."""
    return None if by.uid == os.geteuid() else "/var/tmp"


def numpy_home() -> str:
    """Where numpy is, if the tests' interpreter has it."""
    home = sysconfig.get_path("purelib")
    if not Path(home, "numpy").is_dir():
        pytest.skip("numpy isn't installed")
    return home
