"""Which tournaments of a session may begin: those whose needs are won, so many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from graphlib import CycleError, TopologicalSorter

from paragen.domain.errors import TaskError
from paragen.domain.plan import Plan
from paragen.domain.task import Module
from paragen.domain.tournament import Run
from paragen.languages.python import why_no_module
from paragen.parse.nearest import did_you_mean

Needs = tuple[tuple[int, ...], ...]
"""For each plan of a session the places of those that it needs, in their order."""


class Stage(Enum):
    """How far a tournament of a session has come."""

    WAITING = auto()
    PLAYING = auto()
    WON = auto()
    LOST = auto()
    """It is over, and has no winner."""


@dataclass(frozen=True, slots=True)
class Next:
    """Which tournaments begin now, by their place, and which never can: for want of which other."""

    begin: tuple[int, ...]
    give_up: Mapping[int, int]


def find_needs(plans: Sequence[Plan]) -> Needs:
    """The places of the plans that each plan needs.

    Raises TaskError for a need that no plan is for, or several are, whose program can't be imported
    by its task's name, and for a circle.
    """
    names = [plan.task.name for plan in plans]
    needs = tuple(
        tuple(dict.fromkeys(_place(plan, name, names) for name in plan.needs)) for plan in plans
    )
    try:
        _needed_first(needs)
    except CycleError as error:
        said = " needs ".join(names[place] for place in reversed(error.args[1]))
        raise TaskError(
            f"These tasks wait for each other: {said}. Take one of the needs away."
        ) from None
    return needs


def next_steps(needs: Needs, stages: Sequence[Stage], max_at_once: int | None) -> Next:
    """What to do now; a tournament that is given up counts as lost for those that need it."""
    stages = list(stages)
    give_up: dict[int, int] = {}
    for place in _needed_first(needs):
        lost = [need for need in needs[place] if stages[need] is Stage.LOST]
        if lost and stages[place] is Stage.WAITING:
            give_up[place] = lost[0]
            stages[place] = Stage.LOST
    ready = [
        place
        for place, stage in enumerate(stages)
        if stage is Stage.WAITING and all(stages[need] is Stage.WON for need in needs[place])
    ]
    playing = stages.count(Stage.PLAYING)
    room = len(ready) if max_at_once is None else max(0, max_at_once - playing)
    return Next(tuple(ready[:room]), give_up)


def modules_for(
    place: int, plans: Sequence[Plan], needs: Needs, runs: Sequence[Run | None]
) -> tuple[Module, ...]:
    """The winners' programs that a tournament's task may import, after those that they import.

    `runs` has what came of each tournament so far.
    """
    wanted: set[int] = set()
    ahead = list(needs[place])
    while ahead:
        need = ahead.pop()
        if need not in wanted:
            wanted.add(need)
            ahead.extend(needs[need])
    modules = []
    for need in _needed_first(needs):
        run = runs[need] if need in wanted else None
        if run is not None and run.winning is not None and run.winning.code is not None:
            modules.append(Module(name=plans[need].task.name, source=run.winning.code))
    return tuple(modules)


def _place(plan: Plan, name: str, names: Sequence[str]) -> int:
    """Where the task of that name stands which a plan needs."""
    if why := why_no_module(name):
        raise TaskError(f"{plan.task.name} can't import a program as {name!r}: {why}. Rename it.")
    count = names.count(name)
    if count == 1:
        return names.index(name)
    if count:
        raise TaskError(
            f"{plan.task.name} needs {name!r}, and {count} tasks have that name. Give each its own."
        )
    raise TaskError(
        f"{plan.task.name} needs {name!r}, and no such task is played"
        f"{did_you_mean(name, names) or '.'} Play it in the same session."
    )


def _needed_first(needs: Needs) -> list[int]:
    """All places, each after those that it needs; raises CycleError."""
    return list(TopologicalSorter(dict(enumerate(needs))).static_order())
