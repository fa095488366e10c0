from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from ollama import ChatResponse, Message
from pytest import approx

from paragen.hosts.account import Account, read_account

SECOND = 1_000_000_000


def read(*, chunks: int = 5, **given: int | None) -> Account:
    final = ChatResponse.model_validate({"message": Message(role="assistant")} | given)
    return read_account(final, chunks=chunks, waited_s=10.0)


def test_the_servers_times_are_taken_and_what_is_left_is_the_queue() -> None:
    account = read(
        total_duration=9 * SECOND,
        load_duration=2 * SECOND,
        prompt_eval_duration=SECOND,
        eval_duration=4 * SECOND,
        prompt_eval_count=7,
        eval_count=8,
    )
    times = (account.load_s, account.prompt_s, account.decode_s, account.queue_s)
    assert times == approx((2, 1, 4, 2))
    assert (account.prompt_tokens, account.completion_tokens) == (7, 8)


def test_an_answer_that_nobody_measured_is_not_the_quickest() -> None:
    assert read() == read(eval_duration=-7, eval_count=-3, prompt_eval_count=-1)
    assert (read().decode_s, read().completion_tokens) == (10.0, 5)
    assert read(total_duration=6 * SECOND, load_duration=SECOND).decode_s == approx(5)


def test_no_answer_took_no_time() -> None:
    nothing = read(chunks=0, total_duration=3 * SECOND)
    assert (nothing.decode_s, nothing.completion_tokens) == (0, 0)
    assert nothing.queue_s == approx(3)


@given(*[st.none() | st.integers(-(10**20), 10**20)] * 4, st.integers(0, 3))
def test_nothing_is_negative(
    total: int | None, load: int | None, decode: int | None, count: int | None, chunks: int
) -> None:
    account = read(
        chunks=chunks,
        total_duration=total,
        load_duration=load,
        eval_duration=decode,
        eval_count=count,
    )
    assert min(account.load_s, account.decode_s, account.queue_s, account.completion_tokens) >= 0
