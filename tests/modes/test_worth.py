"""When a tournament isn't worth it."""

from __future__ import annotations

from dataclasses import replace

from paragen.domain.standing import Standing
from paragen.domain.task import Task
from paragen.modes.worth import worth
from tests.modes.driver import roster

TASK = Task(
    name="t",
    prompt="Write `parse_duration(text)` for durations like 1h30m. " + "It has rules. " * 20,
    sha256="0",
    task_type="utilities",
)


def test_it_is_worth_it_where_nothing_speaks_against_it() -> None:
    assert worth(TASK, roster("a", "b"), {"a": Standing(plays=10, passes=10)}) is None


def test_nobody_else_is_nothing_to_compare() -> None:
    assert worth(TASK, roster("a"), {}) == "Only a plays: there is nothing to compare."


def test_a_generator_that_is_near_certain_is_enough() -> None:
    said = worth(TASK, roster("a", "b"), {"b": Standing(plays=100, passes=99)})
    assert said is not None
    assert said.startswith("b passed 99 of 100 such tasks: it passes 94 % of them or more")
    assert "-g b alone" in said


def test_one_that_does_not_play_is_no_reason() -> None:
    assert worth(TASK, roster("a", "b"), {"c": Standing(plays=500, passes=500)}) is None


def test_one_model_at_temperature_0_gives_one_answer() -> None:
    same = [
        replace(who, generator=replace(who.generator, model="m"))
        for who in roster("a", "b", temperature=0)
    ]
    said = worth(TASK, same, {})
    assert said is not None
    assert "same answer" in said
    other = [replace(same[0], role="tester"), same[1]]
    assert worth(TASK, other, {}) is None
    assert worth(TASK, roster("a", "b", temperature=0), {}) is None, "two models"


def test_a_trivial_task_is_said_to_be_one() -> None:
    trivial = replace(TASK, prompt="Write add(a, b).", task_type="simple_function")
    said = worth(trivial, roster("a", "b"), {})
    assert said is not None
    assert "trivial" in said
    assert worth(replace(trivial, task_type="security"), roster("a", "b"), {}) is None
