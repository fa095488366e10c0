"""Runs and rosters as tables for a terminal, as wide as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from paragen.domain.candidate import Candidate
from paragen.domain.tournament import Run
from paragen.report import plain, text
from paragen.report.progress import GENERATING, TESTING, Row

GAP = 2
MARK, STATE = 1, 10
NUMBERS: Mapping[str, int] = {
    "combined": 8,
    "tests": 5,
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
HOW_MANY = (10, 5, 2, 1)
"""So many of them are shown: where there is room, on a terminal of 80 columns, on narrow ones."""
RUNNING = ("tok/s", "tokens")
"""What is known of an attempt that hasn't ended."""
NAME, SHORT = 14, 8
"""So much room a generator's name has, where it is as long, before numbers; before all of them."""

Line = Sequence[Text]
"""The cells of a row."""


def table(lines: Sequence[Line], width: int, *, tasks: bool = False) -> Table:
    """The one look that all candidate tables have; with `tasks`, rows begin with their task.

    Numbers are whole, and words have the room that is left.
    """
    shown = Table(box=None, pad_edge=False)
    words = ["task", "generator", "state"] if tasks else ["generator", "state"]
    headings = ["", *words, *_shown(width, tasks=tasks)]
    longest = [
        max([len(heading), *(cells[place].cell_len for cells in lines)])
        for place, heading in enumerate(headings)
    ]
    longest[0] = MARK
    last = 1 + len(words)
    room = width - GAP * (len(headings) - 1) - MARK - sum(longest[last:])
    longest[1:last] = _shared(longest[1:last], room)
    for place, (heading, wide) in enumerate(zip(headings, longest, strict=True)):
        side: JustifyMethod = "left" if place < last else "right"
        shown.add_column(heading, justify=side, overflow="ellipsis", no_wrap=True, width=wide)
    for cells in lines:
        shown.add_row(*cells)
    return shown


def _shared(wanted: Sequence[int], room: int) -> list[int]:
    """How wide columns are that share this room: those that want little get it."""
    most = next((n for n in range(max(wanted), 1, -1) if sum(min(n, w) for w in wanted) <= room), 1)
    return [min(most, one) for one in wanted]


def _shown(width: int, *, tasks: bool = False) -> Sequence[str]:
    """The numbers that are shown, in their order; of several tasks only what runs is listed."""
    if tasks:
        return next((RUNNING[:n] for n in (2, 1) if _needed(RUNNING[:n], 2 * [NAME]) <= width), ())
    first = list(NUMBERS)
    few = next((n for n in HOW_MANY if _needed(first[:n], [NAME]) <= width), HOW_MANY[-1])
    if _needed(first[:few], [SHORT]) > width:
        return ()
    return [name for name in ORDER if name in first[:few]]


def _needed(numbers: Sequence[str], names: Sequence[int]) -> int:
    """What a table takes with names of these lengths."""
    return MARK + GAP + STATE + sum(GAP + n for n in (*names, *(NUMBERS[one] for one in numbers)))


def candidate_line(candidate: Candidate, width: int, *, winner: bool) -> Line:
    """A row for a candidate; the winner is marked."""
    style = text.STYLES[candidate.status]
    scores, answer, verdict = candidate.scores, candidate.answer, candidate.verdict
    numbers = {
        "tests": text.tests(candidate),
        "quality": text.score(scores.quality if scores else None),
        "speed": text.score(scores.speed if scores else None),
        "combined": text.score(scores.combined if scores else None),
        "tok/s": text.rate(answer.tokens_per_s if answer else None),
        "tokens": str(answer.completion_tokens) if answer else text.NOTHING,
        "generation": text.seconds(answer.generation_s if answer else None),
        "load": text.seconds(answer.load_s if answer else None),
        "execution": text.seconds(verdict.execution_s if verdict else None),
        "memory": text.size(verdict.peak_bytes if verdict else None),
    }
    return [
        Text("★" if winner else "", style="bold yellow"),
        Text(text.one_line(candidate.attempt.instance.name), style="bold" if winner else ""),
        Text(text.status(candidate), style=style),
        *(
            Text(numbers[name], style="bold" if winner and name == "combined" else "")
            for name in _shown(width)
        ),
    ]


def row_line(row: Row, width: int, *, task: str | None = None) -> Line:
    """A row for an attempt that hasn't ended; `task` where the table is one of several tasks."""
    style = {GENERATING: "cyan", TESTING: "blue"}.get(row.state, "dim")
    numbers = {"tok/s": Text(text.rate(row.tokens_per_s))}
    if row.tokens:
        numbers["tokens"] = Text(str(row.tokens))
    nothing = Text(text.NOTHING, style="dim")
    return [
        Text(""),
        *([] if task is None else [Text(text.one_line(task))]),
        Text(text.one_line(row.attempt.instance.name)),
        Text(row.state if row.tries < 2 else f"{row.state}, try {row.tries}", style=style),
        *(numbers.get(name, nothing) for name in _shown(width, tasks=task is not None)),
    ]


def run_table(run: Run, width: int) -> RenderableType:
    """A finished run: its candidates, best first, and why it ended as it did."""
    parts: list[RenderableType] = [title(run)]
    if _shown(width):
        won = [(candidate, candidate.id == run.winner) for candidate in run.ranking]
        parts.append(table([candidate_line(c, width, winner=is_it) for c, is_it in won], width))
        parts.extend(
            Text(
                text.one_line(f"  {c.attempt.instance.name}: {text.why(c)}"),
                style="dim",
                no_wrap=True,
                overflow="ellipsis",
            )
            for c, is_it in won
            if not is_it and text.why(c)
        )
    else:
        parts.extend(Text(f"{'★ ' * (c.id == run.winner)}{plain.line(c)}") for c in run.ranking)
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
