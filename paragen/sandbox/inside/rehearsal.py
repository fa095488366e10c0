"""Rehearsals: what candidates will do is done once before, so that it is quick by then.

The interpreter adapts code to what it does, in place, and modules make tables at their first use:
so a whole conversation is played in the nursery, before any fork. And a fork copies memory only
when it is first written to, which a mere look at an object does, by its count of references: so
each spare candidate plays a short one again by itself, while nobody waits for it; but where there
is a worker for every processor, somebody always does.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ..runner import modules
from .channel import Breach, Channel, Ended
from .serve import Server
from .values import loads

__all__ = ["again", "rehearse"]

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
_SETTINGS = {"mode": "module", "rlimits": []}

_frames: list[str] = []
"""What a candidate hears in a short conversation."""


class _Recorded:
    """A channel on which that conversation is heard, and nobody listens."""

    def __init__(self, frames: Sequence[str]) -> None:
        self._frames = iter(frames)

    def receive(self) -> str:
        """The next frame; raises Ended after the last."""
        for frame in self._frames:
            return frame
        raise Ended("that was all")

    def send(self, text: str) -> None:
        """Send nothing."""


class _Recording(Channel):
    """A channel whose frames are kept."""

    def receive(self) -> str:
        """The next frame, as ever."""
        frame = super().receive()
        _frames.append(frame)
        return frame


def rehearse() -> None:
    """Serve a program of ours to a process of ours, at length and then, for `again`, in short."""
    for ask, channel in ((_at_length, Channel), (_in_short, _Recording)):
        with _asked_by(ask) as sock:
            _serve(channel(sock))
    again()


def again() -> None:
    """Play the short conversation once more, in this process alone."""
    _serve(_Recorded(_frames))


def _serve(channel: Any) -> None:
    """Serve to the end of a conversation, and take back what that left."""
    with suppress(Ended, Breach):
        _, settings = loads(channel.receive())
        Server(channel).run(settings)
    sys.modules.pop("solution", None)
    modules.LINES.clear()


@contextmanager
def _asked_by(ask: Callable[[Any], None]) -> Iterator[socket.socket]:
    """A socket at whose other end a process of ours asks."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pid = os.fork()
        if pid == 0:
            try:
                ours.close()
                from .remote import Remote  # which candidates have no use for

                output = os.open(os.devnull, os.O_RDWR)
                ask(Remote(theirs, output, output, output_bytes=1 << 20))
            finally:
                os._exit(0)
        theirs.close()
        yield ours
    os.waitpid(pid, 0)


def _at_length(remote: Any) -> None:
    program = remote.load(_PROGRAM, _SETTINGS)
    for number in range(_ROUNDS):
        program.sample("a b a", 1, 2)
        program.same([number, [1.5, "a"], (None, True), {"a": 1}, {1, 2}])
        program.same([1, 2, 3])
        _ = program.Sample([1.0, 2.0]).mean
        with suppress(ValueError):
            program.fail()
    remote.close()


def _in_short(remote: Any) -> None:
    program = remote.load("from typing import List\n\ndef f(x):\n    return x\n", _SETTINGS)
    program.f([1, 2])
    remote.close()
