"""Ratings, kept in a table and brought up to date with what was played since.

A rating depends on the order of the games. What is in it is known by the moment of the last one,
and by how many tournaments there were until then; where a merge brought older ones, or a
preference was taken back, the task type's ratings are made anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from operator import add
from pathlib import Path

from paragen.domain.errors import StoreError
from paragen.learn.standing import PLAYERS, By, Player, Rating, Ratings, Recipe
from paragen.store.connection import connect
from paragen.store.errors import clear_errors
from paragen.store.games import Game, Showing, preferences, tournaments
from paragen.store.rows import file_of, rows, snapshot, transaction
from paragen.store.tallies import recipes

RATED = (By.GENERATOR, By.MODEL, By.TEMPERATURE)
"""Whose ratings are kept; a task type has nobody to play against."""
RULES = "2"
"""Which tournaments are games, and who is placed where: ratings by older rules are made anew."""
FEW = 20
"""So many tournaments are rated on the way, at the end of one; more wait until ratings are read."""

STATE = """
SELECT r.task_type, coalesce(d.through, '') AS through, coalesce(d.runs, 0) AS rated,
       coalesce(d.preferences, '') AS preferences, max(r.ended_at) AS last,
       count(*) FILTER (WHERE r.ended_at <= d.through) AS until, count(*) AS ended
FROM runs AS r LEFT JOIN rated AS d ON d.task_type = r.task_type
WHERE r.state = 'ended' AND {which}
GROUP BY r.task_type
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """A task type whose ratings aren't up to date: what is in them, and what is to be.

    `after` is the moment of the last game that is in them, "" where they are to be made anew.
    """

    task_type: str
    after: str
    lacking: int
    through: str
    ended: int
    said: tuple[Game, ...]


def ratings(connection: sqlite3.Connection, by: By) -> Ratings:
    """All ratings of those who are told apart so, up to date; raises StoreError.

    What wasn't yet is kept too, where the database can be written.
    """
    if by not in RATED:
        return {}
    with snapshot(connection):
        found = {
            (row["task_type"], _player(row["player"])): Rating(mu=row["mu"], sigma=row["sigma"])
            for row in rows(connection, "SELECT * FROM ratings WHERE grouping = ?", [by.value])
        }
        made = [(state, _rated(connection, state)) for state in _lacking(connection)]
    for state, new in made:
        found = {who: one for who, one in found.items() if who[0] != state.task_type}
        found |= {(state.task_type, who): one for who, one in new[by].items()}
    if made:
        with suppress(StoreError):  # they are made again where they can't be kept
            _keep_all(file_of(connection), made)
    return found


def rate_few(connection: sqlite3.Connection, task_type: str) -> None:
    """Bring a task type's ratings up to date, where they lack no more than a few tournaments.

    To be called within a transaction; raises StoreError.
    """
    for state in _lacking(connection, task_type):
        if state.lacking <= FEW:
            _keep(connection, state, _rated(connection, state))


def _lacking(connection: sqlite3.Connection, task_type: str | None = None) -> Sequence[_State]:
    """The task types whose ratings aren't up to date."""
    which = "true" if task_type is None else "r.task_type = :task_type"
    found = rows(connection, STATE.format(which=which), {"task_type": task_type})
    said = preferences(connection) if found else {}
    states = []
    for row in found:
        games = said.get(row["task_type"], ())
        through = max([row["last"], *(game.at for game in games)])
        kept = row["until"] == row["rated"] and row["preferences"] == _digest(
            game.id for game in games if game.at <= row["through"]
        )
        if not kept or through > row["through"]:
            states.append(
                _State(
                    task_type=row["task_type"],
                    after=row["through"] if kept else "",
                    lacking=row["ended"] - (row["rated"] if kept else 0),
                    through=through,
                    ended=row["ended"],
                    said=games,
                )
            )
    return states


_ByPlayers = Mapping[By, Mapping[Player, Rating]]


def _rated(connection: sqlite3.Connection, state: _State) -> _ByPlayers:
    """A task type's ratings with all games that they lacked."""
    games = tournaments(connection, state.task_type, after=state.after)
    games += [game for game in state.said if game.at > state.after]
    games.sort(key=lambda game: (game.at, game.id))
    known = recipes(connection)
    return {by: _after_games(_before(connection, state, by), games, by, known) for by in RATED}


def _before(connection: sqlite3.Connection, state: _State, by: By) -> Mapping[Player, Rating]:
    if not state.after:
        return {}
    statement = "SELECT * FROM ratings WHERE grouping = ? AND task_type = ?"
    return {
        _player(row["player"]): Rating(mu=row["mu"], sigma=row["sigma"])
        for row in rows(connection, statement, [by.value, state.task_type])
    }


def _after_games(
    before: Mapping[Player, Rating], games: Iterable[Game], by: By, known: Mapping[int, Recipe]
) -> Mapping[Player, Rating]:
    played = [_rewards(game, by, known) for game in games]
    played = [(rewards, winner) for rewards, winner in played if len(rewards) > 1]
    if not played:
        return before
    # Only here: standings are read without it where nothing is to be rated.
    from paragen.learn.ratings import places, rate

    return rate(before, (places(rewards, winner) for rewards, winner in played))


def _rewards(
    game: Game, by: By, known: Mapping[int, Recipe]
) -> tuple[Mapping[Player, float], Player | None]:
    """What each player's plays brought on average, of whom the game says something; and who won.

    The winner has the best copy. Where one has more copies than another, which are lots, that says
    nothing, and nobody counts as the winner.
    """
    untold = {PLAYERS[by](known[key]) for key in game.untold}
    found: dict[Player, Showing] = {}
    for key, showing in game.showings.items():
        player = PLAYERS[by](known[key])
        if player not in untold:
            found[player] = Showing(*map(add, found.get(player, Showing(0, 0, 0.0)), showing))
    is_even = len({showing.plays for showing in found.values()}) == 1
    winner = None if game.winner is None or not is_even else PLAYERS[by](known[game.winner])
    return {player: one.rewards / one.counted for player, one in found.items()}, winner


def _keep(connection: sqlite3.Connection, state: _State, new: _ByPlayers) -> None:
    with clear_errors(file_of(connection)):
        connection.execute("DELETE FROM ratings WHERE task_type = ?", [state.task_type])
        connection.executemany(
            "INSERT INTO ratings (task_type, grouping, player, mu, sigma) VALUES (?, ?, ?, ?, ?)",
            (
                (state.task_type, by.value, json.dumps(player), one.mu, one.sigma)
                for by, of_players in new.items()
                for player, one in of_players.items()
            ),
        )
        connection.execute(
            "INSERT OR REPLACE INTO rated (task_type, through, runs, preferences) "
            "VALUES (?, ?, ?, ?)",
            [state.task_type, state.through, state.ended, _digest(game.id for game in state.said)],
        )


def _keep_all(path: Path, made: Iterable[tuple[_State, _ByPlayers]]) -> None:
    with (
        closing(connect(path, write=True)) as connection,
        clear_errors(path),
        transaction(connection),
    ):
        for state, new in made:
            _keep(connection, state, new)


def _player(written: str) -> Player:
    return tuple(json.loads(written))


def _digest(ids: Iterable[str]) -> str:
    """By which rules ratings are made, and which preferences are in them, briefly."""
    joined = " ".join(sorted(ids))
    if not joined:
        return RULES
    from hashlib import sha256

    return f"{RULES} {sha256(joined.encode()).hexdigest()}"
