"""Recommendations: what is known for sure counts, and what is known of relatives a little."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paragen.judge.wilson import interval
from paragen.learn.recommend import (
    STRENGTH,
    Counts,
    Recommendation,
    Sureness,
    lot,
    pick,
    recommend,
)
from paragen.learn.standing import Recipe, Tallies, Tally

RECIPES = {
    1: Recipe("small", "small:1b", 0.3),
    2: Recipe("small-hot", "small:1b", 0.9),
    3: Recipe("large", "large:7b", 0.3),
    4: Recipe("other", "other:3b", 0.3),
}
ROSTER = tuple(RECIPES.values())
TYPES = ("api", "parsing")


@st.composite
def counts(draw: st.DrawFn, most: int = 200) -> tuple[int, int]:
    plays = draw(st.integers(0, most))
    return draw(st.integers(0, plays)), plays


def tallied(plays: dict[tuple[str, int], tuple[int, int]]) -> Tallies:
    return Tallies(
        recipes=RECIPES,
        plays={
            who: Tally(plays=number, passes=passes)
            for who, (passes, number) in plays.items()
            if number
        },
        tournaments=(),
    )


PLAYS = st.dictionaries(
    st.tuples(st.sampled_from(TYPES), st.sampled_from(sorted(RECIPES))), counts()
)


def of(ranked: tuple[Recommendation, ...], name: str) -> Recommendation:
    (one,) = (one for one in ranked if one.recipe.name == name)
    return one


def names(ranked: tuple[Recommendation, ...]) -> list[str]:
    return [one.recipe.name for one in ranked]


@given(PLAYS, st.permutations(ROSTER))
def test_all_are_ranked_by_their_lower_bounds(
    plays: dict[tuple[str, int], tuple[int, int]], roster: list[Recipe]
) -> None:
    ranked = recommend(roster, tallied(plays), "api")
    assert sorted(names(ranked)) == sorted(one.name for one in roster)
    scores = [one.score for one in ranked]
    assert scores == sorted(scores, reverse=True)
    assert set(ranked) == set(recommend(ROSTER, tallied(plays), "api")), (
        "the order is only for ties"
    )
    for one in ranked:
        low, high = one.interval
        assert 0 <= low <= high <= 1
        assert one.success_rate is None or low <= one.success_rate <= high


@given(PLAYS, st.sampled_from(sorted(RECIPES)))
def test_a_pass_never_harms_and_a_failure_never_helps(
    plays: dict[tuple[str, int], tuple[int, int]], key: int
) -> None:
    name = RECIPES[key].name
    passes, number = plays.get(("api", key), (0, 0))
    before = of(recommend(ROSTER, tallied(plays), "api"), name).score
    better = {**plays, ("api", key): (passes + 1, number + 1)}
    assert of(recommend(ROSTER, tallied(better), "api"), name).score >= before - 1e-9
    worse = {**plays, ("api", key): (passes, number + 1)}
    assert of(recommend(ROSTER, tallied(worse), "api"), name).score <= before + 1e-9


@given(PLAYS)
def test_relatives_never_outweigh_their_bound(
    plays: dict[tuple[str, int], tuple[int, int]],
) -> None:
    for one in recommend(ROSTER, tallied(plays), "api"):
        if one.own.plays and one.success_rate is not None:
            own = one.own.passes / one.own.plays
            furthest = STRENGTH / (one.own.plays + STRENGTH)
            assert abs(one.success_rate - own) <= furthest + 1e-9


@given(counts(), counts())
def test_without_relatives_it_is_the_plain_interval(
    own: tuple[int, int], stranger: tuple[int, int]
) -> None:
    one = of(
        recommend(ROSTER, tallied({("api", 1): own, ("parsing", 4): stranger}), "api"), "small"
    )
    assert one.interval == interval(*own)
    assert one.own == Counts(plays=own[1], passes=own[0])


def test_without_a_history_the_order_is_the_given_one() -> None:
    ranked = recommend(ROSTER, tallied({}), "api")
    assert names(ranked) == [one.name for one in ROSTER]
    assert {one.sureness for one in ranked} == {Sureness.UNKNOWN}
    assert {one.interval for one in ranked} == {(0.0, 1.0)}


def test_other_task_types_and_the_model_at_other_temperatures_stand_in() -> None:
    plays = {("parsing", 3): (38, 40), ("api", 1): (0, 40), ("parsing", 4): (20, 40)}
    ranked = recommend(ROSTER, tallied(plays), "api")
    assert names(ranked) == ["large", "other", "small", "small-hot"]
    large, hot = of(ranked, "large"), of(ranked, "small-hot")
    assert large.elsewhere == (40, 38)
    assert large.success_rate == pytest.approx(0.95)
    assert hot.alike == (40, 0)
    assert hot.success_rate == 0
    assert large.sureness is Sureness.FAIRLY, "forty plays elsewhere count as ten"
    assert of(ranked, "small").sureness is Sureness.SURE


@given(PLAYS, st.integers(1, 5), st.floats(0, 1), st.floats(0, 1, exclude_max=True))
def test_exploring_adds_the_least_known_of_the_rest_or_nobody(
    plays: dict[tuple[str, int], tuple[int, int]], number: int, explore: float, drawn: float
) -> None:
    ranked = recommend(ROSTER, tallied(plays), "api")
    picked = pick(ranked, number, explore=explore, lot=drawn)
    assert picked[:number] == ranked[:number]
    rest = ranked[number:]
    assert len(picked) == min(number, len(ranked)) + bool(rest and drawn < explore)
    for one in picked[number:]:
        assert one in rest
        widest = max(other.interval[1] - other.interval[0] for other in rest)
        assert one.interval[1] - one.interval[0] == widest


@given(st.lists(st.integers(), min_size=2, max_size=2), st.text())
def test_a_lot_is_a_share_and_the_same_for_the_same(seeds: list[int], word: str) -> None:
    assume(seeds[0] != seeds[1])
    first, second = (lot(seed, word) for seed in seeds)
    assert 0 <= first < 1
    assert first == lot(seeds[0], word)
    assert first != second


def test_lots_are_even() -> None:
    drawn = [lot(0, "api", number) for number in range(2000)]
    assert 0.07 < sum(one < 0.1 for one in drawn) / len(drawn) < 0.13
