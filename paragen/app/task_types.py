"""The types of tasks: as the user says, else as their files say, else inferred."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from paragen.app.history import History
from paragen.domain.errors import StoreError, UsageError
from paragen.domain.task import Task, normal_task_type
from paragen.learn.task_type import Guess, guess
from paragen.parse.nearest import nearest
from paragen.parse.task_type import TASK_TYPES
from paragen.report.text import counted

MISSPELLED = 0.8
"""From so much likeness on (0 to 1) a task type's name may stand for another's: any name may be
given to a type, so this is for mistakes of a letter or two."""
NAMED = 3
"""So many tasks whose types were inferred are named; of more, their number is said."""


def with_types(
    tasks: Sequence[Task], said: str | None, history: History
) -> tuple[tuple[Task, ...], tuple[Guess | None, ...]]:
    """The tasks with their types, and for each how its type was inferred, if it was.

    `said` is the user's word for all of them. A task's limits stay as they are. Raises UsageError.
    """
    if said is not None:
        name = named(said)
        typed = tuple(replace(one, task_type=name, task_type_inferred=False) for one in tasks)
        return typed, (None,) * len(typed)
    if not any(task.task_type_inferred for task in tasks):
        return tuple(tasks), (None,) * len(tasks)
    guesses = _guesses(tasks, history)
    typed = tuple(
        task if one is None else replace(task, task_type=one.task_type)
        for task, one in zip(tasks, guesses, strict=True)
    )
    return typed, guesses


def named(task_type: str) -> str:
    """A task type as a user writes it, as it is stored; raises UsageError."""
    name = normal_task_type(task_type)
    if not name:
        raise UsageError("--task-type is empty. Give a name, for example api.")
    return name


def inferred(tasks: Sequence[Task], guesses: Sequence[Guess | None]) -> str:
    """Which types were inferred and how sure they are, in a sentence; empty where none was."""
    found = [
        f"{task.name} is taken for {one.task_type} ({basis(one)})"
        for task, one in zip(tasks, guesses, strict=True)
        if one is not None
    ]
    if not found:
        return ""
    more = f"; and {counted(len(found) - NAMED, 'more task')}" if len(found) > NAMED else ""
    return f"{'; '.join(found[:NAMED])}{more}. --task-type says otherwise"


def basis(one: Guess) -> str:
    """How sure a type is that was inferred, and by what."""
    by = f"by {counted(one.similar, 'past task')} like it" if one.similar else "by its words"
    return f"inferred {by}, confidence {one.confidence:.2f}"


def misspelled(task_types: Iterable[str], history: History) -> tuple[str, ...]:
    """A sentence for each that is new and much like one that is known, or on record."""
    new = [name for name in dict.fromkeys(task_types) if name not in TASK_TYPES]
    on_record = history.task_types() if new else ()
    known = dict.fromkeys((*TASK_TYPES, *on_record))
    meant = {name: nearest(name, known, MISSPELLED) for name in new if name not in known}
    return tuple(
        f"task type {name} is new here: did you mean {other}?"
        for name, other in meant.items()
        if other is not None
    )


def _guesses(tasks: Sequence[Task], history: History) -> tuple[Guess | None, ...]:
    try:
        past = history.past_tasks()
        return tuple(
            guess(task.prompt, task.entry_point, past.like(task.prompt))
            if task.task_type_inferred
            else None
            for task in tasks
        )
    except StoreError:
        return tuple(
            guess(task.prompt, task.entry_point, ()) if task.task_type_inferred else None
            for task in tasks
        )
