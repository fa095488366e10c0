"""What an attempt yielded: a program with its verdict and scores, or the reason there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paragen.domain.command import CaseResult
from paragen.domain.generator import Answer, Attempt
from paragen.domain.status import MODEL_OUTCOMES, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What executing a candidate's program against a task's tests showed.

    `execution_s` is CPU time by the kernel's account, `test_s` what passed on the clock.
    Skipped tests are in `cases`, but in neither number. `tests_total` is 0 where nothing was
    tested: then a passed program parsed, imported and defined its entry point, no more.
    `sealed` says that the program's process had no part in the verdict but by its answers;
    `unsealed_because` why that isn't so.
    """

    status: Status
    tests_passed: int = 0
    tests_total: int = 0
    cases: tuple[CaseResult, ...] = ()
    execution_s: float = 0.0
    test_s: float = 0.0
    peak_bytes: int | None = None
    level: str = ""
    sealed: bool = False
    unsealed_because: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores in 0..1; None is "not measured", never zero."""

    evaluator: float | None
    quality: float
    speed: float
    combined: float


INTERNAL_KIND = "internal"
INTERRUPTED_KIND = "interrupted"
NOT_JUDGED_KIND = "not_judged"
UNJUDGED_KIND = "unjudged"

FAULT_KINDS: Mapping[str, str] = {
    INTERNAL_KIND: "Paragen itself failed, in a way that it doesn't foresee.",
    INTERRUPTED_KIND: "An interrupt called it off; it is asked again at a resume.",
    NOT_JUDGED_KIND: "The sandbox failed, twice, or can't run this here.",
    UNJUDGED_KIND: "Answered, and broken off before its verdict; it is judged at a resume.",
}
"""The kinds of faults that are no HostError's, and what each means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a candidate is an error or not judged: a machine-readable kind, and a sentence.

    The kind is a HostError's, or one of `FAULT_KINDS`.
    """

    kind: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The end of an attempt.

    `code` is the program taken from the answer, None where there is none. `measures` are the
    evaluator's parts by name (0..1 each, absent ones not measured). `outputs` is what the program
    answered to each of the tournament's probe inputs, in their order; None where it wasn't asked.
    `started_s` is when the attempt
    was sent, in seconds from the run's start (None: it never was), and `wall_s` what passed from
    then to its verdict.
    """

    attempt: Attempt
    status: Status
    host: str | None = None
    answer: Answer | None = None
    code: str | None = None
    verdict: Verdict | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    outputs: tuple[str, ...] | None = None
    scores: Scores | None = None
    error: Fault | None = None
    started_s: float | None = None
    wall_s: float = 0.0

    @property
    def id(self) -> str:
        """The attempt's id."""
        return self.attempt.id

    @property
    def reward(self) -> float | None:
        """What asking its generator brought, in 0..1: what modes compare generators by.

        One half is the share of tests passed, the other the combined score, which only a program
        that passed has: so none that failed is above one that passed. None where the outcome
        isn't the model's own doing.
        """
        if self.status not in MODEL_OUTCOMES:
            return None
        if self.status is Status.PASSED:
            return 0.5 + 0.5 * (self.scores.combined if self.scores is not None else 0.0)
        if self.verdict is None or not self.verdict.tests_total:
            return 0.0
        return 0.5 * self.verdict.tests_passed / self.verdict.tests_total
