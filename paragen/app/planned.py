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
from paragen.app.task_types import inferred, misspelled, with_types
from paragen.domain.errors import UsageError
from paragen.domain.plan import Plan
from paragen.domain.task import Task
from paragen.engine.steps import find_needs
from paragen.prompts.length import too_long

if TYPE_CHECKING:
    from paragen.settings import Settings


def planned(tasks: Sequence[Path | Task], settings: Settings, choices: Choices) -> tuple[Plan, ...]:
    """A plan for each task and each that they need; raises what `Session.prepare` does."""
    loaded = _tasks(tasks, choices)
    history = history_for(loaded, settings, choices)
    pick = pick_of(history, choices)
    typed, guesses = with_types(loaded, choices.task_type, history)
    plans = plans_of(typed, settings, choices, history.standings, pick)
    given = (task.task_type for task in typed if not task.task_type_inferred)
    said = (*misspelled(given, history), *filter(None, (inferred(typed, guesses),)))
    plans = (replace(plans[0], warnings=(*said, *plans[0].warnings)), *plans[1:])
    criteria = play_options(settings, choices).criteria
    plans = tuple(_with_length(plan) for plan in plans)
    plans = with_learned_weights(plans, criteria, history.learned)
    find_needs(plans)
    return plans


def _with_length(plan: Plan) -> Plan:
    """The plan with a warning where its prompt is too long for some who play it."""
    warning = too_long(plan.task, plan.roster)
    return replace(plan, warnings=(*plan.warnings, warning)) if warning else plan


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
