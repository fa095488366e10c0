"""Task types are voted for by past tasks and by the keyword rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.learn.task_type import LIKE, Similar, guess, telling_words
from paragen.parse.task_type import infer_task_type

PROMPTS = st.sampled_from(
    ["Read a CSV file.", "Call the REST endpoint.", "Write `f(x)`.", "Draw a mountain."]
)
SIMILAR = st.lists(
    st.builds(Similar, st.sampled_from(["api", "maths", "utilities"]), st.floats(0, 1)), max_size=5
)


@given(PROMPTS, SIMILAR)
def test_it_is_one_that_was_named_whatever_their_order(prompt: str, similar: list[Similar]) -> None:
    found = guess(prompt, None, similar)
    assert found.task_type in {infer_task_type(prompt), *(one.task_type for one in similar)}
    assert 0 < found.confidence < 1
    assert guess(prompt, None, similar[::-1]) == found


@given(PROMPTS, SIMILAR)
def test_another_that_is_just_alike_makes_it_surer(prompt: str, similar: list[Similar]) -> None:
    similar = similar[:4]
    found = guess(prompt, None, similar)
    surer = guess(prompt, None, [*similar, Similar(found.task_type, 1.0)])
    assert surer.task_type == found.task_type
    assert surer.confidence > found.confidence
    assert surer.similar == found.similar + 1


@given(PROMPTS, st.lists(st.floats(0, LIKE, exclude_max=True)))
def test_without_any_that_is_like_it_the_words_decide(prompt: str, unlike: list[float]) -> None:
    found = guess(prompt, None, [Similar("maths", one) for one in unlike])
    assert found.task_type == infer_task_type(prompt)
    assert found.similar == 0
    assert found == guess(prompt, None, [])


def test_one_past_task_outvotes_words_that_it_is_much_like() -> None:
    found = guess("Read a CSV file.", None, [Similar("finance", 0.9), Similar("finance", 0.2)])
    assert (found.task_type, found.similar) == ("finance", 1)
    assert found.confidence < 0.5, "the words say otherwise"
    assert guess("Read a CSV file.", None, [Similar("finance", 0.4)]).task_type == "data_processing"


@given(st.text())
def test_telling_words_are_words_of_the_prompt_each_once(prompt: str) -> None:
    words = telling_words(prompt)
    assert len(set(words)) == len(words) <= 64
    assert all(word in prompt.casefold() for word in words)
    assert telling_words(" ".join(words)) == words


@given(st.text(st.characters(codec="ascii")))
def test_of_latin_letters_words_are_what_they_are_beside_others(prompt: str) -> None:
    assert telling_words(f"{prompt} \N{SNOWMAN}") == telling_words(prompt)


def test_words_that_every_task_has_tell_nothing() -> None:
    assert telling_words("Write a function that returns the list") == ()


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("Разбери римские числа.", ("разбери", "римские", "числа")),
        ("Größe, naïve", ("grösse", "naïve")),
        ("रोमन अंकों", ("रोमन", "अंकों")),
        ("将json转换为数", ("json", "转换", "换为", "为数")),
        ("แปลง", ("แป", "ปล", "ลง")),
        ("parse_duration(text2) 7z x", ("parse", "duration", "text2")),
    ],
)
def test_words_are_of_any_script(prompt: str, words: tuple[str, ...]) -> None:
    """Where there are no spaces between words, two characters are one."""
    assert telling_words(prompt) == words
