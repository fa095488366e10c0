"""Is one generator better than another? Their tasks compared pair by pair, with the uncertainty.

A task is one observation, however often it was played: its instances are pooled into shares and
means first. Answers to one task resemble one another, and count as no more than they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, fmean, stdev

from paragen.learn.bootstrap import CONFIDENCE, Interval, mean_intervals
from paragen.learn.shuffles import Plays, variance
from paragen.learn.shuffles import p_value as shuffled
from paragen.learn.sign_flips import p_value as flipped

SIGNIFICANT = 1 - CONFIDENCE
FEWEST = math.ceil(1 - math.log2(SIGNIFICANT))
"""Fewer tasks than these can't show that one is better, even if it is on each of them."""
POWER = 0.8
"""How likely so many more tasks as are said shall tell, if the difference is what it looks like."""
GRAIN = 1000
"""Scores are compared in thousandths."""
SEED = 1


class Measure(StrEnum):
    """What decides which of two is better."""

    PASSES = "passes"
    SCORE = "score"


class Finding(StrEnum):
    """What the tasks say of the first generator, beside the second."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    NO_TASKS = "no_tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTally:
    """What a generator did on one task.

    `quality` and `speed` are sums of scores over the plays, where one without a program adds
    nothing; `generation_s` is the sum over the `timed` plays whose seconds are known.
    `quality_weight` is what quality counted for when the task was last played.
    """

    plays: int
    passes: int
    quality: float = 0.0
    speed: float = 0.0
    quality_weight: float = 0.5
    timed: int = 0
    generation_s: float = 0.0

    @property
    def pass_rate(self) -> float:
        """The share of plays that passed."""
        return self.passes / self.plays

    def score(self, quality_weight: float) -> float:
        """The mean combined score, with this weight of quality."""
        return (quality_weight * self.quality + (1 - quality_weight) * self.speed) / self.plays


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Means of both over the tasks, and the first's beyond the second's.

    `interval` holds the difference with 95 % confidence, None where it is the same on every task;
    `p_value` is how likely it, or a larger one, is where neither is better.
    """

    first: float
    second: float
    difference: float
    interval: Interval | None
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How many times faster the first generates: over 1 it is faster, below it is slower.

    `ratio` is the geometric mean over `tasks`, `error` its standard error, `interval` that of 95 %;
    both None where they can't be told.
    """

    ratio: float
    error: float | None
    interval: Interval | None
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two generators on the tasks that both played.

    `ahead`, `behind` and `level` are on how many of them the first passed more often, less often or
    as often; `more_tasks` is about how many more would decide, None where that is decided or can't
    be said. The differences are None without common tasks.
    """

    by: Measure
    tasks: int
    only_first: int
    only_second: int
    ahead: int
    behind: int
    level: int
    pass_rate: Difference | None
    score: Difference | None
    speed: Speed | None
    finding: Finding
    more_tasks: int | None

    @property
    def deciding(self) -> Difference | None:
        """The difference that the finding is about."""
        return self.pass_rate if self.by is Measure.PASSES else self.score


def compare(
    first: Mapping[str, TaskTally],
    second: Mapping[str, TaskTally],
    *,
    by: Measure = Measure.PASSES,
    seed: int = SEED,
) -> Comparison:
    """Compare two generators by their tallies, which are keyed by the task.

    The p-values are those of Fisher's exact randomisation test over the tasks, which is McNemar's
    where each played each task once. That test takes a difference to be as likely the other way
    round, which isn't so where the two played a task unequally often: one play fails altogether or
    not at all, twenty fail a little. So for passes the p-value is also no less than that of sharing
    out each task's passes anew among its plays. Of scores only means are known: where plays are
    unequal, their p-value is near. Scores are taken with the first's weights for both.
    """
    common = sorted(first.keys() & second.keys())
    pairs = [(first[task], second[task]) for task in common]
    passes, scores = _pass_steps(pairs), _score_steps(pairs)
    steps = passes if by is Measure.PASSES else scores
    pass_rate, score = _differences(pairs, passes, scores, seed) if pairs else (None, None)
    deciding = pass_rate if by is Measure.PASSES else score
    finding = _finding(deciding)
    return Comparison(
        by=by,
        tasks=len(pairs),
        only_first=len(first) - len(pairs),
        only_second=len(second) - len(pairs),
        ahead=sum(step > 0 for step in passes),
        behind=sum(step < 0 for step in passes),
        level=passes.count(0),
        pass_rate=pass_rate,
        score=score,
        speed=_speed(pairs, seed),
        finding=finding,
        more_tasks=_more(pairs, steps, by) if finding is Finding.UNDECIDED else None,
    )


def is_worse(
    first: Mapping[str, TaskTally], second: Mapping[str, TaskTally], *, by: Measure
) -> bool:
    """Whether that is what comparing them finds; without all else that it tells, and so sooner."""
    pairs = [(first[task], second[task]) for task in first.keys() & second.keys()]
    if by is Measure.SCORE:
        steps = _score_steps(pairs)
        return sum(steps) < 0 and flipped(steps) <= SIGNIFICANT
    steps = _pass_steps(pairs)
    # The second takes longer, and seldom has to answer.
    return sum(steps) < 0 and flipped(steps) <= SIGNIFICANT and _shuffled(pairs) <= SIGNIFICANT


def more_tasks(steps: Sequence[int], by_chance: float = 0.0) -> int | None:
    """About how many more tasks would decide, if they go on as these did.

    `by_chance` is the mean square of a step where neither is better, if that is known to be more
    than is seen, as a multiple of the largest step's.

    Connor 1987, "Sample Size for Testing Differences in Proportions for the Paired-Sample Design",
    for differences of any size, at a power of 80 %; but never fewer than the exact test needs when
    all go the same way. None where the differences cancel out: nobody knows which way to look.
    """
    total = abs(sum(steps))
    if not total:
        return None
    count = len(steps)
    largest = max(map(abs, steps))  # in their unit they may be too large for a float
    square = math.fsum((step / largest) ** 2 for step in steps) / count
    mean = total / largest / count
    normal = NormalDist()
    if_level = normal.inv_cdf(1 - SIGNIFICANT / 2) * math.sqrt(max(square, by_chance))
    if_as_seen = normal.inv_cdf(POWER) * math.sqrt(max(0.0, square - mean * mean))
    telling = FEWEST * count / sum(step != 0 for step in steps)
    needed = max(((if_level + if_as_seen) / mean) ** 2, telling)
    return max(1, math.ceil(needed) - count)


def _more(
    pairs: Sequence[tuple[TaskTally, TaskTally]], steps: Sequence[int], by: Measure
) -> int | None:
    if by is Measure.SCORE or not any(steps):
        return more_tasks(steps)
    largest = max(abs(one.pass_rate - other.pass_rate) for one, other in pairs)
    return more_tasks(steps, variance(_plays(pairs)) / len(pairs) / largest**2)


def _differences(
    pairs: Sequence[tuple[TaskTally, TaskTally]], passes: list[int], scores: list[int], seed: int
) -> tuple[Difference, Difference]:
    rates = [(one.pass_rate, other.pass_rate) for one, other in pairs]
    scored = [_scores(one, other) for one, other in pairs]
    # Rounded, so that equal differences of shares are equal.
    columns = [[round(one - other, 12) for one, other in both] for both in (rates, scored)]
    intervals = mean_intervals(columns, seed=seed)
    return (
        _difference(rates, intervals[0], max(flipped(passes), _shuffled(pairs))),
        _difference(scored, intervals[1], flipped(scores)),
    )


def _difference(
    values: Sequence[tuple[float, float]], interval: Interval | None, p_value: float
) -> Difference:
    first, second = fmean(one for one, _ in values), fmean(other for _, other in values)
    return Difference(
        first=first,
        second=second,
        difference=first - second,
        interval=interval,
        p_value=p_value,
    )


def _finding(difference: Difference | None) -> Finding:
    if difference is None:
        return Finding.NO_TASKS
    if difference.p_value > SIGNIFICANT:
        return Finding.UNDECIDED
    return Finding.BETTER if difference.difference > 0 else Finding.WORSE


def _pass_steps(pairs: Sequence[tuple[TaskTally, TaskTally]]) -> list[int]:
    """Differences of pass rates as whole numbers of one unit: exact, as ties must be."""
    unit = math.lcm(*(tally.plays for pair in pairs for tally in pair))
    return [
        one.passes * (unit // one.plays) - other.passes * (unit // other.plays)
        for one, other in pairs
    ]


def _shuffled(pairs: Sequence[tuple[TaskTally, TaskTally]]) -> float:
    """The p-value of sharing out passes anew; 0 where each played once: it is the other test's."""
    if all(tally.plays == 1 for pair in pairs for tally in pair):
        return 0.0
    return shuffled(_plays(pairs))


def _plays(pairs: Sequence[tuple[TaskTally, TaskTally]]) -> list[Plays]:
    return [Plays(one.plays, one.passes, other.plays, other.passes) for one, other in pairs]


def _score_steps(pairs: Sequence[tuple[TaskTally, TaskTally]]) -> list[int]:
    return [round(GRAIN * (one - other)) for one, other in (_scores(*pair) for pair in pairs)]


def _scores(one: TaskTally, other: TaskTally) -> tuple[float, float]:
    return one.score(one.quality_weight), other.score(one.quality_weight)


def _speed(pairs: Sequence[tuple[TaskTally, TaskTally]], seed: int) -> Speed | None:
    logs = [
        math.log(other.generation_s / other.timed) - math.log(one.generation_s / one.timed)
        for one, other in pairs
        if one.generation_s > 0 and other.generation_s > 0
    ]
    if not logs:
        return None
    ratio = math.exp(fmean(logs))
    (interval,) = mean_intervals([logs], seed=seed)
    return Speed(
        ratio=ratio,
        error=ratio * stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else None,
        interval=interval and (math.exp(interval[0]), math.exp(interval[1])),
        tasks=len(logs),
    )
