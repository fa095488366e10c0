"""What a genetic search came to, in words and as rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paragen.domain.generator import Generator
from paragen.learn.evolve import Individual, Played, spending
from paragen.learn.evolved import Evolved, Searched, Verdict
from paragen.learn.paired import Measure, TaskTally, compare
from paragen.report.columns import EVOLVED
from paragen.report.evolved import rows, sentence, side_notes
from paragen.report.rows import to_text

PARENT = Individual(
    generator=Generator(name="low", model="m:7b", temperature=0.2), founders=("low",)
)
CHILD = Individual(
    generator=Generator(
        name="api-evolved-0123abcd", model="m:7b", temperature=0.5, top_k=30, system="One.\nTwo."
    ),
    founders=("low", "other"),
)
EXPERT = replace(CHILD, generator=replace(CHILD.generator, name="api-expert-1"))


def played(passes: int, plays: int, quality: float = 0.5) -> Played:
    return Played(
        tallies={
            str(n): TaskTally(plays=1, passes=int(n < passes), quality=quality, speed=quality)
            for n in range(plays)
        },
        rewards={str(n): 0.5 for n in range(plays)},
    )


def searched(tasks: int = 30, budget: int = 200, by: Measure = Measure.PASSES) -> Searched:
    return Searched(
        task_type="api",
        inferred=False,
        tasks=tasks,
        unfit=0,
        seed=0,
        by=by,
        parents=(PARENT,),
        spending=spending(tasks, 1, budget=budget, generations=3, population=6),
    )


def evolved(verdict: Verdict, what: Searched, own: int = 0, rival: int = 0) -> Evolved:
    """A search that came to a final of 8 tasks."""
    finals = played(own, 8), played(rival, 8, 0.25)
    return Evolved(
        searched=what,
        verdict=verdict,
        generations=((CHILD,),),
        played={"low": played(1, 4), CHILD.name: played(3, 4)},
        finalist=EXPERT,
        rival=PARENT,
        finals=finals,
        comparison=compare(finals[0].tallies, finals[1].tallies, by=what.by),
        config="g.toml",
    )


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (1, "1 api task with tests is on record"),
        (6, "1 more task would tell"),
        (0, "7 more tasks would tell"),
    ],
)
def test_too_few_tasks(tasks: int, said: str) -> None:
    found = Evolved(searched=searched(tasks), verdict=Verdict.TOO_FEW_TASKS, played={})
    assert said in sentence(found)
    assert "nothing is played" in sentence(found)


@pytest.mark.parametrize(("tasks", "more"), [(12, False), (30, True)])
def test_no_room(tasks: int, more: bool) -> None:
    what = replace(searched(tasks), unbeatable="low")
    assert what.in_vain is Verdict.NO_ROOM
    said = sentence(Evolved(searched=what, verdict=Verdict.NO_ROOM, played={}))
    assert said.startswith("No descendant could do better: on record low passes each of the ")
    assert ("a larger --budget" in said) == more
    assert said.endswith("--by score does. Nothing is played.")


def test_what_is_planned_is_all_that_would_be_played() -> None:
    what = searched(14)
    assert what.in_vain is None
    said = sentence(Evolved(searched=what, verdict=Verdict.NOT_PLAYED, played={}))
    # 1 parent and 3 × 6 descendants on 6 tasks, then 2 on 7 held back, 5 times each.
    assert said.startswith("184 attempts of a budget of 200: ")


def test_none_ahead() -> None:
    found = replace(evolved(Verdict.NONE_AHEAD, searched()), finalist=None, comparison=None)
    assert sentence(found).startswith("None of 1 descendant did better than low on the ")


def test_an_expert_that_was_kept() -> None:
    said = sentence(evolved(Verdict.KEPT, searched(), own=8))
    assert said.startswith("api-expert-1 is better than low: on the 8 api tasks")
    assert said.endswith("It stands in g.toml: `paragen run -g api-expert-1` plays it.")
    assert "series" not in said, "it is the first"


@pytest.mark.parametrize(
    ("before", "share"), [(1, "5.0%"), (2, "7.5%"), (19, "50.0%"), (99, "100.0%")]
)
def test_who_searches_again_is_told_what_luck_does(before: int, share: str) -> None:
    said = sentence(evolved(Verdict.KEPT, replace(searched(), finals=before), own=8))
    assert f"This was final {before + 1} for api" in said
    assert f"keep one in up to {share} of such series" in said


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (40, "15 tasks are held back, of which a larger --budget would play more."),
        (200, "Half of what is played more will be held back for this."),
    ],
)
def test_what_would_tell(budget: int, said: str) -> None:
    found = evolved(Verdict.UNDECIDED, searched(budget=budget), own=3, rival=2)
    assert "Nothing is kept." in sentence(found)
    assert sentence(found).endswith(said)
    worse = evolved(Verdict.NOT_BETTER, searched(budget=budget), rival=8)
    assert sentence(worse).endswith("Nothing is kept.")


def test_what_is_to_know_before() -> None:
    assert side_notes(searched()) == []
    said = side_notes(replace(searched(), inferred=True, unfit=1))
    assert said[0].startswith("task type: api (of which most tasks are on record")
    assert said[1] == "1 task that needs other tasks' programs is left out."
    (two,) = side_notes(replace(searched(), unfit=2))
    assert two == "2 tasks that need other tasks' programs are left out."


def test_rows_of_a_search_by_passes() -> None:
    found = rows(evolved(Verdict.KEPT, searched(), own=8))
    assert [(row["generation"], row["generator"]) for row in found] == [
        ("parents", "low"),
        ("1", "api-evolved-0123abcd"),
        ("final", "api-expert-1"),
        ("final", "low"),
    ]
    assert [(row["plays"], row["passes"]) for row in found] == [(4, 1), (4, 3), (8, 8), (8, 0)]
    assert [row["evolved_from"] for row in found] == ["", "low, other", "low, other", ""]
    assert found[1]["options"] == "top_k 30"
    assert found[1]["system"] == "One. Two."
    assert "score" not in to_text(EVOLVED, found)


def test_by_score_the_score_is_shown() -> None:
    found = rows(evolved(Verdict.KEPT, searched(by=Measure.SCORE), own=8))
    assert [row["score"] for row in found] == [0.5, 0.5, 0.5, 0.25]
    assert "score" in to_text(EVOLVED, found)
    unplayed = evolved(Verdict.UNDECIDED, searched(by=Measure.SCORE))
    nothing = Played(tallies={}, rewards={})
    (*_, last) = rows(replace(unplayed, finals=(nothing, nothing)))
    assert last["score"] is None
