"""What a program of our own tries in a candidate's place, to see that it is kept off."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable
from typing import Any

from ..linux.syscalls import call

_OURS = frozenset(
    ("LANG", "LC_CTYPE", "HOME", "TMPDIR", "PYTHONHASHSEED", "MALLOC_ARENA_MAX")
) | frozenset(
    f"{name}_NUM_THREADS" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
)  # fmt: skip
_CLONE_NEWUSER = 0x10000000
_PTRACE_ATTACH = 16


class NotContained(Exception):
    """A harm that wasn't kept off, though no error says so."""


def attempts(settings: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """Try each harm: its name, whether it was kept off, and what came of it."""
    return [(name, *_outcome(harm)) for name, harm in _harms(settings).items()]


def _outcome(harm: Callable[[], object]) -> tuple[bool, str]:
    """Kept off is what raises an error of the system, or runs out of memory."""
    try:
        done = harm()
    except NotContained as error:
        return False, str(error)
    except (OSError, MemoryError) as error:
        return True, type(error).__name__
    return False, f"it went through: {done!r}"[:100]


def _harms(settings: dict[str, Any]) -> dict[str, Callable[[], object]]:
    others = [os.getppid(), *settings["others"]]

    def of_each_other(harm: Callable[[int], object]) -> Callable[[], object]:
        """One that must be refused for every other process."""

        def every() -> None:
            for pid in others:
                try:
                    harm(pid)
                except OSError:
                    continue
                raise NotContained(f"process {pid}")
            raise OSError("refused for each")

        return every

    return {
        "reading a file outside": lambda: open(settings["file"]).read(),
        "writing a file outside": lambda: open(settings["file"], "w"),
        "making a file outside": lambda: open(f"{settings['directory']}/made", "w"),
        "listing a directory outside": lambda: os.listdir(settings["directory"]),
        "reading the environment": _environment,
        "opening a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "opening a local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
        "starting a process": _fork,
        "signalling others": of_each_other(lambda pid: os.kill(pid, 0)),
        "tracing others": of_each_other(lambda pid: call("ptrace", _PTRACE_ATTACH, pid, 0, 0)),
        "reading others' memory": of_each_other(_read_memory),
        "limiting others": of_each_other(
            lambda pid: resource.prlimit(pid, resource.RLIMIT_NOFILE, (4, 4))
        ),
        "new namespaces": lambda: call("unshare", _CLONE_NEWUSER),
        "memory outside of the limit": lambda: os.memfd_create("outside"),
        "memory beyond the limit": lambda: _much_memory(settings["address_space"]),
    }


def _environment() -> None:
    more = sorted(set(os.environ) - _OURS)
    if more:
        raise NotContained(", ".join(more))
    for pid in ("self", "1", str(os.getppid())):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                file.read()
        except OSError:
            continue
        raise NotContained(f"/proc/{pid}/environ")
    raise OSError("nothing there")


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _read_memory(pid: int) -> None:
    """Ask for no bytes at all: that is refused like any other number of them."""
    call("process_vm_readv", pid, 0, 0, 0, 0, 0)


def _much_memory(address_space: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    bytearray(address_space)
