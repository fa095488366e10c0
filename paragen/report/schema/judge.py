"""What `paragen judge --json` prints."""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import CLOSED, AuditObject, CountsObject, StatusName, TaskObject


@with_config(CLOSED)
class JudgementObject(TypedDict):
    """What became of one program."""

    file: str
    status: StatusName
    tests: CountsObject
    sealed: bool
    unsealed_because: str | None
    level: str
    execution_s: float
    wall_s: float
    peak_bytes: int | None
    detail: str


@with_config(CLOSED)
class JudgeObject(TypedDict):
    """Programs judged against a task's tests, in the order in which they were named.

    `audit` is of the tests, by the first program that passed them; null where it wasn't asked for.
    """

    schema: Literal["paragen.judge/1"]
    task: TaskObject
    exit_code: int
    results: list[JudgementObject]
    audit: NotRequired[AuditObject | None]


@with_config(CLOSED)
class JudgeSuiteObject(TypedDict):
    """Samples judged against a published suite.

    `problems` are those that have samples, `unattempted` the suite's others. `pass_at` is the mean
    of pass@k over the problems, by k, where all of them have k judged samples. `statuses` and
    `levels` say how many samples ended how, and at which sandbox levels they were judged; `sealed`
    how many verdicts are sealed, `earlier` how many samples were in the results file already.
    """

    schema: Literal["paragen.judge-suite/1"]
    suite: str
    dialect: str
    output: str
    problems: int
    unattempted: int
    samples: int
    passed: int
    pass_at: dict[str, float]
    statuses: dict[StatusName, int]
    levels: dict[str, int]
    sealed: int
    earlier: int
    wall_s: float
