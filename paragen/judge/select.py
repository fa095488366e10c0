"""Who is best, who wins, and why.

The order: programs that passed, before those that didn't, whatever their speed. Among those that
passed, acceptable ones first, then by combined score; among those that didn't, by the share of
tests passed, then by how they ended; errors and cancelled ones last. Ties: more tests passed, less
execution time, less generation time, then the attempt's id (numbers in it by their value). The
order doesn't depend on the order in which candidates came.

Where a mode ended a tournament for the sake of some candidates (the first that passed, those that
agree), these come before the others that are acceptable: it was decided in their favour.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from paragen.domain.candidate import Candidate
from paragen.domain.status import Status
from paragen.domain.tournament import Criteria

STATUS_ORDER = (
    Status.PASSED,
    Status.FAILED,
    Status.TIMEOUT,
    Status.MEMORY,
    Status.CRASHED,
    Status.NO_CODE,
    Status.NOT_JUDGED,
    Status.ERROR,
    Status.CANCELLED,
)

PHRASES = {
    Status.FAILED: "failed {their} tests",
    Status.TIMEOUT: "timed out",
    Status.MEMORY: "ran out of memory",
    Status.CRASHED: "crashed",
    Status.NO_CODE: "gave no code",
    Status.NOT_JUDGED: "could not be judged",
    Status.ERROR: "ended in an error",
    Status.CANCELLED: "{were} cancelled",
}

_LAST = (Status.NOT_JUDGED, Status.ERROR, Status.CANCELLED)

Key = tuple[object, ...]


def rank(
    candidates: Iterable[Candidate], criteria: Criteria, among: Collection[str] = ()
) -> tuple[Candidate, ...]:
    """The candidates, best first; those `among` which it was decided are ids."""
    return tuple(sorted(candidates, key=lambda candidate: _key(candidate, criteria, among)))


def select(
    ranking: Sequence[Candidate], criteria: Criteria, among: Collection[str] = ()
) -> tuple[str | None, str]:
    """The winner's id, None where nobody is acceptable, and the reason in a sentence."""
    if not ranking:
        return None, "Nobody played."
    passed = [c for c in ranking if c.status is Status.PASSED]
    if not passed:
        return None, f"No candidate passed: {_endings(ranking)}."
    if shortfalls(passed[0], criteria):
        return None, _why_turned_down(passed, criteria)
    if passed[0].id in among:
        few = [c for c in passed if c.id in among]
        return passed[0].id, _why_it_won_among(passed[0], few, criteria)
    return passed[0].id, _why_it_won(passed[0], passed, criteria, alone=len(ranking) == 1)


def shortfalls(candidate: Candidate, criteria: Criteria) -> tuple[str, ...]:
    """What keeps a candidate that passed from being acceptable, each with what would change it."""
    found = []
    if candidate.scores is not None and candidate.scores.quality < criteria.min_quality:
        found.append(
            f"quality {_below(candidate.scores.quality, criteria.min_quality)} is under "
            f"{criteria.min_quality:.2f}: lower it with --min-quality"
        )
    generation_s, bound = _generation_s(candidate), criteria.max_generation_s
    if bound is not None and generation_s > bound:
        found.append(
            f"generation took {generation_s:.1f} s, over {bound:g} s: "
            "raise it with --max-generation-s"
        )
    execution_s, bound = _execution_s(candidate), criteria.max_execution_s
    if bound is not None and execution_s > bound:
        found.append(
            f"execution took {execution_s:.1f} s, over {bound:g} s: raise it with --max-execution-s"
        )
    return tuple(found)


def _key(candidate: Candidate, criteria: Criteria, among: Collection[str]) -> Key:
    status = STATUS_ORDER.index(candidate.status)
    combined = candidate.scores.combined if candidate.scores is not None else -1.0
    if candidate.status is Status.PASSED:
        outside = bool(among) and candidate.id not in among
        place: Key = (0, bool(shortfalls(candidate, criteria)), outside, -combined)
    elif candidate.status in _LAST:
        place = (2, status, 0.0)
    else:
        place = (1, -_share(candidate), status)
    return (*place, *_ties(candidate))


def _ties(candidate: Candidate) -> Key:
    passed = candidate.verdict.tests_passed if candidate.verdict is not None else 0
    return (
        -passed,
        _execution_s(candidate),
        _generation_s(candidate),
        natural(candidate.id),
        candidate.id,
    )


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts c2 before c10."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"([0-9]{1,18})", text)
    )


def _share(candidate: Candidate) -> float:
    verdict = candidate.verdict
    return verdict.tests_passed / verdict.tests_total if verdict and verdict.tests_total else 0.0


def _execution_s(candidate: Candidate) -> float:
    return _time(candidate.verdict.execution_s) if candidate.verdict is not None else math.inf


def _generation_s(candidate: Candidate) -> float:
    return _time(candidate.answer.generation_s) if candidate.answer is not None else math.inf


def _time(seconds: float) -> float:
    return math.inf if math.isnan(seconds) else seconds


def _why_it_won(
    winner: Candidate, passed: Sequence[Candidate], criteria: Criteria, *, alone: bool
) -> str:
    total, what = _what_it_did(winner)
    did = "passed" if total else "do"
    acceptable = sum(1 for c in passed if not shortfalls(c, criteria))
    if len(passed) == 1:
        return f"{what}; no other candidate did." if total and not alone else f"{what}."
    if acceptable == 1:
        return f"{what}; of the {len(passed)} that {did}, it alone is acceptable."
    best = f"has the best combined score{_score(winner)}"
    return f"{what}, and {best} of the {acceptable} that {did}."


def _why_it_won_among(winner: Candidate, few: Sequence[Candidate], criteria: Criteria) -> str:
    _, what = _what_it_did(winner)
    acceptable = sum(1 for c in few if not shortfalls(c, criteria))
    if len(few) == 1:
        return f"{what}."
    if acceptable == 1:
        return f"{what}; of these {len(few)}, it alone is acceptable."
    return f"{what}, and has the best combined score{_score(winner)} of these {acceptable}."


def _what_it_did(winner: Candidate) -> tuple[int, str]:
    """How many tests there were, and what a winner did, as the beginning of a sentence."""
    name = winner.attempt.instance.name
    total = winner.verdict.tests_total if winner.verdict is not None else 0
    if total:
        return total, f"{name} passed {_tests(total)}"
    return 0, f"Nothing was tested: {name} parses and imports"


def _score(winner: Candidate) -> str:
    return f" ({winner.scores.combined:.2f})" if winner.scores is not None else ""


def _why_turned_down(passed: Sequence[Candidate], criteria: Criteria) -> str:
    best, others = passed[0], len(passed) - 1
    reason = "; ".join(shortfalls(best, criteria))
    sentence = f"{best.attempt.instance.name} passed, but its {reason}."
    if others == 1:
        return f"{sentence} The other one that passed falls short too."
    return f"{sentence} The {others} others that passed fall short too." if others else sentence


def _endings(ranking: Sequence[Candidate]) -> str:
    counts = Counter(candidate.status for candidate in ranking)
    said = []
    for status in STATUS_ORDER:
        if counts[status]:
            one = counts[status] == 1
            phrase = PHRASES[status].format(
                their="its" if one else "their", were="was" if one else "were"
            )
            said.append(f"{counts[status]} {phrase}")
    return ", ".join(said)


def _tests(total: int) -> str:
    return "its 1 test" if total == 1 else f"all {total} tests"


def _below(value: float, bound: float) -> str:
    """A number with as many decimals as show that it is under the bound."""
    for decimals in (2, 3, 4):
        if float(f"{value:.{decimals}f}") < bound:
            return f"{value:.{decimals}f}"
    return repr(value)
