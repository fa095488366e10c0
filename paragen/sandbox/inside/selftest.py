"""What a program of our own tries in a candidate's place, to see that it is kept off."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

if sys.platform == "darwin":
    from ..darwin.harms import harms_here
else:
    from ..linux.harms import harms_here
from .harm import NotContained, of_each_other

_OURS = frozenset(
    ("LANG", "LC_CTYPE", "HOME", "TMPDIR", "PYTHONHASHSEED", "MALLOC_ARENA_MAX")
) | frozenset(
    ("VECLIB_MAXIMUM_THREADS", "__CF_USER_TEXT_ENCODING", "__PYVENV_LAUNCHER__")
) | frozenset(
    f"{name}_NUM_THREADS" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
)  # fmt: skip
"""What the environment may have: ours, and what macOS itself and its Pythons add to it."""


def attempts(settings: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """Try each harm: its name, whether it was kept off, and what came of it."""
    harms = {**_harms(settings), **harms_here(settings)}
    return [(name, *_outcome(harm)) for name, harm in harms.items()]


def _outcome(harm: Callable[[], object]) -> tuple[bool, str]:
    """Kept off is what raises an error of the system, or runs out of memory."""
    try:
        done = harm()
    except NotContained as error:
        return False, str(error)
    except (OSError, MemoryError) as error:
        return True, type(error).__name__
    except Exception as error:
        return False, f"it couldn't be tried: {error}"[:100]
    return False, f"it went through: {done!r}"[:100]


def _harms(settings: Mapping[str, Any]) -> dict[str, Callable[[], object]]:
    """The harms that are the same on every platform."""
    return {
        "reading a file outside": lambda: Path(settings["file"]).read_text(),
        "writing a file outside": lambda: Path(settings["file"]).open("w"),
        "making a file outside": lambda: Path(settings["directory"], "made").open("w"),
        "listing a directory outside": lambda: list(Path(settings["directory"]).iterdir()),
        "reading the environment": _environment,
        "connecting to a server": lambda: _connect(settings["server"]),
        "connecting to a local server": lambda: _connect_locally(settings["local_server"]),
        "starting a process": _fork,
        "signalling others": lambda: of_each_other(settings, lambda pid: os.kill(pid, 0)),
    }


def _environment() -> None:
    more = sorted(set(os.environ) - _OURS)
    if more:
        raise NotContained(", ".join(more))
    for pid in ("self", "1", str(os.getppid())):
        try:
            Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        raise NotContained(f"/proc/{pid}/environ")
    raise OSError("nothing there")


def _connect(port: int) -> None:
    """Connect to a server that there is: to be refused by it would prove nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.connect(("127.0.0.1", port))


def _connect_locally(path: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(path)


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
