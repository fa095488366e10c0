"""Agreement: by what programs do where that is known, and what follows for groups of candidates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.candidate import Candidate, Verdict
from paragen.domain.command import CaseResult, Outcome
from paragen.domain.generator import Attempt, Generator, Instance
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.judge.agree import clusters, within

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
ADD = "def add(a, b):\n    return a + b\n"


def candidate(
    number: int,
    *,
    status: Status = Status.PASSED,
    cases: Sequence[Outcome] = (),
    outputs: Sequence[str] | None = None,
    code: str | None = ADD,
) -> Candidate:
    """A candidate whose cases have these outcomes."""
    instance = Instance(generator=Generator(name="g", model="m"), copy=number, seed=0)
    results = tuple(CaseResult(name=f"t{n}", outcome=one) for n, one in enumerate(cases))
    return Candidate(
        attempt=Attempt(id=f"c{number}", instance=instance),
        status=status,
        code=code,
        verdict=Verdict(status=status, cases=results),
        outputs=None if outputs is None else tuple(outputs),
    )


@st.composite
def fields(draw: st.DrawFn) -> tuple[Candidate, ...]:
    """Candidates of one tournament: few behaviours, so that many agree."""
    tests, probes = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    count = draw(st.integers(0, 8))
    return tuple(draw(_one(number, tests, probes)) for number in range(1, count + 1))


@st.composite
def _one(draw: st.DrawFn, number: int, tests: int, probes: int) -> Candidate:
    status = draw(st.sampled_from(Status))
    reached = tests if status in (Status.PASSED, Status.FAILED) else draw(st.integers(0, tests))
    outcomes = st.sampled_from([PASSED, FAILED, Outcome.SKIPPED])
    cases = draw(st.lists(outcomes, min_size=reached, max_size=reached))
    answers = st.lists(st.sampled_from("ab"), min_size=probes, max_size=probes)
    code = None if status is Status.NO_CODE else draw(st.sampled_from([ADD, "x = 1", "x = 2"]))
    return candidate(
        number, status=status, cases=cases, outputs=draw(st.none() | answers), code=code
    )


def agreement(first: Candidate, second: Candidate) -> float:
    """How far two agree; those who have no vote agree with nobody."""
    votes = first.status in MODEL_OUTCOMES and second.status in MODEL_OUTCOMES
    return within((first, second)) if votes else 0.0


thresholds = st.sampled_from([0.0, 0.3, 0.6, 0.7, 1.0])


@given(fields())
def test_agreement_is_symmetric_and_within_bounds(candidates: tuple[Candidate, ...]) -> None:
    for first, second in combinations(candidates, 2):
        assert agreement(first, second) == agreement(second, first)
        assert 0.0 <= agreement(first, second) <= 1.0


@given(fields())
def test_a_candidate_agrees_with_itself_or_with_nobody(candidates: tuple[Candidate, ...]) -> None:
    for one in candidates:
        itself = agreement(one, one)
        assert itself in (0.0, 1.0)
        if itself == 0.0:
            assert all(agreement(one, other) == 0.0 for other in candidates)
        if one.status is Status.PASSED:
            assert itself == 1.0


@given(fields(), thresholds)
def test_clusters_share_out_all_that_can_be_compared(
    candidates: tuple[Candidate, ...], threshold: float
) -> None:
    found = clusters(candidates, threshold)
    members = [member for cluster in found for member in cluster.ids]
    comparable = [one.id for one in candidates if agreement(one, one) == 1.0]
    assert sorted(members) == sorted(comparable)
    sizes = [len(cluster.ids) for cluster in found]
    assert sizes == sorted(sizes, reverse=True)
    voters = [one for one in candidates if one.status in MODEL_OUTCOMES]
    for cluster in found:
        assert cluster.share == pytest.approx(len(cluster.ids) / len(voters))


@given(fields(), thresholds)
def test_all_of_a_cluster_agree_with_its_middle(
    candidates: tuple[Candidate, ...], threshold: float
) -> None:
    by_id = {one.id: one for one in candidates}
    for cluster in clusters(candidates, threshold):
        middle = by_id[cluster.ids[0]]
        assert all(agreement(middle, by_id[member]) >= threshold for member in cluster.ids)


@given(fields(), thresholds, st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    candidates: tuple[Candidate, ...], threshold: float, chance: random.Random
) -> None:
    shuffled = list(candidates)
    chance.shuffle(shuffled)
    assert clusters(shuffled, threshold) == clusters(candidates, threshold)
    assert within(shuffled) == pytest.approx(within(candidates))


@given(fields())
def test_within_is_the_mean_of_all_pairs(candidates: tuple[Candidate, ...]) -> None:
    voters = [one for one in candidates if one.status in MODEL_OUTCOMES]
    pairs = [agreement(a, b) for a, b in combinations(voters, 2)]
    assert within(candidates) == (pytest.approx(sum(pairs) / len(pairs)) if pairs else 1.0)


def test_places_are_test_cases_and_probe_inputs() -> None:
    first = candidate(1, cases=[PASSED, PASSED], outputs=["1", "2"])
    assert agreement(first, candidate(2, cases=[PASSED, FAILED], outputs=["1", "2"])) == 0.75
    assert agreement(first, candidate(3, cases=[PASSED, PASSED], outputs=["1", "0"])) == 0.75
    assert agreement(first, candidate(4, cases=[FAILED, FAILED], outputs=["0", "0"])) == 0.0


def test_probe_inputs_that_one_was_not_asked_count_for_neither() -> None:
    asked = candidate(1, cases=[PASSED, PASSED], outputs=["1", "2"])
    assert agreement(asked, candidate(2, cases=[PASSED, FAILED])) == 0.5
    assert agreement(candidate(1, outputs=["1"]), candidate(2)) == 0.0
    assert agreement(candidate(1, outputs=["1", "2"]), candidate(2, outputs=["1"])) == 1.0


def test_cases_that_were_never_reached_and_ends_count() -> None:
    whole = candidate(1, status=Status.FAILED, cases=[PASSED, FAILED])
    slow = candidate(2, status=Status.TIMEOUT, cases=[PASSED])
    assert agreement(whole, slow) == pytest.approx(1 / 3)
    assert agreement(slow, candidate(3, status=Status.TIMEOUT, cases=[PASSED])) == 1.0
    assert agreement(slow, candidate(3, status=Status.CRASHED, cases=[PASSED])) == 0.5


def test_skipped_cases_say_nothing() -> None:
    skipped = [Outcome.SKIPPED, Outcome.SKIPPED, PASSED]
    first, second = candidate(1, cases=skipped), candidate(2, cases=[*skipped[:2], FAILED])
    assert agreement(first, second) == 0.0


def test_of_two_middles_the_lower_id_is_taken() -> None:
    found = clusters([candidate(2, outputs="aab"), candidate(1, outputs="aaa")], 0.6)
    assert [cluster.ids for cluster in found] == [("c1", "c2")]


def test_cases_of_one_name_are_places_of_their_own() -> None:
    def twice(number: int, *outcomes: Outcome) -> Candidate:
        verdict = Verdict(
            status=Status.FAILED, cases=tuple(CaseResult(name="t", outcome=o) for o in outcomes)
        )
        attempt = candidate(number).attempt
        return Candidate(attempt=attempt, status=Status.FAILED, code=ADD, verdict=verdict)

    assert agreement(twice(1, PASSED, FAILED), twice(2, FAILED, FAILED)) == 0.5


def test_text_counts_only_where_no_behaviour_is_known() -> None:
    other = "def add(x, y):\n    return y + x\n"
    (plain,) = clusters([candidate(1), candidate(2)], 0.7)
    assert (plain.by, plain.share) == ("text", 1.0)
    known = [candidate(1, outputs=["3"]), candidate(2, outputs=["3"], code=other)]
    (both,) = clusters(known, 1.0)
    assert (both.by, both.share) == ("behaviour", 1.0)
    same_text = [candidate(1, outputs=["3"]), candidate(2, outputs=["4"])]
    assert [cluster.share for cluster in clusters(same_text, 0.6)] == [0.5, 0.5]


@pytest.mark.parametrize("status", [Status.CRASHED, Status.TIMEOUT, Status.MEMORY, Status.FAILED])
def test_programs_that_did_nothing_agree_on_nothing(status: Status) -> None:
    broken = [candidate(n, status=status) for n in range(3)]
    assert agreement(broken[0], broken[1]) == 0.0
    assert clusters(broken) == ()
    assert within(broken) == 0.0


def test_answers_without_a_program_are_votes_for_nothing() -> None:
    right = [candidate(n, outputs=["1"]) for n in (1, 2)]
    empty = [candidate(n, status=Status.NO_CODE, code=None) for n in (3, 4)]
    lost = [candidate(n, status=Status.ERROR, code=None) for n in (5, 6)]
    (only,) = clusters([*right, *empty, *lost])
    assert (only.ids, only.share) == (("c1", "c2"), 0.5)


def test_the_largest_comes_first() -> None:
    answers = ["a", "b", "b", "c", "b", "c"]
    found = clusters([candidate(n, outputs=[a]) for n, a in enumerate(answers, 1)])
    assert [cluster.ids for cluster in found] == [("c2", "c3", "c5"), ("c4", "c6"), ("c1",)]
    assert [cluster.share for cluster in found] == [1 / 2, 1 / 3, 1 / 6]


def test_the_middle_is_whom_most_agree_with() -> None:
    """c2 agrees with c1 and with c3 at 0.6, which don't agree with each other."""
    rows = {1: "aaaaa", 2: "aaabb", 3: "caabb"}
    found = clusters([candidate(n, outputs=list(row)) for n, row in rows.items()], 0.6)
    assert [cluster.ids for cluster in found] == [("c2", "c1", "c3")]
    assert agreement(candidate(1, outputs="aaaaa"), candidate(3, outputs="caabb")) == 0.4


def test_ids_count_by_their_numbers() -> None:
    found = clusters([candidate(n, outputs=[str(n)]) for n in (10, 9, 2)], 1.0)
    assert [cluster.ids for cluster in found] == [("c2",), ("c9",), ("c10",)]


def test_thousands_of_candidates_are_no_trouble() -> None:
    many = [candidate(n, outputs=[str(n % 7)]) for n in range(5000)]
    assert [len(cluster.ids) for cluster in clusters(many, 0.7)] == [715, 715] + [714] * 5
