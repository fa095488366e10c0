"""What a session plays: each task, with those it needs, as a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paragen.app.choices import EXAMPLES, Choices
from paragen.app.learned import with_learned_weights
from paragen.app.picking import history_for, pick_of
from paragen.app.playing import plans_of, play_options
from paragen.app.task_types import inferred, with_types
from paragen.domain.errors import UsageError
from paragen.domain.plan import Plan
from paragen.domain.task import Task
from paragen.engine.steps import find_needs

if TYPE_CHECKING:
    from paragen.settings import Settings


def planned(tasks: Sequence[Path | Task], settings: Settings, choices: Choices) -> tuple[Plan, ...]:
    """A plan for each task and each that they need; raises what `Session.prepare` does."""
    loaded = _tasks(tasks, choices)
    history = history_for(loaded, settings, choices)
    pick = pick_of(history, choices)
    typed, guesses = with_types(loaded, choices.task_type, history)
    plans = plans_of(typed, settings, choices, history.standings, pick)
    if guessed := inferred(typed, guesses):
        plans = (replace(plans[0], warnings=(guessed, *plans[0].warnings)), *plans[1:])
    said = play_options(settings, choices).criteria
    plans = with_learned_weights(plans, said, history.learned)
    find_needs(plans)
    return plans


def _tasks(tasks: Sequence[Path | Task], choices: Choices) -> tuple[Task, ...]:
    from paragen.files import load_tasks

    given = [task for task in tasks if isinstance(task, Task)]
    paths = [task for task in tasks if not isinstance(task, Task)]
    if choices.demo and not tasks:
        paths = [EXAMPLES / "demo" / "slugify.md"]
    if not given and not paths:
        raise UsageError(
            "No task. Name a task file: `paragen run prompt.md`; `paragen init` writes an "
            "example, and `paragen run --demo` plays without a model."
        )
    return (*given, *load_tasks(paths, tests=choices.tests)) if paths else tuple(given)
