"""The candidates that attempts leave: judged ones, failed ones, and those that weren't sent."""

from __future__ import annotations

import time

from paragen.domain.candidate import INTERNAL_KIND, NOT_JUDGED_KIND, Candidate, Fault, Verdict
from paragen.domain.errors import ConnectionFault, GenerationCancelled, HostError
from paragen.domain.generator import Answer, Attempt
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import JUDGED, Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria
from paragen.judge.score import scores
from paragen.parse.answer import extract
from paragen.sandbox.judge import judge_program, probed

_PROBED = frozenset({Status.PASSED, Status.FAILED})
"""Programs that could be run to their end: of others not much is to be had, at the price of it."""


def judged(
    *,
    task: Task,
    criteria: Criteria,
    attempt: Attempt,
    host: str | None,
    answer: Answer,
    sandbox: Sandbox,
    cancel: Cancel,
    started: float,
    probes: tuple[str, ...] = (),
) -> Candidate:
    """The candidate that an answer makes: its program extracted, executed and scored.

    `started` is the attempt's start on the monotonic clock. `probes` are the tournament's probe
    inputs, where programs are compared.
    """
    extraction = extract(answer.text, entry_point=task.entry_point, prompt=task.prompt)
    if extraction.code is None:
        verdict = Verdict(status=Status.NO_CODE, detail=extraction.note)
        measures: dict[str, float] = {}
    else:
        verdict, measures = judge_program(task, extraction.code, sandbox, cancel)
    status = Status.CANCELLED if cancel.thrown else verdict.status
    outputs = None
    if probes and extraction.code is not None and status in _PROBED:
        outputs = probed(task, extraction.code, probes, sandbox, cancel)
    fault = None
    if status is Status.NOT_JUDGED:
        fault = Fault(kind=NOT_JUDGED_KIND, message=verdict.detail)
    return Candidate(
        attempt=attempt,
        status=status,
        host=host,
        answer=answer,
        code=extraction.code,
        verdict=verdict,
        measures=measures,
        outputs=outputs,
        scores=(
            scores(task, extraction.code, verdict, measures, answer, criteria)
            if status in JUDGED and extraction.code is not None
            else None
        ),
        error=fault,
        wall_s=time.monotonic() - started,
    )


def not_judged(
    *,
    attempt: Attempt,
    host: str | None,
    answer: Answer,
    error: BaseException,
    level: str,
    cancel: Cancel,
    started: float,
) -> Candidate:
    """The candidate that an answer makes where judging it broke down: the answer is kept.

    An exception that isn't a SandboxFault is a defect of ours: reported as such, as by `failed`.
    The host has done its part, and what it answered can be judged at another time.
    """
    why = f"judging it failed: {type(error).__name__}: {error}"
    return Candidate(
        attempt=attempt,
        status=Status.CANCELLED if cancel.thrown else Status.NOT_JUDGED,
        host=host,
        answer=answer,
        verdict=Verdict(status=Status.NOT_JUDGED, level=level, detail=why),
        error=Fault(kind=INTERNAL_KIND, message=why),
        wall_s=time.monotonic() - started,
    )


def failed(
    *, attempt: Attempt, host: str | None, error: BaseException, started: float
) -> Candidate:
    """The candidate that a failed call leaves: an error or a cancellation, never scored.

    An exception that isn't a HostError is a defect of ours: reported as such, not raised, so that
    one attempt can't take a tournament down.
    """
    kind = error.kind if isinstance(error, HostError) else INTERNAL_KIND
    return Candidate(
        attempt=attempt,
        status=Status.CANCELLED if isinstance(error, GenerationCancelled) else Status.ERROR,
        host=host,
        answer=error.partial if isinstance(error, HostError) else None,
        error=Fault(kind=kind, message=str(error) or type(error).__name__),
        wall_s=time.monotonic() - started,
    )


def unplaced(attempt: Attempt, host: str) -> Candidate:
    """The candidate that an attempt leaves whose generator wants a host that isn't there."""
    name = attempt.instance.name
    message = f"{name} is to run on host {host!r}, which isn't there. Change its `host`."
    return Candidate(
        attempt=attempt,
        status=Status.ERROR,
        host=host,
        error=Fault(kind=ConnectionFault.kind, message=message),
    )


def homeless(attempt: Attempt, error: HostError) -> Candidate:
    """The candidate that an attempt leaves for which no host is left; `error` took the last."""
    fault = Fault(kind=error.kind, message=f"No other host has its model. {error}")
    return Candidate(attempt=attempt, status=Status.ERROR, error=fault)


def cancelled(attempt: Attempt) -> Candidate:
    """The candidate that an attempt leaves which was called off before it was sent."""
    return Candidate(attempt=attempt, status=Status.CANCELLED)
