"""What a comparison finds, where the truth is known."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from statistics import fmean

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from paragen.learn import bootstrap
from paragen.learn.paired import Finding, Measure, TaskTally, compare, is_worse, more_tasks


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The intervals have tests of their own."""
    monkeypatch.setattr(bootstrap, "RESAMPLES", 200)
    monkeypatch.setattr(bootstrap, "FEWEST", 100)


def tallies(*passes: int, plays: int = 1) -> Mapping[str, TaskTally]:
    return {str(task): TaskTally(plays=plays, passes=one) for task, one in enumerate(passes)}


one_tally = st.integers(1, 5).flatmap(
    lambda plays: st.builds(
        TaskTally,
        plays=st.just(plays),
        passes=st.integers(0, plays),
        quality=st.floats(0, plays),
        speed=st.floats(0, plays),
        quality_weight=st.floats(0, 1),
        timed=st.just(plays),
        generation_s=st.just(0.0) | st.floats(1e-6, 100),
    )
)
records = st.dictionaries(st.sampled_from("abcdefgh"), one_tally)


def test_one_that_passes_what_the_other_does_not_is_better() -> None:
    found = compare(tallies(*[1] * 8), tallies(*[0] * 8))
    assert found.finding is Finding.BETTER
    assert found.pass_rate is not None
    assert (found.pass_rate.first, found.pass_rate.second) == (1, 0)
    assert found.pass_rate.p_value == pytest.approx(2 / 2**8)
    assert found.pass_rate.interval is None, "all the same: resampling says nothing"
    assert (found.ahead, found.behind, found.level, found.more_tasks) == (8, 0, 0, None)
    assert compare(tallies(*[0] * 8), tallies(*[1] * 8)).finding is Finding.WORSE


def test_five_tasks_never_decide() -> None:
    found = compare(tallies(*[1] * 5), tallies(*[0] * 5))
    assert found.finding is Finding.UNDECIDED
    assert found.more_tasks == 1, "six of one kind do"


def test_only_common_tasks_count() -> None:
    first = {"x": TaskTally(plays=1, passes=1), "y": TaskTally(plays=2, passes=1)}
    second = {"y": TaskTally(plays=4, passes=1), "z": TaskTally(plays=1, passes=0)}
    found = compare(first, second)
    assert (found.tasks, found.only_first, found.only_second) == (1, 1, 1)
    assert found.pass_rate is not None
    assert found.pass_rate.difference == pytest.approx(0.25)
    none = compare({"x": first["x"]}, second)
    assert (none.finding, none.pass_rate, none.score, none.speed) == (
        Finding.NO_TASKS,
        None,
        None,
        None,
    )


def test_instances_of_a_task_are_one_observation() -> None:
    # Ten identical answers to one task, at temperature 0, are no evidence of ten tasks.
    once = compare(tallies(1, 1, 0), tallies(0, 0, 1))
    often = compare(tallies(10, 10, 0, plays=10), tallies(0, 0, 10, plays=10))
    assert once.pass_rate == often.pass_rate
    assert once.more_tasks == often.more_tasks


def test_equal_shares_are_a_tie() -> None:
    first = {"x": TaskTally(plays=3, passes=1), "y": TaskTally(plays=7, passes=2)}
    second = {"x": TaskTally(plays=6, passes=2), "y": TaskTally(plays=14, passes=4)}
    found = compare(first, second)
    assert (found.level, found.more_tasks) == (2, None)


def test_one_play_is_compared_fairly_with_many() -> None:
    """Of two that are equally good, neither is found to be better too often."""
    lots = random.Random(2)
    wrong = 0
    for _ in range(150):
        chances = [lots.choice((0.3, 0.6, 0.9)) for _ in range(40)]
        first = {
            str(n): TaskTally(plays=1, passes=lots.random() < p) for n, p in enumerate(chances)
        }
        second = {
            str(n): TaskTally(plays=6, passes=sum(lots.random() < p for _ in range(6)))
            for n, p in enumerate(chances)
        }
        wrong += compare(first, second).finding is not Finding.UNDECIDED
    assert wrong <= 15, "5 % are 7"


@pytest.mark.parametrize(
    ("tasks", "plays", "chance"), [(30, (10, 1), 0.95), (30, (1, 10), 0.95), (60, (1, 20), 0.98)]
)
def test_unequal_plays_raise_no_false_alarms(
    tasks: int, plays: tuple[int, int], chance: float
) -> None:
    """Where most pass, one play that fails is far off, and ten that fail a little aren't."""
    lots = random.Random(7)
    wrong = 0
    for _ in range(120):
        first, second = (
            {
                str(n): TaskTally(
                    plays=times, passes=sum(lots.random() < chance for _ in [0] * times)
                )
                for n in range(tasks)
            }
            for times in plays
        )
        found = compare(first, second).finding
        wrong += found is not Finding.UNDECIDED
        assert is_worse(first, second, by=Measure.PASSES) == (found is Finding.WORSE)
    assert wrong <= 10, "5 % are 6"


def test_unequal_plays_still_tell_what_is_so() -> None:
    lots = random.Random(8)
    told = 0
    for _ in range(60):
        first = {
            str(n): TaskTally(plays=10, passes=sum(lots.random() < 0.6 for _ in range(10)))
            for n in range(30)
        }
        second = {str(n): TaskTally(plays=1, passes=lots.random() < 0.9) for n in range(30)}
        told += is_worse(first, second, by=Measure.PASSES)
    assert told >= 50


def test_a_long_history_of_any_numbers_of_plays_is_compared() -> None:
    """The common unit of their rates is too large for a float."""
    lots = random.Random(1)
    first, second = (
        {
            str(n): TaskTally(plays=times, passes=sum(lots.random() < 0.5 for _ in range(times)))
            for n in range(200)
            for times in [lots.randint(100, 700)]
        }
        for _ in range(2)
    )
    found = compare(first, second)
    assert found.finding is Finding.UNDECIDED
    assert found.more_tasks is not None
    assert not is_worse(first, second, by=Measure.PASSES)


def test_scores_are_taken_with_the_same_weights() -> None:
    first = {"x": TaskTally(plays=2, passes=2, quality=1.8, speed=0.4, quality_weight=0.75)}
    second = {"x": TaskTally(plays=1, passes=1, quality=0.9, speed=0.2, quality_weight=0.1)}
    score = compare(first, second).score
    assert score is not None
    assert score.first == pytest.approx(0.75 * 0.9 + 0.25 * 0.2)
    assert score.difference == pytest.approx(0)


def test_the_score_decides_where_that_is_asked_for() -> None:
    good = {str(n): TaskTally(plays=1, passes=1, quality=0.9, speed=0.9) for n in range(12)}
    poor = {str(n): TaskTally(plays=1, passes=1, quality=0.5, speed=0.6) for n in range(12)}
    assert compare(good, poor).finding is Finding.UNDECIDED
    found = compare(good, poor, by=Measure.SCORE)
    assert found.finding is Finding.BETTER
    assert found.deciding == found.score
    assert compare(poor, good, by=Measure.SCORE).finding is Finding.WORSE


def test_speed_is_a_mean_of_ratios() -> None:
    def timed(*seconds: float) -> Mapping[str, TaskTally]:
        return {
            str(n): TaskTally(plays=2, passes=1, timed=2 if s else 0, generation_s=2 * s)
            for n, s in enumerate(seconds)
        }

    speed = compare(timed(1, 2, 4, 0, 3), timed(2, 4, 4, 5, 0)).speed
    assert speed is not None
    assert speed.tasks == 3, "both were timed"
    assert speed.ratio == pytest.approx(4 ** (1 / 3))
    logs = [math.log(2), math.log(2), 0.0]
    assert speed.error == pytest.approx(speed.ratio * stats.sem(logs))
    assert speed.interval is not None
    assert speed.interval[0] <= speed.ratio <= speed.interval[1]
    once = compare(timed(1), timed(3)).speed
    assert once is not None
    assert once.ratio == pytest.approx(3)
    assert once.error is None
    assert once.interval is None


@given(records, records, st.sampled_from(Measure))
@settings(max_examples=40, deadline=None)
def test_the_other_way_round_it_says_the_opposite(
    first: Mapping[str, TaskTally], second: Mapping[str, TaskTally], by: Measure
) -> None:
    found, turned = compare(first, second, by=by), compare(second, first, by=by)
    assert (found.ahead, found.behind, found.level) == (turned.behind, turned.ahead, turned.level)
    assert found.ahead + found.behind + found.level == found.tasks
    if found.pass_rate is None or turned.pass_rate is None:
        assert found.finding is turned.finding is Finding.NO_TASKS
        return
    assert found.pass_rate.p_value == pytest.approx(turned.pass_rate.p_value)
    assert found.pass_rate.difference == pytest.approx(-turned.pass_rate.difference)
    if by is Measure.PASSES:
        opposite = {Finding.BETTER: Finding.WORSE, Finding.WORSE: Finding.BETTER}
        assert turned.finding is opposite.get(found.finding, found.finding)
        assert found.more_tasks == turned.more_tasks
    if found.speed is not None and turned.speed is not None:
        assert found.speed.ratio * turned.speed.ratio == pytest.approx(1)


@given(records, records, st.sampled_from(Measure))
@example(tallies(*[0] * 6), tallies(*[1] * 6), Measure.PASSES)
@example(tallies(*[0] * 5), tallies(*[1] * 5), Measure.PASSES)
@example(tallies(*[1] * 6), tallies(*[0] * 6), Measure.PASSES)
@example(tallies(*[0] * 6), tallies(*[1] * 6), Measure.SCORE)
@settings(max_examples=60, deadline=None)
def test_whether_it_is_worse_is_what_comparing_finds(
    first: Mapping[str, TaskTally], second: Mapping[str, TaskTally], by: Measure
) -> None:
    assert is_worse(first, second, by=by) == (compare(first, second, by=by).finding == "worse")


@given(records, records)
@settings(max_examples=25, deadline=None)
def test_the_order_of_tasks_does_not_matter(
    first: Mapping[str, TaskTally], second: Mapping[str, TaskTally]
) -> None:
    one, other = (dict(reversed(list(some.items()))) for some in (first, second))
    assert compare(one, other) == compare(first, second)


class TestMoreTasks:
    @pytest.mark.parametrize(("ahead", "behind", "level"), [(9, 4, 7), (5, 3, 32), (14, 6, 10)])
    def test_so_many_would_tell_with_the_chance_that_is_said(
        self, ahead: int, behind: int, level: int
    ) -> None:
        steps = [1] * ahead + [-1] * behind + [0] * level
        assert stats.binomtest(ahead, ahead + behind).pvalue > 0.05
        more = more_tasks(steps)
        assert more is not None
        assert 0.7 < power(ahead / len(steps), behind / len(steps), len(steps) + more) < 0.9

    def test_as_many_as_the_exact_test_needs(self) -> None:
        assert more_tasks([1] * 3) == 3
        assert more_tasks([1, 1, 1, 1, 0]) == 3, "four of five tell something: 8 hold six"

    def test_where_plays_are_unequal_it_counts_what_chance_does(self) -> None:
        """One passed its one play on each of 30 tasks, the other 9 of 10 on a third of them."""
        first, second = tallies(*[10] * 20, *[9] * 10, plays=10), tallies(*[1] * 30)
        found = compare(first, second)
        assert found.finding is Finding.UNDECIDED
        assert found.more_tasks is not None
        assert 50 < found.more_tasks < 150
        times = (30 + found.more_tasks) / 30
        more = round(20 * times), round(10 * times)
        told = compare(
            tallies(*[10] * more[0], *[9] * more[1], plays=10), tallies(*[1] * sum(more))
        )
        assert told.finding is Finding.WORSE

    def test_the_unit_may_be_larger_than_any_float(self) -> None:
        steps = [3, -1, 0, 2, -2]
        assert more_tasks([one * 10**400 for one in steps]) == more_tasks(steps)

    def test_where_nothing_is_to_be_seen_nothing_is_promised(self) -> None:
        assert more_tasks([0] * 9) is None
        assert more_tasks([1, -1, 0]) is None

    @given(st.lists(st.integers(-4, 4), min_size=1, max_size=30))
    def test_at_least_one_and_the_same_in_any_unit(self, steps: list[int]) -> None:
        more = more_tasks(steps)
        assert more == more_tasks([-3 * one for one in steps])
        assert more is None or more >= 1


def power(ahead: float, behind: float, tasks: int) -> float:
    """How often McNemar's exact test tells, over so many tasks with these chances."""
    telling = stats.binom(tasks, ahead + behind)
    share = ahead / (ahead + behind)
    found = []
    for count in range(tasks + 1):
        ends = stats.binom(count, 0.5)
        critical = int(ends.ppf(0.025)) - 1 if count else -1
        while critical + 1 <= count and 2 * ends.cdf(critical + 1) <= 0.05:
            critical += 1
        tails = stats.binom(count, share)
        tells = tails.cdf(critical) + tails.sf(count - critical - 1) if critical >= 0 else 0.0
        found.append(float(telling.pmf(count)) * float(tells))
    return fmean(found) * len(found)
