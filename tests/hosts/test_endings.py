from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import HostError
from paragen.domain.generator import Answer
from paragen.hosts.endings import settle, without_thinking


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("code", "code"),
        ("<think>a</think> code", "code"),
        ("<think>a</think><think>b</think>code", "code"),
        ("a lone one</think>\ncode", "code"),
        ("<think>never closed", ""),
        ("<think>a</think> <think>never closed", ""),
        ("  \n", ""),
    ],
)
def test_thoughts_are_dropped(text: str, left: str) -> None:
    assert without_thinking(text) == left


@given(st.text(), st.text(), st.sampled_from(["stop", "length", "load"]))
def test_an_answer_is_returned_as_it_is_or_kept_in_the_error(
    text: str, thinking: str, done_reason: str
) -> None:
    answer = Answer(text=text, thinking=thinking, done_reason=done_reason)
    try:
        assert settle(answer, "m") is answer
    except HostError as error:
        assert error.partial is answer
        assert done_reason == "length" or not without_thinking(text)
