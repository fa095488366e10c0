"""How weights follow what people say."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paragen.domain.tournament import Weights
from paragen.learn.feedback import LEARNING_RATE, LEAST, MOST, Preference, Rating, Scored, moved

shares = st.floats(0, 1)
scored = st.builds(Scored, quality=shares, speed=shares)
weights = st.floats(LEAST, MOST).map(lambda quality: Weights(quality=quality, speed=1 - quality))
ratings = st.builds(Rating, rating=shares, scored=st.none() | scored, weights=weights)
preferences = st.builds(Preference, preferred=st.none() | scored, other=st.none() | scored)

SOUND_AND_SLOW = Scored(quality=0.85, speed=0.65)
HASTY = Scored(quality=0.2, speed=1.0)
BALANCED = Weights(quality=0.7, speed=0.3)
EVEN = Weights(quality=0.5, speed=0.5)


def rated(rating: float, scored: Scored = SOUND_AND_SLOW, by: Weights = BALANCED) -> Rating:
    return Rating(rating=rating, scored=scored, weights=by)


def value(scored: Scored, quality: float) -> float:
    return quality * scored.quality + (1 - quality) * scored.speed


def test_the_worked_example() -> None:
    assert LEARNING_RATE == 0.1
    after = moved(BALANCED, rated(0.4))
    assert (after.quality, after.speed) == pytest.approx((0.65, 0.35), abs=1e-12)


def test_a_rating_moves_what_carried_the_choice() -> None:
    assert moved(EVEN, rated(0.0)).quality < 0.5 < moved(EVEN, rated(1.0)).quality
    hasty = [moved(EVEN, rated(rating, HASTY, EVEN)).quality for rating in (0.0, 1.0)]
    assert hasty[0] > 0.5 > hasty[1]
    for_quality = Weights(quality=0.9, speed=0.1)
    assert moved(EVEN, rated(1.0, HASTY, for_quality)).quality > 0.5, "by the weights of its run"


def test_a_rating_without_scores_moves_nothing() -> None:
    assert moved(BALANCED, Rating(rating=0.0, scored=None, weights=BALANCED)) == BALANCED


@given(weights, st.lists(ratings | preferences, max_size=60))
def test_weights_add_up_to_1_and_neither_reaches_0(
    start: Weights, said: list[Rating | Preference]
) -> None:
    now = start
    for one in said:
        now = moved(now, one)
        assert now.quality + now.speed == pytest.approx(1, abs=1e-12)
        assert LEAST - 1e-12 <= now.quality <= MOST + 1e-12


@given(weights, ratings)
def test_the_same_rating_again_and_again_converges_without_overshooting(
    start: Weights, said: Rating
) -> None:
    path = [start.quality]
    for _ in range(400):
        path.append(moved(Weights(quality=path[-1], speed=1 - path[-1]), said).quality)
    end = path[-1]
    assert path[-2] == pytest.approx(end, abs=1e-9)
    distances = [abs(quality - end) for quality in path]
    assert all(later <= sooner + 1e-12 for sooner, later in pairwise(distances))
    assert all((quality - end) * (start.quality - end) >= -1e-9 for quality in path)
    assert distances[21] <= 0.13 * distances[0] + 1e-9


@given(weights, shares, scored)
@example(BALANCED, 0.3, Scored(quality=0.6, speed=0.6))
def test_weights_converge_where_each_choice_is_made_by_the_last_ones(
    start: Weights, rating: float, candidate: Scored
) -> None:
    """They come to what the rating says, or to where neither carries the choice, and stay."""
    now, path = start, [start.quality]
    for _ in range(400):
        now = moved(now, rated(rating, candidate, now))
        path.append(now.quality)
    assert path[-2] == pytest.approx(path[-1], abs=1e-9)
    steps = [later - sooner for sooner, later in pairwise(path)]
    assert all(step >= 0 for step in steps) or all(step <= 0 for step in steps), "on one way"


def test_what_neither_carried_moves_nothing() -> None:
    even = Scored(quality=0.6, speed=0.6)
    assert moved(BALANCED, rated(0.0, even, EVEN)) == BALANCED
    nothing = Scored(quality=0.0, speed=0.0)
    assert moved(BALANCED, rated(0.0, nothing)) == BALANCED


@given(weights, shares, shares, scored, weights)
def test_a_better_rating_gives_no_less_to_what_carried_the_choice(
    start: Weights, one: float, other: float, candidate: Scored, by: Weights
) -> None:
    low, high = (
        moved(start, rated(rating, candidate, by)).quality for rating in sorted((one, other))
    )
    by_quality = by.quality * candidate.quality >= by.speed * candidate.speed
    assert (low <= high) if by_quality else (low >= high)


@given(weights, st.floats(LEAST, MOST), st.lists(st.tuples(scored, scored), max_size=30))
def test_preferences_never_lead_away_from_the_weights_that_they_come_from(
    start: Weights, truth: float, shown: list[tuple[Scored, Scored]]
) -> None:
    now = start
    for pair in shown:
        preferred, other = sorted(pair, key=lambda one: value(one, truth), reverse=True)
        if value(preferred, truth) <= value(other, truth) + 1e-9:
            continue
        after = moved(now, Preference(preferred=preferred, other=other))
        assert abs(after.quality - truth) <= abs(now.quality - truth) + 1e-9
        now = after


@given(weights, st.floats(LEAST, MOST), scored, scored)
def test_a_preference_repeated_is_agreed_with_in_the_end(
    start: Weights, truth: float, one: Scored, other: Scored
) -> None:
    better, worse = sorted((one, other), key=lambda each: value(each, truth), reverse=True)
    now = start
    for _ in range(300):
        now = moved(now, Preference(preferred=better, other=worse))
    assert value(better, now.quality) >= value(worse, now.quality) - 1e-6


def test_a_preference_without_a_trade_off_says_nothing_of_weights() -> None:
    for other in (Scored(quality=0.5, speed=0.5), Scored(quality=0.9, speed=0.9), SOUND_AND_SLOW):
        assert moved(EVEN, Preference(preferred=SOUND_AND_SLOW, other=other)) == EVEN
    assert moved(EVEN, Preference(preferred=None, other=HASTY)) == EVEN
    assert moved(EVEN, Preference(preferred=HASTY, other=SOUND_AND_SLOW)).quality < 0.5


def by_rating(field: list[Scored], now: Weights, truth: float) -> Rating:
    chosen = max(field, key=lambda one: value(one, now.quality))
    return Rating(rating=value(chosen, truth), scored=chosen, weights=now)


def by_preference(field: list[Scored], now: Weights, truth: float) -> Preference:
    two = sorted(field, key=lambda one: value(one, now.quality))[-2:]
    worse, better = sorted(two, key=lambda one: value(one, truth))
    return Preference(preferred=better, other=worse)


@pytest.mark.parametrize("says", [by_rating, by_preference])
@pytest.mark.parametrize("truth", [0.1, 0.2, 0.3, 0.9])
def test_what_is_learned_chooses_better_for_those_who_said_it(
    says: Callable[[list[Scored], Weights, float], Rating | Preference], truth: float
) -> None:
    """In simulated tournaments, people who value quality by `truth` say what they think."""
    chance = random.Random(5)
    now, gained = BALANCED, 0.0
    for _ in range(400):
        field = [
            Scored(quality=chance.uniform(0.5, 1), speed=chance.uniform(0, 1)) for _ in range(5)
        ]
        by_learned = max(field, key=lambda one: value(one, now.quality))
        by_own = max(field, key=lambda one: value(one, BALANCED.quality))
        gained += value(by_learned, truth) - value(by_own, truth)
        now = moved(now, says(field, now, truth))
    assert gained > 1
    assert abs(now.quality - truth) < abs(BALANCED.quality - truth)
