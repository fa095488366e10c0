"""What was played on tasks like a new one: counted by the same rules as all standings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from paragen.domain.candidate import Candidate
from paragen.domain.events import CandidateEnded, RunStarted
from paragen.domain.generator import Generator
from paragen.domain.status import Status
from paragen.domain.tournament import Run
from paragen.engine.outcome import INTERRUPTED
from paragen.learn.standing import By, Recipe, records
from paragen.store.connection import connect
from paragen.store.evidence import Evidence, evidence
from paragen.store.recorder import Recorder
from paragen.store.search import PastTasks
from paragen.store.tallies import tallies
from tests.store import build

PROMPT = "The compound interest of a loan."


def record(path: Path, runs: Iterable[Run]) -> None:
    with closing(Recorder(path, on_failure=pytest.fail)) as recorder:
        for played in runs:
            for event in build.events(played):
                recorder(event)


def asked(path: Path, prompt: str = PROMPT, but: str | None = None) -> Evidence:
    with closing(connect(path, write=False)) as connection:
        return evidence(connection, PastTasks(connection, but), [prompt], but=but)


def any_candidate(lots: Random, name: str) -> Candidate:
    """Of one of three names, which may stand for two temperatures, and for two recipes each."""
    made = build.candidate(
        name,
        lots.choice([Status.PASSED, Status.PASSED, Status.FAILED, Status.NO_CODE, Status.ERROR]),
        generator=lots.choice("abc"),
        temperature=lots.choice([0.1, 0.7]),
    )
    if made.answer is not None and lots.random() < 0.2:
        made = replace(made, answer=replace(made.answer, cached=True))
    return with_generator(made, system=lots.choice([None, "Be brief."]))


def with_generator(made: Candidate, system: str | None) -> Candidate:
    generator = replace(made.attempt.instance.generator, system=system)
    held = replace(made.attempt.instance, generator=generator)
    return replace(made, attempt=replace(made.attempt, instance=held))


def any_run(lots: Random, number: int) -> Run:
    played = [any_candidate(lots, f"{number}-{n}") for n in range(lots.randrange(1, 6))]
    passed = [one.id for one in played if one.status is Status.PASSED]
    made = build.run(
        f"run-{number}",
        *played,
        winner=lots.choice(passed) if passed else None,
        task_type=lots.choice(["api", "parsing"]),
    )
    task = replace(made.task, sha256=lots.choice("xyz"), prompt=PROMPT)
    return replace(made, task=replace(task, tests=() if lots.random() < 0.1 else task.tests))


@pytest.mark.parametrize("seed", range(8))
def test_on_all_tasks_together_it_is_what_standings_say(tmp_path: Path, seed: int) -> None:
    lots, path = Random(seed), tmp_path / "h.db"
    record(path, (any_run(lots, number) for number in range(12)))
    found = asked(path)
    with closing(connect(path, write=False)) as connection:
        known = tallies(connection)
    plays: Counter[tuple[Recipe, str, str]] = Counter()
    for (task_type, key), tally in known.plays.items():
        for name in ("plays", "passes", "fair_plays"):
            plays[known.recipes[key], task_type, name] += getattr(tally, name)
    assert plays == Counter(
        {
            (recipe, task_type, name): getattr(counts, name)
            for recipe, by_type in found.played.items()
            for task_type, counts in by_type.items()
            for name in ("plays", "passes", "fair_plays")
        }
    )

    (alike,) = found.alike
    assert all(one.likeness == pytest.approx(1.0) for one in alike)
    assert len({(one.task, one.task_type) for one in alike}) == len(alike)
    sums: Counter[tuple[str, Recipe, str]] = Counter()
    for one in alike:
        for recipe, counts in one.played.items():
            for name in ("plays", "passes", "wins"):
                sums[one.task_type, recipe, name] += getattr(counts, name)
    for row in records(known, By.GENERATOR):
        assert row.generator is not None
        assert row.model is not None
        assert row.temperature is not None
        recipe = Recipe(row.generator, row.model, row.temperature)
        for name in ("plays", "passes", "wins"):
            assert sums.pop((row.task_type, recipe, name), 0) == getattr(row, name), name
    assert not +sums, "nobody else has anything"


def of(path: Path, prompt: str, but: str | None = None) -> list[tuple[str, str, int, int, int]]:
    (alike,) = asked(path, prompt, but).alike
    return [(one.task, one.task_type, *counts) for one in alike for counts in one.played.values()]


def test_only_what_is_like_it_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    loan = build.run("r1", build.candidate("a"), build.candidate("b", Status.FAILED), winner="a")
    loan = replace(loan, task=replace(loan.task, prompt=PROMPT, sha256="loan"))
    other = build.run("r2", build.candidate("a"), winner="a")
    other = replace(other, task=replace(other.task, prompt="The area of a triangle.", sha256="t"))
    record(path, [loan, other])
    assert of(path, "Interest of a loan, compound.") == [
        ("loan", "utilities", 1, 1, 1),
        ("loan", "utilities", 1, 0, 0),
    ]
    assert of(path, "A triangle's area") == [("t", "utilities", 1, 1, 0)], "alone is no tournament"
    assert of(path, "zebra") == []


def test_a_task_played_under_two_types_is_told_of_both(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    runs = [build.run(t, build.candidate("a"), winner="a", task_type=t) for t in ("api", "parsing")]
    record(path, (replace(one, task=replace(one.task, prompt=PROMPT)) for one in runs))
    (alike,) = asked(path).alike
    assert [one.task_type for one in alike] == ["api", "parsing"]
    assert len({one.task for one in alike}) == 1


def test_a_session_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    first = build.run("r1", build.candidate("a"), winner="a")
    first = replace(first, task=replace(first.task, prompt=PROMPT))
    record(path, [first, replace(first, run_id="r2", session_id="s2")])
    assert of(path, PROMPT)[0][2:] == (2, 2, 0)
    assert of(path, PROMPT, "s2")[0][2:] == (1, 1, 0)
    (left,) = asked(path, PROMPT, "s2").played.values()
    assert [one.plays for one in left.values()] == [1]


def test_what_is_being_played_has_plays_but_was_not_won(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    played = build.run("r1", build.candidate("a"), build.candidate("b"), winner="a")
    played = replace(played, task=replace(played.task, prompt=PROMPT))
    with closing(Recorder(path, on_failure=pytest.fail)) as recorder:
        recorder(RunStarted(run=replace(played, ranking=(), winner=None), planned=2))
        recorder(CandidateEnded(run_id="r1", candidate=played.ranking[0]))
    assert [row[2:] for row in of(path, PROMPT)] == [(1, 1, 0)]


def test_what_was_broken_off_has_a_winner_but_was_not_won(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    candidates = build.candidate("a"), build.candidate("b", Status.FAILED)
    played = build.run("r1", *candidates, winner="a", exit_code=INTERRUPTED)
    record(path, [replace(played, task=replace(played.task, prompt=PROMPT))])
    assert [row[2:] for row in of(path, PROMPT)] == [(1, 1, 0), (1, 0, 0)]


def test_nothing_is_asked_where_nothing_is_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    record(path, [build.run("r1", build.candidate("a"), winner="a")])
    with closing(connect(path, write=False)) as connection:
        found = evidence(connection, None, [])
    assert found.alike == ()
    assert list(found.played) == [Recipe("a", Generator(name="a", model="coder:7b").model, 0.3)]


def shares(runs: Iterable[Run], *, fair: bool) -> dict[tuple[Recipe, str], list[Fraction]]:
    """Of each task that somebody played, fairly or otherwise, what share passed."""
    passed: dict[tuple[Recipe, str], dict[str, list[bool]]] = {}
    for played in runs:
        if not played.task.tests or (played.mode == "all") is not fair:
            continue
        for one in played.ranking:
            if one.status is Status.ERROR or (one.answer is not None and one.answer.cached):
                continue
            who = one.attempt.instance.generator
            recipe = Recipe(who.name, who.model, float(who.temperature))
            of_task = passed.setdefault((recipe, played.task.task_type), {})
            of_task.setdefault(played.task.sha256, []).append(one.status is Status.PASSED)
    return {
        who: [Fraction(sum(some), len(some)) for some in by_task.values()]
        for who, by_task in passed.items()
    }


@pytest.mark.parametrize("seed", range(4))
def test_a_task_is_one_however_often_it_was_played(tmp_path: Path, seed: int) -> None:
    """And by however many recipes of one name, model and temperature."""
    lots, path = Random(seed), tmp_path / "h.db"
    runs = [any_run(lots, number) for number in range(30)]
    runs = [replace(one, mode=lots.choice(["all", "race"])) for one in runs]
    record(path, runs)
    fair, unfair = shares(runs, fair=True), shares(runs, fair=False)
    found = {
        (recipe, task_type): counts
        for recipe, by_type in asked(path).played.items()
        for task_type, counts in by_type.items()
    }
    assert found.keys() == fair.keys() | unfair.keys()
    for who, counts in found.items():
        assert counts.fair_tasks == len(fair.get(who, ()))
        assert counts.fair_shares == pytest.approx(float(sum(fair.get(who, ()))))
        assert counts.unfair_tasks == len(unfair.get(who, ()))
        assert counts.unfair_shares == pytest.approx(float(sum(unfair.get(who, ()))))
        assert max(counts.fair_tasks, counts.unfair_tasks) <= counts.tasks <= 3


def test_those_who_did_the_same_on_other_tasks_are_equals(tmp_path: Path) -> None:
    """The same shares add up to something else from the other side, unless that is minded."""
    shares = [(5, 9), (1, 2), (8, 11), (0, 2), (6, 9), (3, 6), (0, 12), (0, 8)]
    path, runs = tmp_path / "h.db", []
    for name, some in (("a", shares), ("b", shares[::-1]), ("c", sorted(shares))):
        for at, (passes, plays) in enumerate(some):
            status = [Status.PASSED] * passes + [Status.FAILED] * (plays - passes)
            tried = (build.candidate(f"c{n}", s, generator=name) for n, s in enumerate(status))
            played = build.run(f"{name}{at}", *tried)
            runs.append(replace(played, task=replace(played.task, sha256=str(at))))
    record(path, runs)
    found = {recipe.name: by_type["utilities"] for recipe, by_type in asked(path).played.items()}
    assert found["a"] == found["b"] == found["c"]


def test_the_very_same_prompt_is_told_from_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    texts = {"same": PROMPT, "words": PROMPT.upper(), "tests": PROMPT, "other": "A triangle."}
    runs = []
    for name, prompt in texts.items():
        played = build.run(name, build.candidate("a"), winner="a")
        runs.append(replace(played, task=replace(played.task, prompt=prompt, sha256=name)))
    record(path, runs)
    (alike,) = asked(path).alike
    assert [(one.task, one.is_same) for one in alike] == [
        ("same", True),
        ("tests", True),
        ("words", False),
    ]
    assert [one.likeness for one in alike] == pytest.approx([1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    "prompt",
    [
        "Напиши функцию, которая разбирает римские числа.",
        "编写一个函数,将罗马数字转换为整数。",
        "Write a function that returns the list.",  # no word of it tells anything
        "?",
        "\u19b0\u19b1",  # letters for Python, and none for SQLite
    ],
)
def test_every_prompt_is_like_itself(tmp_path: Path, prompt: str) -> None:
    path = tmp_path / "h.db"
    played = build.run("r1", build.candidate("a"), winner="a", task_type="numerals")
    record(path, [replace(played, task=replace(played.task, prompt=prompt))])
    (alike,) = asked(path, prompt).alike
    assert [(one.is_same, one.likeness) for one in alike] == [(True, 1.0)]
    with closing(connect(path, write=False)) as connection:
        (similar,) = PastTasks(connection).like(prompt)
    assert similar == ("numerals", 1.0)
