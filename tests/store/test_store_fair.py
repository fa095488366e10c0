"""Which plays count for what: fair ones, others, and answers that came to no end."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.candidate import Candidate, Fault
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.domain.tournament import Run
from paragen.learn.standing import FAIR_ENOUGH, Basis, By, Recipe, Record
from paragen.store import lately, writer
from paragen.store import ratings as module
from paragen.store.connection import connect
from paragen.store.evidence import evidence
from paragen.store.lately import trends
from paragen.store.pairs import record as record_of
from paragen.store.pairs import tallies_of, unfair_tasks
from paragen.store.queries import stats, stats_without
from paragen.store.ratings import ratings
from paragen.store.standings import standings
from tests.store import build
from tests.store.histories import Shelf

FAIR_MODES = [
    ("all", {}, {0, 1}),
    ("bandit", {}, {0}),
    ("bandit", {"policy": "ucb1", "enough": "0"}, {0}),
    ("bandit", {"enough": 0.0, "c": 2.0}, {0}),
    ("prune", {"variant": "halving"}, {0}),
]
UNFAIR_MODES = [
    ("race", {}),
    ("quorum", {}),
    ("escalate", {"tiers": "a;b"}),
    ("adaptive", {}),
    ("bandit", {"policy": "thompson"}),
    ("bandit", {"enough": "0.7"}),
    ("prune", {"enough": 0.7}),
    ("of a later version", {}),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = (f"2026-01-01T{n // 60:02d}:{n % 60:02d}:00.000Z" for n in itertools.count())
    monkeypatch.setattr(writer, "now", lambda: next(moments))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("fair"))


def copy(
    name: str,
    number: int = 0,
    status: Status = Status.PASSED,
    *,
    combined: float = 0.5,
    temperature: float = 0.3,
) -> Candidate:
    made = build.candidate(
        f"{name}#{number}", status, generator=name, combined=combined, temperature=temperature
    )
    return replace(
        made, attempt=replace(made.attempt, instance=replace(made.attempt.instance, copy=number))
    )


_numbers = itertools.count()


def run(
    *candidates: Candidate,
    mode: str = "all",
    options: Mapping[str, object] | None = None,
    winner: str | None = None,
    task: str = "t",
) -> Run:
    made = build.run(f"r{next(_numbers)}", *candidates, winner=winner)
    return replace(
        made, mode=mode, mode_options=options or {}, task=replace(made.task, sha256=task)
    )


def rows(path: Path, by: By = By.GENERATOR) -> dict[str, Record]:
    with closing(connect(path, write=False)) as connection:
        return {str(row.generator): row for row in stats(connection, by=by)}


def duels(number: int, mode: str = "all", *, passes: str = "a", first: int = 0) -> list[Run]:
    """Tournaments of a and b, each on a task of its own."""
    return [
        run(
            *(
                copy(name, status=Status.PASSED if name in passes else Status.FAILED)
                for name in "ab"
            ),
            mode=mode,
            winner=f"{passes[0]}#0",
            task=str(first + n),
        )
        for n in range(number)
    ]


@pytest.mark.parametrize(("mode", "options", "copies"), FAIR_MODES)
def test_in_fair_modes_first_copies_or_all_are_evidence(
    path: Path, mode: str, options: Mapping[str, object], copies: set[int]
) -> None:
    played = [copy("a"), copy("a", 1, Status.FAILED), copy("b", status=Status.FAILED)]
    build.record(path, run(*played, mode=mode, options=options, winner="a#0"))
    found = rows(path)
    assert (found["a"].plays, found["a"].passes) == (2, 1)
    assert (found["a"].fair_plays, found["a"].fair_passes) == (len(copies), 1)
    assert (found["a"].runs, found["a"].wins, found["b"].runs, found["b"].wins) == (1, 1, 1, 0)
    assert found["a"].rating is not None
    with closing(connect(path, write=False)) as connection:
        tallies = record_of(connection, "a").tallies
    assert tallies["t"].plays == len(copies)


@pytest.mark.parametrize(("mode", "options"), UNFAIR_MODES)
def test_in_others_plays_and_costs_are_seen_and_nothing_else(
    path: Path, mode: str, options: Mapping[str, object]
) -> None:
    played = [copy("a"), copy("b", status=Status.FAILED)]
    build.record(path, run(*played, mode=mode, options=options, winner="a#0"))
    a, b = (rows(path)[name] for name in "ab")
    assert (a.plays, a.passes, b.plays, b.passes) == (1, 1, 1, 0)
    assert (a.success_rate, a.basis, a.fair_plays) == (1.0, Basis.ALL, 0)
    assert (a.runs, a.wins, a.win_rate, a.rating) == (0, 0, None, None)
    assert a.generation_s_per_pass == 2.5
    with closing(connect(path, write=False)) as connection:
        one, other = record_of(connection, "a"), record_of(connection, "b")
        assert trends(connection, By.GENERATOR) == {}
    assert not one.tallies
    assert one.unfair == {"t"}
    assert unfair_tasks(one, other) == {"t"}


@pytest.mark.parametrize("fair", [0, FAIR_ENOUGH - 1, FAIR_ENOUGH])
def test_enough_fair_plays_count_alone(path: Path, fair: int) -> None:
    build.record(path, *duels(fair), *duels(30, "race", passes="b", first=100))
    a = rows(path)["a"]
    alone = fair >= FAIR_ENOUGH
    assert a.basis is (Basis.FAIR if alone else Basis.ALL)
    assert (a.plays, a.passes, a.fair_plays, a.fair_passes) == (30 + fair, fair, fair, fair)
    assert a.success_rate == (1.0 if alone else fair / (30 + fair))
    assert a.interval[0] <= a.success_rate <= a.interval[1]
    with closing(connect(path, write=False)) as connection:
        standing = standings(connection, "utilities")["a"]
    assert standing.plays == (fair if alone else 30 + fair)
    assert standing.passes == fair


def test_how_it_went_lately_is_of_the_last_fair_tournaments(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lately, "TOURNAMENTS", 40)
    build.record(path, *duels(40))
    with closing(connect(path, write=False)) as connection:
        before = trends(connection, By.GENERATOR)
        assert before
        build.record(path, *duels(40, "race", passes="b", first=100))
        assert trends(connection, By.GENERATOR) == before


def test_fairness_is_of_all_that_a_row_holds(path: Path) -> None:
    half = FAIR_ENOUGH // 2
    build.record(path, *duels(half), *duels(1, "race", first=100))
    assert {row.basis for row in rows(path).values()} == {Basis.ALL}
    (model,) = rows(path, By.MODEL).values()
    assert (model.basis, model.fair_plays, model.plays) == (Basis.FAIR, 2 * half, 2 * half + 2)


def test_a_task_that_one_played_unfairly_is_left_out_of_both(path: Path) -> None:
    build.record(
        path,
        *duels(1),
        run(copy("a"), mode="race", task="half"),
        run(copy("b"), mode="all", task="half"),
        run(copy("a"), mode="race", task="only a"),
        run(copy("a"), mode="race", task="0"),
    )
    with closing(connect(path, write=False)) as connection:
        a, b = record_of(connection, "a"), record_of(connection, "b")
        found = tallies_of(connection, a.recipe)
    assert a.tallies.keys() == {"0"}
    assert a.tallies["0"].plays == 1, "the race on the same task adds nothing"
    assert [(task, tally.plays) for task, _, tally in found] == [("0", 1)], "for baselines too"
    assert a.unfair == {"half", "only a"}
    assert not b.unfair
    assert unfair_tasks(a, b) == unfair_tasks(b, a) == {"half"}


@dataclass(frozen=True)
class Told:
    """A tournament as drawn: its mode, and what each copy of a and b came to."""

    mode: tuple[str, Mapping[str, object]]
    ends: tuple[tuple[str, int, Status], ...]


def tournaments() -> st.SearchStrategy[Told]:
    modes = st.sampled_from([(mode, options) for mode, options, *_ in [*FAIR_MODES, *UNFAIR_MODES]])
    ends = st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.sampled_from(Status))
    return st.builds(Told, modes, st.lists(ends, max_size=5, unique_by=lambda e: e[:2]).map(tuple))


def made(told: Told) -> Run:
    candidates = [copy(*one) for one in told.ends]
    won = next((one.id for one in candidates if one.status is Status.PASSED), None)
    return run(*candidates, mode=told.mode[0], options=told.mode[1], winner=won)


@given(fair=st.lists(tournaments(), max_size=5), others=st.lists(tournaments(), max_size=5))
def test_unfair_tournaments_move_nothing_that_compares(
    shelf: Shelf, fair: list[Told], others: list[Told]
) -> None:
    unfair = [told for told in others if told.mode in UNFAIR_MODES]
    paths = shelf.empty(), shelf.empty()
    played = [made(told) for told in fair]
    build.record(paths[0], *played)
    build.record(paths[1], *(made(told) for told in unfair), *played)
    before, after = (rows(path) for path in paths)
    for name, row in before.items():
        same = after[name]
        assert (row.runs, row.wins, row.rating) == (same.runs, same.wins, same.rating)
        assert (row.fair_plays, row.fair_passes) == (same.fair_plays, same.fair_passes)
    counted = Counter[str]()
    for told in [*fair, *unfair]:
        for name, number, status in told.ends:
            counts = next((one[2] for one in FAIR_MODES if one[:2] == told.mode), set())
            is_fair = number in counts or (told.mode[0] == "all")
            if status in MODEL_OUTCOMES and is_fair:
                counted[name] += 1
    assert {name: row.fair_plays for name, row in after.items() if row.fair_plays} == counted


def unended(name: str, kind: str, *, tokens: int = 8192, decode_s: float = 300.0) -> Candidate:
    whole = build.candidate(name, decode_s=decode_s)
    assert whole.answer is not None
    return replace(
        whole,
        status=Status.ERROR,
        answer=replace(whole.answer, completion_tokens=tokens, energy_j=50.0),
        verdict=None,
        scores=None,
        code=None,
        error=Fault(kind=kind, message="It was cut off."),
    )


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("truncated", 1), ("empty_after_thinking", 1), ("generation_timeout", 1), ("busy", 0)],
)
@pytest.mark.parametrize("mode", ["all", "race"])
def test_answers_that_come_to_no_end_cost_what_they_took(
    path: Path, kind: str, counts: int, mode: str
) -> None:
    build.record(path, run(copy("a"), mode=mode), run(unended("a", kind), mode=mode))
    a = rows(path)["a"]
    assert (a.plays, a.passes, a.success_rate, a.unended) == (1, 1, 1.0, counts)
    assert a.tokens_per_pass == 100 + counts * 8192
    assert a.generation_s_per_pass == 2.5 + counts * 300.5
    assert a.mean_generation_s == 2.5, "what a play takes is another thing"


def test_a_play_without_a_score_counts_nought_as_in_comparisons(path: Path) -> None:
    blank = replace(copy("poor", 1, Status.NO_CODE), code=None, verdict=None, scores=None)
    poor = [replace(blank, attempt=replace(blank.attempt, id=f"n{n}")) for n in range(9)]
    build.record(path, run(copy("poor", combined=1.0), *poor), run(copy("fair", combined=0.7)))
    found = rows(path)
    assert found["poor"].mean_combined == pytest.approx(0.1)
    assert found["fair"].mean_combined == pytest.approx(0.7)
    assert found["poor"].std_combined == pytest.approx((0.1) ** 0.5)
    none = [replace(one, attempt=replace(one.attempt, id=f"m{n}")) for n, one in enumerate(poor)]
    build.record(path, run(*none, task="other"))
    assert rows(path)["poor"].mean_combined == pytest.approx(1 / 19)


def rated(path: Path) -> dict[str, float]:
    with closing(connect(path, write=False)) as connection:
        return {str(who[0]): one.mu for (_, who), one in ratings(connection, By.GENERATOR).items()}


def test_more_copies_are_no_better_rating(path: Path) -> None:
    """One of three passes as often as the one: it has the best copy, and the same mean."""
    three = [copy("three", n, Status.PASSED if n == 0 else Status.FAILED) for n in range(3)]
    one = [copy("one", status=Status.PASSED), *three[:1]]
    build.record(
        path,
        *(run(copy("one", status=Status.FAILED), *three, winner="three#0") for _ in range(3)),
        *(run(*one, *three[1:], winner="three#0") for _ in range(3)),
    )
    found = rated(path)
    assert rows(path)["three"].wins == 6
    assert found["one"] > 20, "each was ahead three times by the mean of its copies"
    assert abs(found["one"] - found["three"]) < 5


def test_a_winner_among_equals_is_first(path: Path) -> None:
    build.record(path, run(copy("a", combined=0.5), copy("b", combined=0.5), winner="b#0"))
    found = rated(path)
    assert found["b"] > found["a"]


def test_an_old_answer_that_was_not_judged_takes_its_generator_out_of_runs_and_ratings(
    path: Path,
) -> None:
    fresh = copy("a")
    old = copy("a", 1, Status.NOT_JUDGED)
    assert old.answer is not None
    old = replace(old, answer=replace(old.answer, cached=True), scores=None, verdict=None)
    build.record(path, run(fresh, old, copy("b"), copy("c"), winner="b#0"))
    found = rows(path)
    assert (found["a"].runs, found["a"].rating) == (0, None)
    assert (found["b"].runs, found["c"].runs) == (1, 1)
    assert found["b"].rating is not None


@given(st.lists(tournaments(), max_size=6))
def test_who_has_a_rating_has_a_tournament(shelf: Shelf, told: list[Told]) -> None:
    path = shelf.empty()
    build.record(path, *map(made, told))
    found = rows(path)
    players = [name for name, row in found.items() if row.runs]
    assert {name for name, row in found.items() if row.rating} <= set(players)


def test_ratings_by_older_rules_are_made_anew(path: Path) -> None:
    build.record(path, *duels(3))
    right = rated(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE ratings SET mu = 1.0")
    assert set(rated(path).values()) == {1.0}, "they are kept"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE rated SET preferences = ''")
    assert rated(path) == right
    assert module.RULES


@pytest.fixture
def searched(path: Path) -> Iterator[sqlite3.Connection]:
    """a's model played ten tasks, and then mutants of it that a search tried; and failed."""
    mutant = copy("api-evolved-0123abcd", status=Status.FAILED, temperature=0.4)
    generator = replace(mutant.attempt.instance.generator, tags=("offspring",))
    mutant = replace(
        mutant,
        attempt=replace(
            mutant.attempt, instance=replace(mutant.attempt.instance, generator=generator)
        ),
    )
    build.record(
        path,
        *duels(10),
        *(run(copy("a"), mutant, winner="a#0", task=f"s{n}") for n in range(8)),
        *(run(mutant, task=f"s{n}") for n in range(8)),
    )
    with closing(connect(path, write=False)) as connection:
        yield connection


MUTANT = Recipe("api-evolved-0123abcd", "coder:7b", 0.4)


@pytest.mark.parametrize("by", By)
def test_what_searches_tried_can_be_left_out_of_every_standing(
    searched: sqlite3.Connection, by: By
) -> None:
    whole = stats_without((), searched, by=by)
    left = stats_without({MUTANT}, searched, by=by)
    assert (whole.left_out, left.left_out) == (0, 1)
    assert sum(row.plays for row in whole.records) - sum(row.plays for row in left.records) == 16
    assert sum(row.passes for row in left.records) == 18
    assert not any(row.temperature == 0.4 for row in left.records)
    first = left.records[0]
    assert first.runs == first.wins == 10, "who beat nobody but mutants won nothing"
    assert {len(parts) for parts in trends(searched, by, without={MUTANT}).values()} <= {8}


def test_what_searches_tried_says_nothing_of_its_model_unless_it_is_named(
    searched: sqlite3.Connection,
) -> None:
    assert {recipe.name for recipe in evidence(searched, None, ()).played} == {"a", "b"}
    assert MUTANT in evidence(searched, None, (), named=[MUTANT]).played
