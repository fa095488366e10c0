"""Samples of a suite as they are judged, and what came of them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from paragen.domain.status import Status
from paragen.report import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

EVERY_S = 5.0
"""How often a line says how far it is, where there is no terminal."""


class PlainProgress:
    """Lines on a stream, one every few seconds; nothing at all for what is done at once."""

    def __init__(self, stream: TextIO, *, samples: int) -> None:
        self._stream = stream
        self._samples = samples
        self._told = time.monotonic()

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, statuses: Mapping[Status, int]) -> None:
        """Say how far it is, if it is time to."""
        now = time.monotonic()
        if now - self._told < EVERY_S:
            return
        self._told = now
        with suppress(OSError):
            done = sum(statuses.values())
            self._stream.write(f"{done}/{self._samples} samples: {in_words(statuses)}\n")
            self._stream.flush()


class LiveProgress:
    """A bar on a terminal."""

    def __init__(self, console: Console, *, samples: int) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            MofNCompleteColumn(),
            TextColumn("samples"),
            BarColumn(bar_width=None),
            TextColumn("{task.description} ETA"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            expand=True,
        )
        self._task = self._bar.add_task("", total=samples)

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, statuses: Mapping[Status, int]) -> None:
        """Move the bar; the screen follows at its own pace."""
        done = sum(statuses.values())
        self._bar.update(self._task, completed=done, description=in_words(statuses))


def in_words(statuses: Mapping[Status, int]) -> str:
    """How many ended how, the passed ones first."""
    known = [status for status in Status if statuses.get(status)]
    return ", ".join(f"{statuses[status]} {status.value.replace('_', ' ')}" for status in known)


def pass_at_lines(pass_at: Mapping[int, float]) -> list[str]:
    """A line for each pass@k."""
    return [f"pass@{k}: {value:.4f}" for k, value in pass_at.items()]


def levels_in_words(levels: Mapping[str, int], sealed: int) -> str:
    """The sandbox levels of the verdicts, and how many of these are sealed."""
    named = ", ".join(text.one_line(level) for level in sorted(levels)) or text.NOTHING
    return f"sandbox {named}; {text.counted(sealed, 'verdict')} sealed"
