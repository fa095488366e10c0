"""Ranking and selection where a tournament was decided in favour of some candidates."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.candidate import Candidate
from paragen.domain.status import Status
from paragen.judge.select import rank, select, shortfalls
from tests.judge.test_select import CRITERIA, STRICT, candidate, candidates

IDS = st.lists(st.integers(0, 30).map("c{}".format))


@given(candidates(), IDS)
def test_the_winner_is_one_of_them_if_any_of_them_can_win(
    every: list[Candidate], among: list[str]
) -> None:
    acceptable = [
        one.id for one in every if one.status is Status.PASSED and not shortfalls(one, STRICT)
    ]
    winner, _ = select(rank(every, STRICT, among), STRICT, among)
    favoured = set(acceptable) & set(among) or set(acceptable)
    assert winner in favoured if favoured else winner is None


@given(candidates())
def test_where_there_are_none_nothing_changes(every: list[Candidate]) -> None:
    assert rank(every, STRICT, ()) == rank(every, STRICT)
    assert select(rank(every, STRICT), STRICT, ()) == select(rank(every, STRICT), STRICT)


def test_a_better_score_outside_does_not_win() -> None:
    few = [candidate("c1", combined=0.5), candidate("c2", combined=0.6)]
    better = candidate("c3", combined=0.9)
    ranking = rank([better, *few], CRITERIA, ("c1", "c2"))
    assert [one.id for one in ranking] == ["c2", "c1", "c3"]
    assert select(ranking, CRITERIA, ("c1", "c2")) == (
        "c2",
        "g-c2 passed all 3 tests, and has the best combined score (0.60) of these 2.",
    )


def test_one_of_them_that_falls_short_does_not_keep_another_from_winning() -> None:
    slow, other = candidate("c1", generation_s=60), candidate("c2")
    assert select(rank([slow, other], STRICT, ("c1",)), STRICT, ("c1",))[0] == "c2"


def test_one_alone_is_said_as_what_it_did() -> None:
    first, later = candidate("c1", combined=0.5), candidate("c2", combined=0.6)
    assert select(rank([first, later], CRITERIA, ("c1",)), CRITERIA, ("c1",)) == (
        "c1",
        "g-c1 passed all 3 tests.",
    )


def test_the_only_acceptable_one_of_them_is_said_so() -> None:
    slow = candidate("c1", combined=0.9, generation_s=60)
    other = candidate("c2", combined=0.5)
    ranking = rank([slow, other], STRICT, ("c1", "c2"))
    assert select(ranking, STRICT, ("c1", "c2")) == (
        "c2",
        "g-c2 passed all 3 tests; of these 2, it alone is acceptable.",
    )
