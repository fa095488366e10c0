"""What counts as evidence: standings and costs, and that answers given before count nowhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.events import CandidateEnded, ModelLoaded, RunStarted
from paragen.domain.generator import Answer
from paragen.domain.standing import Standing
from paragen.domain.status import Status
from paragen.learn.feedback import Rating, Undo
from paragen.store import feedback
from paragen.store.connection import connect
from paragen.store.costs import SeenCost, seen_costs
from paragen.store.queries import history, stats
from paragen.store.recorder import Recorder
from paragen.store.standings import standings
from paragen.store.tallies import LOADED_S
from tests.store import build


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connect(path, write=True).close()
    connection = connect(path, write=False)
    yield connection
    connection.close()


def cached(candidate: Candidate) -> Candidate:
    assert candidate.answer is not None
    return replace(candidate, answer=replace(candidate.answer, cached=True))


def test_a_standing_is_what_the_plays_were(path: Path, connection: sqlite3.Connection) -> None:
    played = [build.candidate(f"g#{n}", s, generator="g") for n, s in enumerate(Status)]
    rival = build.candidate("rival", combined=0.9)
    build.record(
        path,
        build.run("r1", *played, rival, winner="rival"),
        build.run("r2", played[0], winner="g#0"),
        build.run("r3", played[0], winner="g#0", task_type="parsing"),
    )
    rewards = [one.reward for one in [*played, played[0]] if one.reward is not None]
    assert standings(connection, "utilities") == {
        "g": Standing(
            plays=len(rewards),
            passes=2,
            runs=1,
            wins=0,
            mean_reward=sum(rewards) / len(rewards),
            tasks=1,
            task_rate=round(2 / len(rewards), 12),
        ),
        "rival": Standing(
            plays=1, passes=1, runs=1, wins=1, mean_reward=rival.reward, tasks=1, task_rate=1.0
        ),
    }
    assert set(standings(connection, "parsing")) == {"g"}
    assert standings(connection, "none such") == {}


def test_energy_is_summed_over_the_plays_that_were_metered(
    path: Path, connection: sqlite3.Connection
) -> None:
    def metered(candidate: Candidate, energy_j: float) -> Candidate:
        assert candidate.answer is not None
        return replace(candidate, answer=replace(candidate.answer, energy_j=energy_j))

    build.record(
        path,
        build.run(
            "r1",
            metered(build.candidate("g#0", generator="g"), 100.0),
            metered(build.candidate("g#1", Status.FAILED, generator="g"), 40.0),
            build.candidate("g#2", generator="g"),
            metered(build.candidate("h"), 0.0),
        ),
    )
    one, other = sorted(stats(connection), key=lambda row: row.generator or "")
    assert (one.plays, one.passes, one.metered, one.energy_j_per_pass) == (3, 2, 2, 140.0)
    assert (other.metered, other.energy_j_per_pass) == (1, 0.0), "nothing is not unknown"


def test_what_users_rated_counts_as_it_was_said_last(
    path: Path, connection: sqlite3.Connection
) -> None:
    build.record(
        path,
        build.run("r1", build.candidate("a"), build.candidate("b", Status.ERROR)),
        build.run("r2", build.candidate("a"), started_at="2026-02-01T00:00:00+00:00"),
        build.run("r3", build.candidate("a"), task_type="parsing"),
    )

    def rate(run: str, candidate: str, rating: float) -> str:
        said = Rating(rating=rating, scored=None, weights=build.WEIGHTS)
        entry = feedback.new_entry(said, run=run, candidates=(candidate,))
        with closing(connect(path, write=True)) as writing:
            return feedback.add(writing, entry)[-1].id

    def said(
        task_type: str | None = None, since: str | None = None
    ) -> dict[str, tuple[int, float | None]]:
        found = stats(connection, task_type=task_type, since=since)
        return {row.task_type: (row.ratings, row.mean_rating) for row in found}

    assert said() == {"utilities": (0, None), "parsing": (0, None)}
    rate("r1", "a", 0.0)
    rate("r1", "a", 1.0)
    last = rate("r2", "a", 0.5)
    rate("r1", "b", 0.1)
    rate("gone", "a", 0.1)
    assert said() == {"utilities": (2, 0.75), "parsing": (0, None)}, "b has no play, so no standing"
    assert said(since="2026-01-15") == {"utilities": (1, 0.5)}
    assert said(task_type="parsing") == {"parsing": (0, None)}
    with closing(connect(path, write=True)) as writing:
        feedback.add(writing, feedback.new_entry(Undo(undone=last)))
    assert said()["utilities"] == (1, 1.0)


def test_a_name_that_stood_for_another_recipe_has_no_standing_of_it(
    path: Path, connection: sqlite3.Connection
) -> None:
    warm = build.candidate("b", generator="g", temperature=0.9)
    cold = build.candidate("a", generator="g", temperature=0)
    build.record(path, build.run("r1", cold, warm, winner="b"))
    generator = warm.attempt.instance.generator
    assert standings(connection, "utilities")["g"].plays == 2
    assert standings(connection, "utilities", generators=[generator])["g"].plays == 1
    other = replace(generator, model="another")
    assert standings(connection, "utilities", generators=[other]) == {}


def test_untested_tasks_are_no_evidence(path: Path, connection: sqlite3.Connection) -> None:
    played = build.run("r1", build.candidate("g"), winner="g")
    build.record(path, replace(played, task=replace(played.task, tests=())))
    assert standings(connection, "utilities") == {}


def test_answers_given_before_count_nowhere(path: Path, connection: sqlite3.Connection) -> None:
    new = build.candidate("new", generator="g")
    old = cached(build.candidate("old", generator="g"))
    rival = build.candidate("rival")
    build.record(path, build.run("r1", new, rival, winner="new"))
    before = stats(connection), standings(connection, "utilities"), seen_costs(connection)
    assert before[1]["g"] == Standing(
        plays=1, passes=1, runs=1, wins=1, mean_reward=0.75, tasks=1, task_rate=1.0
    )
    build.record(path, build.run("r2", old, cached(rival), winner="old"))
    assert (
        stats(connection),
        standings(connection, "utilities"),
        seen_costs(connection),
    ) == before
    assert [row.cached for row in history(connection, limit=5)] == [2, 0]


@pytest.mark.parametrize("winner", ["new", "old", "rival"])
def test_a_tournament_with_an_old_answer_says_nothing_of_its_generators_wins(
    path: Path, connection: sqlite3.Connection, winner: str
) -> None:
    new = build.candidate("new", generator="g")
    old = cached(build.candidate("old", generator="g"))
    build.record(path, build.run("r1", new, old, build.candidate("rival"), winner=winner))
    found = {row.generator: row for row in stats(connection)}
    assert (found["g"].plays, found["g"].passes) == (1, 1)
    assert (found["g"].runs, found["g"].wins, found["g"].win_rate) == (0, 0, None)
    assert (found["rival"].runs, found["rival"].wins) == (1, winner == "rival")
    assert standings(connection, "utilities")["g"].runs == 0


def answered(
    name: str, *, load_s: float = 0.0, decode_s: float = 2.0, model: str = "coder:7b"
) -> Candidate:
    made = build.candidate(name, decode_s=decode_s)
    assert made.answer is not None
    generator = replace(made.attempt.instance.generator, model=model)
    return replace(
        made,
        attempt=replace(made.attempt, instance=replace(made.attempt.instance, generator=generator)),
        answer=replace(made.answer, load_s=load_s),
    )


def test_costs_are_means_by_host_model_and_context(
    path: Path, connection: sqlite3.Connection
) -> None:
    elsewhere = replace(answered("d", decode_s=8.0), host="gpu1")
    build.record(
        path,
        build.run(
            "r1",
            answered("a", load_s=9.0, decode_s=2.0),
            answered("b", load_s=LOADED_S / 2, decode_s=4.0),
            answered("c", model="other"),
            elsewhere,
        ),
    )
    assert seen_costs(connection) == (
        SeenCost(
            host="gpu0",
            model="coder:7b",
            num_ctx=8192,
            load_s=9.0,
            generation_s=3.5,
            tokens_per_s=37.5,
            completion_tokens=100,
            samples=2,
        ),
        SeenCost(
            host="gpu0",
            model="other:latest",
            num_ctx=8192,
            load_s=None,
            generation_s=2.5,
            tokens_per_s=50.0,
            completion_tokens=100,
            samples=1,
        ),
        SeenCost(
            host="gpu1",
            model="coder:7b",
            num_ctx=8192,
            load_s=None,
            generation_s=8.5,
            tokens_per_s=12.5,
            completion_tokens=100,
            samples=1,
        ),
    )


def test_loads_of_their_own_are_costs_too(path: Path, connection: sqlite3.Connection) -> None:
    recorder = Recorder(path, on_failure=pytest.fail)
    for load_s in (4.0, 0.0, 9.0, 90.0):
        recorder(ModelLoaded(host="gpu0", model="coder:7b", num_ctx=8192, load_s=load_s))
    recorder(ModelLoaded(host="gpu0", model="new", num_ctx=4096, load_s=7.0))
    recorder(RunStarted(run=build.run("r1"), planned=1))
    recorder(CandidateEnded(run_id="r1", candidate=answered("a", load_s=8.0)))
    recorder.close()
    seen, new = seen_costs(connection)
    assert (seen.load_s, seen.samples) == (8.0, 1)
    assert (new.model, new.num_ctx, new.load_s) == ("new:latest", 4096, 7.0)
    assert (new.generation_s, new.tokens_per_s, new.completion_tokens) == (None, None, None)
    assert new.samples == 0


def test_answers_that_broke_off_or_were_not_measured_are_no_costs(
    path: Path, connection: sqlite3.Connection
) -> None:
    broken = replace(answered("a"), status=Status.ERROR)
    unmeasured = replace(answered("b"), answer=Answer(text="x"))
    not_judged = replace(answered("c"), status=Status.NOT_JUDGED)
    build.record(path, build.run("r1", broken, unmeasured))
    assert seen_costs(connection) == ()
    build.record(path, build.run("r2", not_judged))
    assert [one.samples for one in seen_costs(connection)] == [1]
