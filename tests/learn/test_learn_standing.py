"""Standings are pooled from tallies and tournaments, in whatever way they are told apart."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.learn.standing import (
    By,
    Rating,
    Recipe,
    Tallies,
    Tally,
    Tournaments,
    deviation,
    records,
    standings,
)

RECIPES = {
    key: Recipe(name=f"g{key % 3}", model=f"m{key % 2}", temperature=key % 2 / 2)
    for key in range(1, 6)
}
KEYS = st.sampled_from(sorted(RECIPES))
TYPES = st.sampled_from(["api", "parsing"])


@st.composite
def tallied(draw: st.DrawFn) -> Tally:
    plays = draw(st.integers(1, 50))
    return Tally(
        plays=plays,
        passes=draw(st.integers(0, plays)),
        judged=draw(st.integers(0, plays)),
        generation_s=draw(st.floats(0, 100)),
        generated=plays,
    )


@st.composite
def tournaments(draw: st.DrawFn) -> Tournaments:
    field = draw(st.frozensets(KEYS, min_size=1))
    return Tournaments(
        task_type=draw(TYPES),
        field=field,
        untold=draw(st.frozensets(KEYS, max_size=2)),
        winner=draw(st.none() | st.sampled_from(sorted(field))),
        number=draw(st.integers(1, 9)),
    )


@st.composite
def histories(draw: st.DrawFn) -> Tallies:
    played = draw(st.lists(tournaments(), max_size=6))
    plays = {(one.task_type, key): draw(tallied()) for one in played for key in sorted(one.field)}
    return Tallies(recipes=RECIPES, plays=plays, tournaments=tuple(played))


@given(histories(), st.sampled_from(By))
def test_bounds(history: Tallies, by: By) -> None:
    played: dict[str, int] = {}
    for one in history.tournaments:
        played[one.task_type] = played.get(one.task_type, 0) + one.number
    for record in records(history, by):
        assert 0 <= record.wins <= record.runs <= played[record.task_type]
        assert 0 <= record.passes <= record.plays
        low, high = record.interval
        assert low <= record.success_rate <= high
        assert (record.win_rate is None) == (record.runs == 0)


@given(histories(), st.sampled_from(By))
def test_nothing_is_lost_or_counted_twice(history: Tallies, by: By) -> None:
    found = records(history, by)
    assert sum(one.plays for one in found) == sum(t.plays for t in history.plays.values())
    assert sum(one.passes for one in found) == sum(t.passes for t in history.plays.values())
    won = sum(one.number for one in history.tournaments if one.winner is not None)
    assert sum(one.wins for one in found) <= won
    if not any(one.untold for one in history.tournaments):
        assert sum(one.wins for one in found) == won


@given(histories(), st.sampled_from(By))
def test_the_order_of_what_is_counted_makes_no_difference(history: Tallies, by: By) -> None:
    turned = Tallies(
        recipes=history.recipes,
        plays=dict(reversed(list(history.plays.items()))),
        tournaments=history.tournaments[::-1],
    )
    ours, theirs = records(history, by), records(turned, by)
    assert [(o.task_type, o.generator, o.plays, o.runs, o.wins) for o in ours] == [
        (t.task_type, t.generator, t.plays, t.runs, t.wins) for t in theirs
    ]


def test_a_model_plays_once_in_a_tournament_whatever_it_played_with() -> None:
    one = Tournaments(
        task_type="api", field=frozenset({1, 3}), untold=frozenset(), winner=3, number=4
    )
    played = Tallies(
        recipes=RECIPES,
        plays={("api", 1): Tally(plays=4, passes=1), ("api", 3): Tally(plays=4, passes=3)},
        tournaments=(one,),
    )
    rating = Rating(mu=30.0, sigma=2.0)
    (record,) = records(played, By.MODEL, {("api", ("m1",)): rating})
    assert (record.generator, record.model, record.temperature) == (None, "m1", 0.5)
    assert (record.plays, record.passes, record.runs, record.wins) == (8, 4, 4, 4)
    assert record.rating is rating
    first, second = records(played, By.GENERATOR)
    assert (first.generator, first.wins, first.runs) == ("g0", 4, 4)
    assert (second.generator, second.wins, second.win_rate) == ("g1", 0, 0.0)


def test_energy_is_of_what_was_metered_and_ratings_are_of_whatever_was_rated() -> None:
    plays = {
        ("api", 1): Tally(plays=9, passes=6, energy_j=300.0, metered=4, metered_passes=2),
        ("api", 2): Tally(plays=3, energy_j=100.0, metered=2, rating=0.5, ratings=1),
        ("api", 4): Tally(rating=1.5, ratings=2),
    }
    history = Tallies(recipes=RECIPES, plays=plays, tournaments=())
    one, other = records(history)
    assert (one.metered, one.energy_j_per_pass, one.ratings, one.mean_rating) == (4, 150.0, 0, None)
    assert (other.metered, other.energy_j_per_pass, other.mean_rating) == (2, None, 0.5)
    (pooled,) = records(history, By.TASK_TYPE)
    assert (pooled.plays, pooled.metered, pooled.energy_j_per_pass) == (12, 6, 200.0)
    assert (pooled.ratings, pooled.mean_rating) == (3, 2 / 3)


def test_who_has_an_answer_of_before_has_no_tournament() -> None:
    one = Tournaments(
        task_type="api", field=frozenset({1, 2}), untold=frozenset({1}), winner=1, number=2
    )
    plays = {("api", 1): Tally(plays=1), ("api", 2): Tally(plays=1)}
    played = Tallies(recipes=RECIPES, plays=plays, tournaments=(one,))
    found = {record.generator: record for record in records(played)}
    assert (found["g1"].runs, found["g1"].wins, found["g1"].win_rate) == (0, 0, None)
    assert (found["g2"].runs, found["g2"].wins) == (2, 0)
    assert standings(played)["api"][RECIPES[2]].runs == 2


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50))
def test_the_standard_deviation_is_the_samples(values: list[float]) -> None:
    found = deviation(sum(values), sum(value * value for value in values), len(values))
    assert found == pytest.approx(statistics.stdev(values), abs=1e-6)


def test_what_was_not_measured_is_none() -> None:
    played = Tallies(recipes=RECIPES, plays={("api", 1): Tally(plays=2)}, tournaments=())
    (record,) = records(played)
    assert (record.mean_load_s, record.mean_tokens_per_s) == (None, None)
    assert (record.generation_s_per_pass, record.tokens_per_pass) == (None, None)
    assert (record.rating, record.win_rate) == (None, None)


def test_a_single_lucky_play_doesnt_come_before_a_proven_record() -> None:
    lucky, proven, poor = 1, 2, 3
    played = Tallies(
        recipes=RECIPES,
        plays={
            ("api", lucky): Tally(plays=1, passes=1),
            ("api", proven): Tally(plays=40, passes=30),
            ("api", poor): Tally(plays=40, passes=4),
        },
        tournaments=(
            Tournaments(
                task_type="api",
                field=frozenset({lucky, poor}),
                untold=frozenset(),
                winner=lucky,
                number=1,
            ),
        ),
    )
    ranked = [one.passes for one in records(played, By.GENERATOR)]
    assert ranked == [30, 1, 4]
