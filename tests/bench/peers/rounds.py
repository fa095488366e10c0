"""Who does what, and the rounds in which all do it in turn."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.bench.peers.peer import Peer, PeerUnavailable

_Thing = TypeVar("_Thing")

MOST = 3000
"""Tests in one piece, at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what is shown, which peer does it, and the word for it there."""

    label: str
    peer: str
    what: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What is timed in each round: a row's work by so many workers.

    `indexes` are the problems that it judges; none for the trivial test. A `single` is one test
    between others', as a candidate's comes between other work; the rest are many in a row.
    """

    row: Row
    workers: int
    indexes: tuple[int, ...] = ()
    single: bool = False

    @property
    def kind(self) -> object:
        """What is compared with each other has the same."""
        return self.single, self.workers, self.indexes


@dataclass(slots=True)
class Measured:
    """What came of a piece: seconds for one test each time, or why there are none."""

    each_s: list[float] = field(default_factory=list)
    failures: int = 0
    unavailable: str = ""


@dataclass(frozen=True, slots=True)
class Effort:
    """How many rounds, how many turns of singles in each, and seconds for each other piece."""

    rounds: int
    turns: int
    slice_s: float


Results = Mapping[Piece, Measured]


def measure(
    peers: Mapping[str, Peer],
    pieces: Iterable[Piece],
    effort: Effort,
    *,
    say: Callable[[str], None],
) -> dict[Piece, Measured]:
    """Time every piece in every round, singles in turns, the others for a slice.

    What is compared with each other is timed together, in a different order each time: a machine's
    speed drifts, and the less time passes between two the less it matters. Pieces that can't be
    done are left out and say why.
    """
    results = {piece: Measured() for piece in pieces}
    counts: dict[Piece, int] = {}
    for piece, measured in results.items():
        try:
            counts[piece] = _warmed(peers[piece.row.peer], piece, effort.slice_s)
        except PeerUnavailable as error:
            measured.unavailable = str(error)
    for number in range(effort.rounds):
        say(f"round {number + 1} of {effort.rounds}")
        lots = random.Random(number)
        for kind in _shuffled(dict.fromkeys(piece.kind for piece in counts), lots):
            alike = [piece for piece in counts if piece.kind == kind]
            for _ in range(effort.turns if alike[0].single else 1):
                for piece in _shuffled(alike, lots):
                    _time(peers[piece.row.peer], piece, counts[piece], results[piece])
    return results


def _shuffled(things: Iterable[_Thing], lots: random.Random) -> list[_Thing]:
    known = list(things)
    return lots.sample(known, len(known))


def complaints(results: Results) -> list[str]:
    """What went wrong, a line each: what couldn't be measured and why, and what failed in it."""
    lines = []
    reasons: dict[str, list[str]] = {}
    for piece, measured in results.items():
        label = piece.row.label
        if measured.unavailable and label not in reasons.setdefault(measured.unavailable, []):
            reasons[measured.unavailable].append(label)
        if measured.failures:
            lines.append(f"{label}: {measured.failures} did not pass while they were timed.")
    return [*(f"{'; '.join(labels)}: {why}" for why, labels in reasons.items()), *lines]


def passed(peer: Peer, row: Row, workers: int, indexes: Sequence[int]) -> set[int]:
    """Which of the problems pass there; raises PeerUnavailable."""
    failed = set(peer.ask(row.what, 1, workers, indexes).failed)
    return {index for position, index in enumerate(indexes) if position not in failed}


def _warmed(peer: Peer, piece: Piece, slice_s: float) -> int:
    """Have it done until it is warm; how often it fits into a slice, a multiple of the workers."""
    if piece.row.what == "test" and not peer.ask("wrong", 1, 1).failed:
        raise PeerUnavailable("it lets a wrong program pass")
    least = 1 if piece.indexes else piece.workers
    for _ in range(3):
        last = peer.ask(piece.row.what, least, piece.workers, piece.indexes)
        if last.failed and not piece.indexes:
            raise PeerUnavailable("it does not pass the trivial test")
        if last.seconds > slice_s:
            break
    if piece.single:
        return 1
    most = max(1, MOST // (least * max(1, len(piece.indexes))))
    return least * min(most, max(1, round(slice_s / last.seconds)))


def _time(peer: Peer, piece: Piece, count: int, measured: Measured) -> None:
    if measured.unavailable:
        return
    try:
        timed = peer.ask(piece.row.what, count, piece.workers, piece.indexes)
    except PeerUnavailable as error:
        measured.unavailable = str(error)
        return
    measured.failures += len(timed.failed)
    measured.each_s.append(timed.seconds / (count * max(1, len(piece.indexes))))
