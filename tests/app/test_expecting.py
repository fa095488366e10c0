"""What plans take for granted of attempts that weren't made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paragen.app.expecting import always, by_history, mean_tokens
from paragen.domain.generator import Attempt, Generator, instance
from paragen.domain.standing import Standing
from paragen.domain.status import Status
from paragen.judge.agree import agreement

TOKENS = {"m:latest": 120.4}


def attempts(count: int, name: str = "g") -> list[Attempt]:
    generator = Generator(name=name, model="m")
    return [Attempt(id=f"c{n}", instance=instance(generator, n, 0)) for n in range(count)]


@given(st.integers(0, 40), st.integers(0, 20), st.randoms(use_true_random=False))
def test_as_many_pass_as_the_record_says(plays: int, passes: int, luck: object) -> None:
    passes = min(plays, passes)
    expected = by_history({"g": Standing(plays=plays, passes=passes)}, TOKENS)
    made = [expected(attempt) for attempt in attempts(20)]
    passed = sum(one.status is Status.PASSED for one in made)
    share = passes / plays if plays else 0.5
    assert abs(passed - 20 * share) <= 0.5
    assert [expected(attempt) for attempt in attempts(20)] == made, "the same at every asking"


def test_generators_are_counted_apart() -> None:
    expected = by_history({"a": Standing(plays=1, passes=1), "b": Standing(plays=1)}, {})
    assert expected(attempts(1, "a")[0]).status is Status.PASSED
    assert expected(attempts(1, "b")[0]).status is Status.FAILED


def test_those_that_pass_agree_and_others_do_not() -> None:
    one, two = attempts(2)
    assert agreement(always(True, {})(one), always(True, {})(two)) == 1
    assert agreement(always(False, {})(one), always(False, {})(two)) < 0.7
    assert agreement(always(True, {})(one), always(False, {})(two)) < 0.7


def test_tokens_are_the_models_mean_over_hosts() -> None:
    assert mean_tokens([("m", 10.0, 1), ("m", 40.0, 2), ("n", None, 3), ("o", 5.0, 0)]) == {"m": 30}
    answer = always(True, TOKENS)(attempts(1)[0]).answer
    assert answer is not None
    assert answer.completion_tokens == 120
