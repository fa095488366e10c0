from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.host import canonical_model
from paragen.parse.recording import (
    Recorded,
    RecordedFault,
    RecordingError,
    by_model,
    choose,
    chunks,
    parse_recording,
    playback,
    same_model,
)
from tests.server.recordings import format_recording

# JSON has no lone surrogates that could be written to a file.
texts = st.text(st.characters(exclude_categories=["Cs"]))
seconds = st.floats(0, 1000)
recordings = st.builds(
    Recorded,
    model=texts.filter(str.strip),
    answer=texts,
    match=st.none() | texts,
    thinking=texts,
    temperature=st.none() | st.floats(0, 2),
    seed=st.none() | st.integers(),
    tokens_per_s=st.floats(0.1, 1000),
    prompt_s=seconds,
    load_s=seconds,
    size_bytes=st.integers(0),
    done_reason=texts,
    fault=st.none() | st.sampled_from(RecordedFault),
)


@given(st.lists(recordings, max_size=4).map(tuple))
def test_a_recording_comes_back_as_it_was_written(recorded: tuple[Recorded, ...]) -> None:
    assert parse_recording(format_recording(recorded), "r") == recorded


@given(texts)
def test_chunks_join_back_and_are_short(text: str) -> None:
    pieces = chunks(text)
    assert "".join(pieces) == text
    assert all(pieces)
    assert all(len(piece) <= 6 or piece.isspace() for piece in pieces)


def test_blank_lines_and_crlf_are_fine() -> None:
    text = '\r\n{"model": "m", "answer": "a"}\r\n\n'
    assert parse_recording(text, "r") == (Recorded(model="m", answer="a"),)


def test_a_line_separator_within_a_string_is_part_of_it() -> None:
    text = '{"model": "m", "answer": "a\u2028b"}'
    assert parse_recording(text, "r")[0].answer == "a\u2028b"


def test_null_leaves_a_key_at_its_default() -> None:
    text = '{"model": "m", "answer": "a", "match": null, "tokens_per_s": null}'
    assert parse_recording(text, "r") == (Recorded(model="m", answer="a"),)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"model": "m"}', "'answer' is missing"),
        ('{"model": null, "answer": "a"}', "'model' is missing"),
        ('{"model": " ", "answer": "a"}', "not a model's name"),
        ('{"model": "m", "anwser": "a"}', "Did you mean 'answer'?"),
        ('{"model": "m", "answer": "a", "zzzzzz": 1}', "Valid: model, answer"),
        ('{"model": "m", "answer": 1}', "answer is 1, which is not a text"),
        ('{"model": "m", "answer": "a", "tokens_per_s": 0}', "not a number above 0"),
        ('{"model": "m", "answer": "a", "prompt_s": -1}', "0 or more"),
        ('{"model": "m", "answer": "a", "load_s": NaN}', "0 or more"),
        ('{"model": "m", "answer": "a", "temperature": true}', "not a number"),
        ('{"model": "m", "answer": "a", "size_bytes": 0.5}', "not a whole number"),
        ('{"model": "m", "answer": "a", "seed": 1.5}', "not a whole number"),
        ('{"model": "m", "answer": "a", "fault": "bussy"}', "Did you mean 'busy'?"),
        ('{"model": "m", "answer": "a", "fault": 7}', "Valid: busy_once"),
    ],
)
def test_mistakes_name_file_line_and_what_is_valid(line: str, said: str) -> None:
    with pytest.raises(RecordingError) as caught:
        parse_recording(f'{{"model": "m", "answer": "a"}}\n\n{line}\n', "demo.jsonl")
    assert str(caught.value).startswith("demo.jsonl:3: ")
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


@given(st.lists(recordings, max_size=5), recordings, texts)
def test_a_more_specific_answer_is_preferred_wherever_it_stands(
    others: list[Recorded], one: Recorded, message: str
) -> None:
    exact = Recorded(model=one.model, answer="exact", match=message + "!", temperature=1.5, seed=7)
    for recorded in ([exact, *others], [*others, exact]):
        fitting = [
            o for o in others if o.match == exact.match and o.temperature == 1.5 and o.seed == 7
        ]
        assert fitting or choose(recorded, one.model, message + "!", 1.5, 7) == exact


@given(st.lists(recordings, max_size=5), texts, texts, st.floats(0, 2), st.integers())
def test_what_is_chosen_fits(
    recorded: list[Recorded], model: str, message: str, temperature: float, seed: int
) -> None:
    found = choose(recorded, model, message, temperature, seed)
    if found is not None:
        assert same_model(found.model, model)
        assert found.match is None or found.match in message
        assert found.temperature in (None, temperature)
        assert found.seed in (None, seed)


def test_choosing_by_model_match_temperature_and_seed() -> None:
    plain = Recorded(model="m", answer="plain")
    again = Recorded(model="m", answer="again")
    matched = Recorded(model="m", answer="matched", match="slug")
    longer = Recorded(model="m", answer="longer", match="slugify")
    warm = Recorded(model="m", answer="warm", match="slug", temperature=0.9)
    recorded = (plain, again, matched, longer, warm)
    assert choose(recorded, "m", "other", 0.1, 0) is plain
    assert choose(recorded, "m", "a slug", 0.1, 0) is matched
    assert choose(recorded, "m", "slugify it", 0.1, 0) is longer
    assert choose(recorded, "m", "slugify it", 0.9, 0) is warm
    assert choose(recorded, "m:latest", "other", 0.1, None) is plain
    assert choose(recorded, "m:7b", "other", 0.1, 0) is None
    assert choose((), "m", "other", None, None) is None


names = st.sampled_from(["m", "m:latest", "m:7b", "n"])
of_few_models = st.builds(
    Recorded,
    model=names,
    answer=texts,
    match=st.none() | st.just("it"),
    seed=st.none() | st.just(0),
)


@given(st.lists(of_few_models, max_size=8), names)
def test_a_models_own_answers_are_enough_to_choose_from(
    recorded: list[Recorded], model: str
) -> None:
    own = by_model(recorded).get(canonical_model(model), ())
    assert choose(own, model, "do it", 0.3, 0) is choose(recorded, model, "do it", 0.3, 0)
    assert all(same_model(one.model, model) for one in own)
    assert sum(map(len, by_model(recorded).values())) == len(recorded)


def test_playback_of_the_whole_and_of_a_budget() -> None:
    one = Recorded(model="m", thinking="so so so", answer="yes no yes no")
    whole = playback(one, think=True, num_predict=None)
    assert "".join(whole.thinking) == "so so so"
    assert "".join(whole.content) == "yes no yes no"
    assert (whole.total, whole.done_reason) == (7, "stop")
    assert playback(one, think=False, num_predict=None).thinking == ()
    assert playback(one, think=True, num_predict=0) == whole
    assert playback(one, think=True, num_predict=7) == whole
    cut = playback(one, think=True, num_predict=2)
    assert (cut.total, cut.content, cut.done_reason) == (2, (), "length")
    cut = playback(one, think=True, num_predict=4)
    assert (cut.content, cut.done_reason) == (("yes",), "length")


def test_faults_in_mid_stream_leave_half() -> None:
    one = Recorded(model="m", answer="a b c d", fault=RecordedFault.HANG_MID_STREAM)
    assert "".join(playback(one, think=True, num_predict=None).content) == "a b"


def test_what_has_its_default_is_not_written() -> None:
    line = format_recording([Recorded(model="m", answer="ü")])
    assert line == '{"model": "m", "answer": "ü"}\n'
    assert json.loads(line) == {"model": "m", "answer": "ü"}
