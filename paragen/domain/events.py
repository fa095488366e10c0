"""What the engine tells its subscribers; together the events are the record of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt
from paragen.domain.plan import Plan
from paragen.domain.tournament import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """A session begins: all that it is going to play, by the ids of the runs, in order."""

    session_id: str
    plans: Mapping[str, Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A tournament begins; `run` has everything but its results, `planned` its attempts so far."""

    run: Run
    planned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptsAsked:
    """A tournament's mode asked for these attempts, in this order."""

    run_id: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptQueued:
    """An attempt waits for a slot."""

    run_id: str
    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLoaded:
    """A host loaded a model with this context, ahead of its first attempt."""

    host: str
    model: str
    num_ctx: int
    load_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    """An attempt was sent to a host."""

    run_id: str
    attempt_id: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """An answer grows: chunks of it so far, and its speed in tokens/s where known."""

    run_id: str
    attempt_id: str
    tokens: int
    tokens_per_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingStarted:
    """An answer is complete, and its program goes to the sandbox.

    `answered` stands for the attempt's candidate until that is judged: should it never be, the
    answer isn't lost.
    """

    run_id: str
    attempt_id: str
    answered: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEnded:
    """An attempt ended."""

    run_id: str
    candidate: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """A tournament is over; `run` is complete."""

    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAudited:
    """A session that audits tests is done with a run's; `run.audit` is None where it had none."""

    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that the user should know; the session goes on."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that is good to know, and that nobody need mind."""

    message: str


Event = (
    SessionStarted
    | RunStarted
    | AttemptsAsked
    | AttemptQueued
    | ModelLoaded
    | AttemptStarted
    | Progressed
    | JudgingStarted
    | CandidateEnded
    | RunEnded
    | RunAudited
    | Warned
    | Noted
)
