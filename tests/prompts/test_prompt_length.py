"""Prompts that are too long for those who are to read them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.generator import Attempt, Generator, Instance, instance
from paragen.domain.task import Task
from paragen.prompts import messages
from paragen.prompts.length import TOKEN_BYTES, too_long

TASK = Task(name="big", prompt="word " * 4000, sha256="0")


def of(*contexts: int) -> list[Instance]:
    return [
        instance(Generator(name=f"g{n}", model="m:1b", num_ctx=context), 0, 0)
        for n, context in enumerate(contexts)
    ]


def test_who_has_no_room_is_named_with_the_estimate() -> None:
    said = too_long(TASK, of(4096, 8192))
    assert said.startswith("big: the prompt has some 50")
    assert "(estimated: 4 bytes each), and the context of g0 has room for 4096." in said
    assert "g1" not in said
    assert too_long(TASK, of(8192)) == ""


def test_of_many_a_few_are_named_each_once() -> None:
    said = too_long(TASK, [*of(*[2048] * 5), *of(*[2048] * 5)])
    assert "the context of g0, g1, g2 and 2 more has room" in said


def test_characters_count_by_their_bytes() -> None:
    words = Task(name="a", prompt="語" * 2000, sha256="0")
    assert too_long(words, of(1000))
    assert not too_long(replace(words, prompt="w" * 2000), of(1000))


@given(st.integers(-50, 50), st.integers(256, 2048))
def test_it_is_said_where_the_estimate_is_over_the_context_and_nowhere_else(
    over: int, context: int
) -> None:
    (one,) = of(context)
    task = Task(name="a", prompt="x", sha256="0")
    said = messages(task, Attempt(id="c1", instance=one))
    others = sum(len(message.content.encode()) for message in said) - 1
    full = replace(task, prompt="x" * ((context + 1) * TOKEN_BYTES - 1 - others + over))
    assert bool(too_long(full, [one])) == (over > 0)
