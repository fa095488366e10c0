"""The tables: medians over the rounds, their spread, and ratios taken within each round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.bench.peers.rounds import Measured, Piece, Results, Row

Cells = list[str]

UNASKED = Measured(unavailable="not asked for")


@dataclass(frozen=True, slots=True)
class Table:
    """Text in rows; the first column is left-aligned, the others are right-aligned."""

    title: str
    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """As Markdown has it."""
        rule = "|---" + "|--:" * (len(self.head) - 1) + "|"
        lines = [f"| {' | '.join(row)} |" for row in (self.head, *self.body)]
        return "\n".join((f"{self.title}\n", lines[0], rule, *lines[1:]))

    def text(self) -> str:
        """In columns."""
        rows = (self.head, *self.body)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if position else cell.ljust(width)
                for position, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        return "\n".join((f"{self.title}\n", *lines))


def ratio(measured: Measured, base: Measured) -> float | None:
    """How many times as long as the base; None where either wasn't measured.

    The median of the ratios of each time: what disturbs one disturbs its neighbour.
    """
    pairs = list(zip(measured.each_s, base.each_s, strict=False))
    if measured.unavailable or base.unavailable or not pairs:
        return None
    return statistics.median(own / other for own, other in pairs)


def cost_table(results: Results, rows: Sequence[Row], base: Row, workers: Sequence[int]) -> Table:
    """Milliseconds for one trivial test, and × the base's: by itself, and many in a row."""
    ways = [("in turn", Piece(base, 1, single=True))]
    ways += [(_workers(many), Piece(base, many)) for many in workers]

    def cells(row: Row, other: Piece) -> Cells:
        measured = results[replace(other, row=row)]
        if measured.unavailable or not measured.each_s:
            return ["–", "–", "–"]
        times = ratio(measured, results[other])
        return [*_spread(measured, lambda each_s: each_s * 1000), _times(times)]

    head = [h for way, _ in ways for h in (f"ms, {way}", "middle half", "× fork")]
    return Table(
        f"One trivial test: milliseconds, and × {base.label}.",
        ("what", *head),
        tuple(
            (_label(results, row), *(cell for _, other in ways for cell in cells(row, other)))
            for row in rows
        ),
    )


def speed_table(
    results: Results,
    rows: Sequence[Row],
    bases: Sequence[Row],
    workers: Sequence[int],
    indexes: tuple[int, ...],
    title: str,
) -> Table:
    """Problems/s, and × those of the bases."""

    def cells(row: Row, many: int) -> Cells:
        measured = results[Piece(row, many, indexes)]
        if measured.unavailable or not measured.each_s:
            return ["–"] * (2 + len(bases))
        others = [results.get(Piece(base, many, indexes), UNASKED) for base in bases]
        times = [_times(ratio(other, measured)) for other in others]
        return [*_spread(measured, lambda each_s: 1 / each_s), *times]

    times = [f"× {base.label}" for base in bases]
    head = [h for many in workers for h in (f"/s, {_workers(many)}", "middle half", *times)]
    return Table(
        title,
        ("what", *head),
        tuple(
            (_label(results, row), *(cell for many in workers for cell in cells(row, many)))
            for row in rows
        ),
    )


def _spread(measured: Measured, unit: Callable[[float], float]) -> Cells:
    values = sorted(map(unit, measured.each_s))
    quarters = statistics.quantiles(values, method="inclusive") if len(values) > 1 else values * 3
    low, middle, high = map(_number, quarters)
    return [middle, f"{low}–{high}"]


def _number(value: float) -> str:
    """Three digits that mean something."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _times(times: float | None) -> str:
    return "–" if times is None else _number(times)


def _workers(many: int) -> str:
    return "1 worker" if many == 1 else f"{many} workers"


def _label(results: Results, row: Row) -> str:
    """The row's name, and that nothing of it could be measured; the notes below say why."""
    pieces = [measured for piece, measured in results.items() if piece.row == row]
    if pieces and all(measured.unavailable for measured in pieces):
        why = pieces[0].unavailable
        return f"{row.label}: {why if why.startswith('not installed') else 'not to be had'}"
    return row.label
