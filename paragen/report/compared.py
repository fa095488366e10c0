"""A comparison of two generators: as rows for people, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paragen.learn.paired import Comparison, Difference, Speed
from paragen.report import text
from paragen.report.compared_words import sentence, times
from paragen.report.rows import Column, Value

if TYPE_CHECKING:
    from paragen.report.schema.compare import (
        CompareObject,
        DifferenceObject,
        SideObject,
        SpeedObject,
    )

Show = Callable[[float], str]

NUMBERS: Sequence[Column] = tuple(
    Column(key=key, heading=key)
    for key in ("measure", "a", "b", "a_beyond_b", "low", "high", "p_value")
)
"""For programs: the difference of rates and scores, the ratio of speeds, and its 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two; `baseline` is that which its record is of, None for the history's own."""

    generator: str
    model: str
    temperature: float
    baseline: str | None = None

    @property
    def label(self) -> str:
        """What people know it by, in one line."""
        name = text.one_line(self.generator)
        if self.baseline is None:
            return name
        return f"{name} in baseline {text.one_line(self.baseline)}"


def in_words(
    comparison: Comparison,
    first: Side,
    second: Side,
    *,
    unfair: int = 0,
    task_type: str | None = None,
) -> str:
    """The finding in a sentence or two; so many `unfair` tasks are left out of it."""
    task = "task" if task_type is None else f"{text.one_line(task_type)} task"
    if not comparison.tasks and unfair:
        return (
            f"Can't tell: there is no {task} that both {first.label} and {second.label} have "
            "played alike."
        )
    if not comparison.tasks and second.baseline is not None:
        return (
            f"Can't tell: {first.label} has played no {task} of {second.label} again since that "
            "was saved."
        )
    return sentence(comparison, first.label, second.label, task=task)


def tasks_in_words(comparison: Comparison, first: Side, second: Side) -> str:
    """How the tasks fell, and how many are left out, in a line; empty where there are none."""
    parts = []
    if comparison.tasks:
        parts.append(
            f"{first.label} passes more often on {text.counted(comparison.ahead, 'task')}, less "
            f"often on {comparison.behind}, as often on {comparison.level}."
        )
    left_out = (
        (first.label, comparison.only_first),
        (second.label, comparison.only_second),
    )
    parts.extend(
        f"{text.counted(count, 'task')} that only {label} played "
        f"{'is' if count == 1 else 'are'} left out."
        for label, count in left_out
        if count
    )
    return " ".join(parts)


def unfair_in_words(unfair: int) -> str:
    """Why so many tasks that both played are left out, in a line."""
    return (
        f"{text.counted(unfair, 'task')} that both played {'is' if unfair == 1 else 'are'} left "
        "out: whether both were asked and judged hung on how others did there, as it does in a "
        "race. `--mode all` lets all play alike."
    )


def table(
    comparison: Comparison, first: Side, second: Side
) -> tuple[Sequence[Column], Sequence[Mapping[str, Value]]]:
    """The columns, one a measure, and the rows; no rows where there is nothing to compare.

    Names stand in rows: as headings, two that are long would leave no room for the numbers.
    """
    measures = _measures(comparison)
    said = {
        "first": first.label,
        "second": second.label,
        "difference": "difference",
        "interval": "95% interval",
        "p_value": "p",
    }
    names = [str(one["measure"]) for one in measures]
    columns = [
        Column(key="of", heading="on average"),
        *(Column(key=name, heading=name, right=True) for name in names),
    ]
    if not measures:
        return columns, []
    return columns, [
        {"of": words, **{name: one[key] for name, one in zip(names, measures, strict=True)}}
        for key, words in said.items()
    ]


def _measures(comparison: Comparison) -> list[Mapping[str, Value]]:
    """What is said of each measure; nothing where there is nothing to compare."""
    found: list[Mapping[str, Value]] = []
    if comparison.pass_rate is not None:
        found.append(_row("pass rate", comparison.pass_rate, "{:.1%}".format, _points, " points"))
    if comparison.score is not None:
        found.append(_row("score", comparison.score, "{:.3f}".format, "{:+.3f}".format))
    if comparison.speed is not None:
        found.append(_speed_row(comparison.speed))
    return found


def numbers(comparison: Comparison) -> list[Mapping[str, Value]]:
    """The rows for programs."""
    both = {"pass_rate": comparison.pass_rate, "score": comparison.score}
    found: list[Mapping[str, Value]] = [
        {
            "measure": measure,
            "a": one.first,
            "b": one.second,
            "a_beyond_b": one.difference,
            **_ends(one.interval),
            "p_value": one.p_value,
        }
        for measure, one in both.items()
        if one is not None
    ]
    if comparison.speed is not None:
        empty = dict.fromkeys(("a", "b", "p_value"))
        speed = {"a_beyond_b": comparison.speed.ratio, **_ends(comparison.speed.interval)}
        found.append({"measure": "speed", **empty, **speed})
    return found


def _ends(interval: tuple[float, float] | None) -> Mapping[str, float | None]:
    low, high = interval or (None, None)
    return {"low": low, "high": high}


def _row(
    measure: str, difference: Difference, plain: Show, signed: Show, unit: str = ""
) -> Mapping[str, Value]:
    interval = difference.interval
    return {
        "measure": measure,
        "first": plain(difference.first),
        "second": plain(difference.second),
        "difference": signed(difference.difference) + unit,
        "interval": " to ".join(map(signed, interval)) if interval else None,
        "p_value": _p_value(difference.p_value),
    }


def _speed_row(speed: Speed) -> Mapping[str, Value]:
    ends = speed.interval
    if ends is not None and speed.ratio < 1:
        ends = (1 / ends[1], 1 / ends[0])
    return {
        "measure": "generation",
        "first": None,
        "second": None,
        "difference": times(speed),
        "interval": " to ".join(f"{end:.2f}" for end in ends) if ends else None,
        "p_value": None,
    }


def _points(difference: float) -> str:
    """A difference of shares: per cent of what would be another question."""
    return f"{100 * difference:+.1f}"


def _p_value(number: float) -> str:
    return "<0.001" if number < 0.001 else f"{number:.3f}"


def compare_object(
    comparison: Comparison, first: Side, second: Side, *, unfair: int = 0, task_type: str | None
) -> CompareObject:
    """A comparison as `paragen compare --format json` prints it."""
    return {
        "schema": "paragen.compare/1",
        "a": _side(first),
        "b": _side(second),
        "task_type": task_type,
        "by": comparison.by.value,
        "finding": comparison.finding.value,
        "sentence": in_words(comparison, first, second, unfair=unfair, task_type=task_type),
        "more_tasks": comparison.more_tasks,
        "tasks": comparison.tasks,
        "only_a": comparison.only_first,
        "only_b": comparison.only_second,
        "unfair": unfair,
        "ahead": comparison.ahead,
        "behind": comparison.behind,
        "level": comparison.level,
        "pass_rate": _difference(comparison.pass_rate),
        "score": _difference(comparison.score),
        "speed": _speed(comparison.speed),
    }


def _side(side: Side) -> SideObject:
    return {
        "generator": side.generator,
        "model": side.model,
        "temperature": side.temperature,
        "baseline": side.baseline,
    }


def _difference(found: Difference | None) -> DifferenceObject | None:
    if found is None:
        return None
    return {
        "a": found.first,
        "b": found.second,
        "difference": found.difference,
        "interval": found.interval,
        "p_value": found.p_value,
    }


def _speed(found: Speed | None) -> SpeedObject | None:
    if found is None:
        return None
    return {
        "ratio": found.ratio,
        "error": found.error,
        "interval": found.interval,
        "tasks": found.tasks,
    }
