"""Limits, names and seeds, and what errors say of themselves."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paragen.domain
from paragen.domain.candidate import FAULT_KINDS
from paragen.domain.errors import HostError, ParagenError, RosterError
from paragen.domain.generator import SEED_STEP, Answer, Generator, Instance
from paragen.domain.host import canonical_model
from paragen.domain.status import JUDGED, MODEL_OUTCOMES, Status
from paragen.domain.task import Example, Limits, Task, TestCode

EXIT_CODES = {2, 3, 4, 130, 141}


def every_error() -> list[type[ParagenError]]:
    """ParagenError and its subclasses, in all modules there are."""
    for module in pkgutil.walk_packages(paragen.__path__, "paragen."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[ParagenError]] = []
    waiting: list[type[ParagenError]] = [ParagenError]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += one.__subclasses__()
    return found


def test_every_error_has_an_exit_code_and_says_what_it_is() -> None:
    errors = every_error()
    assert len(errors) > 20, "the list is one of errors"
    for error in errors:
        assert error.exit_code in EXIT_CODES, error
        assert inspect.getdoc(error), error


def test_kinds_of_faults_are_unique() -> None:
    kinds = [error.kind for error in every_error() if issubclass(error, HostError)]
    kinds += FAULT_KINDS
    assert len(kinds) == len(set(kinds))
    assert all(kind.islower() and kind.isidentifier() for kind in kinds)
    assert {error.exit_code for error in every_error() if issubclass(error, HostError)} == {3}


def test_only_what_may_pass_is_tried_again() -> None:
    retryable = {e.kind for e in every_error() if issubclass(e, HostError) and e.retryable}
    assert retryable == {"connection", "busy"}


def test_names_of_classes_are_unique() -> None:
    names = [error.__name__ for error in every_error()]
    assert len(names) == len(set(names))


def test_a_roster_error_says_how_to_write_one() -> None:
    assert "qwen_balanced:3" in str(RosterError("x:0", "too few"))


def test_partial_answers_are_kept() -> None:
    answer = Answer(text="half")
    assert HostError("broken", partial=answer).partial is answer
    assert HostError("broken").partial is None


def test_all_values_are_frozen_and_named_where_they_are_made() -> None:
    values = [
        value
        for module in pkgutil.iter_modules(paragen.domain.__path__, "paragen.domain.")
        for value in vars(importlib.import_module(module.name)).values()
        if dataclasses.is_dataclass(value) and isinstance(value, type)
    ]
    assert len(values) > 20, "the list is one of values"
    for value in values:
        assert value.__dataclass_params__.frozen, value  # type: ignore[attr-defined]  # dataclasses'
        assert "__slots__" in vars(value), value
        assert all(field.kw_only for field in dataclasses.fields(value)), value


@given(st.floats(0.001, 3600))
def test_limits_of_a_timeout(timeout_s: float) -> None:
    limits = Limits().for_timeout(timeout_s)
    assert (limits.cpu_s, limits.wall_s) == (timeout_s, 2 * timeout_s)
    assert limits.memory_bytes == Limits().memory_bytes
    assert limits.wall_s >= limits.cpu_s


def test_the_default_is_ten_seconds() -> None:
    assert dataclasses.replace(Limits(), scales=False) == Limits().for_timeout(10)


@given(st.floats(0, 100))
def test_defaults_grow_on_a_slow_machine_and_own_limits_do_not(slowness: float) -> None:
    scaled = Limits().scaled(slowness)
    assert scaled.cpu_s == Limits().cpu_s * max(1.0, slowness)
    assert scaled.wall_s == Limits().wall_s * max(1.0, slowness)
    own = Limits().for_timeout(3)
    assert own.scaled(slowness) == own
    assert scaled.scaled(slowness).cpu_s == scaled.cpu_s or slowness <= 1, "once"


@pytest.mark.parametrize(
    ("given_name", "whole"),
    [
        ("qwen", "qwen:latest"),
        ("qwen:7b", "qwen:7b"),
        ("hf.co:443/user/model", "hf.co:443/user/model:latest"),
        ("hf.co/user/model:Q4", "hf.co/user/model:Q4"),
    ],
)
def test_model_names_are_with_their_tag(given_name: str, whole: str) -> None:
    assert canonical_model(given_name) == whole


@given(st.text(min_size=1))
def test_a_canonical_name_is_its_own(name: str) -> None:
    assert canonical_model(canonical_model(name)) == canonical_model(name)


def test_instances_are_named_after_their_generator() -> None:
    generator = Generator(name="qwen", model="q:7b")
    names = [Instance(generator=generator, copy=n, seed=n * SEED_STEP).name for n in range(3)]
    assert names == ["qwen", "qwen#1", "qwen#2"]


def test_what_an_answer_took() -> None:
    answer = Answer(
        text="", prompt_s=0.5, decode_s=2.0, load_s=9.0, queue_s=9.0, completion_tokens=100
    )
    assert answer.generation_s == 2.5, "without loading and queueing"
    assert answer.tokens_per_s == 50.0
    assert Answer(text="", completion_tokens=5).tokens_per_s is None


def test_which_ends_count() -> None:
    assert JUDGED < MODEL_OUTCOMES
    assert set(Status) - MODEL_OUTCOMES == {Status.ERROR, Status.CANCELLED, Status.NOT_JUDGED}


def test_what_a_task_tests() -> None:
    bare = Task(name="t", prompt="p", sha256="s")
    code = (TestCode(source="", origin="t"),)
    pairs = (Example(name="e", stdin="", stdout=""),)
    assert not bare.has_tests
    assert Task(name="t", prompt="p", sha256="s", tests=code).has_tests
    script = Task(name="t", prompt="p", sha256="s", examples=pairs)
    assert script.has_tests
    assert script.is_script
    assert not Task(name="t", prompt="p", sha256="s", examples=pairs, entry_point="f").is_script
    assert not Task(name="t", prompt="p", sha256="s", examples=pairs, tests=code).is_script
