"""The live view on a terminal: a table of who is how far, and a bar over several tasks."""

from __future__ import annotations

import threading
from dataclasses import replace

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from paragen.domain.events import (
    CandidateEnded,
    Event,
    Noted,
    RunAudited,
    RunEnded,
    SessionStarted,
    Warned,
)
from paragen.domain.tournament import Run
from paragen.report import text
from paragen.report.progress import WAITING, Progress, Row
from paragen.report.tables import candidate_line, row_line, run_table, table, title

REDRAWS_PER_S = 8


class LiveView:
    """A subscriber that redraws a few times a second; what has ended is printed above it.

    `tasks` is how many are to be played in all; where `audits`, their tests are audited after
    that. Use it as a context manager.
    """

    def __init__(self, console: Console, *, tasks: int, audits: bool = False) -> None:
        self._console = console
        self._left = Text("auditing the tests …" if audits else "", style="dim")
        self._ended = 0
        self._progress = Progress()
        self._lock = threading.Lock()
        self._tasks = tasks
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("attempts, ETA"),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,
            expand=True,
        )
        self._bar_task = self._bar.add_task(text.counted(tasks, "task"), total=None)
        self._live = Live(
            console=console,
            get_renderable=self._render,
            refresh_per_second=REDRAWS_PER_S,
            transient=True,
        )

    def __enter__(self) -> LiveView:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take an event; the screen follows at its own pace."""
        with self._lock:  # never held while printing: the refreshing thread prints under its own
            self._progress.apply(event)
        match event:
            case Warned(message=message):
                self._console.print(Text(f"warning: {text.one_line(message)}", style="yellow"))
            case Noted(message=message):
                self._console.print(Text(text.one_line(message), style="dim"))
            case SessionStarted() | CandidateEnded():
                self._count()
            case RunEnded(run=run):
                self._ended += 1
                self._count()
                self._live.refresh()  # its rows go before it is shown: they would be seen twice
                self._show(run)
            case RunAudited(run=run) if run.audit is not None:
                name, said = text.one_line(run.task.name), text.one_line(text.audit(run.audit))
                style = "yellow" if run.audit.weak else "dim"
                self._console.print(Text(f"{name}: {said}", style=style))

    def _count(self) -> None:
        progress = self._progress
        self._bar.update(
            self._bar_task, completed=progress.ended_attempts, total=progress.expected_attempts
        )

    def _show(self, run: Run) -> None:
        if self._tasks == 1:
            self._console.print(run_table(run, self._console.width))
        else:
            self._console.print(summary(run))

    def _render(self) -> RenderableType:
        several, over = self._tasks > 1, self._ended == self._tasks
        if over:
            return Group(self._bar, self._left) if several else self._left
        with self._lock:  # copies: the playing thread goes on changing the rows
            rows = tuple(
                replace(row)
                for row in self._progress.rows.values()
                if not several or (row.candidate is None and row.state != WAITING)
            )
        table = [self._table(rows)] if rows else []
        return Group(*table, self._bar) if several else Group(*table)

    def _table(self, rows: tuple[Row, ...]) -> RenderableType:
        """As many rows as fit: those that run first, then those that ended, then those waiting."""
        width = self._console.width
        room = max(3, self._console.height - 6)
        runs = tuple(self._progress.runs.values())
        several = self._tasks > 1
        shown = rows if len(rows) <= room else tuple(sorted(rows, key=_urgency)[:room])
        lines = [
            row_line(row, width, task=self._progress.task_name(row) if several else None)
            if row.candidate is None
            else candidate_line(row.candidate, width, winner=False)
            for row in shown
        ]
        parts: list[RenderableType] = [title(runs[0])] if runs and not several else []
        parts.append(table(lines, width, tasks=several))
        if len(shown) < len(rows):
            parts.append(Text(f"  … and {len(rows) - len(shown)} more", style="dim"))
        return Group(*parts)


def _urgency(row: Row) -> int:
    if row.candidate is not None:
        return 1
    return 2 if row.state == WAITING else 0


def summary(run: Run) -> Text:
    """A finished run in a line, for sessions of several tasks."""
    winner = run.winning
    mark, style = ("★", "green") if winner else ("✗", "yellow")
    return Text.assemble(
        (f"{mark} {text.one_line(run.task.name)}: ", f"bold {style}"),
        (text.one_line(run.reason), ""),
        (f"  ({text.seconds(run.wall_s)})", "dim"),
    )
