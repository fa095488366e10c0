"""Who plays each task where some are picked, and what is said of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.app.choices import Choices
from paragen.app.history import History
from paragen.app.picking import pick_of
from paragen.app.playing import Picked
from paragen.domain.generator import Generator
from paragen.domain.task import Task
from paragen.learn.recommend import AlikeTask, Counts, TaskCounts
from paragen.learn.standing import Recipe
from paragen.store.evidence import Evidence

GENERATORS = tuple(Generator(name=name, model=f"{name}:7b") for name in ("bad", "good", "new"))
BAD, GOOD, NEW = (Recipe(one.name, one.model, float(one.temperature)) for one in GENERATORS)
PLAYS = {("api", BAD): (1, 9), ("api", GOOD): (8, 9)}


class Known(History):
    """A history of these plays; what is like a task is told by its name."""

    def __init__(
        self,
        plays: Mapping[tuple[str, Recipe], tuple[int, int]],
        alike: Mapping[str, Sequence[AlikeTask]],
    ) -> None:
        super().__init__(Path("nowhere"))
        self.asked = 0
        self._plays = plays
        self._alike = alike

    def evidence(self, prompts: Sequence[str] = (), *, named: Collection[Recipe] = ()) -> Evidence:
        self.asked += 1
        played: dict[Recipe, dict[str, Counts]] = {}
        for (task_type, recipe), (passes, plays) in self._plays.items():
            played.setdefault(recipe, {})[task_type] = Counts(
                plays, passes, plays, plays, plays, passes
            )
        alike = tuple(self._alike.get(prompt, ()) for prompt in prompts)
        return Evidence(played, alike)


def task(name: str, task_type: str = "api") -> Task:
    return Task(name=name, prompt=name, sha256=name, task_type=task_type)


def picked(
    known: Known, tasks: Sequence[Task], number: int = 1, explore: float = 0.0, seed: int = 0
) -> Sequence[Picked]:
    pick = pick_of(known, Choices(recommended=number, explore=explore))
    assert pick is not None
    found = pick(tasks, GENERATORS, seed)
    assert len(found) == len(tasks)
    assert known.asked == 1, "the history is read once, however many tasks there are"
    return found


def names(found: Sequence[Picked]) -> list[list[str]]:
    return [[one.name for one in picked.who] for picked in found]


def said(found: Sequence[Picked]) -> list[list[str]]:
    """Without what stands in brackets."""
    return [[sentence.split(" (")[0] for sentence in picked.notes] for picked in found]


def new_passed(likeness: float = 0.9) -> list[AlikeTask]:
    played = {NEW: TaskCounts(plays=6, passes=6), GOOD: TaskCounts(plays=6)}
    return [AlikeTask("past", "wrong", likeness, played)]


def test_each_task_is_played_by_its_own_and_its_type_is_said_once() -> None:
    found = picked(Known(PLAYS, {"b": new_passed()}), [task("a"), task("b"), task("c")])
    assert names(found) == [["good"], ["new"], ["good"]]
    assert said(found) == [
        ["2 tasks of type api are played by good"],
        ["b is played by new"],
        [],
    ]
    assert "as recommended" in found[0].notes[0]
    assert "by what was played like it" in found[1].notes[0]


def test_of_many_that_are_played_otherwise_some_are_named() -> None:
    tasks = [task(name) for name in "abcdef"]
    found = picked(Known(PLAYS, {one.name: new_passed() for one in tasks[1:]}), tasks)
    assert names(found) == [["good"], *[["new"]] * 5]
    assert said(found)[1:] == [
        ["b is played by new"],
        ["c is played by new"],
        ["d is played by new"],
        [],
        ["others than their type's play 2 more tasks"],
    ]


def test_that_like_tasks_say_the_same_as_the_type_is_not_worth_a_word() -> None:
    alike = [AlikeTask("past", "wrong", 0.9, {GOOD: TaskCounts(plays=6, passes=6)})]
    known = Known(PLAYS | {("api", NEW): (0, 9)}, {"a": alike})
    assert said(picked(known, [task("a")])) == [["a is played by good"]]


def test_of_whom_nothing_is_known_that_is_said_unless_they_are_explored() -> None:
    found = picked(Known(PLAYS, {}), [task("a")])
    assert said(found) == [
        [
            "a is played by good",
            "nothing is known of new: with --explore 0.1 they play now and then",
        ]
    ]
    assert len(said(picked(Known(PLAYS, {}), [task("a")], number=3))[0]) == 1
    unknown = picked(Known({}, {}), [task("a")])
    assert said(unknown) == [[]]
    ((warning,),) = (one.warnings for one in unknown)
    assert "a is played by bad (the first of the config: nothing is known of any." in warning
    explored = picked(Known(PLAYS, {}), [task("a")], explore=1)
    assert said(explored) == [["a is played by good, and by new to learn more of it"]]


def test_exploring_is_a_lot_for_each_task_and_the_same_where_nothing_changed() -> None:
    tasks = [task(f"t{number}") for number in range(200)]
    found = names(picked(Known(PLAYS, {}), tasks, explore=0.2))
    assert 20 < sum(one == ["good", "new"] for one in found) < 60
    assert found == names(picked(Known(PLAYS, {}), tasks, explore=0.2))
    assert found[::-1] == names(picked(Known(PLAYS, {}), tasks[::-1], explore=0.2))
    assert found != names(picked(Known(PLAYS, {}), tasks, explore=0.2, seed=1))
    more = PLAYS | {("other", BAD): (0, 1)}
    assert found != names(picked(Known(more, {}), tasks, explore=0.2))


@pytest.mark.parametrize("likeness", [0.0, 0.2])
def test_what_is_hardly_like_it_changes_nobody(likeness: float) -> None:
    alike = {"a": new_passed(likeness)}
    assert names(picked(Known(PLAYS, alike), [task("a")])) == [["good"]]


def test_a_type_that_is_played_by_others_is_said_too() -> None:
    tasks = [task("a"), replace(task("b"), task_type="parsing")]
    known = Known(PLAYS | {("parsing", BAD): (99, 99)}, {})
    found = picked(known, tasks)
    assert names(found) == [["good"], ["bad"]]
    assert said(found)[1] == ["b is played by bad"]
