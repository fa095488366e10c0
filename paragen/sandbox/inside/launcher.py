"""A worker's start: takes its settings, enters the namespaces of its level, becomes the zygote."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any, NoReturn

from ..linux.confine import Layout, enter_full, prepare
from ..linux.errors import LayerError
from .control import receive, send
from .imports import allow
from .zygote import Zygote


def main(control_fd: int, tester_fd: int) -> NoReturn:
    """Set the worker up and serve until paragen closes the control socket; never returns.

    What keeps a layer from being put on is told to paragen, with the layer's name.
    """
    control = socket.socket(fileno=control_fd)
    tester = socket.socket(fileno=tester_fd)
    received = receive(control)
    if received is None:
        os._exit(0)
    settings, _ = received
    sys.argv = ["solution.py"]
    try:
        zygote = _set_up(settings, control, tester)
    except LayerError as error:
        send(control, {"kind": "failed", "layer": error.layer, "why": str(error)})
        os._exit(1)
    zygote.serve()


def _set_up(settings: dict[str, Any], control: socket.socket, tester: socket.socket) -> Zygote:
    layout = Layout(reads=tuple(settings["reads"]), work=settings["work"])
    if settings["level"] == "full":
        enter_full(layout, keep=(control.fileno(), tester.fileno()))
    sys.path[:] = settings["path"]
    allow(*settings["packages"])
    return Zygote(settings, control, tester, prepare(layout, settings["level"]))
