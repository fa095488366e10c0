"""Runs and rosters as tables for a terminal, as wide as it is."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from paragen.domain.candidate import Candidate
from paragen.domain.tournament import Run
from paragen.report import text
from paragen.report.progress import GENERATING, TESTING, Row

WIDE = 110
"""From this many columns on, a table shows where the time went too."""


def new_table(width: int, *, tasks: bool = False) -> Table:
    """The one look that all candidate tables have; with `tasks`, rows begin with their task."""
    table = Table(box=None, pad_edge=False)
    table.add_column("", width=1)
    if tasks:
        table.add_column("task", overflow="ellipsis", no_wrap=True, min_width=8, ratio=2)
    table.add_column("generator", overflow="ellipsis", no_wrap=True, min_width=14, ratio=3)
    table.add_column("state", overflow="ellipsis", no_wrap=True, min_width=10)
    for name in ("tests", "quality", "speed", "combined", "tok/s"):
        table.add_column(name, justify="right", no_wrap=True)
    if width >= WIDE:
        for name in ("tokens", "generation", "load", "execution", "memory"):
            table.add_column(name, justify="right", no_wrap=True)
    return table


def add_candidate(table: Table, candidate: Candidate, width: int, *, winner: bool) -> None:
    """A row for a candidate; the winner is marked."""
    style = text.STYLES[candidate.status]
    scores, answer, verdict = candidate.scores, candidate.answer, candidate.verdict
    cells: list[RenderableType] = [
        Text("★" if winner else "", style="bold yellow"),
        Text(text.one_line(candidate.attempt.instance.name), style="bold" if winner else ""),
        Text(text.status(candidate), style=style),
        text.tests(candidate),
        text.score(scores.quality if scores else None),
        text.score(scores.speed if scores else None),
        Text(text.score(scores.combined if scores else None), style="bold" if winner else ""),
        text.rate(answer.tokens_per_s if answer else None),
    ]
    if width >= WIDE:
        cells += [
            str(answer.completion_tokens) if answer else text.NOTHING,
            text.seconds(answer.generation_s if answer else None),
            text.seconds(answer.load_s if answer else None),
            text.seconds(verdict.execution_s if verdict else None),
            text.size(verdict.peak_bytes if verdict else None),
        ]
    table.add_row(*cells)


def add_row(table: Table, row: Row, width: int, *, task: str | None = None) -> None:
    """A row for an attempt that hasn't ended; `task` where the table is one of several tasks."""
    style = {GENERATING: "cyan", TESTING: "blue"}.get(row.state, "dim")
    cells: list[RenderableType] = [
        "",
        *([] if task is None else [Text(text.one_line(task))]),
        Text(text.one_line(row.attempt.instance.name)),
        Text(row.state if row.tries < 2 else f"{row.state}, try {row.tries}", style=style),
        *[Text(text.NOTHING, style="dim")] * 4,
        text.rate(row.tokens_per_s),
    ]
    if width >= WIDE:
        cells += [str(row.tokens or text.NOTHING), *[Text(text.NOTHING, style="dim")] * 4]
    table.add_row(*cells)


def run_table(run: Run, width: int) -> RenderableType:
    """A finished run: its candidates, best first, and why it ended as it did."""
    table = new_table(width)
    for candidate in run.ranking:
        add_candidate(table, candidate, width, winner=candidate.id == run.winner)
    parts: list[RenderableType] = [title(run), table]
    parts.extend(
        Text(
            text.one_line(f"  {c.attempt.instance.name}: {text.why(c)}"),
            style="dim",
            no_wrap=True,
            overflow="ellipsis",
        )
        for c in run.ranking
        if c.id != run.winner and text.why(c)
    )
    parts.append(
        Text(text.one_line(run.reason), style="bold green" if run.winner else "bold yellow")
    )
    if text.unsealed_winner(run):
        parts.append(Text(f"  {text.unsealed_winner(run)}", style="dim"))
    return Group(*parts)


def title(run: Run) -> Text:
    """What is played, in a line."""
    name, weights = text.one_line(run.task.name), run.criteria.weights
    sealed = "sealed" if run.sandbox.sealed else "unsealed"
    mode = text.mode(run.mode, run.mode_options, run.deadline_s)
    return Text(
        f"{name}  ({text.task_type(run.task)}; {mode}; quality {weights.quality:.2f}, "
        f"speed {weights.speed:.2f}; sandbox {run.sandbox.level}, {sealed})",
        style="bold",
    )
