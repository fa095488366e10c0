"""What a comparison of two generators says, in plain words."""

from __future__ import annotations

from paragen.learn.paired import POWER, Comparison, Difference, Finding, Measure, Speed
from paragen.report import text

MANY = 10_000
"""From so many more tasks on, their number says only that nobody will play them."""
DIGITS = 2
"""How exact a number of tasks is given that is an estimate."""


def sentence(comparison: Comparison, first: str, second: str, *, task: str = "task") -> str:
    """Whether the first is better than the second, and how sure that is.

    `task` is what one of their tasks is called.
    """
    parts = [_finding(comparison, first, second, task)]
    speed = comparison.speed
    if speed is not None and speed.interval is not None and not _holds_one(speed.interval):
        parts.append(f"{first} generates {times(speed)}.")
    return " ".join(parts)


def times(speed: Speed) -> str:
    """How many times faster or slower, so that the number is never under 1."""
    faster = speed.ratio >= 1
    ratio = speed.ratio if faster else 1 / speed.ratio
    error = "" if speed.error is None else f" ± {speed.error * ratio / speed.ratio:.2f}"
    return f"{ratio:.2f}{error} × {'faster' if faster else 'slower'}"


def _finding(comparison: Comparison, first: str, second: str, task: str) -> str:
    difference, by = comparison.deciding, comparison.by
    if difference is None:
        return f"Can't tell: there is no {task} that both {first} and {second} have played."
    on = f"{comparison.tasks} {task}s" if comparison.tasks > 1 else f"one {task}"
    on = f"on the {on} that both played"
    if comparison.finding is Finding.UNDECIDED and comparison.more_tasks is None:
        return (
            f"Can't tell {first} and {second} apart: {on} there is no difference on average. "
            f"{_advice(by, difference)}"
        )
    chance = _chance(difference.p_value)
    if comparison.finding is Finding.UNDECIDED:
        return (
            f"Can't tell yet which of {first} and {second} is better: {on} {first} "
            f"{_means(by, difference, second)}. {chance} {_needed(comparison.more_tasks)}"
        )
    return (
        f"{first} is {comparison.finding} than {second}: {on} it "
        f"{_means(by, difference, second)}. {chance}"
    )


def _means(by: Measure, difference: Difference, second: str) -> str:
    """Both means, with as many digits as it takes to tell them apart."""
    pair = difference.first, difference.second
    if by is Measure.PASSES:
        digits = 0 if f"{pair[0]:.0%}" != f"{pair[1]:.0%}" else 2
        return f"passes {pair[0]:.{digits}%} on average, {second} {pair[1]:.{digits}%}"
    digits = 2 if f"{pair[0]:.2f}" != f"{pair[1]:.2f}" else 4
    return f"scores {pair[0]:.{digits}f} on average, {second} {pair[1]:.{digits}f}"


def _chance(p_value: float) -> str:
    """A p-value as what it is: nothing about how likely either is to be better."""
    if p_value >= 0.5:
        return "Chance alone would show so large a difference more often than not."
    share = "fewer than 0.1%" if p_value < 0.001 else f"{p_value:.{1 if p_value < 0.1 else 0}%}"
    return (
        f"Were neither better, chance alone would show so large a difference in {share} of such "
        "comparisons."
    )


def _needed(more_tasks: int | None) -> str:
    if more_tasks is None or more_tasks > MANY:
        return (
            f"It would take more than {MANY} more tasks to tell, if the difference is as small as "
            "it looks."
        )
    about = round(more_tasks, DIGITS - len(str(more_tasks)))
    return (
        f"About {text.counted(about, 'more task')} would tell, with a chance of {POWER:.0%}, if "
        "the difference is what it looks like. Compare again only then: each look gives chance "
        "another try."
    )


def _advice(by: Measure, difference: Difference) -> str:
    """What might tell two apart that did alike on average."""
    if by is Measure.PASSES and difference.first == difference.second == 1:
        return "Both pass them all: harder tasks may tell."
    if by is Measure.PASSES and difference.first == difference.second == 0:
        return "Both pass none: easier tasks may tell."
    return "How many more tasks would tell can't be said."


def _holds_one(interval: tuple[float, float]) -> bool:
    return interval[0] <= 1 <= interval[1]
