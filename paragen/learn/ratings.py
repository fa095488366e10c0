"""Ratings by placements in tournaments of many players: Plackett-Luce, as openskill has it.

Weng and Lin 2011, "A Bayesian Approximation Method for Online Ranking", algorithm 4. Each
tournament moves its players' ratings, so the order of tournaments matters: they are to be given in
one that doesn't depend on how they came into a history.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from openskill.models import PlackettLuce

from paragen.learn.standing import Rating

Who = TypeVar("Who", bound=Hashable)


def places(rewards: Mapping[Who, float], winner: Who | None = None) -> dict[Who, int]:
    """Places by what each player brought on average, 0 the first; equals share one.

    The winner, where it is one of them, is alone in the first.
    """
    values = {who: float("inf") if who == winner else reward for who, reward in rewards.items()}
    order = sorted(set(values.values()), reverse=True)
    return {who: order.index(value) for who, value in values.items()}


def rate(before: Mapping[Who, Rating], games: Iterable[Mapping[Who, int]]) -> dict[Who, Rating]:
    """The ratings after some games, each given as its players' places.

    A game of fewer than two players says nothing. Players who are first seen begin with
    openskill's mu of 25 and sigma of 25/3. The order of players within a game makes no difference.
    """
    model = PlackettLuce()
    players = {who: model.rating(mu=one.mu, sigma=one.sigma) for who, one in before.items()}
    for game in games:
        if len(game) < 2:
            continue
        field = sorted(game, key=repr)
        teams = [[players.get(who) or model.rating()] for who in field]
        after = model.rate(teams, ranks=[float(game[who]) for who in field])
        players.update((who, team[0]) for who, team in zip(field, after, strict=True))
    return {who: Rating(mu=one.mu, sigma=one.sigma) for who, one in players.items()}
