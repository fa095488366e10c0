"""What `paragen run --json` prints."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import (
    CLOSED,
    AuditObject,
    CountsObject,
    ErrorObject,
    SandboxObject,
    ScoresObject,
    StatusName,
    TaskObject,
    TokensObject,
    WeightsObject,
)


@with_config(CLOSED)
class CandidateObject(TypedDict):
    """One candidate: who made it, how it ended, what it took.

    A `cached` answer was given before: its times are those of then, and it is no evidence.
    `energy_j` is its answer's share of what the machine's GPUs drew, in joules.
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
    energy_j: NotRequired[float | None]
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
    with. `audit` is null where the tests were not audited.
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
    audit: NotRequired[AuditObject | None]
