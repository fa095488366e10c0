"""What may come of attempts that weren't made: for plans, by what history says of generators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.command import CaseResult, Outcome
from paragen.domain.generator import Answer, Attempt
from paragen.domain.host import canonical_model
from paragen.domain.standing import Standing
from paragen.domain.status import Status

UNKNOWN = Fraction(1, 2)
"""How often a generator of which nothing is known is taken to pass."""
USUAL_SCORE = 0.8
CASE = "test"

Expected = Callable[[Attempt], Candidate]


def by_history(standings: Mapping[str, Standing], tokens: Mapping[str, float]) -> Expected:
    """As many of a generator's attempts pass as its record says, spread evenly.

    `tokens` are those of an answer, by model. An attempt comes out the same each time it is asked
    for, whatever the order of asking.
    """
    counts: Counter[str] = Counter()
    known: dict[Attempt, Candidate] = {}

    def expected(attempt: Attempt) -> Candidate:
        if attempt not in known:
            name = attempt.instance.generator.name
            share = _share(standings.get(name))
            counts[name] += 1
            passes = int(counts[name] * share + UNKNOWN) > int((counts[name] - 1) * share + UNKNOWN)
            known[attempt] = imagined(attempt, tokens, passes=passes)
        return known[attempt]

    return expected


def always(passes: bool, tokens: Mapping[str, float]) -> Expected:
    """Every attempt passes, or none does."""
    return lambda attempt: imagined(attempt, tokens, passes=passes)


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


def _share(standing: Standing | None) -> Fraction:
    if standing is None or not standing.plays:
        return UNKNOWN
    return Fraction(standing.passes, standing.plays)
