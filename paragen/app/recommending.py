"""Who should play, by the history: for `recommend`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from paragen.app.choices import Choices, configured
from paragen.app.history import History, database_of
from paragen.app.picking import recipes_of
from paragen.app.playing import generators_of
from paragen.app.task_types import named, with_types
from paragen.domain.errors import UsageError
from paragen.learn.recommend import Recommendation, recommend
from paragen.learn.task_type import Guess


class Recommended(NamedTuple):
    """All generators, the best for a task first; with how its type was inferred, if it was.

    They are the config's, or where there is none, `of_record`, all those that ever played.
    """

    task_type: str
    guess: Guess | None
    ranked: tuple[Recommendation, ...]
    of_record: bool

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
    on_record = () if settings.generators else history.recipes()
    generators = on_record or recipes_of(generators_of(settings, choices))
    tallies, alike = history.evidence(prompts)
    ranked = recommend(generators, tallies, task_type, alike[0] if alike else ())
    return Recommended(task_type, guess, ranked, of_record=bool(on_record))
