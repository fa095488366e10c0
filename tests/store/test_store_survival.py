"""A recording process is killed again and again, at any moment, until its session is over."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from paragen.store.connection import connect
from paragen.store.locks import is_played
from paragen.store.queries import history, load_run
from paragen.store.resume import Unfinished, unfinished
from tests.store import player

ROOT = Path(__file__).resolve().parents[2]
PLAY = [sys.executable, "-m", "tests.store.player"]


def told_until_killed(database: Path, events: int, seconds: float) -> list[str]:
    """What a process says was committed that lives for so many events, and seconds after them."""
    ended = subprocess.run(
        [*PLAY, str(database), str(events), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert ended.returncode in (0, -signal.SIGALRM)
    # The last line may be cut off; what was committed before it was told all the same.
    return [line.strip() for line in ended.stdout.splitlines(keepends=True) if line[-1] == "\n"]


def check(database: Path, told: list[str]) -> bool:
    """Everything that must hold of what is on record; whether the session is over."""
    with closing(connect(database, write=False)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        (sessions,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
        if not sessions:
            assert told == []
            return False
        found = unfinished(connection, player.SESSION, ended=True)
        assert found is not None
        assert not is_played(database, found.session_key)
        check_session(found, told)
        states = {row.run_id: row.state for row in history(connection, limit=9)}
    assert set(states.values()) <= {"unfinished", "ended"}
    assert all(states[line.split()[1]] == "ended" for line in told if line.startswith("over"))
    return all(one.ended for one in found.runs)


def check_session(found: Unfinished, told: list[str]) -> None:
    assert {one.run_id: one.plan for one in found.runs} == player.plans()
    for one in found.runs:
        ids = [attempt.id for attempt in one.attempts]
        assert ids == [f"c{n}" for n in range(1, len(ids) + 1)]
        assert [attempt.instance for attempt in one.attempts] == list(one.plan.roster[: len(ids)])
        ended = [candidate.id for candidate in one.candidates]
        assert set(ended) <= set(ids)
        assert list(one.candidates) == [player.outcome(c.attempt) for c in one.candidates]
        for kind, known in (("asked", ids), ("ended", ended)):
            of_run = [line.split() for line in told if line.startswith(f"{kind} {one.run_id} ")]
            assert {words[2] for words in of_run} <= set(known)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_it_goes_on_and_ends_like_an_undisturbed_one(
    tmp_path: Path, seed: int
) -> None:
    lots = random.Random(seed)
    undisturbed, disturbed = tmp_path / "undisturbed.db", tmp_path / "disturbed.db"
    subprocess.run([*PLAY, str(undisturbed)], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    kills = 0
    while not check(
        disturbed, told_until_killed(disturbed, lots.randrange(1, 30), lots.uniform(1e-6, 1e-3))
    ):
        kills += 1
    assert kills > 1
    with (
        closing(connect(undisturbed, write=False)) as one,
        closing(connect(disturbed, write=False)) as other,
    ):
        for run_id in player.plans():
            assert load_run(other, run_id) == load_run(one, run_id)
        found, expected = (unfinished(c, player.SESSION, ended=True) for c in (other, one))
        assert found is not None
        assert expected is not None
        assert [run.attempts for run in found.runs] == [run.attempts for run in expected.runs]
        assert [run.candidates for run in found.runs] == [run.candidates for run in expected.runs]


@pytest.mark.parametrize("events", [1, 20])
def test_killed_once_it_goes_on_with_what_is_missing(tmp_path: Path, events: int) -> None:
    database = tmp_path / "h.db"
    told = told_until_killed(database, events, 1e-4)
    over = check(database, told)
    rest = subprocess.run(
        [*PLAY, str(database)], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout.splitlines()
    assert over or not {line for line in rest if line.startswith("ended")} & set(told)
    assert over or check(database, [*told, *rest])
