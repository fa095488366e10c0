"""Runs and rosters as tables for a terminal, as wide as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from paragen.domain.candidate import Candidate
from paragen.domain.tournament import Run
from paragen.report import text
from paragen.report.progress import GENERATING, TESTING, Row

GAP = 2
MARK, STATE = 1, 10
NUMBERS: Mapping[str, int] = {
    "tests": 5,
    "combined": 8,
    "quality": 7,
    "speed": 5,
    "tok/s": 6,
    "tokens": 6,
    "generation": 10,
    "load": 6,
    "execution": 9,
    "memory": 9,
}
"""How wide a column of numbers is, those that a narrow terminal shows too in front."""
ORDER = ("tests", "quality", "speed", "combined", "tok/s", *list(NUMBERS)[5:])
NARROW, USUAL, WIDE = 2, 5, 10
"""So many of them are shown: on a narrow terminal, on one of 80 columns, where there is room."""
RUNNING = ("tok/s", "tokens")
"""What is known of an attempt that hasn't ended."""
NAME = 14
"""A generator's name has at least so much room, a task's as much where it is shown."""


def new_table(width: int, *, tasks: bool = False) -> Table:
    """The one look that all candidate tables have; with `tasks`, rows begin with their task."""
    table = Table(box=None, pad_edge=False)
    table.add_column("", width=MARK)
    names = ["task", "generator"] if tasks else ["generator"]
    numbers = _shown(width, tasks=tasks)
    room = max(NAME, (width - _fixed(numbers)) // len(names) - GAP)
    for name in names:
        table.add_column(name, overflow="ellipsis", no_wrap=True, min_width=NAME, max_width=room)
    table.add_column("state", overflow="ellipsis", no_wrap=True, min_width=STATE, max_width=20)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    return table


def _shown(width: int, *, tasks: bool = False) -> Sequence[str]:
    """The numbers that are shown, in their order; of several tasks only what runs is listed."""
    if tasks:
        return RUNNING
    fitting = (n for n in (WIDE, USUAL) if _fixed(list(NUMBERS)[:n]) + NAME + GAP <= width)
    shown = list(NUMBERS)[: next(fitting, NARROW)]
    return [name for name in ORDER if name in shown]


def _fixed(numbers: Sequence[str]) -> int:
    """What all columns but those of names take, with their gaps."""
    return MARK + GAP + STATE + sum(GAP + NUMBERS[name] for name in numbers)


def add_candidate(table: Table, candidate: Candidate, width: int, *, winner: bool) -> None:
    """A row for a candidate; the winner is marked."""
    style = text.STYLES[candidate.status]
    scores, answer, verdict = candidate.scores, candidate.answer, candidate.verdict
    numbers: dict[str, RenderableType] = {
        "tests": text.tests(candidate),
        "quality": text.score(scores.quality if scores else None),
        "speed": text.score(scores.speed if scores else None),
        "combined": Text(
            text.score(scores.combined if scores else None), style="bold" if winner else ""
        ),
        "tok/s": text.rate(answer.tokens_per_s if answer else None),
        "tokens": str(answer.completion_tokens) if answer else text.NOTHING,
        "generation": text.seconds(answer.generation_s if answer else None),
        "load": text.seconds(answer.load_s if answer else None),
        "execution": text.seconds(verdict.execution_s if verdict else None),
        "memory": text.size(verdict.peak_bytes if verdict else None),
    }
    table.add_row(
        Text("★" if winner else "", style="bold yellow"),
        Text(text.one_line(candidate.attempt.instance.name), style="bold" if winner else ""),
        Text(text.status(candidate), style=style),
        *[numbers[name] for name in _shown(width)],
    )


def add_row(table: Table, row: Row, width: int, *, task: str | None = None) -> None:
    """A row for an attempt that hasn't ended; `task` where the table is one of several tasks."""
    style = {GENERATING: "cyan", TESTING: "blue"}.get(row.state, "dim")
    numbers: dict[str, RenderableType] = {"tok/s": text.rate(row.tokens_per_s)}
    if row.tokens:
        numbers["tokens"] = str(row.tokens)
    nothing = Text(text.NOTHING, style="dim")
    table.add_row(
        "",
        *([] if task is None else [Text(text.one_line(task))]),
        Text(text.one_line(row.attempt.instance.name)),
        Text(row.state if row.tries < 2 else f"{row.state}, try {row.tries}", style=style),
        *[numbers.get(name, nothing) for name in _shown(width, tasks=task is not None)],
    )


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
