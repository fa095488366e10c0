"""Which tasks a task needs: names and files in front matter, as tasks of the same session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from paragen.domain.errors import TaskError
from paragen.languages.python import why_no_module
from paragen.parse.front_matter import Need
from paragen.parse.nearest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Needy:
    """A task of the session: its name, its file, and the needs that its front matter names.

    `files` says which of the session's tasks, by its place, a need means that names a file.
    """

    name: str
    path: str
    needs: tuple[Need, ...]
    files: Mapping[str, int]


def resolve_needs(tasks: Sequence[Needy]) -> tuple[tuple[str, ...], ...]:
    """For each task the names of the tasks that it needs, each once.

    Raises TaskError, with the line, for a need that is no task of the session, that is more than
    one, whose name can't be imported, or that closes a circle.
    """
    found = [{_place(tasks, task, need): need for need in task.needs} for task in tasks]
    _refuse_circles(tasks, found)
    return tuple(tuple(tasks[place].name for place in places) for places in found)


def is_file(need: str) -> bool:
    """Whether a need names a task's file rather than a task."""
    return "/" in need or need.endswith(".md")


def _place(tasks: Sequence[Needy], task: Needy, need: Need) -> int:
    """Where in the session the task stands that is needed."""
    where = f"{task.path}:{need.line}: needs: "
    if need.task in task.files:
        place = task.files[need.task]
    else:
        places = [n for n, one in enumerate(tasks) if one.name == need.task]
        if not places:
            names = [one.name for one in tasks if one is not task]
            raise TaskError(
                f"{where}There is no task {need.task!r} in this session"
                f"{did_you_mean(need.task, names) or '.'} Play it too, or name its file here."
            )
        place = places[0]
    name = tasks[place].name
    if sum(one.name == name for one in tasks) > 1:
        raise TaskError(f"{where}More than one task of this session has the name {name!r}.")
    if why := why_no_module(name):
        raise TaskError(
            f"{where}A program can't be imported by the name {name!r}: {why}. Give the task in "
            f"{tasks[place].path} another one, with `name:` in its front matter."
        )
    return place


def _refuse_circles(tasks: Sequence[Needy], found: Sequence[Mapping[int, Need]]) -> None:
    try:
        TopologicalSorter(dict(enumerate(found))).prepare()
    except CycleError as error:
        needed, place, *_ = error.args[1]
        names = " needs ".join(repr(tasks[n].name) for n in reversed(error.args[1]))
        line = found[place][needed].line
        raise TaskError(f"{tasks[place].path}:{line}: needs: A circle: {names}.") from None
