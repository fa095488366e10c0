"""Recommendations: what is known for sure counts, and what is known of relatives a little."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paragen.judge.wilson import interval
from paragen.learn.recommend import (
    ALIKE,
    ALIKE_STRENGTH,
    SHARE,
    STRENGTH,
    AlikeTask,
    Counts,
    Recommendation,
    Sureness,
    TaskCounts,
    lot,
    pick,
    recommend,
)
from paragen.learn.standing import Recipe, Tallies, Tally
from paragen.learn.task_type import LIKE

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
    assert hot.relatives == (40, 0)
    assert hot.success_rate == 0
    assert large.sureness is Sureness.FAIRLY, "forty plays elsewhere count as ten"
    assert of(ranked, "small").sureness is Sureness.SURE


LIKENESS = st.floats(0, 1)


@st.composite
def alike_tasks(draw: st.DrawFn, likeness: st.SearchStrategy[float] = LIKENESS) -> list[AlikeTask]:
    tasks = []
    for task in draw(st.lists(st.sampled_from("abc"), unique=True)):
        played = {}
        for key in draw(st.lists(st.sampled_from(sorted(RECIPES)), unique=True)):
            passes, plays = draw(counts(30))
            played[RECIPES[key]] = TaskCounts(plays, passes, draw(st.integers(0, passes)))
        tasks.append(AlikeTask(task, draw(st.sampled_from(TYPES)), draw(likeness), played))
    return tasks


def with_play(task: AlikeTask, recipe: Recipe, *, passed: bool) -> AlikeTask:
    plays, passes, wins = task.played.get(recipe, TaskCounts())
    more = TaskCounts(plays + 1, passes + passed, wins)
    return task._replace(played={**task.played, recipe: more})


@given(PLAYS, alike_tasks(), st.sampled_from(sorted(RECIPES)), st.data())
def test_a_pass_on_a_task_like_it_never_harms_and_a_failure_never_helps(
    plays: dict[tuple[str, int], tuple[int, int]],
    alike: list[AlikeTask],
    key: int,
    data: st.DataObject,
) -> None:
    assume(alike)
    recipe = RECIPES[key]
    number = data.draw(st.integers(0, len(alike) - 1))
    task = alike[number]

    def score(*, passed: bool | None) -> float:
        """With a play more of that task, which is one of its type, too."""
        had, of = plays.get((task.task_type, key), (0, 0))
        known, now = dict(plays), list(alike)
        if passed is not None:
            known[task.task_type, key] = (had + passed, of + 1)
            now[number] = with_play(task, recipe, passed=passed)
        return of_score(known, now)

    def of_score(known: dict[tuple[str, int], tuple[int, int]], now: list[AlikeTask]) -> float:
        return of(recommend(ROSTER, tallied(known), "api", now), recipe.name).score

    before = score(passed=None)
    assert score(passed=True) >= before - 1e-9
    assert score(passed=False) <= before + 1e-9


@given(PLAYS, alike_tasks(st.floats(0, LIKE, exclude_max=True)))
def test_tasks_that_are_hardly_like_it_change_nothing(
    plays: dict[tuple[str, int], tuple[int, int]], alike: list[AlikeTask]
) -> None:
    assert recommend(ROSTER, tallied(plays), "api", alike) == recommend(
        ROSTER, tallied(plays), "api"
    )


@given(PLAYS, alike_tasks(), st.randoms())
def test_the_order_of_tasks_is_nothing(
    plays: dict[tuple[str, int], tuple[int, int]], alike: list[AlikeTask], random: Random
) -> None:
    other = random.sample(alike, len(alike))
    for one, same in zip(
        sorted(recommend(ROSTER, tallied(plays), "api", alike), key=lambda one: one.recipe),
        sorted(recommend(ROSTER, tallied(plays), "api", other), key=lambda one: one.recipe),
        strict=True,
    ):
        assert one.alike == same.alike
        assert one.interval == pytest.approx(same.interval)


@given(PLAYS, alike_tasks())
def test_likeness_adds_no_more_than_its_bound(
    plays: dict[tuple[str, int], tuple[int, int]], alike: list[AlikeTask]
) -> None:
    without = {one.recipe: one for one in recommend(ROSTER, tallied(plays), "api")}
    for one in recommend(ROSTER, tallied(plays), "api", alike):
        before = without[one.recipe]
        if before.success_rate is not None and one.success_rate is not None and one.own.plays:
            furthest = ALIKE_STRENGTH / (one.own.plays + ALIKE_STRENGTH)
            assert abs(one.success_rate - before.success_rate) <= furthest + 1e-9


@given(PLAYS, alike_tasks())
def test_the_interval_is_no_surer_than_the_plays_are_many(
    plays: dict[tuple[str, int], tuple[int, int]], alike: list[AlikeTask]
) -> None:
    for one in recommend(ROSTER, tallied(plays), "api", alike):
        counted = one.own.plays + one.elsewhere.plays + one.relatives.plays + one.alike.plays
        low, high = one.interval
        assert low <= one.score + 1e-9
        if one.success_rate is None:
            assert (low, high) == (0.0, 1.0)
        else:
            most = interval(counted * one.success_rate, counted)
            assert low <= most[0] + 1e-9
            assert high >= most[1] - 1e-9
            assert low - 1e-9 <= one.success_rate <= high + 1e-9


def test_two_passes_of_the_very_same_task_are_two() -> None:
    same = AlikeTask("a", "api", 1.0, {RECIPES[3]: TaskCounts(plays=2, passes=2)})
    one = of(recommend(ROSTER, tallied({("api", 3): (2, 2)}), "api", [same]), "large")
    assert one.interval == pytest.approx(interval(2, 2))
    assert one.score == pytest.approx(interval(2 * ALIKE, 2 * ALIKE)[0])


def test_each_play_counts_once_by_the_most_that_speaks_for_it() -> None:
    """As one of its type or of another, or as one of a task that is so much like it."""
    elsewhere = tallied({("parsing", 3): (0, 4), ("api", 3): (4, 4)})
    same = AlikeTask("a", "parsing", 1.0, {RECIPES[3]: TaskCounts(plays=4)})
    like = of(recommend(ROSTER, elsewhere, "api", [same]), "large")
    assert like.success_rate == pytest.approx(4 / (4 + ALIKE * 4))
    unlike = of(recommend(ROSTER, elsewhere, "api"), "large")
    assert unlike.success_rate == pytest.approx(4 / (4 + SHARE * 4))
    own = AlikeTask("b", "api", 1.0, {RECIPES[3]: TaskCounts(plays=4, passes=4)})
    liked = of(recommend(ROSTER, elsewhere, "api", [own]), "large")
    assert liked.success_rate == pytest.approx(ALIKE * 4 / (ALIKE * 4 + SHARE * 4))


def test_who_passed_a_task_like_it_is_best_though_its_type_is_wrong() -> None:
    plays = {
        ("api", 3): (9, 10),
        ("api", 4): (5, 10),
        ("parsing", 3): (0, 3),
        ("parsing", 4): (3, 3),
    }
    assert names(recommend(ROSTER, tallied(plays), "api"))[0] == "large"
    played = {RECIPES[3]: TaskCounts(plays=3), RECIPES[4]: TaskCounts(plays=3, passes=3, wins=1)}
    ranked = recommend(ROSTER, tallied(plays), "api", [AlikeTask("a", "parsing", 0.9, played)])
    assert names(ranked)[0] == "other"
    assert of(ranked, "other").alike == (1, 3, 3, 1)


def test_one_task_doesnt_drown_a_hundred_plays_of_the_type() -> None:
    plays = {("api", 3): (95, 100), ("api", 4): (40, 100), ("parsing", 3): (0, 50)}
    played = {RECIPES[3]: TaskCounts(plays=50)}
    ranked = recommend(ROSTER, tallied(plays), "api", [AlikeTask("a", "parsing", 1.0, played)])
    assert names(ranked)[0] == "large"


def test_of_equals_comes_first_who_won_tasks_like_it() -> None:
    plays = {("api", 3): (3, 3), ("api", 4): (3, 3)}
    played = {RECIPES[3]: TaskCounts(3, 3, wins=0), RECIPES[4]: TaskCounts(3, 3, wins=2)}
    ranked = recommend(ROSTER, tallied(plays), "api", [AlikeTask("a", "api", 0.9, played)])
    assert names(ranked)[:2] == ["other", "large"]
    assert names(recommend(ROSTER, tallied(plays), "api"))[:2] == ["large", "other"]


@given(PLAYS, st.integers(1, 5), st.floats(0, 1), st.floats(0, 1, exclude_max=True))
def test_exploring_adds_who_might_be_the_best_of_the_rest_or_nobody(
    plays: dict[tuple[str, int], tuple[int, int]], number: int, explore: float, drawn: float
) -> None:
    ranked = recommend(ROSTER, tallied(plays), "api")
    picked = pick(ranked, number, explore=explore, lot=drawn)
    assert picked[:number] == ranked[:number]
    rest = ranked[number:]
    assert len(picked) == min(number, len(ranked)) + bool(rest and drawn < explore)
    for one in picked[number:]:
        assert one in rest
        assert one.interval[1] == max(other.interval[1] for other in rest)
        assert one.success_rate is None or all(other.success_rate is not None for other in rest)


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
