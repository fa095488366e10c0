"""What several outputs are made of."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, with_config
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
class AuditObject(TypedDict):
    """How strong a task's tests are: stubs and mutants of a program that passed, judged too.

    `weak` says that a stub passed, or more mutants than can be put down to chance: a mutant that
    passes may do the same as the program. `survivors` says what each that passed is.
    """

    stubs: int
    stubs_passed: int
    mutants: int
    mutants_passed: int
    weak: bool
    survivors: list[str]
