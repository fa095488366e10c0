"""Standard streams as they come: closed, full, left by their reader, or of another encoding."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from paragen.domain.errors import UsageError


class OutputError(UsageError):
    """Standard output can't be written (exit code 2)."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"Standard output can't be written: {error.strerror}. `paragen show` prints what is "
            "recorded, once there is room."
        )


def prepare() -> None:
    """Give closed streams something to write to, and others a way to write what they can't."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 (for as long as the process)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def written() -> Iterator[None]:
    """Around what prints to stdout: raises OutputError where it can't be written.

    A reader that left is passed on as BrokenPipeError. Nothing is written from then on, so that
    the interpreter doesn't try again when it flushes at its end.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(sys.stdout)
        raise
    except OSError as error:
        _drop(sys.stdout)
        raise OutputError(error) from None


def can_draw(stream: TextIO) -> bool:
    """Whether it is a terminal that shows more than letters."""
    return stream.isatty() and (stream.encoding or "").lower().startswith("utf")


def settle() -> None:
    """At the end: what stderr couldn't take is no result, so it doesn't spoil the exit code."""
    try:
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
