"""A rehearsal in the zygote: what candidates will do is done once, so that it is warm by then.

The interpreter adapts code to what it does, in place, and modules make tables at their first use.
What has been done before the fork, no candidate has to do again, nor copy the memory for.
"""

from __future__ import annotations

import os
import socket
import sys
import warnings
from contextlib import suppress

from ..runner import modules
from ..runner import script as _script  # imported here for those who will run as one
from .channel import Breach, Channel, Ended
from .serve import Server
from .values import loads

__all__ = ["rehearse"]

_ROUNDS = 12
"""After eight calls or so the interpreter takes a function for one that it should adapt."""

_PROGRAM = '''
from typing import List, Optional
import math


class Sample:
    """A sample."""

    def __init__(self, values: List[float], *, name: str = "x") -> None:
        self.values = sorted(values, key=lambda value: -value)
        self.name = f"{name!r}: {len(values):>3}"

    @property
    def mean(self) -> Optional[float]:
        if not self.values or any(math.isnan(v) for v in self.values):
            return None
        return sum(self.values) / len(self.values)


def sample(text: str, *rest: int, **named: int) -> dict:
    found: dict = {}
    for number, word in enumerate(text.split(), start=1):
        try:
            found.setdefault(word.lower(), []).append(number % 7 or -number)
        except (KeyError, ValueError) as error:
            raise RuntimeError("no") from error
        finally:
            found["last"] = word[::-1]
    while rest and not named:
        rest, named = rest[1:], {**named, "x": 1}
    assert found is not None, "never"
    return {key: value for key, value in found.items() if value}


def same(value):
    return value


def fail():
    raise ValueError("as it should")
'''


def rehearse() -> None:
    """Serve a program of ours to a process of ours, and take back what that left."""
    ours, theirs = socket.socketpair()
    output = os.open(os.devnull, os.O_RDWR)
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            _ask(theirs, output)
        finally:
            os._exit(0)
    theirs.close()
    with ours, warnings.catch_warnings(), suppress(Ended, Breach):
        channel = Channel(ours)
        _, settings = loads(channel.receive())
        Server(channel).run(settings)
    os.close(output)
    os.waitpid(pid, 0)
    sys.modules.pop("solution", None)
    modules.LINES.clear()


def _ask(sock: socket.socket, output: int) -> None:
    """The tester's side of it."""
    from .remote import Remote  # which candidates have no use for

    remote = Remote(sock, output, output, output_bytes=1 << 20)
    program = remote.load(_PROGRAM, {"mode": "module", "rlimits": []})
    for number in range(_ROUNDS):
        program.sample("a b a", 1, 2)
        program.same([number, [1.5, "a"], (None, True), {"a": 1}, {1, 2}])
        program.same([1, 2, 3])
        program.Sample([1.0, 2.0]).mean  # noqa: B018  # it is asked for
        with suppress(ValueError):
            program.fail()
    remote.close()
