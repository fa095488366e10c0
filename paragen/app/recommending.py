"""Who should play, by the history: for `recommend`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from paragen.app.choices import Choices, configured
from paragen.app.history import History, database_of
from paragen.app.picking import recipes_of
from paragen.app.playing import generators_of
from paragen.app.task_types import misspelled, named, with_types
from paragen.domain.errors import UsageError
from paragen.learn.recommend import Recommendation, recommend
from paragen.learn.standing import Recipe
from paragen.learn.task_type import Guess


class Recommended(NamedTuple):
    """All generators, the best for a task first; with how its type was inferred, if it was.

    They are the config's, or where there is none, `of_record`, all those that ever played but the
    demo's, which nobody can run; `of_demo` where there are no others. Where nobody played the type,
    `is_new`; `misspelled` asks whether another one was meant.
    """

    task_type: str
    guess: Guess | None
    ranked: tuple[Recommendation, ...]
    of_record: bool
    of_demo: bool
    is_new: bool
    misspelled: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether the history says anything; where it doesn't, the order is the config's."""
        return any(one.success_rate is not None for one in self.ranked)


def recommended(path: Path | None, choices: Choices) -> Recommended:
    """Who should play a task file, or any task of the type that the choices name.

    Raises UsageError, ConfigError, TaskError, and StoreError where the history can't be read.
    """
    settings = configured(choices)
    history = History(database_of(settings, choices), needed=True)
    guess, prompts = None, []
    if path is not None:
        from paragen.files import load_task

        (task,), (guess,) = with_types([load_task(path)], choices.task_type, history)
        task_type = task.task_type
        prompts = [task.prompt]
    elif choices.task_type is not None:
        task_type = named(choices.task_type)
    else:
        raise UsageError(
            "Recommended for what? Name a task file or a task type: `paragen recommend prompt.md`, "
            "`paragen recommend --task-type api`."
        )
    on_record, of_demo = ((), False) if settings.generators else _on_record(history)
    generators = on_record or recipes_of(generators_of(settings, choices))
    played, alike = history.evidence(prompts, named=generators)
    ranked = recommend(generators, played, task_type, alike[0] if alike else ())
    return Recommended(
        task_type,
        guess,
        ranked,
        of_record=bool(on_record),
        of_demo=of_demo,
        is_new=not any(task_type in by_type for by_type in played.values()),
        misspelled=misspelled([task_type], history) if guess is None else (),
    )


def _on_record(history: History) -> tuple[tuple[Recipe, ...], bool]:
    """Those on record who can be run, else the demo's; and whether these are the demo's."""
    recipes = history.recipes()
    if not recipes:
        return (), False
    demos = {one.model for one in configured(Choices(demo=True)).generators}
    real = tuple(one for one in recipes if one.model not in demos)
    return real or recipes, not real
