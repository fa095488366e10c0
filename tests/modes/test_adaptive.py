"""The mode `adaptive`."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.plan import Written
from paragen.domain.status import Status
from paragen.modes import Mode, decide, find_mode
from tests.modes.driver import TESTED, UNTESTED, after, ended, play, roster


def adaptive(**written: Written) -> Mode:
    return find_mode("adaptive", written)


def names(step: Step) -> list[str]:
    return [attempt.instance.name for attempt in step.start]


def doing(board: Board, answers: dict[str, str], status: Status = Status.PASSED) -> Board:
    """The board once all in flight have ended, each generator's programs answering in turn."""
    turns = {name: iter(does) for name, does in answers.items()}
    ends, cases = [], 2 * board.task.has_tests
    for one in board.in_flight:
        does = next(turns[board.attempts[one].instance.generator.name])
        ends.append(ended(board.attempts[one], status, does=does, cases=cases))
    return after(board, *ends)


def started(*players: str, mode: Mode | None = None, tested: bool = False) -> Board:
    board = Board(task=TESTED if tested else UNTESTED, roster=roster(*players))
    return board.asked(decide(mode or adaptive(), board, Budget()).start)


@pytest.mark.parametrize(
    ("players", "counts"),
    [(1, [4]), (2, [2, 2]), (3, [2, 2, 2]), (8, [2, 2, 2, 2, 1, 1, 1, 1]), (20, [1] * 20)],
)
def test_it_starts_with_a_few_of_each(players: int, counts: list[int]) -> None:
    board = started(*(f"g{n}" for n in range(players)))
    assert [board.showing(f"g{n}").asked for n in range(players)] == counts
    copies = [attempt.instance.copy for attempt in board.attempts.values()]
    assert copies == sorted(copies), "everyone's first comes before anyone's second"


def test_the_generator_that_disagrees_with_itself_is_asked_again() -> None:
    board = doing(started("a", "b", "c"), {"a": "xx", "b": "yz", "c": "zw"})
    step = decide(adaptive(), board, Budget())
    assert names(step) == ["b#2", "c#2"]
    board = doing(board.asked(step.start), {"b": "y", "c": "z"})
    # b's three pairs agree to 1/3, as c's do: under 0.7.
    assert names(decide(adaptive(), board, Budget())) == ["b#3", "c#3"]
    assert names(decide(adaptive(threshold=0.3), board, Budget())) == []


def test_a_generator_is_not_asked_again_while_it_is_still_asked() -> None:
    board = started("a", "b", "c")
    board = after(board, *(ended(board.attempts[n], does=n) for n in ("c1", "c4", "c2")))
    assert names(decide(adaptive(), board, Budget())) == ["a#2"]


def test_five_of_eight_that_converge_end_it() -> None:
    mode = adaptive(min=8)
    board = started("a", "b", mode=mode)
    assert len(board.attempts) == 8
    board = after(board, *(ended(board.attempts[f"c{n}"]) for n in (1, 2, 3, 4)))
    assert decide(mode, board, Budget()) == Step()
    step = decide(mode, after(board, ended(board.attempts["c5"])), Budget())
    assert step == Step(
        cancel=("c6", "c7", "c8"), finish="5 of 8 agree", among=("c1", "c2", "c3", "c4", "c5")
    )


def test_programs_that_fail_alike_do_not_converge_and_more_are_asked_for() -> None:
    mode = adaptive(min=8)
    board = started("a", "b", mode=mode, tested=True)
    five = after(
        board, *(ended(board.attempts[f"c{n}"], Status.FAILED, cases=2) for n in (1, 2, 3, 4, 5))
    )
    assert decide(mode, five, Budget()) == Step()
    board = doing(board, {"a": "x" * 4, "b": "y" * 4}, Status.FAILED)
    assert names(decide(mode, board, Budget())) == ["a#4", "b#4"]


def test_what_infrastructure_lost_counts_on_neither_side() -> None:
    mode = adaptive(min=8)
    board = started("a", mode=mode)
    board = after(board, *(ended(board.attempts[f"c{n}"], Status.ERROR) for n in (1, 2, 3)))
    board = after(board, *(ended(board.attempts[f"c{n}"]) for n in (4, 5, 6)))
    assert decide(mode, board, Budget()) == Step()
    board = after(board, ended(board.attempts["c7"]))
    assert decide(mode, board, Budget()).finish == "4 of 5 agree"


def test_it_ends_at_the_most_attempts() -> None:
    board, mode = started("a", mode=adaptive(max=6)), adaptive(max=6)
    asked = []
    for answers in ("abcd", "e", "f"):
        board = doing(board, {"a": answers})
        step = decide(mode, board, Budget())
        asked += names(step)
        board = board.asked(step.start)
    assert asked == ["a#4", "a#5"]
    assert step.finish == "6 attempts were made, and too few agree"


def test_a_generator_at_temperature_0_is_asked_once() -> None:
    board = Board(task=UNTESTED, roster=roster("cold", temperature=0) + roster("warm"))
    step = decide(adaptive(), board, Budget())
    assert names(step) == ["cold", "warm", "warm#1", "warm#2"]


def test_a_generator_of_which_one_program_is_known_is_asked_again() -> None:
    mode = adaptive(min=2)
    board = started("a", mode=mode)
    board = after(board, ended(board.attempts["c1"]), ended(board.attempts["c2"], Status.ERROR))
    assert names(decide(mode, board, Budget())) == ["a#2"]


def test_a_generator_that_no_host_answers_for_is_let_be() -> None:
    board, asked = started("a", "b"), 0
    for _ in range(8):
        ends = [
            ended(one, Status.ERROR if one.instance.generator.name == "b" else Status.FAILED)
            for one in (board.attempts[n] for n in board.in_flight)
        ]
        step = decide(adaptive(), after(board, *ends), Budget())
        asked += len(step.start)
        board = after(board, *ends).asked(step.start)
    assert board.showing("b").asked == 3
    assert step.finish == "12 attempts were made, and too few agree"


def test_too_few_attempts_cannot_converge() -> None:
    board = Board(task=UNTESTED, roster=roster("a"))
    board = board.asked(decide(adaptive(), board, Budget()).start[:2])
    board = after(board, *(ended(board.attempts[one]) for one in ("c1", "c2")))
    assert names(decide(adaptive(), board, Budget())) == ["a#2", "a#3"]


def test_one_program_alone_does_not_converge() -> None:
    mode = adaptive(start=1, min=1, share=0.1)
    board = started("a", mode=mode)
    board = after(board, ended(board.attempts["c1"]))
    assert names(decide(mode, board, Budget())) == ["a#1"]


@given(
    data=st.data(),
    players=st.integers(1, 5),
    start=st.integers(1, 4),
    least=st.integers(1, 9),
    most=st.integers(1, 14),
)
def test_attempts_stay_between_the_least_and_the_most(
    data: st.DataObject, players: int, start: int, least: int, most: int
) -> None:
    mode = adaptive(start=start, min=least, max=most)
    board = Board(task=TESTED, roster=roster(*(f"g{n}" for n in range(players))))
    played = play(mode, board, Budget(), data).board
    assert min(least, most) <= len(played.attempts) <= max(most, players)
    counts = Counter(one.instance.generator.name for one in played.attempts.values())
    assert len(counts) == players, "everyone was asked"
