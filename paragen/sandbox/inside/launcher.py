"""A worker's start: takes its settings, enters the namespaces of its level, becomes the zygote."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from typing import Any, NoReturn

from ..confinement import Layout, enter_full, prepare
from ..linux.errors import LayerError
from .control import receive, send
from .imports import allow
from .zygote import Zygote


def main(control_fd: int, tester_fd: int, *, leashed: bool) -> NoReturn:
    """Set the worker up and serve until paragen closes the control socket; never returns.

    What keeps it from starting is told to paragen: `unavailable` where it is a layer that can't
    be put on.
    """
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=control_fd)
    tester = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=tester_fd)
    try:
        received = receive(control)
        if received is None:
            os._exit(0)
        _set_up(received[0], control, tester, leashed=leashed).serve()
    except BaseException as error:
        layer = isinstance(error, LayerError)
        why = str(error) if layer else f"{type(error).__name__}: {error}"
        with suppress(OSError):
            send(control, {"kind": "failed", "unavailable": layer, "why": why})
    finally:
        os._exit(1)


def _set_up(
    settings: dict[str, Any], control: socket.socket, tester: socket.socket, *, leashed: bool
) -> Zygote:
    if settings["cpu"] is not None and sys.platform == "linux":
        with suppress(OSError):  # it was taken away meanwhile
            os.sched_setaffinity(0, {settings["cpu"]})
    layout = Layout(reads=tuple(settings["reads"]), work=settings["work"])
    if settings["level"] == "full":
        enter_full(layout, keep=(control.fileno(), tester.fileno()))
    sys.path[:] = settings["path"]
    sys.argv = ["solution.py"]
    allow(*settings["packages"])
    prepared = prepare(layout, settings["level"])
    return Zygote(settings, control, tester, prepared, leashed=leashed)
