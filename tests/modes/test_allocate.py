"""Who plays, from complexity and criticality, and how these are estimated."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.generator import Generator
from paragen.domain.standing import Standing
from paragen.domain.task import Degree, Task, TestCode
from paragen.modes.allocate import allocate, attempts_for, estimate, instances

TASK = Task(name="t", prompt="Write add(a, b).", sha256="0", task_type="simple_function")


def generator(name: str, model: str, temperature: float = 0.3) -> Generator:
    return Generator(name=name, model=model, temperature=temperature)


FIVE = (
    generator("k1", "large:70b"),
    generator("k2", "large:70b", 0.8),
    generator("k3", "coder:14b"),
    generator("k4", "coder:14b", 0.0),
    generator("k5", "fast:1.5b"),
)
GOOD = Standing(plays=20, passes=18, mean_reward=0.85)
POOR = Standing(plays=20, passes=2, mean_reward=0.2)


def test_all_play_and_twice_where_both_are_high() -> None:
    assert allocate(FIVE, "high", "high", {}) == {"k1": 2, "k2": 2, "k3": 2, "k4": 1, "k5": 2}


def test_one_fast_one_plays_where_both_are_low() -> None:
    assert allocate(FIVE, "low", "low", {}) == {"k5": 1}


def test_history_chooses_the_one_before_its_size_does() -> None:
    assert allocate(FIVE, "low", "low", {"k3": GOOD}) == {"k3": 1}
    assert allocate(FIVE, "low", "low", {"k5": POOR}) == {"k3": 1}
    half = Standing(plays=4, passes=2, mean_reward=0.5)
    assert allocate(FIVE, "low", "low", {"k3": half}) == {"k3": 1}, "it passes as often as not"
    assert allocate(FIVE, "low", "low", {"k3": Standing(plays=1, passes=1, mean_reward=1.0)}) == {
        "k5": 1
    }


@pytest.mark.parametrize("degrees", [("low", "high"), ("high", "low"), ("medium", "medium")])
def test_else_three_of_different_models_play(degrees: tuple[Degree, Degree]) -> None:
    assert allocate(FIVE, *degrees, {}) == {"k1": 1, "k3": 1, "k5": 1}


def test_a_balanced_set_has_the_best_by_history() -> None:
    assert allocate(FIVE, "medium", "low", {"k2": GOOD, "k1": POOR}) == {"k2": 1, "k3": 1, "k5": 1}


degrees = st.sampled_from(get_args(Degree))
models = st.sampled_from(("large:70b", "coder:14b", "fast:1.5b", "nameless"))


@given(
    recipes=st.lists(st.tuples(models, st.sampled_from((0.0, 0.5))), max_size=6),
    complexity=degrees,
    criticality=degrees,
    known=st.dictionaries(st.sampled_from(["g0", "g1", "g2"]), st.sampled_from((GOOD, POOR))),
)
def test_laws_of_allocation(
    recipes: list[tuple[str, float]],
    complexity: Degree,
    criticality: Degree,
    known: dict[str, Standing],
) -> None:
    generators = [generator(f"g{n}", *recipe) for n, recipe in enumerate(recipes)]
    counts = allocate(generators, complexity, criticality, known)
    assert bool(counts) == bool(generators)
    roster = instances(generators, counts, seed=7)
    assert len(roster) == sum(counts.values())
    assert len({who.name for who in roster}) == len(roster)
    for one in generators:
        assert counts.get(one.name, 0) <= (1 if one.temperature == 0 else 2)
    if complexity == criticality == "high":
        assert counts.keys() == {one.name for one in generators}
    elif complexity == criticality == "low":
        assert len(roster) == min(1, len(generators))
    else:
        assert len(roster) == min(3, len(generators))


def test_a_small_function_is_a_simple_matter() -> None:
    found = estimate(TASK)
    assert (found.complexity, found.criticality) == ("low", "low")


def test_much_to_heed_is_complex() -> None:
    prompt = "Write it.\n" + "".join(f"- It must do thing {n} as told.\n" for n in range(40))
    tests = TestCode(source="def test_a(): pass\n" * 20, origin="t.md")
    found = estimate(replace(TASK, prompt=prompt, tests=(tests,), task_type="general"))
    assert found.complexity == "high"
    assert "40 requirements, 20 tests" in found.why


@pytest.mark.parametrize("task_type", ["security", "database", "api", "Database Operations"])
def test_some_types_are_critical(task_type: str) -> None:
    found = estimate(replace(TASK, task_type=task_type))
    assert found.criticality == "high"
    assert found.why.endswith(f"criticality high: task type {task_type}")


def test_some_words_are_critical_and_said() -> None:
    found = estimate(replace(TASK, prompt="Round a payment to cents."))
    assert found.criticality == "high"
    assert "speaks of 'payment'" in found.why


def test_tests_count_as_assertions_where_they_are_no_functions() -> None:
    tests = TestCode(source="assert f(1)\nassert f(2)\n", origin="t.md")
    assert ", 2 tests," in estimate(replace(TASK, tests=(tests,))).why


def test_more_complex_tasks_are_worth_more_attempts() -> None:
    assert [attempts_for(level) for level in ("low", "medium", "high")] == [4, 8, 12]
