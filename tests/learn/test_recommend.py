"""Recommendations: what is known for sure counts, and what is known of relatives a little."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
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
    SURE_STRENGTH,
    AlikeTask,
    Counts,
    Played,
    Recommendation,
    Sureness,
    TaskCounts,
    lot,
    pick,
    recommend,
)
from paragen.learn.standing import Recipe
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


def done(plays: int, passes: int, *, fair: bool = True) -> Counts:
    """A task that was played so often."""
    if not plays:
        return Counts()
    share = passes / plays
    if fair:
        return Counts(plays, passes, 1, plays, 1, share)
    return Counts(plays, passes, 1, unfair_tasks=1, unfair_shares=share)


def of_tasks(
    tasks: Mapping[tuple[str, int], Sequence[tuple[int, int]]], *, fair: bool = True
) -> Played:
    """Passes and plays of each task, by type and recipe's number."""
    found: dict[Recipe, dict[str, Counts]] = {}
    for (task_type, key), some in tasks.items():
        if some:
            all_of_them = (done(plays, passes, fair=fair) for passes, plays in some)
            found.setdefault(RECIPES[key], {})[task_type] = reduce(Counts.plus, all_of_them)
    return found


def tallied(plays: Mapping[tuple[str, int], tuple[int, int]], *, fair: bool = True) -> Played:
    """Each task was played once."""
    return of_tasks(
        {
            who: [(1, 1)] * passes + [(0, 1)] * (number - passes)
            for who, (passes, number) in plays.items()
        },
        fair=fair,
    )


def both(one: Played, other: Played) -> Played:
    """What is known of either."""
    found = {recipe: dict(by_type) for recipe, by_type in one.items()}
    for recipe, by_type in other.items():
        for task_type, counts in by_type.items():
            of_recipe = found.setdefault(recipe, {})
            of_recipe[task_type] = of_recipe.get(task_type, Counts()).plus(counts)
    return found


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
    assert (one.own.plays, one.own.passes, one.own.tasks) == (own[1], own[0], own[1])


def test_without_a_history_the_order_is_the_given_one() -> None:
    ranked = recommend(ROSTER, tallied({}), "api")
    assert names(ranked) == [one.name for one in ROSTER]
    assert {one.sureness for one in ranked} == {Sureness.UNKNOWN}
    assert {one.interval for one in ranked} == {(0.0, 1.0)}


def test_other_task_types_and_the_model_at_other_temperatures_stand_in() -> None:
    plays = {("parsing", 3): (38, 40), ("api", 1): (0, 40), ("parsing", 4): (20, 40)}
    ranked = recommend(ROSTER, tallied(plays), "api")
    assert names(ranked) == ["large", "other", "small-hot", "small"]
    large, hot = of(ranked, "large"), of(ranked, "small-hot")
    assert (large.elsewhere.plays, large.elsewhere.passes) == (40, 38)
    assert large.success_rate == pytest.approx(0.95)
    assert (hot.relatives.plays, hot.relatives.passes) == (40, 0)
    assert hot.success_rate == 0
    assert large.sureness is Sureness.HARDLY, "forty tasks elsewhere are as sure as three"
    assert of(ranked, "small").sureness is Sureness.SURE


LIKENESS = st.floats(0, 1)


@st.composite
def alike_tasks(
    draw: st.DrawFn, likeness: st.SearchStrategy[float] = LIKENESS, *, same: bool = False
) -> list[AlikeTask]:
    """Tasks that are like one, and where `same`, now and then its very prompt."""
    tasks = []
    for task in draw(st.lists(st.sampled_from("abc"), unique=True)):
        played = {}
        for key in draw(st.lists(st.sampled_from(sorted(RECIPES)), unique=True)):
            passes, plays = draw(counts(30))
            played[RECIPES[key]] = TaskCounts(plays, passes, draw(st.integers(0, passes)))
        is_same = same and draw(st.booleans())
        how = 1.0 if is_same else draw(likeness)
        tasks.append(AlikeTask(task, draw(st.sampled_from(TYPES)), how, played, is_same))
    return tasks


def with_tasks(known: Played, tasks: Iterable[AlikeTask]) -> Played:
    """What is known with what was done on these, too: each is one of its type."""
    for task in tasks:
        on_it = {
            recipe: {task.task_type: done(counts.plays, counts.passes)}
            for recipe, counts in task.played.items()
        }
        known = both(known, on_it)
    return known


def with_play(task: AlikeTask, recipe: Recipe, *, passed: bool) -> AlikeTask:
    plays, passes, wins = task.played.get(recipe, TaskCounts())
    more = TaskCounts(plays + 1, passes + passed, wins)
    return task._replace(played={**task.played, recipe: more})


@given(PLAYS, alike_tasks(same=True), st.sampled_from(sorted(RECIPES)), st.data())
def test_one_more_pass_never_harms_and_one_more_failure_never_helps(
    plays: dict[tuple[str, int], tuple[int, int]],
    alike: list[AlikeTask],
    key: int,
    data: st.DataObject,
) -> None:
    """On a task that is like it or the same, which may have been played before, or may not."""
    assume(alike)
    recipe = RECIPES[key]
    number = data.draw(st.integers(0, len(alike) - 1))
    # A play tells of the other recipes of its model, too: those may stand before or after it then.
    unrelated = [one for one in ROSTER if one == recipe or one.model != recipe.model]

    def after(*, passed: bool | None) -> tuple[float, int]:
        """The score, and who stands before it."""
        now = list(alike)
        if passed is not None:
            now[number] = with_play(alike[number], recipe, passed=passed)
        ranked = recommend(unrelated, with_tasks(tallied(plays), now), "api", now)
        return of(ranked, recipe.name).score, names(ranked).index(recipe.name)

    score, place = after(passed=None)
    better, worse = after(passed=True), after(passed=False)
    assert better[0] >= score - 1e-9
    assert worse[0] <= score + 1e-9
    if abs(better[0] - score) > 1e-9:
        assert better[1] <= place
    if abs(worse[0] - score) > 1e-9:
        assert worse[1] >= place


@given(PLAYS, PLAYS, st.sampled_from(sorted(RECIPES)), st.sampled_from(TYPES), st.booleans())
def test_so_it_is_where_some_plays_hung_on_how_others_did(
    fairly: dict[tuple[str, int], tuple[int, int]],
    unfairly: dict[tuple[str, int], tuple[int, int]],
    key: int,
    task_type: str,
    fair: bool,
) -> None:
    known = both(tallied(fairly), tallied(unfairly, fair=False))
    recipe = RECIPES[key]

    def score(more: Counts) -> float:
        now = both(known, {recipe: {task_type: more}})
        return of(recommend(ROSTER, now, "api"), recipe.name).score

    before = score(Counts())
    assert score(done(1, 1, fair=fair)) >= before - 1e-9
    assert score(done(1, 0, fair=fair)) <= before + 1e-9


def test_where_enough_was_played_fairly_nothing_else_counts() -> None:
    unfair = tallied({("api", 3): (100, 100)}, fair=False)
    enough = of(recommend(ROSTER, both(tallied({("api", 3): (3, 10)}), unfair), "api"), "large")
    assert enough.interval == interval(3, 10)
    assert (enough.own.plays, enough.own.is_unfair) == (110, False)
    few = of(recommend(ROSTER, both(tallied({("api", 3): (3, 4)}), unfair), "api"), "large")
    assert few.interval == interval(9, 10), "six are missing, and taken from the others"
    assert few.own.is_unfair
    none = of(recommend(ROSTER, unfair, "api"), "large")
    assert none.interval == interval(10, 10)


@given(PLAYS, alike_tasks(st.floats(0, LIKE, exclude_max=True)))
def test_tasks_that_are_hardly_like_it_change_nothing(
    plays: dict[tuple[str, int], tuple[int, int]], alike: list[AlikeTask]
) -> None:
    assert recommend(ROSTER, tallied(plays), "api", alike) == recommend(
        ROSTER, tallied(plays), "api"
    )


@given(PLAYS, alike_tasks(same=True), st.randoms())
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


@given(PLAYS, alike_tasks(same=True))
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


def test_two_passes_of_the_very_same_prompt_are_two() -> None:
    same = AlikeTask("a", "api", 1.0, {RECIPES[3]: TaskCounts(plays=2, passes=2)}, is_same=True)
    one = of(recommend(ROSTER, of_tasks({("api", 3): [(2, 2)]}), "api", [same]), "large")
    assert one.interval == pytest.approx(interval(2, 2))
    assert one.score == pytest.approx(interval(2 * ALIKE, 2 * ALIKE)[0])


def test_two_passes_of_a_task_that_is_only_like_it_are_one() -> None:
    like = AlikeTask("a", "api", 1.0, {RECIPES[3]: TaskCounts(plays=2, passes=2)})
    one = of(recommend(ROSTER, of_tasks({("api", 3): [(2, 2)]}), "api", [like]), "large")
    assert one.interval == pytest.approx(interval(1, 1))
    assert one.score == pytest.approx(interval(ALIKE, ALIKE)[0])


def test_each_task_counts_once_by_the_most_that_speaks_for_it() -> None:
    """As one of its type or of another, or as one that is so much like it."""
    known = of_tasks({("parsing", 3): [(0, 4)], ("api", 3): [(4, 4)]})
    like = AlikeTask("a", "parsing", 1.0, {RECIPES[3]: TaskCounts(plays=4)})
    liked = of(recommend(ROSTER, known, "api", [like]), "large")
    assert liked.success_rate == pytest.approx(1 / (1 + ALIKE))
    unlike = of(recommend(ROSTER, known, "api"), "large")
    assert unlike.success_rate == pytest.approx(1 / (1 + SHARE))
    own = AlikeTask("b", "api", 1.0, {RECIPES[3]: TaskCounts(plays=4, passes=4)})
    liked = of(recommend(ROSTER, known, "api", [own]), "large")
    assert liked.success_rate == pytest.approx(ALIKE / (ALIKE + SHARE))
    same = of(recommend(ROSTER, known, "api", [own._replace(is_same=True)]), "large")
    assert same.success_rate == pytest.approx(4 * ALIKE / (4 * ALIKE + SHARE))


OFTEN = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 4)).map(lambda one: (min(one), one[1])),
    max_size=20,
)


@given(OFTEN, OFTEN, OFTEN, st.integers(2, 20))
def test_that_tasks_are_played_more_often_with_the_same_success_tells_no_more(
    own: list[tuple[int, int]],
    elsewhere: list[tuple[int, int]],
    relatives: list[tuple[int, int]],
    times: int,
) -> None:
    tasks = {("api", 1): own, ("parsing", 1): elsewhere, ("api", 2): relatives}
    again = {
        who: [(passes * times, plays * times) for passes, plays in some]
        for who, some in tasks.items()
    }
    once = of(recommend(ROSTER, of_tasks(tasks), "api"), "small")
    often = of(recommend(ROSTER, of_tasks(again), "api"), "small")
    assert often.interval == pytest.approx(once.interval)
    assert often.score == pytest.approx(once.score)
    assert often.sureness is once.sureness


def test_fifty_passes_of_one_task_are_not_sure() -> None:
    one = of(recommend(ROSTER, of_tasks({("api", 3): [(50, 50)]}), "api"), "large")
    assert one.interval == interval(1, 1)
    assert one.sureness is Sureness.HARDLY


@pytest.mark.parametrize(("tasks", "plays"), [(60, 1), (20, 3), (10, 10), (5, 20)])
def test_intervals_hold_the_rate_of_a_type_however_often_its_tasks_were_played(
    tasks: int, plays: int
) -> None:
    """Tasks are of all difficulties: the chances to pass them lie evenly from 0 to 1."""
    lots, held = Random(f"{tasks} {plays}"), 0
    for _ in range(400):
        chances = [lots.random() for _ in range(tasks)]
        played = [(sum(lots.random() < one for _ in range(plays)), plays) for one in chances]
        low, high = of(recommend(ROSTER, of_tasks({("api", 3): played}), "api"), "large").interval
        held += low <= 0.5 <= high
    assert held >= 0.92 * 400


@pytest.mark.parametrize("own", [0, 5, 20])
def test_intervals_hold_the_rate_of_a_type_of_which_little_is_known(own: int) -> None:
    """A thousand tasks of another type were played, from which this one differs."""
    lots, held = Random(f"own {own}"), 0
    for _ in range(400):
        there = lots.gauss(0.5, 1)
        rate, here = (1 / (1 + math.exp(-one)) for one in (there, there + lots.gauss(0, 1)))
        passes = sum(lots.random() < here for _ in range(own))
        known = tallied({("api", 3): (passes, own), ("parsing", 3): (round(1000 * rate), 1000)})
        low, high = of(recommend(ROSTER, known, "api"), "large").interval
        held += low <= here <= high
    assert held >= 0.9 * 400


@given(counts(), counts(), st.integers(1, 200))
def test_beside_plays_of_the_very_prompt_others_make_it_little_surer(
    own: tuple[int, int], elsewhere: tuple[int, int], plays: int
) -> None:
    same = [AlikeTask("a", "api", 1.0, {RECIPES[3]: TaskCounts(plays, plays)}, is_same=True)]
    known = with_tasks(tallied({("api", 3): own, ("parsing", 3): elsewhere}), same)
    one = of(recommend(ROSTER, known, "api", same), "large")
    assert one.success_rate is not None
    most = plays + SURE_STRENGTH
    low, high = interval(one.success_rate * most, most)
    assert one.interval[0] <= low + 1e-9
    assert one.interval[1] >= high - 1e-9


def test_what_the_very_prompt_says_weighs_most() -> None:
    """Who failed it fifty times isn't recommended for it, however good elsewhere."""
    known = {("api", 3): (180, 200), ("api", 4): (160, 200)}
    played = {RECIPES[3]: TaskCounts(50, 0), RECIPES[4]: TaskCounts(50, 50)}
    same = [AlikeTask("a", "api", 1.0, played, is_same=True)]
    ranked = recommend(ROSTER, with_tasks(tallied(known), same), "api", same)
    assert names(ranked)[0] == "other"
    like = [one._replace(is_same=False) for one in same]
    assert names(recommend(ROSTER, with_tasks(tallied(known), like), "api", like))[0] == "large"


def test_who_always_failed_stands_behind_whom_nobody_knows() -> None:
    ranked = recommend(ROSTER, tallied({("api", 1): (0, 200), ("api", 4): (0, 2)}), "api")
    assert names(ranked) == ["large", "other", "small-hot", "small"]
    assert {one.score for one in ranked} == {0.0}


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
