"""Experts in the history: kept, merged, and followed; tasks and generators to search from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.candidate import Fault
from paragen.domain.generator import Generator
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.learn.evolve import played_in
from paragen.learn.experts import Since
from paragen.learn.standing import Recipe
from paragen.store import experts as experts_module
from paragen.store.connection import connect
from paragen.store.experts import (
    add_expert,
    expert_records,
    experts,
    final_count,
    tried_recipes,
)
from paragen.store.jsonl import lines
from paragen.store.merge import merge
from paragen.store.pairs import tallies_of
from paragen.store.recorded import (
    recorded_generators,
    recorded_names,
    recorded_tasks,
    task_counts,
)
from paragen.store.recorder import Recorder
from paragen.store.tallies import tallies
from tests.store import build

EVOLVED = "2026-02-01T00:00:00.000Z"
EXPERT = Generator(
    name="api-expert-1", model="coder:7b", temperature=0.7, tags=("expert", "api"), system="a\nb"
)
RIVAL = Generator(name="a", model="coder:7b", temperature=0.1)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "h.db", write=True)) as connection:
        yield connection


def keep(connection: sqlite3.Connection, generator: Generator = EXPERT) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experts_module, "now", lambda: EVOLVED)
        add_expert(
            connection,
            generator,
            RIVAL,
            task_type="api",
            measure="passes",
            plays=10,
            passes=9,
            seed=3,
            session="s1",
            evolved_from=("a", "b@0.1"),
        )


def play(
    connection: sqlite3.Connection,
    task: str,
    at: str,
    *played: tuple[Generator, bool],
    task_type: str = "api",
) -> Run:
    """Record a tournament on a task."""
    ended = tuple(
        replace(
            one,
            attempt=replace(one.attempt, instance=replace(one.attempt.instance, generator=who)),
        )
        for who, passed in played
        for one in [build.candidate(who.name, Status.PASSED if passed else Status.FAILED)]
    )
    run = build.run(f"r-{task}-{at}", *ended, task_type=task_type, started_at=at)
    run = replace(run, task=replace(run.task, sha256=task, name=f"{task} of {at}"))
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    recorder = Recorder(Path(file), on_failure=pytest.fail)
    for event in build.events(run):
        recorder(event)
    recorder.close()
    return run


def test_an_expert_comes_back(history: sqlite3.Connection) -> None:
    assert experts(history) == ()
    keep(history)
    (one,) = experts(history)
    assert one.recipe == Recipe("api-expert-1", "coder:7b", 0.7)
    assert one.rival == Recipe("a", "coder:7b", 0.1)
    assert (one.evolved_at, one.evolved_from) == (EVOLVED, ("a", "b@0.1"))
    assert one.success_rate == 0.9
    assert experts(history, task_type="api") == (one,)
    assert experts(history, task_type="other") == ()
    assert recorded_names(history) == {"api-expert-1"}


def test_found_again_in_the_same_session_it_is_kept_once(history: sqlite3.Connection) -> None:
    keep(history)
    keep(history)
    assert len(experts(history)) == 1


def test_it_comes_with_a_merge_once(history: sqlite3.Connection, tmp_path: Path) -> None:
    keep(history)
    other = tmp_path / "other.db"
    with closing(connect(other, write=True)) as connection:
        keep(connection, replace(EXPERT, temperature=0.8))
    assert merge(history, other).rows["experts"] == 1
    assert merge(history, other).rows["experts"] == 0
    assert {one.recipe.temperature for one in experts(history)} == {0.7, 0.8}
    assert sum('{"experts":' in line for line in lines(history)) == 2


@pytest.mark.parametrize(
    ("own", "rival", "since"),
    [
        ((), (), Since.UNPLAYED),
        ((True,) * 8, (False,) * 8, Since.HOLDS),
        ((False,) * 8, (True,) * 8, Since.WORSE),
        ((False,) * 8, (False,) * 8, Since.FALLEN),
    ],
)
def test_only_what_was_played_since_counts(
    history: sqlite3.Connection, own: Sequence[bool], rival: Sequence[bool], since: Since
) -> None:
    keep(history)
    for number in range(8):  # the other way round, and before
        play(history, f"t{number}", "2026-01-05T00:00:00.000Z", (EXPERT, False), (RIVAL, True))
    for number, (one, other) in enumerate(zip(own, rival, strict=True)):
        play(history, f"t{number}", "2026-03-05T00:00:00.000Z", (EXPERT, one), (RIVAL, other))
    play(history, "o", "2026-03-05T00:00:00.000Z", (EXPERT, False), task_type="other")
    (found,) = expert_records(history)
    assert found.since is since
    assert found.plays == len(own)
    assert expert_records(history, task_type="other") == ()


def test_what_was_tried_and_not_kept(history: sqlite3.Connection) -> None:
    bred = Generator(name="api-evolved-0123abcd", model="m", temperature=0.2, tags=("offspring",))
    lost = replace(EXPERT, name="api-expert-2")
    mine = Generator(name="mine", model="m", tags=("expert",))
    play(history, "t", EVOLVED, (bred, True), (lost, True), (EXPERT, True), (mine, True))
    assert len(tried_recipes(history)) == 3
    keep(history)
    assert tried_recipes(history) == {
        Recipe(bred.name, "m", 0.2),
        Recipe("api-expert-2", "coder:7b", 0.7),
    }


def test_a_search_counts_as_the_history_does(history: sqlite3.Connection) -> None:
    runs = [
        play(
            history, f"t{n % 3}", f"2026-03-0{n + 1}T00:00:00.000Z", (EXPERT, n > 1), (RIVAL, n < 3)
        )
        for n in range(5)
    ]
    fault = build.candidate("x", Status.ERROR)
    runs.append(replace(runs[0], ranking=(fault,)))
    answer = runs[0].ranking[0].answer
    assert answer is not None
    cached = replace(runs[0].ranking[0], answer=replace(answer, cached=True))
    runs.append(replace(runs[0], ranking=(cached,)))
    played = played_in(runs)
    assert set(played) == {"api-expert-1", "a"}
    assert {one.unended for one in played.values()} == {0}
    for generator in (EXPERT, RIVAL):
        recipe = Recipe(generator.name, generator.model, generator.temperature)
        found = {task: tally for task, _, tally in tallies_of(history, recipe)}
        assert played[generator.name].tallies == found
        assert played[generator.name].rewards.keys() == found.keys()


@pytest.mark.parametrize(
    ("kind", "unended"),
    [("truncated", 1), ("empty_after_thinking", 1), ("generation_timeout", 1), ("hanging", 0)],
)
def test_an_answer_without_an_end_is_no_play_but_a_task_that_was_not_done(
    history: sqlite3.Connection, kind: str, unended: int
) -> None:
    at = "2026-03-01T00:00:00.000Z"
    runs = [play(history, task, at, (EXPERT, True)) for task in ("t1", "t2")]
    (one,) = runs[0].ranking
    cut = replace(one, status=Status.ERROR, scores=None, error=Fault(kind=kind, message="so far"))
    both = [replace(run, ranking=(cut,)) for run in runs]
    found = played_in([*both[:1], runs[1], *both[1:]])["api-expert-1"]
    assert (set(found.tallies), found.unended) == ({"t2"}, unended)


def test_how_often_somebody_came_to_a_final(history: sqlite3.Connection) -> None:
    assert final_count(history, "api") == 0
    other = replace(EXPERT, name="api-expert-2")
    bred = replace(EXPERT, name="api-evolved-0123abcd", tags=("offspring", "api"))
    mine = replace(EXPERT, name="mine")
    for number, task_type in enumerate(("api", "sql")):
        at = f"2026-03-0{number + 1}T00:00:00.000Z"
        play(history, "t", at, *((one, True) for one in (EXPERT, other, bred, mine, RIVAL)))
        assert final_count(history, task_type) == (2 if task_type == "api" else 0)
    play(history, "t", "2026-04-01T00:00:00.000Z", (replace(other, top_k=9), True))
    assert final_count(history, "api") == 2, "a user's change of an expert is no other"


def test_tasks_as_they_were_played_last(history: sqlite3.Connection) -> None:
    first = play(history, "t1", "2026-01-05T00:00:00.000Z", (RIVAL, True))
    last = play(history, "t1", "2026-01-07T00:00:00.000Z", (RIVAL, True))
    play(history, "t1", "2026-01-06T00:00:00.000Z", (RIVAL, True))
    other = play(history, "t2", "2026-01-05T00:00:00.000Z", (RIVAL, True))
    play(history, "t3", "2026-01-05T00:00:00.000Z", (RIVAL, True), task_type="any")
    assert first.task != last.task
    assert recorded_tasks(history, "api") == (last.task, other.task)
    assert list(task_counts(history).items()) == [("api", 2), ("any", 1)], "the most first"
    history.execute("UPDATE runs SET tests = '[]' WHERE task_sha256 = 't2'")
    assert recorded_tasks(history, "api") == (last.task,), "what has no tests proves nothing"
    assert all(isinstance(one, Task) for one in recorded_tasks(history, "any"))


def test_whole_generators_the_last_first(history: sqlite3.Connection) -> None:
    play(history, "t1", "2026-01-05T00:00:00.000Z", (RIVAL, True))
    play(history, "t1", "2026-01-06T00:00:00.000Z", (EXPERT, True))
    keys = {key for _, key in tallies(history).plays}
    assert recorded_generators(history, keys) == (EXPERT, RIVAL)
    assert recorded_generators(history, ()) == ()
