"""pass@k, held against counting every choice of samples."""

from __future__ import annotations

from itertools import combinations
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from paragen.judge.pass_at import KS, mean_pass_at, pass_at

COUNTS = st.integers(1, 9).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))
)


@given(COUNTS)
def test_it_is_the_share_of_choices_with_a_pass(counts: tuple[int, int, int]) -> None:
    samples, passed, k = counts
    verdicts = [number < passed for number in range(samples)]
    choices = list(combinations(verdicts, k))
    share = sum(any(choice) for choice in choices) / len(choices)
    assert isclose(pass_at(k, samples, passed), share, rel_tol=1e-15)


@given(st.integers(1, 300), st.data())
def test_it_grows_with_k_and_with_passes(samples: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, samples))
    k = data.draw(st.integers(1, samples))
    value = pass_at(k, samples, passed)
    assert 0 <= value <= 1
    assert (value == 0) is (passed == 0)
    assert value == 1 or samples - passed >= k
    assert value <= pass_at(min(k + 1, samples), samples, passed)
    assert value <= pass_at(k, samples, min(passed + 1, samples))
    assert isclose(pass_at(1, samples, passed), passed / samples)


def test_a_k_counts_only_where_every_problem_has_as_many_samples() -> None:
    assert mean_pass_at([(10, 5), (9, 9)]) == {1: 0.75}
    assert mean_pass_at([(10, 0), (10, 10)]) == {1: 0.5, 10: 0.5}
    assert set(mean_pass_at([(100, 1), (200, 2)])) == set(KS)
    assert mean_pass_at([]) == {}
    assert mean_pass_at([(4, 1)], ks=(2, 4, 5)) == {2: 0.5, 4: 1.0}
