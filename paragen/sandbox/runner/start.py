"""Reads what is to be done, puts the limits on, and does it."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself imports enum: 3 ms
import _thread
import marshal
import os
import resource
import sys

from .wire import Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STACK_BYTES = 8 << 20
"""The stack of each thread: of the user's own choice of it, 14 could fill the address space."""

BACKSTOP_S = 2
"""How long after the wall limit the kernel ends this process if the parent hasn't."""


def main(payload_fd: int, report_fd: int) -> None:
    """Do what the payload says and leave; never returns.

    The payload comes from the parent, which runs the same interpreter: marshal is safe and quick.
    """
    with os.fdopen(payload_fd, "rb") as file:
        payload = marshal.loads(file.read())
    os.set_inheritable(report_fd, False)
    sys.argv = ["solution.py"]
    wire = Wire(report_fd, payload["nonce"])
    work = _work(payload)
    wire.send("hello")
    _confine(payload)
    if "modules" in payload:
        from .modules import give

        give(payload["modules"])
    work(payload, wire)


def _work(payload: dict[str, Any]) -> Any:
    if payload["kind"] == "script":
        from .script import run as run_script

        return run_script
    from .session import run as run_tests

    return run_tests


def _confine(payload: dict[str, Any]) -> None:
    """Put the limits on this process itself.

    Here and not between fork and exec, where the parent's own size and threads would count. The
    alarm ends a sleeping program whose parent was killed and can't end it any more; the parent's
    thread may have had signals blocked.
    """
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
    _thread.stack_size(STACK_BYTES)
    _signal.alarm(int(payload["wall_s"]) + BACKSTOP_S)
    for which, soft, hard in payload["rlimits"]:
        ceiling = resource.getrlimit(which)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(which, (soft, hard))
