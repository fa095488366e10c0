"""Who plays each of the tasks, by the history: for `run` and `plan` with `--recommended`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from paragen.app.choices import Choices
from paragen.app.history import History, database_of
from paragen.app.playing import Pick, Picked
from paragen.app.task_types import NAMED
from paragen.domain.errors import ParagenError, UsageError
from paragen.domain.generator import Generator
from paragen.domain.task import Task
from paragen.learn.recommend import Recommendation, lot, pick, recommend
from paragen.learn.standing import Recipe
from paragen.report.text import counted

if TYPE_CHECKING:
    from paragen.settings import Settings


def history_for(tasks: Sequence[Task], settings: Settings, choices: Choices) -> History:
    """The history by which these tasks are given their types, and those who play them.

    The command that left a session unfinished goes on with it where it plans the very same: so what
    the newest session has played doesn't count, if it was left unfinished and has the same tasks.
    """
    history = History(database_of(settings, choices))
    matters = choices.recommended is not None or any(task.task_type_inferred for task in tasks)
    if choices.new or not choices.record or not matters:
        return history
    try:
        return History(history.path, but=history.left_open({task.name for task in tasks}))
    except ParagenError:
        return history


def pick_of(history: History, choices: Choices) -> Pick | None:
    """What picks those who play, None where nobody is to be picked; raises UsageError."""
    if choices.recommended is None:
        if choices.explore:
            raise UsageError("--explore goes with --recommended: without it, all play anyway.")
        return None
    if choices.roster is not None:
        raise UsageError("-g names who plays, and --recommended picks them: give one of them.")
    return _Picker(history, choices.recommended, choices.explore)


def recipes_of(generators: Sequence[Generator]) -> list[Recipe]:
    """What their plays are known by, in their order."""
    return [Recipe(one.name, one.model, float(one.temperature)) for one in generators]


class _Choice(NamedTuple):
    """Who plays a task: the best, and who plays to be known better; of all, as they were ranked.

    `is_usual` where the best are those of any other task of its type.
    """

    task: Task
    best: Sequence[Recommendation]
    explored: Sequence[Recommendation]
    ranked: Sequence[Recommendation]
    is_usual: bool

    @property
    def is_as_its_type(self) -> bool:
        """Whether those play it who play any other task of its type."""
        return self.is_usual and not self.explored

    @property
    def is_known(self) -> bool:
        """Whether of anybody who plays it something is known."""
        return any(who.success_rate is not None for who in (*self.best, *self.explored))


class _Picker:
    """Picks those who play by a history."""

    def __init__(self, history: History, number: int, explore: float) -> None:
        self._history = history
        self._number = number
        self._explore = explore

    def __call__(
        self, tasks: Sequence[Task], generators: Sequence[Generator], seed: int
    ) -> Sequence[Picked]:
        """Who plays each of the tasks, and that in sentences.

        Whether somebody plays to be known better depends on the seed, the task and how much has
        been played: it is the same where nothing has changed since.
        """
        by_recipe = dict(zip(recipes_of(generators), generators, strict=True))
        prompts = [task.prompt for task in tasks]
        played, alike = self._history.evidence(prompts, named=by_recipe)
        plays = sum(one.plays for by_type in played.values() for one in by_type.values())
        number, chosen = self._number, []
        for task, like in zip(tasks, alike, strict=True):
            ranked = recommend(by_recipe, played, task.task_type, like)
            usual = recommend(by_recipe, played, task.task_type) if like else ranked
            drawn = lot(seed, task.sha256, plays)
            picked = pick(ranked, number, explore=self._explore, lot=drawn)
            is_usual = _recipes(picked[:number]) == _recipes(usual[:number])
            chosen.append(_Choice(task, picked[:number], picked[number:], ranked, is_usual))
        said = _said(chosen)
        if not self._explore:
            said[0].notes.extend(_never_played(chosen))
        return [
            Picked(
                who=tuple(by_recipe[who.recipe] for who in (*one.best, *one.explored)),
                notes=tuple(sentences.notes),
                warnings=tuple(sentences.warnings),
            )
            for one, sentences in zip(chosen, said, strict=True)
        ]


def _recipes(some: Sequence[Recommendation]) -> set[Recipe]:
    return {one.recipe for one in some}


class _Sentences(NamedTuple):
    """What is said with a task."""

    notes: list[str]
    warnings: list[str]


def _said(chosen: Sequence[_Choice]) -> list[_Sentences]:
    """What is said with each task: of a type once, and of tasks that are played otherwise.

    Of these NAMED are named; of more, their number is said with the last one.
    """
    said = [_Sentences([], []) for _ in chosen]
    usual = Counter(one.task.task_type for one in chosen if one.is_as_its_type)
    heard: set[str] = set()
    otherwise = 0
    for one, sentences in zip(chosen, said, strict=True):
        otherwise += not one.is_as_its_type
        if not one.is_as_its_type and otherwise > NAMED:
            continue
        sentence = _sentence(one, usual[one.task.task_type] if one.is_as_its_type else 1)
        if sentence not in heard:
            heard.add(sentence)
            (sentences.notes if one.is_known else sentences.warnings).append(sentence)
    if otherwise > NAMED:
        more = counted(otherwise - NAMED, "more task")
        said[-1].notes.append(f"others than their type's play {more} (`paragen plan` lists who)")
    return said


def _sentence(one: _Choice, tasks: int) -> str:
    """Who plays a task, or so many of its type, and by what."""
    is_played = (
        f"{one.task.name} is played"
        if tasks == 1
        else f"{tasks} tasks of type {one.task.task_type} are played"
    )
    explored = "".join(
        f", and by {other.recipe.name} to learn more of it" for other in one.explored
    )
    if not one.is_known:
        how = "the first of the config: nothing is known of any. Let all play a few tasks first"
    elif one.is_usual:
        how = "as recommended; `paragen recommend` says why"
    else:
        how = "by what was played like it; `paragen recommend` says why"
    return f"{is_played} by {_names(one.best)}{explored} ({how})"


def _never_played(chosen: Sequence[_Choice]) -> list[str]:
    """That there are some of whom nothing is known, and nothing will be while they don't play."""
    ranked = chosen[0].ranked
    picked = {who.recipe for one in chosen for who in one.best}
    unknown = [one for one in ranked if one.success_rate is None and one.recipe not in picked]
    if not unknown or all(one.success_rate is None for one in ranked):
        return []
    return [f"nothing is known of {_names(unknown)}: with --explore 0.1 they play now and then"]


def _names(some: Sequence[Recommendation]) -> str:
    return ", ".join(one.recipe.name for one in some)
