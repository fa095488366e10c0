"""The shapes of the JSON that paragen prints: what stands here is the schema.

Every key is always there; those that the schema doesn't require are so since a later version.
Null is "not measured" or "there is none". Times are in seconds.
This module loads pydantic: others import it for types only, `paragen schema` for real.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

StatusName = Literal[
    "passed",
    "failed",
    "timeout",
    "memory",
    "crashed",
    "no_code",
    "error",
    "cancelled",
    "not_judged",
]

CLOSED = ConfigDict(extra="forbid")


@with_config(CLOSED)
class CountsObject(TypedDict):
    """How many of the task's tests passed; 0 of 0 where nothing was tested."""

    passed: int | None
    total: int | None


@with_config(CLOSED)
class TaskObject(TypedDict):
    """The task that was played."""

    name: str
    path: str | None
    task_type: str
    language: str
    entry_point: str | None
    sha256: str


@with_config(CLOSED)
class SandboxObject(TypedDict):
    """The sandbox level in force, and whether its verdicts are sealed."""

    level: str
    sealed: bool


@with_config(CLOSED)
class WeightsObject(TypedDict):
    """What quality and speed count for; they add up to 1."""

    quality: float
    speed: float


@with_config(CLOSED)
class TokensObject(TypedDict):
    """Tokens read and written, as the host counted them."""

    prompt: int | None
    completion: int | None


@with_config(CLOSED)
class ScoresObject(TypedDict):
    """Scores in 0..1."""

    evaluator: float | None
    quality: float | None
    speed: float | None
    combined: float | None


@with_config(CLOSED)
class ErrorObject(TypedDict):
    """Why there is no verdict: a kind for programs, a sentence for people."""

    kind: str
    message: str


@with_config(CLOSED)
class CandidateObject(TypedDict):
    """One candidate: who made it, how it ended, what it took.

    A `cached` answer was given before: its times are those of then, and it is no evidence.
    """

    id: str
    generator: str
    model: str
    temperature: float
    seed: int
    copy: int
    kind: str
    parents: list[str]
    host: str | None
    cached: NotRequired[bool]
    started_s: NotRequired[float | None]
    status: StatusName
    tests: CountsObject
    code: str | None
    generation_s: float | None
    load_s: float | None
    queue_s: float | None
    wall_s: float
    tokens: TokensObject
    tokens_per_s: float | None
    execution_s: float | None
    test_s: float | None
    peak_bytes: int | None
    level: str | None
    sealed: bool | None
    unsealed_because: str | None
    scores: ScoresObject
    error: ErrorObject | None


@with_config(CLOSED)
class RunObject(TypedDict):
    """One tournament over one task; `candidates` best first.

    `finish` is why its mode asked for nothing more; a `resumed` one was broken off and gone on
    with.
    """

    schema: Literal["paragen.run/1"]
    run_id: str
    session_id: NotRequired[str]
    task: TaskObject
    mode: str
    mode_options: NotRequired[dict[str, Any]]
    deadline_s: NotRequired[float | None]
    resumed: NotRequired[bool]
    finish: NotRequired[str | None]
    exit_code: int
    winner: str | None
    reason: str
    sandbox: SandboxObject
    weights: WeightsObject
    started_at: str
    wall_s: float
    candidates: list[CandidateObject]


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
    """Programs judged against a task's tests, in the order in which they were named."""

    schema: Literal["paragen.judge/1"]
    task: TaskObject
    exit_code: int
    results: list[JudgementObject]


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


@with_config(CLOSED)
class PlannedTaskObject(TypedDict):
    """A task that would be played; `not_worth_it` says why a tournament isn't (null: it is)."""

    task: TaskObject
    mode: str
    mode_options: dict[str, Any]
    roster: list[str]
    weights: WeightsObject
    min_attempts: int
    max_attempts: int | None
    deadline_s: float | None
    needs: list[str]
    attempts: int
    ends_s: float
    not_worth_it: str | None


@with_config(CLOSED)
class PlannedHostObject(TypedDict):
    """A host and what would fall to it; `down` says why it doesn't answer."""

    name: str
    slots: int
    down: str | None
    attempts: int
    loads: int
    busy_s: float


@with_config(CLOSED)
class PlannedAttemptObject(TypedDict):
    """An attempt on a host, in seconds from the start; until `begins_s` its model is loaded."""

    task: str
    id: str
    generator: str
    copy: int
    model: str
    host: str
    sent_s: float
    begins_s: float
    ends_s: float


@with_config(CLOSED)
class PlannedCostObject(TypedDict):
    """What a model should cost on a host; `basis` says where that is known from."""

    host: str
    model: str
    num_ctx: int
    load_s: float
    generation_s: float
    basis: str


@with_config(CLOSED)
class OutlookObject(TypedDict):
    """What a session would take; `tokens` is null where nothing is known of any model."""

    wall_s: float
    attempts: int
    tokens: int | None


@with_config(CLOSED)
class PlanObject(TypedDict):
    """What would be played, where, in what order, and for how long.

    `expected` is by what history says of generators; `if_all_pass` and `if_none_passes` are the
    ends between which it may fall.
    """

    schema: Literal["paragen.plan/1"]
    tasks: list[PlannedTaskObject]
    hosts: list[PlannedHostObject]
    attempts: list[PlannedAttemptObject]
    costs: list[PlannedCostObject]
    expected: OutlookObject
    if_all_pass: OutlookObject
    if_none_passes: OutlookObject
    warnings: list[str]


SCHEMAS: Mapping[str, Any] = {
    "run": RunObject,
    "plan": PlanObject,
    "judge": JudgeObject,
    "judge-suite": JudgeSuiteObject,
}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an output; raises KeyError for an unknown name."""
    schema = TypeAdapter(SCHEMAS[name]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
