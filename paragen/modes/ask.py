"""What modes ask with: attempts with ids of their own, and further copies of a generator."""

from __future__ import annotations

from collections.abc import Iterable

from paragen.domain.board import Board
from paragen.domain.generator import Attempt, Generator, Instance, instance


def ask(board: Board, instances: Iterable[Instance]) -> tuple[Attempt, ...]:
    """An attempt of each instance, numbered on from those on the board."""
    first = len(board.attempts) + 1
    return tuple(Attempt(id=f"c{n}", instance=who) for n, who in enumerate(instances, first))


def ask_rest(board: Board) -> tuple[Attempt, ...]:
    """An attempt of each of the roster who wasn't asked yet, where it is asked in its order."""
    return ask(board, board.roster[len(board.attempts) :])


def generators(board: Board) -> tuple[Generator, ...]:
    """Those that play, each once, in the order of the roster."""
    return tuple({who.generator.name: who.generator for who in board.roster}.values())


def next_copies(board: Board, generator: Generator, count: int) -> tuple[Instance, ...]:
    """The next `count` instances of a generator that weren't asked yet.

    Those of the roster come first, then further copies. At temperature 0 copies would all give the
    same answer, so there is only one.
    """
    if count <= 0:
        return ()
    asked = board.showing(generator.name).asked
    mine = [who for who in board.roster if who.generator.name == generator.name]
    if generator.temperature == 0:
        return tuple(mine[:1]) if asked == 0 else ()
    wanted = range(asked, asked + count)
    return tuple(mine[n] if n < len(mine) else instance(generator, n, board.seed) for n in wanted)
