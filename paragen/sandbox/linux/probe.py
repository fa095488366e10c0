"""Which layers can be put on here: each is tried in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from . import capabilities, landlock, namespaces, seccomp
from .errors import LayerError
from .policies import candidate_policy
from .syscalls import MACHINE

_NAMESPACES = ("user namespaces", "private namespaces", "new root")
_LAYERS = (*_NAMESPACES, "landlock", "landlock net", "landlock scopes", "seccomp")
_LONGEST_S = 30.0
_MOST_TOLD = 1 << 16


def ask() -> dict[str, str]:
    """Try the layers from a process with threads: another interpreter does it.

    By a layer's name: "" if it works here, else why not and what to do.
    """
    here: str = sys.platform
    if here != "linux":
        return dict.fromkeys(_LAYERS, "Linux alone has it")
    command = [sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("__main__.py"))]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST_S, check=True
        )
        found: dict[str, str] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return dict.fromkeys(_LAYERS, f"it could not be tried: {error}")
    return found


def main() -> NoReturn:
    """Try the layers and print what came of it; the process must have one thread."""
    found = _try_namespaces()
    found["landlock"] = "".join(_try("landlock", _landlock).values())
    if found["landlock"]:
        found |= dict.fromkeys(("landlock net", "landlock scopes"), "landlock itself is missing")
    else:
        found |= landlock.lacks(landlock.abi())
    found["seccomp"] = "".join(_try("seccomp", _seccomp).values())
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)


def _try_namespaces() -> dict[str, str]:
    failed = _try("user namespaces", _namespaces)
    if not failed:
        return dict.fromkeys(_NAMESPACES, "")
    untried = f"not tried, since this is missing: {', '.join(failed)}"
    return dict.fromkeys(_NAMESPACES, untried) | failed


def _namespaces(report: int) -> None:
    libraries = ("/lib", "/lib64", "/usr/lib", str(Path(os.__file__).parent))
    namespaces.enter(libraries, None, (report,))


def _landlock(report: int) -> None:
    capabilities.shut_the_way_back()
    version = landlock.abi()
    landlock.restrict(version, landlock.build(version, [("/usr", landlock.READ)]))
    try:
        os.close(os.open("/", os.O_RDONLY))
    except PermissionError:
        return
    raise LayerError("landlock", "trying it", "it denies nothing")


def _seccomp(report: int) -> None:
    capabilities.shut_the_way_back()
    try:
        code = seccomp.instructions(candidate_policy(writes=False, processes=False), MACHINE)
    except KeyError:
        raise LayerError("seccomp", "trying it", f"there is no table for {MACHINE}") from None
    seccomp.Filter(code).put_on(os.getpid())
    try:
        child = os.fork()
    except PermissionError:
        return
    if child == 0:
        os._exit(0)
    raise LayerError("seccomp", "trying it", "it denies nothing")


def _try(layer: str, put_on: Callable[[int], None]) -> dict[str, str]:
    """Put a layer on in a fork: nothing where that works, else the failing layer and why."""
    answer, report = os.pipe()
    child = os.fork()
    if child == 0:
        failed = {layer: "trying it failed"}
        try:
            os.close(answer)
            put_on(report)
            failed = {}
        except LayerError as error:
            failed = {error.layer: str(error)}
        finally:
            os.write(report, json.dumps(failed).encode())
            os._exit(0)
    os.close(report)
    told = os.read(answer, _MOST_TOLD)
    os.close(answer)
    os.waitpid(child, 0)
    return dict(json.loads(told)) if told else {layer: "the process that tried it was killed"}
