"""Who plays, and how many of each: from how complex a task is and how much hangs on it.

Both are given by the user, or estimated from the task by a small rule of thumb that says what it
went by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paragen.domain.generator import Generator, Instance, instance
from paragen.domain.standing import Standing
from paragen.domain.task import Degree, Task, normal_task_type
from paragen.judge.criteria import CAREFUL, TASK_GROUPS
from paragen.modes.sizes import model_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How complex a task seems and how much hangs on it, and `why`, in a sentence."""

    complexity: Degree
    criticality: Degree
    why: str


ATTEMPTS: Mapping[Degree, int] = {"low": 4, "medium": 8, "high": 12}
"""How many attempts a task of each complexity is worth."""

BALANCED_SET = 3
FEWEST_PLAYS = 3
"""Fewer plays than these say nothing of a generator."""

SIMPLE_TYPES = frozenset({"simple_function", "simple_functions", "utilities", "utility"})
COSTLY = frozenset({"batch", "batch_processing", "data_processing"})
"""Task types that many depend on without their being critical."""

CRITICAL_WORDS = re.compile(
    r"\b(payments?|billing|invoices?|money|medical|patients?|passwords?|credentials?|production)\b",
    re.IGNORECASE,
)

_REQUIREMENT = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\S", re.MULTILINE)
_DUTY = re.compile(r"\b(?:must|should|raises?|never|always|at most|at least)\b", re.IGNORECASE)
_TEST = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+test|^[ \t]*>>>[ \t]", re.MULTILINE)
_ASSERTION = re.compile(r"\bassert\b|\bself\.assert\w+")


def estimate(task: Task) -> Estimate:
    """What a task's length, requirements, tests and type suggest."""
    words = len(task.prompt.split())
    requirements = max(len(_REQUIREMENT.findall(task.prompt)), len(_DUTY.findall(task.prompt)))
    tests = _tests(task)
    simple = normal_task_type(task.task_type) in SIMPLE_TYPES
    points = _points(words, 60, 200) + _points(requirements, 3, 7) + _points(tests, 6, 16)
    points += 0 if simple else 1
    complexity: Degree = "low" if points < 2 else "medium" if points < 5 else "high"
    criticality, reason = _criticality(task)
    why = (
        f"complexity {complexity}: {words} words, {requirements} requirements, {tests} tests, "
        f"task type {task.task_type}; criticality {criticality}: {reason}"
    )
    return Estimate(complexity=complexity, criticality=criticality, why=why)


def allocate(
    generators: Sequence[Generator],
    complexity: Degree,
    criticality: Degree,
    standings: Mapping[str, Standing],
) -> dict[str, int]:
    """How many of each generator play, by name.

    Where both are high all of them play, twice each (once at temperature 0, where both would
    answer the same). Where both are low one fast one does: the best by history, else of the
    smallest model. Else a balanced set does: the best by history, a fast one, and others, of as
    many models as can be.
    """
    if not generators:
        return {}
    if complexity == criticality == "high":
        return {one.name: 1 if one.temperature == 0 else 2 for one in generators}
    if complexity == criticality == "low":
        return {_fast(generators, standings).name: 1}
    chosen = {one.name for one in _balanced(generators, standings)}
    return {one.name: 1 for one in generators if one.name in chosen}


def instances(
    generators: Sequence[Generator], counts: Mapping[str, int], seed: int
) -> tuple[Instance, ...]:
    """The roster of a tournament in which so many of each generator play, by name."""
    return tuple(
        instance(one, copy, seed) for one in generators for copy in range(counts.get(one.name, 0))
    )


def attempts_for(complexity: Degree) -> int:
    """How many attempts a task of this complexity is worth: 4 to 12."""
    return ATTEMPTS[complexity]


def _points(number: int, some: int, many: int) -> int:
    return (number >= some) + (number >= many)


def _tests(task: Task) -> int:
    """About how many tests there are: functions or doctest lines, else assertions."""
    counts = (
        len(_TEST.findall(test.source)) or len(_ASSERTION.findall(test.source))
        for test in task.tests
    )
    return sum(counts) + len(task.examples)


def _criticality(task: Task) -> tuple[Degree, str]:
    kind = normal_task_type(task.task_type)
    if TASK_GROUPS.get(kind) is CAREFUL:
        return "high", f"task type {task.task_type}"
    word = CRITICAL_WORDS.search(task.prompt)
    if word is not None:
        return "high", f"the prompt speaks of {word[0]!r}"
    if kind in COSTLY:
        return "medium", f"task type {task.task_type}"
    return "low", "nothing speaks for more"


def _fast(generators: Sequence[Generator], standings: Mapping[str, Standing]) -> Generator:
    """The best by history if it passes as often as not, else the one of the smallest model."""
    best = _best(generators, standings)
    if best is not None and standings[best.name].passes * 2 >= standings[best.name].plays:
        return best
    return min(generators, key=lambda one: (_is_poor(one, standings), *_by_size(one)))


def _best(generators: Sequence[Generator], standings: Mapping[str, Standing]) -> Generator | None:
    """The one with the best mean reward of those that history knows enough of."""
    known = [one for one in generators if _reward(one, standings) is not None]
    return max(known, key=lambda one: _reward(one, standings) or 0.0, default=None)


def _balanced(
    generators: Sequence[Generator], standings: Mapping[str, Standing]
) -> Sequence[Generator]:
    """Up to three: the best, the fastest, then by standing; each of another model first."""
    best = _best(generators, standings)
    by_size = sorted(generators, key=_by_size)
    by_standing = sorted(
        generators, key=lambda one: (_is_poor(one, standings), -(_reward(one, standings) or 0.0))
    )
    wanted = [*([best] if best is not None else []), by_size[0], *by_standing]
    chosen: list[Generator] = []
    for one in wanted:
        if all(one.model != other.model for other in chosen):
            chosen.append(one)
    chosen += [one for one in by_standing if one not in chosen]
    return chosen[:BALANCED_SET]


def _reward(one: Generator, standings: Mapping[str, Standing]) -> float | None:
    standing = standings.get(one.name)
    return standing.mean_reward if standing and standing.plays >= FEWEST_PLAYS else None


def _is_poor(one: Generator, standings: Mapping[str, Standing]) -> bool:
    """Whether history knows that it fails more often than not."""
    standing = standings.get(one.name)
    return (
        standing is not None
        and standing.plays >= FEWEST_PLAYS
        and standing.passes * 2 < standing.plays
    )


def _by_size(one: Generator) -> tuple[bool, float]:
    size = model_size(one.model)
    return size is None, size or 0.0
