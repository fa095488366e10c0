"""Which two are shown to be compared."""

from __future__ import annotations

from dataclasses import replace

from paragen.domain.candidate import Candidate
from paragen.domain.status import Status
from paragen.learn.blind import next_pair
from tests.store import build


def made(
    name: str, code: str | None, status: Status = Status.PASSED, generator: str = ""
) -> Candidate:
    return replace(build.candidate(name, status, generator=generator), code=code)


A, B, C = made("a", "x = 1"), made("b", "x = 2"), made("c", "x = 3")
FAILED = made("f", "x = 4", Status.FAILED)


def ids(*ranking: Candidate, compared: tuple[set[str], ...] = ()) -> tuple[str, ...] | None:
    pair = next_pair(ranking, {frozenset(one) for one in compared})
    return None if pair is None else tuple(candidate.id for candidate in pair)


def test_the_best_two_come_first() -> None:
    assert ids(A, B, C) == ("a", "b")
    assert ids(A, FAILED) == ("a", "f"), "where no other passed"


def test_those_that_passed_come_before_those_that_did_not() -> None:
    assert ids(A, B, FAILED, compared=({"a", "b"},)) == ("a", "f")
    assert ids(A, B, C, FAILED, compared=({"a", "b"}, {"a", "c"})) == ("b", "c")


def test_a_pair_that_was_compared_is_asked_again_only_after_all_others() -> None:
    assert ids(A, B, C, compared=({"b", "a"},)) == ("a", "c")
    assert ids(A, B, compared=({"a", "b"},)) == ("a", "b")


def test_two_generators_come_before_two_answers_of_one() -> None:
    twin = made("a2", "x = 5", generator="a")
    assert ids(A, twin, B) == ("a", "b")
    assert ids(A, twin) == ("a", "a2")


def test_the_same_program_is_no_question() -> None:
    assert ids(A, made("same", "x = 1\n"), B) == ("a", "b")
    assert ids(A, made("same", "x = 1\n")) is None
    assert ids(A, made("none", None, Status.NO_CODE)) is None
    assert ids(A) is None
    assert ids() is None
