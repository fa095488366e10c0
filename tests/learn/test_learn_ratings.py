"""Ratings: who places better is rated better, and what doesn't matter changes nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.learn.ratings import places, rate
from paragen.learn.standing import Rating

PLAYERS = st.sampled_from("abcdef")
REWARDS = st.dictionaries(PLAYERS, st.sampled_from([0.0, 0.25, 0.5, 0.9]), max_size=6)


@given(REWARDS, st.none() | PLAYERS)
def test_places(rewards: dict[str, float], winner: str | None) -> None:
    found = places(rewards, winner)
    assert found.keys() == rewards.keys()
    assert sorted(set(found.values())) == list(range(len(set(found.values()))))
    if winner in found:
        assert [who for who, place in found.items() if place == 0] == [winner]
    for one in rewards.keys() - {winner}:
        for other in rewards.keys() - {winner}:
            assert (found[one] < found[other]) == (rewards[one] > rewards[other])


@given(st.lists(REWARDS.map(places), max_size=8))
@settings(max_examples=50)
def test_games_may_be_rated_a_few_at_a_time(games: list[dict[str, int]]) -> None:
    half = len(games) // 2
    assert rate(rate({}, games[:half]), games[half:]) == rate({}, games)
    turned = [dict(reversed(game.items())) for game in games]
    assert rate({}, turned) == rate({}, games), "players have no order within a game"


def test_a_game_of_one_says_nothing() -> None:
    assert rate({}, [{"a": 0}, {}]) == {}
    before = {"a": Rating(mu=30.0, sigma=3.0)}
    assert rate(before, [{"a": 0}]) == before


def test_a_first_game_of_two_is_what_openskill_says() -> None:
    found = rate({}, [{"a": 0, "b": 1}])
    assert found["a"].mu == pytest.approx(27.6352, abs=1e-3)
    assert found["b"].mu == pytest.approx(22.3648, abs=1e-3)
    assert found["a"].sigma < 25 / 3


def test_true_strengths_come_out_in_their_order() -> None:
    lots = random.Random(7)
    strengths = {"weak": 0.2, "fair": 0.5, "good": 0.8}
    games = [
        places({who: float(lots.random() < chance) for who, chance in strengths.items()})
        for _ in range(300)
    ]
    found = rate({}, games)
    assert found["weak"].mu < found["fair"].mu < found["good"].mu
    assert all(one.sigma < 4 for one in found.values())
