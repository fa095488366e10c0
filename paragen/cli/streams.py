"""Standard streams as they come: closed, full, left by their reader, or of another encoding."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from paragen.domain.errors import ParagenError, UsageError

NARROWEST = 20
"""What a terminal has at least; one that says less doesn't know how wide it is."""


LEGIBLE = "paragen.legible"
"""How a stream's errors are handled whose encoding lacks a character: by one that looks like it."""
LIKE = str.maketrans(
    {"–": "-", "…": "...", "±": "+-", "×": "x", "→": "->", "★": "*", "•": "*", "✓": "+", "✗": "x"}
)


class OutputError(UsageError):
    """Standard output can't be written (exit code 2)."""

    def __init__(self, why: str, more: str = "") -> None:
        super().__init__(
            f"Standard output can't be written: {why}. Make room, or write elsewhere{more}."
        )
        self._why = why

    def of_what_is_recorded(self, db_option: str) -> OutputError:
        """The same, where what was to be printed is in the history that this option means."""
        more = f"; what was played is recorded, and `paragen show{db_option}` prints it"
        return OutputError(self._why, more)


def prepare() -> None:
    """Give closed streams something to write to, and others a way to write what they can't."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 (for as long as the process)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=LEGIBLE)


def _legible(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return lacking.translate(LIKE).encode("ascii", "backslashreplace").decode(), error.end


codecs.register_error(LEGIBLE, _legible)


class ReaderLeft(ParagenError):
    """Nobody reads standard output any more, and whoever did knows it: nothing is said."""

    exit_code = 128 + 13
    """What a shell says of a program that SIGPIPE ended; 1 would be an answer of ours."""


@contextmanager
def written() -> Iterator[None]:
    """Around what prints to stdout: raises OutputError where it can't be written, and ReaderLeft.

    Nothing is written from then on, so that the interpreter doesn't try again when it flushes at
    its end.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(sys.stdout)
        raise ReaderLeft from None
    except OSError as error:
        _drop(sys.stdout)
        raise OutputError(error.strerror or str(error)) from None


def can_draw(stream: TextIO) -> bool:
    """Whether it is a terminal that shows more than letters."""
    return stream.isatty() and (stream.encoding or "").lower().startswith("utf")


def filled(words: str, stream: TextIO) -> str:
    """A text as it is to be written: on a terminal its lines are broken between words."""
    try:
        width = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return words
    if width < NARROWEST:
        return words
    # Only here: pipes, and tests that stand in for streams, needn't wait for it.
    from textwrap import TextWrapper

    wrapper = TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    lines = []
    for line in words.split("\n"):
        wrapper.subsequent_indent = "    " if line.startswith(" ") else ""
        lines.append(wrapper.fill(line))
    return "\n".join(lines)


def settle() -> None:
    """At the end: what stderr couldn't take is no result, so it doesn't spoil the exit code."""
    try:
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
