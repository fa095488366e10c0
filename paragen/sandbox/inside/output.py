"""What a program prints, read from its pipes while it is waited for."""

from __future__ import annotations

import codecs
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 1 << 16


class Output:
    """The two pipes of a program, which stay the caller's, and how much more may come of them."""

    def __init__(
        self,
        stdout_fd: int,
        stderr_fd: int,
        most_bytes: int,
        on_output: Callable[[int, str], object] | None = None,
    ) -> None:
        """Hand text over with 1 or 2 for its stream, by default to sys.stdout and sys.stderr."""
        self._left = most_bytes
        self._on_output = on_output or _to_streams
        decoder = codecs.getincrementaldecoder("utf-8")
        self.pipes = {
            stdout_fd: (1, decoder("replace")),
            stderr_fd: (2, decoder("replace")),
        }
        """By their descriptors."""

    @property
    def flooded(self) -> bool:
        """Whether there was more than may be."""
        return self._left < 0

    def read(self, descriptor: int) -> bool:
        """Hand over what there is in a pipe that is readable; false where nothing more will be."""
        which, decoder = self.pipes[descriptor]
        data = os.read(descriptor, _CHUNK)
        self._left -= len(data)
        text = decoder.decode(data, final=not data)
        if text:
            self._on_output(which, text)
        return bool(data)


def _to_streams(which: int, text: str) -> None:
    (sys.stdout if which == 1 else sys.stderr).write(text)
