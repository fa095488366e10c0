"""Feedback on recorded runs, and what it does to weights."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from paragen.app.feedback import (
    all_changes,
    all_learned,
    blind_pair,
    need_something,
    prefer,
    rate,
    reset,
    undo,
    valid,
)
from paragen.domain.candidate import Candidate, Scores
from paragen.domain.errors import UsageError
from paragen.domain.status import Status
from paragen.learn.feedback import Rating
from paragen.store.connection import connect
from paragen.store.recorder import Recorder
from tests.store import build


def made(name: str, quality: float, speed: float, code: str) -> Candidate:
    scores = Scores(evaluator=None, quality=quality, speed=speed, combined=quality)
    return replace(build.candidate(name), scores=scores, code=code)


SOUND = made("sound", 0.9, 0.5, "x = 1")
FAST = made("fast", 0.5, 0.9, "x = 2")
BROKEN = replace(build.candidate("broken", Status.NO_CODE), scores=None, code=None)
RUN = build.run("run-a", SOUND, FAST, BROKEN, winner="sound", task_type="general")


@pytest.fixture
def history(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(Recorder(tmp_path / "h.db", settings={})) as recorder:
        for event in build.events(RUN):
            recorder(event)
        assert recorder.failure is None
    with closing(connect(tmp_path / "h.db", write=True)) as connection:
        yield connection


def quality(history: sqlite3.Connection, task_type: str = "general") -> float:
    (found,) = all_learned(history, task_type)
    return found.weights.quality


def test_a_rating_and_its_replacement(history: sqlite3.Connection) -> None:
    first = rate(history, RUN, SOUND, 0.0)
    assert not first.replaced
    assert (first.before.quality, first.after.quality) == pytest.approx((0.7, 0.635))
    again = rate(history, RUN, SOUND, 0.4, note="")
    assert again.replaced
    assert (again.before.quality, again.after.quality) == pytest.approx((0.635, 0.65))
    assert again.entry.note is None
    assert isinstance(again.entry.said, Rating)
    assert again.entry.said.weights == RUN.criteria.weights
    assert not rate(history, RUN, FAST, 0.4).replaced


def test_a_candidate_without_scores_can_be_rated_and_moves_nothing(
    history: sqlite3.Connection,
) -> None:
    given = rate(history, RUN, BROKEN, 0.0)
    assert given.before == given.after
    (found,) = all_learned(history, "general")
    assert (found.adjustments, len(found.changes)) == (0, 1)


def test_a_preference_moves_weights_where_they_rank_otherwise(history: sqlite3.Connection) -> None:
    agreed = prefer(history, RUN, SOUND, FAST)
    assert agreed.before == agreed.after
    other = prefer(history, RUN, FAST, SOUND)
    assert other.replaced
    assert other.after.quality == pytest.approx(0.7 + 0.1 * (0.5 - 0.7))


def test_the_log_is_undone_one_by_one_to_the_beginning(history: sqlite3.Connection) -> None:
    rate(history, RUN, SOUND, 0.4)
    rate(history, RUN, SOUND, 0.2)
    rate(history, RUN, FAST, 0.4)
    before = quality(history)
    reset(history, None)
    assert quality(history) == 0.7
    log = [change for _, change in all_changes(history)]
    assert [change.before.quality for change in log[1:]] == [c.after.quality for c in log[:-1]]
    assert [type(change.entry.said).__name__ for change in log] == ["Rating", "Rating", "Reset"]
    after = []
    for _ in range(4):
        undo(history, None)
        after.append(quality(history))
    assert after[0] == before
    assert after[1] == log[0].after.quality
    assert after[2:] == pytest.approx([0.65, 0.7])
    with pytest.raises(UsageError, match="No feedback is recorded"):
        undo(history, None)


def test_those_who_undo_at_once_take_back_one_each(
    history: sqlite3.Connection, tmp_path: Path
) -> None:
    for rating in (0.2, 0.3, 0.4):
        rate(history, replace(RUN, run_id=f"run-{rating}"), SOUND, rating)
    everyone = Barrier(6)

    def take_back(_: int) -> str | None:
        with closing(connect(tmp_path / "h.db", write=True)) as connection:
            everyone.wait()
            try:
                return undo(connection, None).id
            except UsageError:
                return None

    with ThreadPoolExecutor(6) as threads:
        taken_back = list(threads.map(take_back, range(6)))
    assert taken_back.count(None) == 3, "there is nothing more"
    assert len(set(taken_back)) == 4
    assert quality(history) == 0.7


def test_a_reset_of_all_is_not_undone_for_one_type(history: sqlite3.Connection) -> None:
    rate(history, RUN, SOUND, 0.4)
    reset(history, None)
    with pytest.raises(UsageError, match="a reset of all task types"):
        undo(history, "general")
    undo(history, None)
    reset(history, "general")
    undo(history, "general")
    assert quality(history) == pytest.approx(0.65)
    with pytest.raises(UsageError, match="No feedback of task type api"):
        need_something(history, "api")


def test_every_type_that_was_played_has_weights(history: sqlite3.Connection) -> None:
    assert [one.task_type for one in all_learned(history)] == ["general"]
    rate(history, replace(RUN, task=replace(RUN.task, task_type="api")), SOUND, 0.4)
    assert [one.task_type for one in all_learned(history)] == ["api", "general"]
    assert quality(history) == 0.7
    assert quality(history, "api") == pytest.approx(0.785)


def test_pairs_that_were_compared_come_last(history: sqlite3.Connection) -> None:
    third = made("third", 0.4, 0.4, "x = 3")
    run = replace(RUN, ranking=(SOUND, FAST, third))
    assert blind_pair(history, run) == (SOUND, FAST)
    prefer(history, run, FAST, SOUND)
    assert blind_pair(history, run) == (SOUND, third)
    assert blind_pair(history, replace(run, run_id="run-b")) == (SOUND, FAST)
    undo(history, None)
    assert blind_pair(history, run) == (SOUND, FAST)
    with pytest.raises(UsageError, match="no two different programs"):
        blind_pair(history, replace(RUN, ranking=(SOUND, BROKEN)))


@pytest.mark.parametrize("rating", [1.01, -0.01, float("nan"), float("inf")])
def test_a_rating_is_from_0_to_1(history: sqlite3.Connection, rating: float) -> None:
    with pytest.raises(UsageError, match="from 0"):
        rate(history, RUN, SOUND, rating)
    assert valid(0) == 0
    assert valid(1) == 1
