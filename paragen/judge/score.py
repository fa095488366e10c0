"""Scores in 0..1, from what was measured.

quality   0.5 if the tests pass + 0.5 × evaluator, and bonuses: 0.1 for a program under 50 lines of
          code where simplicity is preferred, 0.05 for one that handles errors; clamped to 0..1.
speed     0.6 × max(0, 1 − generation_s / 60) + 0.4 × max(0, 1 − execution_s / 10)
combined  quality weight × quality + speed weight × speed
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from paragen.domain.candidate import Scores, Verdict
from paragen.domain.generator import Answer
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Weights
from paragen.languages import language

TESTS_SHARE = EVALUATOR_SHARE = 0.5
CONCISE_LINES, CONCISE_BONUS = 50, 0.1
ERROR_HANDLING_BONUS = 0.05

GENERATION_SHARE, GENERATION_LIMIT_S = 0.6, 60.0
EXECUTION_SHARE, EXECUTION_LIMIT_S = 0.4, 10.0

MEASURE_WEIGHTS: Mapping[str, float] = {
    "correctness": 0.30,
    "complexity": 0.15,
    "security": 0.15,
    "style": 0.15,
    "documentation": 0.10,
    "simplification": 0.15,
}
"""What the evaluator's measures count for; the weights of those that weren't taken are shared out
among the others in proportion."""


def scores(
    task: Task,
    program: str,
    verdict: Verdict,
    measures: Mapping[str, float],
    answer: Answer,
    criteria: Criteria,
) -> Scores:
    """The scores of a judged program; `generation_s` is the model's own compute time."""
    evaluator = evaluator_score(measures)
    spoken = language(task.language)
    quality_score = quality(
        tests_passed=passed_its_tests(verdict),
        evaluator=evaluator,
        lines=spoken.code_lines(program),
        handles_errors=spoken.handles_errors(program),
        prefer_simplicity=criteria.prefer_simplicity,
    )
    speed_score = speed(generation_s=answer.generation_s, execution_s=verdict.execution_s)
    return Scores(
        evaluator=evaluator,
        quality=quality_score,
        speed=speed_score,
        combined=combined(quality_score, speed_score, criteria.weights),
    )


def passed_its_tests(verdict: Verdict) -> bool | None:
    """Whether a program passed its tests, None where it is well as far as it goes, untested."""
    if verdict.status is Status.PASSED:
        return True if verdict.tests_total else None
    return False


def evaluator_score(measures: Mapping[str, float]) -> float | None:
    """The weighted mean of the measures that were taken, None where none was.

    Each is clamped to 0..1. A measure without a weight of its own is shown, but counts nothing.
    """
    taken = {name: weight for name, weight in MEASURE_WEIGHTS.items() if name in measures}
    if not taken:
        return None
    total = sum(weight * _unit(measures[name]) for name, weight in taken.items())
    return _unit(total / sum(taken.values()))


def quality(
    *,
    tests_passed: bool | None,
    evaluator: float | None,
    lines: int,
    handles_errors: bool,
    prefer_simplicity: bool,
) -> float:
    """The quality score; `lines` are lines of code, without blanks, comments and docstrings.

    A part that is None wasn't measured: it is left out, and the other counts for both. Without
    either, only the bonuses remain. Raises ValueError for an evaluator score that is NaN.
    """
    parts: list[tuple[float, float]] = []
    if tests_passed is not None:
        parts.append((TESTS_SHARE, float(tests_passed)))
    if evaluator is not None:
        parts.append((EVALUATOR_SHARE, _unit(evaluator)))
    share = sum(weight for weight, _ in parts)
    score = sum(weight * value for weight, value in parts) / share if share else 0.0
    if prefer_simplicity and lines < CONCISE_LINES:
        score += CONCISE_BONUS
    if handles_errors:
        score += ERROR_HANDLING_BONUS
    return _unit(score)


def speed(*, generation_s: float, execution_s: float) -> float:
    """The speed score of two times in seconds.

    A time under zero counts as zero; one that is infinite or NaN as one that never ended.
    """
    return _unit(
        GENERATION_SHARE * _quickness(generation_s, GENERATION_LIMIT_S)
        + EXECUTION_SHARE * _quickness(execution_s, EXECUTION_LIMIT_S)
    )


def combined(quality: float, speed: float, weights: Weights) -> float:
    """Quality and speed as one number, by their weights."""
    return _unit(weights.quality * quality + weights.speed * speed)


def _quickness(seconds: float, limit_s: float) -> float:
    if math.isnan(seconds):
        return 0.0
    return max(0.0, 1.0 - max(seconds, 0.0) / limit_s)


def _unit(value: float) -> float:
    if math.isnan(value):
        raise ValueError("a score can't be NaN: what isn't measured is None")
    return min(1.0, max(0.0, value))
