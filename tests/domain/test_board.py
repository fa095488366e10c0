"""The board's laws, under any order of asking and ending."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Generator, Instance
from paragen.domain.status import Status
from paragen.domain.task import Task

TASK = Task(name="t", prompt="p", sha256="s")
INSTANCE = Instance(generator=Generator(name="g", model="m"), copy=0, seed=0)
numbers = st.integers(0, 9)


def attempt(number: int) -> Attempt:
    return Attempt(id=f"c{number}", instance=INSTANCE)


def candidate(number: int, status: Status = Status.PASSED) -> Candidate:
    return Candidate(attempt=attempt(number), status=status)


class Boards(RuleBasedStateMachine):
    """Asks and ends at random; `asked` and `ended` are what the board must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.board = Board(task=TASK, roster=())
        self.asked: list[str] = []
        self.ended: dict[str, Status] = {}

    @rule(chosen=st.lists(numbers, max_size=3))
    def ask(self, chosen: list[int]) -> None:
        before = self.board
        self.board = before.asked(tuple(attempt(number) for number in chosen))
        assert before.attempts.keys() <= self.board.attempts.keys()
        for number in chosen:
            if f"c{number}" not in self.asked:
                self.asked.append(f"c{number}")

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), status=st.sampled_from(Status))
    def end(self, data: st.DataObject, status: Status) -> None:
        chosen = data.draw(st.sampled_from(self.asked))
        self.board = self.board.ended(candidate(int(chosen[1:]), status))
        self.ended.setdefault(chosen, status)

    @invariant()
    def in_flight_is_what_was_asked_for_and_has_not_ended(self) -> None:
        assert list(self.board.attempts) == self.asked
        assert {i: c.status for i, c in self.board.candidates.items()} == self.ended
        assert self.board.in_flight == tuple(i for i in self.asked if i not in self.ended)


TestBoards = Boards.TestCase


@given(st.lists(numbers, unique=True, min_size=1), st.randoms())
def test_the_order_of_ending_does_not_matter(chosen: list[int], random: object) -> None:
    board = Board(task=TASK, roster=()).asked(tuple(attempt(number) for number in chosen))
    one = other = board
    for number in chosen:
        one = one.ended(candidate(number))
    for number in reversed(chosen):
        other = other.ended(candidate(number))
    assert one == other
    assert one.in_flight == ()
    assert board.in_flight == tuple(f"c{number}" for number in chosen), "it is a value"


def test_a_second_end_is_ignored() -> None:
    board = Board(task=TASK, roster=()).asked((attempt(1),)).ended(candidate(1))
    again = board.ended(candidate(1, Status.ERROR))
    assert again == board
    assert again.candidates["c1"].status is Status.PASSED


def test_a_board_is_not_changed_by_what_was_given_to_it() -> None:
    board = Board(task=TASK, roster=())
    asked = board.asked((attempt(1),))
    assert board.attempts == {}
    assert replace(asked, seed=3).in_flight == ("c1",)
