"""Samples of a suite, counted as they are judged, and what they show in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from paragen.domain.status import Status
from paragen.judge.pass_at import mean_pass_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleResult:
    """What counts of a judged sample; `detail` is why, where it couldn't be judged."""

    task_id: str
    status: Status
    sealed: bool
    level: str
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Tally:
    """How the samples of each problem ended, of `samples` in all, as far as they have.

    `earlier` are those that an earlier run had judged, `fault` is why the first of those that
    couldn't be judged was not.
    """

    samples: int
    statuses: Counter[Status] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    sealed: int = 0
    earlier: int = 0
    fault: str = ""

    def count(self, result: SampleResult) -> None:
        """Count a sample in; one that couldn't be judged is none of its problem's samples."""
        self.statuses[result.status] += 1
        if result.status is Status.NOT_JUDGED:
            self.fault = self.fault or result.detail
            return
        self.levels[result.level] += 1
        self.sealed += result.sealed
        self.judged[result.task_id] += 1
        self.passed[result.task_id] += result.status is Status.PASSED

    @property
    def done(self) -> int:
        """How many samples have ended."""
        return self.statuses.total()

    @property
    def pass_at(self) -> Mapping[int, float]:
        """The mean of pass@k over the problems that have judged samples, by k."""
        return mean_pass_at([(self.judged[name], self.passed[name]) for name in self.judged])


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteResult:
    """What judging all samples showed.

    `problems` are those that have samples, `unattempted` the suite's others; `output` is the file
    with a result for each sample.
    """

    suite: str
    dialect: str
    output: str
    problems: int
    unattempted: int
    tally: Tally
    wall_s: float
