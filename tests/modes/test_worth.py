"""When a tournament isn't worth it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

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


def played(passes: int, plays: int, tasks: int | None = None) -> Standing:
    """Tasks were played once each, where nothing else is said."""
    return Standing(
        plays=plays,
        passes=passes,
        tasks=plays if tasks is None else tasks,
        task_rate=passes / plays,
    )


def test_it_is_worth_it_where_nothing_speaks_against_it() -> None:
    assert worth(TASK, roster("a", "b"), {"a": played(10, 10)}) is None


def test_nobody_else_is_nothing_to_compare() -> None:
    assert worth(TASK, roster("a"), {}) == "Only a plays: there is nothing to compare."


def test_a_generator_that_is_near_certain_is_enough() -> None:
    said = worth(TASK, roster("a", "b"), {"b": played(99, 100)})
    assert said is not None
    assert said.startswith(
        "b passed 99 of 100 attempts at 100 such tasks: it passes 94 % or more, as far as 95 %"
    )
    assert "-g b alone" in said


@given(st.integers(0, 50), st.integers(1, 1000), st.integers(0, 1000))
def test_however_often_few_tasks_were_played_that_makes_nobody_certain(
    tasks: int, times: int, failed: int
) -> None:
    plays = max(tasks * times, 1)
    standing = played(max(plays - failed, 0), plays, tasks)
    once = played(100, 100, tasks) if not failed else None
    said = worth(TASK, roster("a", "b"), {"b": standing})
    if tasks < 35:
        assert said is None
    elif once is not None:
        told, told_once = (worth(TASK, roster("a", "b"), {"b": one}) for one in (standing, once))
        assert told is not None
        assert told_once is not None
        assert told.split(": ")[1] == told_once.split(": ")[1]


def test_one_that_does_not_play_is_no_reason() -> None:
    assert worth(TASK, roster("a", "b"), {"c": played(500, 500)}) is None


def test_one_model_at_temperature_0_gives_one_answer() -> None:
    same = [
        replace(who, generator=replace(who.generator, model="m"))
        for who in roster("a", "b", temperature=0)
    ]
    said = worth(TASK, same, {})
    assert said is not None
    assert "same answer" in said
    assert worth(TASK, roster("a", "b", temperature=0), {}) is None, "two models"


def test_a_trivial_task_is_said_to_be_one() -> None:
    trivial = replace(TASK, prompt="Write add(a, b).", task_type="simple_function")
    said = worth(trivial, roster("a", "b"), {})
    assert said is not None
    assert "trivial" in said
    assert worth(replace(trivial, task_type="security"), roster("a", "b"), {}) is None
