"""What modes ask with."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board
from paragen.domain.generator import Generator, instance
from paragen.modes.ask import ask, ask_rest, generators, next_copies
from tests.modes.driver import UNTESTED, boards, roster


def test_attempts_are_numbered_on() -> None:
    board = Board(task=UNTESTED, roster=roster("a", "b", "c"))
    board = board.asked(ask(board, board.roster[:2]))
    assert list(board.attempts) == ["c1", "c2"]
    assert [attempt.id for attempt in ask_rest(board)] == ["c3"]
    assert ask_rest(board.asked(ask_rest(board))) == ()


def test_generators_stand_in_the_order_of_the_roster() -> None:
    board = Board(task=UNTESTED, roster=roster("b", "a", copies=2))
    assert [one.name for one in generators(board)] == ["b", "a"]


def test_copies_of_the_roster_come_first_with_all_that_it_says_of_them() -> None:
    mine = tuple(replace(who, seed=who.seed + 1) for who in roster("a", copies=2))
    board = Board(task=UNTESTED, roster=mine, seed=7)
    copies = next_copies(board, mine[0].generator, 3)
    assert copies == (*mine, instance(mine[0].generator, 2, 7))
    board = board.asked(ask(board, copies))
    assert next_copies(board, mine[0].generator, 1) == (instance(mine[0].generator, 3, 7),)


def test_at_temperature_0_there_is_one() -> None:
    board = Board(task=UNTESTED, roster=roster("a", temperature=0))
    one = board.roster[0].generator
    assert next_copies(board, one, 5) == board.roster
    assert next_copies(board.asked(ask(board, board.roster)), one, 5) == ()


@given(board=boards(), counts=st.lists(st.integers(-1, 4), max_size=4))
def test_no_copy_is_given_twice(board: Board, counts: list[int]) -> None:
    for count in counts:
        for one in generators(board):
            board = board.asked(ask(board, next_copies(board, one, count)))
    asked = [(a.instance.generator.name, a.instance.copy) for a in board.attempts.values()]
    assert len({*asked}) == len(asked)
    for one in generators(board):
        expected = sum(max(0, count) for count in counts)
        if one.temperature == 0:
            expected = min(expected, 1)
        assert board.showing(one.name).asked == expected


def test_a_generator_that_does_not_play_has_further_copies_only() -> None:
    board = Board(task=UNTESTED, roster=())
    other = Generator(name="x", model="m")
    assert next_copies(board, other, 1) == (instance(other, 0, 0),)
