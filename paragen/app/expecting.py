"""What may come of attempts that weren't made: for plans, by what history says of generators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.command import CaseResult, Outcome
from paragen.domain.generator import Answer, Attempt
from paragen.domain.host import canonical_model
from paragen.domain.plan import Plan
from paragen.domain.standing import Standing
from paragen.domain.status import Status

UNKNOWN = Fraction(1, 2)
"""How often a generator of which nothing is known is taken to pass."""
USUAL_SCORE = 0.8
CASE = "test"

Expected = Callable[[str, Plan, Attempt], Candidate]
"""What comes of an attempt of a run, by the run's name and its plan."""


def by_history(tokens: Mapping[str, float]) -> Expected:
    """As many of a generator's attempts at a task type pass as its record says, spread evenly.

    They are counted over all runs of that type: where half of them should pass, that is every
    second task's. `tokens` are those of an answer, by model. An attempt comes out the same each
    time that it is asked for.
    """
    counts: Counter[tuple[str, str]] = Counter()
    known: dict[tuple[str, str], Candidate] = {}

    def expected(run: str, plan: Plan, attempt: Attempt) -> Candidate:
        key = (run, attempt.id)
        if key not in known:
            name = attempt.instance.generator.name
            kind = (plan.task.task_type, name)
            known[key] = imagined(
                attempt, tokens, passes=_passes(counts[kind], plan.standings.get(name))
            )
            counts[kind] += 1
        return known[key]

    return expected


def always(passes: bool, tokens: Mapping[str, float]) -> Expected:
    """Every attempt passes, or none does."""
    return lambda run, plan, attempt: imagined(attempt, tokens, passes=passes)


def imagined(attempt: Attempt, tokens: Mapping[str, float], *, passes: bool) -> Candidate:
    """What an attempt might yield; those that pass agree, and no others do."""
    written = tokens.get(canonical_model(attempt.instance.generator.model), 0.0)
    status = Status.PASSED if passes else Status.FAILED
    outcome = Outcome.PASSED if passes else Outcome.FAILED
    return Candidate(
        attempt=attempt,
        status=status,
        answer=Answer(text="", completion_tokens=round(written)),
        code="pass",
        verdict=Verdict(
            status=status,
            tests_passed=int(passes),
            tests_total=1,
            cases=(CaseResult(name=CASE, outcome=outcome),),
        ),
        outputs=("the same",) if passes else (attempt.id,),
        scores=Scores(evaluator=None, quality=USUAL_SCORE, speed=USUAL_SCORE, combined=USUAL_SCORE),
    )


def mean_tokens(seen: Iterable[tuple[str, float | None, int]]) -> dict[str, float]:
    """The tokens of an answer by model, from means by host and the answers that each is over."""
    sums: dict[str, float] = {}
    counts: Counter[str] = Counter()
    for model, tokens, samples in seen:
        if tokens is not None and samples:
            sums[model] = sums.get(model, 0.0) + tokens * samples
            counts[model] += samples
    return {model: total / counts[model] for model, total in sums.items()}


def _passes(before: int, standing: Standing | None) -> bool:
    """Whether the next attempt passes, after so many: each time the share makes one more whole."""
    share = UNKNOWN
    if standing is not None and standing.plays:
        share = Fraction(standing.passes, standing.plays)
    return int((before + 1) * share + UNKNOWN) > int(before * share + UNKNOWN)
