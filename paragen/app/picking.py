"""Who plays each of the tasks, by the history: for `run` and `plan` with `--recommended`."""

from __future__ import annotations

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
        tallies, alike = self._history.evidence([task.prompt for task in tasks])
        played = sum(tally.plays for tally in tallies.plays.values())
        by_recipe = dict(zip(recipes_of(generators), generators, strict=True))
        number, chosen = self._number, []
        for task, like in zip(tasks, alike, strict=True):
            ranked = recommend(by_recipe, tallies, task.task_type, like)
            usual = recommend(by_recipe, tallies, task.task_type) if like else ranked
            drawn = lot(seed, task.sha256, played)
            picked = pick(ranked, number, explore=self._explore, lot=drawn)
            is_usual = _recipes(picked[:number]) == _recipes(usual[:number])
            chosen.append(_Choice(task, picked[:number], picked[number:], ranked, is_usual))
        said = _said(chosen)
        if not self._explore:
            said[0] += _never_played(chosen)
        return [
            (tuple(by_recipe[who.recipe] for who in (*one.best, *one.explored)), tuple(sentences))
            for one, sentences in zip(chosen, said, strict=True)
        ]


def _recipes(some: Sequence[Recommendation]) -> set[Recipe]:
    return {one.recipe for one in some}


def _said(chosen: Sequence[_Choice]) -> list[list[str]]:
    """What is said with each task: of a type once, and of tasks that are played otherwise.

    Of these NAMED are named; of more, their number is said with the last one.
    """
    said: list[list[str]] = [[] for _ in chosen]
    heard: set[str] = set()
    otherwise = 0
    for one, sentences in zip(chosen, said, strict=True):
        is_as_its_type = one.is_usual and not one.explored
        otherwise += not is_as_its_type
        if not is_as_its_type and otherwise > NAMED:
            continue
        sentence = _sentence(one, one.task.task_type if is_as_its_type else one.task.name)
        if sentence not in heard:
            heard.add(sentence)
            sentences.append(sentence)
    if otherwise > NAMED:
        more = counted(otherwise - NAMED, "more task")
        said[-1].append(f"others than their type's play {more} (`paragen plan` lists who)")
    return said


def _sentence(one: _Choice, who: str) -> str:
    explored = "".join(
        f", and by {other.recipe.name} to learn more of it" for other in one.explored
    )
    if all(other.success_rate is None for other in (*one.best, *one.explored)):
        how = "the first of the config: nothing is known of any. Let all play a few tasks first"
    elif one.is_usual:
        how = "as recommended; `paragen recommend` says why"
    else:
        how = "by what was played like it; `paragen recommend` says why"
    return f"{who} is played by {_names(one.best)}{explored} ({how})"


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
