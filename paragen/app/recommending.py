"""Who should play, by the history: for `recommend`, and for `run --recommended`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from paragen.app.choices import Choices, configured
from paragen.app.history import History, database_of
from paragen.app.playing import Pick, generators_of
from paragen.app.task_types import named, with_types
from paragen.domain.errors import UsageError
from paragen.domain.generator import Generator
from paragen.learn.recommend import Recommendation, lot, pick, recommend
from paragen.learn.standing import Recipe, Tallies
from paragen.learn.task_type import Guess


class Recommended(NamedTuple):
    """All generators, the best for a task type first; with how the type was inferred, if it was."""

    task_type: str
    guess: Guess | None
    ranked: tuple[Recommendation, ...]

    @property
    def is_known(self) -> bool:
        """Whether the history says anything; where it doesn't, the order is the config's."""
        return any(one.success_rate is not None for one in self.ranked)


def recommended(path: Path | None, choices: Choices) -> Recommended:
    """Who should play a task file, or the task type that the choices name.

    Raises UsageError, ConfigError, TaskError; a history that can't be read is as if empty.
    """
    settings = configured(choices)
    history = History(database_of(settings, choices))
    guess = None
    if path is not None:
        from paragen.files import load_task

        (task,), (guess,) = with_types([load_task(path)], choices.task_type, history)
        task_type = task.task_type
    elif choices.task_type is not None:
        task_type = named(choices.task_type)
    else:
        raise UsageError(
            "Recommended for what? Name a task file or a task type: `paragen recommend prompt.md`, "
            "`paragen recommend --task-type api`."
        )
    generators = _recipes(generators_of(settings, choices))
    return Recommended(task_type, guess, recommend(generators, history.tallies(), task_type))


def pick_of(history: History, choices: Choices) -> Pick | None:
    """What picks those who play, None where nobody is to be picked; raises UsageError."""
    if choices.recommended is None:
        if choices.explore:
            raise UsageError("--explore goes with --recommended: without it, all play anyway.")
        return None
    if choices.roster is not None:
        raise UsageError("-g names who plays, and --recommended picks them: give one of them.")
    return _Picker(history, choices.recommended, choices.explore)


class _Picker:
    """Picks those who play, by a history that is read once."""

    def __init__(self, history: History, number: int, explore: float) -> None:
        self._history = history
        self._number = number
        self._explore = explore
        self._tallies: Tallies | None = None

    def __call__(
        self, task_type: str, generators: Sequence[Generator], seed: int
    ) -> tuple[tuple[Generator, ...], str]:
        """Who plays a task type, and that in a sentence.

        Whether somebody less known plays too depends on the seed, the task type and how much has
        been played: it is the same where nothing has changed since.
        """
        if self._tallies is None:
            self._tallies = self._history.tallies()
        tallies = self._tallies
        by_recipe = dict(zip(_recipes(generators), generators, strict=True))
        ranked = recommend(by_recipe, tallies, task_type)
        played = sum(tally.plays for tally in tallies.plays.values())
        drawn = lot(seed, task_type, played)
        best = pick(ranked, self._number)
        picked = pick(ranked, self._number, explore=self._explore, lot=drawn)
        return tuple(by_recipe[one.recipe] for one in picked), _said(task_type, best, picked)


def _recipes(generators: Sequence[Generator]) -> list[Recipe]:
    return [Recipe(one.name, one.model, float(one.temperature)) for one in generators]


def _said(task_type: str, best: Sequence[Recommendation], picked: Sequence[Recommendation]) -> str:
    names = ", ".join(one.recipe.name for one in best)
    explored = "".join(
        f", and by {one.recipe.name} to learn more of it" for one in picked[len(best) :]
    )
    if all(one.success_rate is None for one in picked):
        how = "the first of the config, since nothing is known of any of them"
    else:
        how = "as recommended; `paragen recommend` says why"
    return f"{task_type} is played by {names}{explored} ({how})"
