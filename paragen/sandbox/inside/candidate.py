"""A candidate's process: confined first, then told what its program is."""

from __future__ import annotations

import _socket
import os
import socket
import sys
import time
from typing import Any, NoReturn

from ..confinement import Prepared, close_from, confine_candidate
from ..runner.script import run as run_script
from ..runner.wire import Wire
from .at_fork import hand_over
from .rehearsal import again
from .serve import serve

RPC = 3
"""The descriptor of its one socket."""
_STEP_BYTES = 4 << 20
_STEP_S = 0.005
_MOST_STEPS = 64


def main(
    rpc: _socket.socket,
    stdio: tuple[int, int, int],
    prepared: Prepared,
    *,
    writes: bool,
    processes: bool,
    rehearse: bool,
) -> NoReturn:
    """Confine this process, then serve what comes over its socket; never returns."""
    try:
        for descriptor, place in zip((*stdio, rpc.detach()), (0, 1, 2, RPC), strict=True):
            os.dup2(descriptor, place, inheritable=place != RPC)
        confine_candidate(prepared, writes=writes, processes=processes)
        hand_over(processes)
        close_from(RPC + 1)
        if writes:
            os.chdir(prepared.work or "/")
        if rehearse:
            again()
        serve(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=RPC), MODES)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(1)  # nothing of the zygote's may run on in this copy of it


def script(sock: socket.socket, settings: dict[str, Any]) -> NoReturn:
    """Run the program as a script; its socket says only that it began, and that memory ran out."""
    wire = Wire(sock.detach(), settings["nonce"])
    wire.send("hello")
    run_script(settings, wire)


def one_process(sock: socket.socket, settings: dict[str, Any]) -> NoReturn:
    """Run the tests here, beside the program: confined, but not sealed."""
    from ..runner.session import run

    wire = Wire(sock.detach(), settings["nonce"])
    wire.send("hello")
    run(settings, wire)


def selftest(sock: socket.socket, settings: dict[str, Any]) -> NoReturn:
    """Try the harms, and say which of them were kept off."""
    from .control import send
    from .selftest import attempts

    send(sock, {"attempts": attempts(settings)})
    sys.stdout.flush()
    os._exit(0)


def grow(sock: socket.socket, settings: dict[str, Any]) -> NoReturn:
    """Take ever more memory, for the self-test, in steps that a watch can follow."""
    held = []
    for _ in range(_MOST_STEPS):
        held.append(b"x" * _STEP_BYTES)
        time.sleep(_STEP_S)
    os._exit(0)


MODES = {"script": script, "one_process": one_process, "selftest": selftest, "grow": grow}
