"""The mode `quorum`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.plan import Written
from paragen.domain.status import Status
from paragen.modes import Mode, decide, find_mode
from paragen.modes.quorum import Options, needed
from tests.modes.driver import STRICT, TESTED, UNTESTED, after, ended, roster


def quorum(**written: Written) -> Mode:
    return find_mode("quorum", written)


def started(tested: bool = False, size: int = 6) -> Board:
    board = Board(task=TESTED if tested else UNTESTED, roster=roster("g", copies=size))
    step = decide(quorum(), board, Budget())
    assert len(step.start) == size, "everyone starts at once"
    return board.asked(step.start)


def doing(board: Board, *does: str | None, status: Status = Status.PASSED, cases: int = 0) -> Board:
    """The board once as many attempts more ended, with these answers to the probe inputs."""
    chosen = zip(board.in_flight, does, strict=False)
    return after(
        board,
        *(ended(board.attempts[one], status, does=what, cases=cases) for one, what in chosen),
    )


def test_three_that_do_the_same_are_a_quorum() -> None:
    board = doing(started(), "abc", "xyz", "abc")
    assert decide(quorum(), board, Budget()) == Step()
    step = decide(quorum(), doing(board, "abc"), Budget())
    assert step == Step(
        cancel=("c5", "c6"), finish="3 of 4 programs agree", among=("c1", "c3", "c4")
    )


@pytest.mark.parametrize(("tested", "status"), [(True, Status.FAILED), (False, Status.CRASHED)])
def test_programs_that_fail_alike_are_none(tested: bool, status: Status) -> None:
    board = doing(started(tested), *["abc"] * 5, status=status, cases=3 * tested)
    assert decide(quorum(), board, Budget()) == Step()
    board = doing(board, "abc", cases=3 * tested)
    assert decide(quorum(), board, Budget()) == Step(
        finish="everyone has played, and no 3 that passed agree"
    )


def test_with_tests_programs_that_passed_agree_by_the_tests_too() -> None:
    step = decide(quorum(), doing(started(tested=True), *[None] * 3, cases=2), Budget())
    assert step.finish == "3 of 3 programs that passed agree"


@pytest.mark.parametrize(("same", "ends"), [(7, True), (6, False)])
def test_programs_agree_from_the_threshold_on(same: int, ends: bool) -> None:
    other = "a" * same + "b" * (10 - same)
    board = doing(started(), "a" * 10, "a" * 10, other)
    assert (decide(quorum(), board, Budget()).finish is not None) == ends
    assert decide(quorum(threshold=0.6), board, Budget()).finish is not None


def test_where_only_texts_can_be_compared_it_says_so() -> None:
    step = decide(quorum(), doing(started(), None, None, None), Budget())
    assert step.finish == "3 of 3 programs agree (by their text: no behaviour is known)"


def test_a_quorum_of_which_nobody_can_win_is_none() -> None:
    board = replace(started(), criteria=STRICT)
    board = after(board, *(ended(board.attempts[f"c{n}"], quality=0.2) for n in (1, 2, 3)))
    assert decide(quorum(), board, Budget()) == Step()
    board = after(board, ended(board.attempts["c4"], quality=0.8))
    assert decide(quorum(), board, Budget()).among == ("c1", "c2", "c3", "c4")


def test_a_quorum_is_remembered_until_enough_have_played() -> None:
    least = Budget(min_attempts=5)
    board = doing(started(), "a", "a", "a", "b")
    assert decide(quorum(), board, least) == Step()
    assert decide(quorum(), doing(board, "c"), least).among == ("c1", "c2", "c3")


@pytest.mark.parametrize(
    ("players", "written", "many"),
    [
        (1, {}, 2),
        (2, {}, 2),
        (3, {}, 3),
        (64, {}, 3),
        (64, {"share": 0.5}, 32),
        (9, {"share": 0.5}, 5),
        (10, {"share": 0.7}, 7),
        (100, {"share": 0.55}, 55),
        (5, {"min": 2}, 2),
        (3, {"min": 9}, 3),
        (3, {"share": 1.0}, 3),
    ],
)
def test_how_many_must_agree(players: int, written: dict[str, float], many: int) -> None:
    assert needed(players, Options(**written)) == many  # type: ignore[arg-type]  # mixed numbers


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=9), st.integers(2, 4))
def test_it_ends_as_soon_as_enough_do_the_same(does: list[str], least: int) -> None:
    board, mode, counts = started(size=len(does)), quorum(min=least), Counter[str]()
    many = needed(len(does), Options(min=least))
    for what in does:
        assert decide(mode, board, Budget()).finish is None
        board = doing(board, what)
        counts[what] += 1
        if counts[what] == many:
            step = decide(mode, board, Budget())
            assert {board.candidates[one].outputs for one in step.among} == {(what,)}
            assert len(step.among) == many
            return
    finish = decide(mode, board, Budget()).finish
    assert finish is not None and finish.startswith("everyone has played")
