"""Boards that are rebuilt from the record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate, Fault
from paragen.domain.generator import Answer
from paragen.domain.retry import Retry
from paragen.domain.status import Status
from paragen.engine.resumed import (
    Resumed,
    answered,
    broken_off,
    kept,
    marked,
    rebuilt,
    unjudged,
)
from tests.engine.playing import task
from tests.store import build

EMPTY = Board(task=task(), roster=())


def interrupted(name: str) -> Candidate:
    return marked(build.candidate(name, Status.CANCELLED))


@given(st.lists(st.sampled_from(Status), max_size=8), st.data())
def test_the_board_is_the_one_that_was_left(statuses: list[Status], data: st.DataObject) -> None:
    candidates = [build.candidate(f"c{n}", status) for n, status in enumerate(statuses)]
    attempts = tuple(candidate.attempt for candidate in candidates)
    ended = data.draw(st.permutations(candidates))[: data.draw(st.integers(0, len(candidates)))]
    left = EMPTY.asked(attempts)
    for candidate in ended:
        left = left.ended(candidate)
    board = rebuilt(EMPTY, Resumed(attempts=attempts, candidates=tuple(ended)))
    assert board == left
    assert list(board.candidates) == [candidate.id for candidate in ended], "in their order"
    assert board.in_flight == left.in_flight


def test_what_an_interrupt_called_off_is_in_flight_again() -> None:
    passed, called_off = build.candidate("c1"), interrupted("c2")
    by_mode = replace(build.candidate("c3", Status.CANCELLED), error=None)
    record = (passed, called_off, by_mode)
    attempts = tuple(candidate.attempt for candidate in record)
    board = rebuilt(EMPTY, Resumed(attempts=attempts, candidates=record))
    assert board.in_flight == ("c2",)


def test_an_attempt_is_on_the_board_even_if_only_its_candidate_is_on_record() -> None:
    board = rebuilt(EMPTY, Resumed(candidates=(build.candidate("c1"),)))
    assert list(board.attempts) == ["c1"]
    assert not board.running


def test_what_was_being_judged_at_an_interrupt_is_only_judged_again() -> None:
    program = build.candidate("c1", Status.NOT_JUDGED)
    cut_off = marked(replace(program, status=Status.CANCELLED))
    known = unjudged(program.attempt, "gpu0", program.answer or Answer(text=""))
    for one in (cut_off, known):
        assert broken_off(one)
        assert answered([one, interrupted("c2"), build.candidate("c3")]) == {"c1": one}
        assert kept([one]) == ()
        assert rebuilt(EMPTY, Resumed(candidates=(one,), attempts=(program.attempt,))).running


def test_what_could_not_be_judged_is_only_judged_again_too() -> None:
    lost = build.candidate("c1", Status.NOT_JUDGED)
    assert kept([lost]) == (lost,), "if it is to be retried at all"
    assert not broken_off(lost)
    assert answered([lost]) == {"c1": lost}


@pytest.mark.parametrize("status", list(Status))
def test_only_what_was_cancelled_is_marked_at_an_interrupt(status: Status) -> None:
    candidate = build.candidate("c1", status)
    after = marked(candidate)
    if status is Status.CANCELLED:
        assert after.error is not None
        assert after.error.kind == "interrupted"
    else:
        assert after == candidate


@pytest.mark.parametrize(
    ("retry", "again"),
    [
        (Retry.NONE, set()),
        (Retry.ERRORS, {Status.ERROR, Status.NOT_JUDGED}),
        (Retry.FAILED, set(Status) - {Status.PASSED, Status.CANCELLED}),
    ],
)
def test_what_is_asked_again(retry: Retry, again: set[Status]) -> None:
    candidates = [build.candidate(f"c{n}", status) for n, status in enumerate(Status)]
    stay = kept([*candidates, interrupted("i")], retry)
    assert {candidate.status for candidate in stay} == set(Status) - again
    assert "i" not in {candidate.id for candidate in stay}


def test_how_long_it_had_been_played() -> None:
    one = replace(build.candidate("c1"), started_s=1.0, wall_s=2.5)
    two = replace(build.candidate("c2"), started_s=0.5, wall_s=1.0)
    never_sent = replace(build.candidate("c3", Status.CANCELLED), error=Fault(kind="x", message=""))
    assert Resumed(candidates=(one, two, never_sent)).played_s == 3.5
    assert Resumed().played_s == 0.0
