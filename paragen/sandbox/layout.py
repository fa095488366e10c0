"""What a worker can read, where it imports from, and what kind of candidate a task needs."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from paragen.domain.errors import SandboxRefusal
from paragen.domain.task import MIB, Limits
from paragen.sandbox.confinement import WORK
from paragen.sandbox.darwin.places import SYSTEM
from paragen.sandbox.packages import Packages
from paragen.sandbox.worker import PLAIN, Wish, WorkerSettings

_LINUX = (
    "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec",
    "/usr/local/lib", "/usr/share/zoneinfo", "/usr/share/locale", "/etc/ld.so.cache",
    "/etc/localtime", "/etc/ssl/openssl.cnf", "/etc/mime.types",
)  # fmt: skip
"""Shared libraries and time zones, where they exist."""
_SYSTEM = SYSTEM if sys.platform == "darwin" else _LINUX
_PRELOADS = sys.platform != "darwin"
"""Whether packages are imported before the fork: the frameworks of macOS that some of them use
mustn't be taken through one."""

SHARED_BYTES = 16 * MIB
"""What programs with several processes may share by files, where their task allows none."""


def settings(
    level: str, names: tuple[str, ...], packages: Packages, tests: Packages
) -> WorkerSettings:
    """What a worker of this level is told, for programs that may import these packages.

    `names` are those that the task named, and `tests` is what tests may import beyond that.
    """
    standard = _standard_library()
    own = str(Path(__file__).parent)
    shared = (*_SYSTEM, *_libraries())
    reads = (*standard, own, *shared, *packages.paths, *tests.paths)
    return WorkerSettings(
        level=level,
        reads=tuple(dict.fromkeys(path for path in reads if Path(path).exists())),
        path=standard,
        packages=(packages.paths, packages.modules),
        test_packages=(tests.paths, tests.modules),
        preload=tuple(name for name in names if _PRELOADS and name in packages.modules),
        work=WORK if level == "full" else None,
    )


def wish(level: str, limits: Limits) -> Wish:
    """What kind of candidate a program with these limits needs; raises SandboxRefusal."""
    if not (limits.disk_bytes or limits.processes):
        return PLAIN
    if level != "full":
        what = "files" if limits.disk_bytes else "processes"
        raise SandboxRefusal(
            f"The task lets its programs make {what}, and the sandbox level {level!r} can't bound "
            "those. Use a machine (or container) that has the level 'full'; `paragen doctor` says "
            "what is missing for it."
        )
    room = limits.disk_bytes or SHARED_BYTES  # processes share semaphores by files
    return Wish(disk_bytes=room, processes=bool(limits.processes))


@cache
def _standard_library() -> tuple[str, ...]:
    """The directories of the standard library, those of its extension modules included."""
    found = [Path(os.__file__).parent]
    found += [Path(path) for path in sys.path if Path(path).name == "lib-dynload"]
    return tuple(dict.fromkeys(str(path.resolve()) for path in found if path.is_dir()))


@cache
def _libraries() -> tuple[str, ...]:
    """The directories of the shared libraries that this process has mapped, and the interpreter."""
    found = {str(Path(sys.executable).resolve())}
    if sys.platform == "darwin":
        found.add(str(Path(sys.base_prefix, "lib")))
    try:
        maps = Path("/proc/self/maps").read_text()
    except OSError:
        return tuple(found)
    for line in maps.splitlines():
        path = line.partition("/")[2]
        if ".so" in path:
            found.add(str(Path(f"/{path}").resolve().parent))
    return tuple(sorted(found))
