"""Ranking and selection: who is best, who wins, and what is said of it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.generator import Answer, Attempt, Generator, Instance
from paragen.domain.status import Status
from paragen.domain.tournament import Criteria
from paragen.judge.criteria import PRESETS
from paragen.judge.select import rank, select, shortfalls

CRITERIA = Criteria(weights=PRESETS["balanced"])
STRICT = replace(CRITERIA, min_quality=0.7, max_generation_s=10, max_execution_s=5)


def candidate(
    ident: str = "c1",
    status: Status = Status.PASSED,
    *,
    passed: int = 3,
    total: int = 3,
    quality: float = 0.8,
    combined: float = 0.8,
    execution_s: float = 1.0,
    generation_s: float = 1.0,
) -> Candidate:
    instance = Instance(generator=Generator(name=f"g-{ident}", model="m"), copy=0, seed=0)
    return Candidate(
        attempt=Attempt(id=ident, instance=instance),
        status=status,
        answer=Answer(text="", decode_s=generation_s),
        verdict=Verdict(
            status=status, tests_passed=passed, tests_total=total, execution_s=execution_s
        ),
        scores=Scores(evaluator=None, quality=quality, speed=0.5, combined=combined),
    )


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    idents = draw(st.lists(st.integers(0, 30).map(lambda n: f"c{n}"), unique=True, max_size=8))
    few = st.sampled_from([0.0, 0.5, 1.0, 20.0])
    found = []
    for ident in idents:
        one = candidate(
            ident,
            draw(st.sampled_from(Status)),
            passed=draw(st.integers(0, 3)),
            quality=draw(st.sampled_from([0.1, 0.9])),
            combined=draw(st.sampled_from([0.1, 0.5, 0.9])),
            execution_s=draw(few | st.just(math.nan)),
            generation_s=draw(few),
        )
        if draw(st.booleans()):
            one = replace(one, scores=None)
        if one.status is not Status.PASSED and draw(st.booleans()):
            one = replace(one, verdict=None, answer=None)
        found.append(one)
    return found


@given(candidates(), st.randoms(use_true_random=False), st.sampled_from([CRITERIA, STRICT]))
def test_the_order_is_total_and_does_not_depend_on_the_order_of_arrival(
    found: list[Candidate], random: object, criteria: Criteria
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis's Random has no type
    ranking = rank(found, criteria)
    assert [c.id for c in ranking] == [c.id for c in rank(shuffled, criteria)]
    assert {c.id for c in ranking} == {c.id for c in found}


@given(candidates(), st.sampled_from([CRITERIA, STRICT]))
def test_a_failing_program_never_beats_a_passing_one(
    found: list[Candidate], criteria: Criteria
) -> None:
    statuses = [c.status is Status.PASSED for c in rank(found, criteria)]
    assert statuses == sorted(statuses, reverse=True)


@given(candidates(), st.sampled_from([CRITERIA, STRICT]))
def test_the_winner_is_the_first_passes_and_is_acceptable(
    found: list[Candidate], criteria: Criteria
) -> None:
    ranking = rank(found, criteria)
    winner, reason = select(ranking, criteria)
    assert reason.endswith(".")
    acceptable = [c for c in found if c.status is Status.PASSED and not shortfalls(c, criteria)]
    assert (winner is not None) == bool(acceptable)
    if winner is not None:
        assert ranking[0].id == winner
        best = max(c.scores.combined if c.scores else -1 for c in acceptable)
        assert (ranking[0].scores.combined if ranking[0].scores else -1) == best


def ids(*found: Candidate, criteria: Criteria = CRITERIA) -> list[str]:
    return [c.id for c in rank(found, criteria)]


def test_an_acceptable_program_beats_a_better_one_that_is_not() -> None:
    slow = candidate("slow", combined=0.9, generation_s=11)
    quick = candidate("quick", combined=0.5)
    assert ids(slow, quick, criteria=STRICT) == ["quick", "slow"]
    assert ids(slow, quick) == ["slow", "quick"]


def test_ties_go_by_tests_then_execution_then_generation_then_number() -> None:
    assert ids(candidate("a", passed=3), candidate("b", passed=4)) == ["b", "a"]
    assert ids(candidate("a", execution_s=2), candidate("b", execution_s=1)) == ["b", "a"]
    assert ids(candidate("a", generation_s=2), candidate("b", generation_s=1)) == ["b", "a"]
    assert ids(candidate("c10"), candidate("c9")) == ["c9", "c10"]
    assert ids(candidate("c1"), candidate("c01")) == ["c01", "c1"]


def test_failing_ones_go_by_the_share_of_tests_then_by_how_they_ended() -> None:
    order = [
        candidate("most", Status.TIMEOUT, passed=2),
        candidate("some", Status.FAILED, passed=1, combined=0.1),
        candidate("none", Status.FAILED, passed=0, combined=0.9),
        candidate("late", Status.TIMEOUT, passed=0, execution_s=0),
        candidate("prose", Status.NO_CODE, passed=0, total=0),
        candidate("unjudged", Status.NOT_JUDGED, passed=3),
        candidate("error", Status.ERROR, passed=3),
        candidate("cancelled", Status.CANCELLED, passed=3),
    ]
    assert ids(*reversed(order)) == [c.id for c in order]


def reason(*found: Candidate, criteria: Criteria = CRITERIA) -> str:
    return select(rank(found, criteria), criteria)[1]


def test_reasons_for_winning() -> None:
    good, better = candidate("a", combined=0.5), candidate("b", combined=0.8)
    failed = candidate("f", Status.FAILED)
    assert reason(good, failed) == "g-a passed all 3 tests; no other candidate did."
    assert reason(good, better) == (
        "g-b passed all 3 tests, and has the best combined score (0.80) of the 2 that passed."
    )
    slow = candidate("s", combined=0.9, generation_s=11)
    assert reason(good, slow, criteria=STRICT) == (
        "g-a passed all 3 tests; of the 2 that passed, it alone is acceptable."
    )
    assert reason(candidate("a", passed=1, total=1)) == "g-a passed its 1 test."


def test_where_nothing_was_tested_the_reason_says_so() -> None:
    one, two = candidate("a", passed=0, total=0), candidate("b", passed=0, total=0)
    assert reason(one) == "Nothing was tested: g-a parses and imports."
    assert reason(one, two).startswith("Nothing was tested: g-a parses and imports, and has")


def test_reasons_for_no_winner() -> None:
    found = [
        candidate("a", Status.FAILED),
        candidate("b", Status.FAILED),
        candidate("c", Status.TIMEOUT),
        candidate("d", Status.CANCELLED),
    ]
    assert reason(*found) == (
        "No candidate passed: 2 failed their tests, 1 timed out, 1 was cancelled."
    )
    assert reason(found[0]) == "No candidate passed: 1 failed its tests."
    assert reason() == "Nobody played."


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (candidate(quality=0.62), "quality 0.62 is under 0.70: lower it with --min-quality"),
        (candidate(quality=0.699), "quality 0.699 is under 0.70: lower it with --min-quality"),
        (candidate(quality=0.69999999), "quality 0.69999999 is under 0.70"),
        (candidate(generation_s=11), "generation took 11.0 s, over 10 s"),
        (candidate(execution_s=6), "execution took 6.0 s, over 5 s"),
    ],
)
def test_what_falls_short_is_said_with_what_to_do(changed: Candidate, said: str) -> None:
    winner, why = select(rank([changed], STRICT), STRICT)
    assert winner is None
    assert why.startswith("g-c1 passed, but its ")
    assert said in why


def test_the_others_that_fall_short_are_counted() -> None:
    found = [candidate(f"c{n}", quality=0.1) for n in range(3)]
    assert "The other one that passed falls" in reason(*found[:2], criteria=STRICT)
    assert "The 2 others that passed fall" in reason(*found, criteria=STRICT)
