"""Made-up tasks and generators whose chances to pass are known, to try recommendations on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from paragen.learn.standing import Recipe
from paragen.learn.task_type import Similar, guess
from paragen.store.search import MOST_ALIKE, TaskIndex

Kind = tuple[int, int]
"""What a task is about: its type's number, and a number within that."""

VOTERS = 5
COMMON_WORDS, TYPE_WORDS, KIND_WORDS = 200, 15, 10
"""How many words there are; a prompt has 6 that any may have, 5 of its type and 8 of its kind."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is to be made up.

    Generators' own chances lie evenly from `low` to `high`, but for one that has `best`, if it is
    given. By `by_type` (a standard deviation, of log-odds) models differ from type to type, and by
    `by_kind` generators do from kind to kind. Of all tasks the part `typed` says its type, of these
    the part `wrong` another one's; those of the others are inferred. Where `words_mislead`, a
    prompt has the words of another kind than the task is of. `is_clear` where those who are best
    are so by much.
    """

    name: str
    low: float = 0.45
    high: float = 0.55
    best: float | None = None
    generators: int = 6
    models: int = 6
    types: int = 3
    kinds: int = 4
    by_type: float = 1.5
    by_kind: float = 0.0
    typed: float = 1.0
    wrong: float = 0.0
    words_mislead: bool = False
    is_clear: bool = True


SCENARIOS: Sequence[Scenario] = (
    Scenario(name="each type has its best"),
    Scenario(name="one is best at everything", low=0.4, high=0.4, best=0.8, by_type=0.3),
    Scenario(name="nearly equal", low=0.58, high=0.66, by_type=0, is_clear=False),
    Scenario(name="each kind of task has its best", by_type=0.8, by_kind=1.2),
    Scenario(name="types are wrong for 30 %", wrong=0.3),
    Scenario(name="types are inferred for 80 %", typed=0.2),
    Scenario(
        name="thin: 12 generators, 8 types",
        low=0.3,
        high=0.7,
        generators=12,
        models=4,
        types=8,
        kinds=2,
        by_type=1.0,
        by_kind=0.3,
    ),
    Scenario(name="prompts mislead", words_mislead=True),
)


@dataclass(frozen=True, kw_only=True)
class Game:
    """Tasks in the order in which they come: their types as far as anybody knows, each generator's
    chance on them, and those before that are like them, with their likeness.

    `wrong` is the part of the tasks whose type isn't what they are.
    """

    recipes: Sequence[Recipe]
    types: Sequence[str]
    chances: Sequence[Sequence[float]]
    alike: Sequence[Sequence[tuple[int, float]]]
    wrong: float


def made_up(scenario: Scenario, seed: int, tasks: int) -> Game:
    """A game of so many tasks; equal seeds make equal games."""
    lots = Random(f"{scenario.name} {seed}")
    kinds = [(t, k) for t in range(scenario.types) for k in range(scenario.kinds)]
    chances = _chances(scenario, lots, kinds)
    drawn = [lots.choice(kinds) for _ in range(tasks)]
    said = [_said(scenario, lots, kind) for kind in drawn]
    types, alike, index = [], [], TaskIndex()
    for kind, type_said in zip(drawn, said, strict=True):
        text = prompt(lots, lots.choice(kinds) if scenario.words_mislead else kind)
        found = [(number - 1, likeness) for number, likeness in index.like(text).items()]
        found.sort(key=lambda one: (-one[1], one[0]))
        index.add(text)
        types.append(type_said or _inferred(text, found, said))
        alike.append(found[:MOST_ALIKE])
    true = [_type_name(kind) for kind in drawn]
    return Game(
        recipes=[
            Recipe(f"generator{n}", f"model{n % scenario.models}", 0.1 * n)
            for n in range(scenario.generators)
        ],
        types=types,
        chances=[chances[kind] for kind in drawn],
        alike=alike,
        wrong=sum(one != other for one, other in zip(types, true, strict=True)) / tasks,
    )


def prompt(lots: Random, kind: Kind) -> str:
    """A task of this kind."""
    about, more = kind
    words = [f"word{lots.randrange(COMMON_WORDS)}" for _ in range(6)]
    words += lots.sample([f"type{about}word{n}" for n in range(TYPE_WORDS)], 5)
    words += lots.sample([f"kind{about}x{more}word{n}" for n in range(KIND_WORDS)], 8)
    return " ".join(words)


def _chances(
    scenario: Scenario, lots: Random, kinds: Sequence[Kind]
) -> dict[Kind, Sequence[float]]:
    step = (scenario.high - scenario.low) / (scenario.generators - 1)
    own = [scenario.low + step * n for n in range(scenario.generators)]
    if scenario.best is not None:
        own[0] = scenario.best
    lots.shuffle(own)
    models = {
        (model, about): lots.gauss(0, scenario.by_type)
        for model in range(scenario.models)
        for about in range(scenario.types)
    }
    return {
        kind: [
            _chance(math.log(one / (1 - one)) + models[n % scenario.models, kind[0]] + more)
            for n, one in enumerate(own)
            for more in [lots.gauss(0, scenario.by_kind)]
        ]
        for kind in kinds
    }


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _said(scenario: Scenario, lots: Random, kind: Kind) -> str | None:
    """The type that a task's author gives, if any."""
    if lots.random() >= scenario.typed:
        return None
    about = kind[0]
    if lots.random() < scenario.wrong:
        about = lots.choice([other for other in range(scenario.types) if other != about])
    return _type_name((about, 0))


def _inferred(text: str, found: Sequence[tuple[int, float]], said: Sequence[str | None]) -> str:
    voters = [
        Similar(name, likeness) for number, likeness in found if (name := said[number]) is not None
    ]
    return guess(text, None, voters[:VOTERS]).task_type


def _type_name(kind: Kind) -> str:
    return f"type{kind[0]}"
