"""Forecasts: what a session would be, by the history and as the options have it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paragen.app.choices import Choices
from paragen.app.planning import forecast
from paragen.domain.forecast import Forecast
from paragen.domain.generator import Generator
from paragen.domain.status import Status
from paragen.domain.task import Task, TestCode
from paragen.store.recorder import Recorder
from tests.store import build

NOWHERE = "http://127.0.0.1:9"
TESTS = (TestCode(source="assert f()", origin="t.md"),)
PLAYERS = tuple(Generator(name=name, model="coder:7b") for name in "ab")
OF_TWO_MODELS = tuple(Generator(name=name, model=name) for name in "ab")


def tasks(*types: str) -> list[Task]:
    return [
        Task(name=f"t{n}", prompt="p", sha256=str(n), task_type=kind, tests=TESTS)
        for n, kind in enumerate(types)
    ]


def remember(path: Path, record: Mapping[str, tuple[int, int]]) -> Path:
    """A history in which both have passed so many of so many tasks, by task type."""
    with closing(Recorder(path, on_failure=pytest.fail)) as recorder:
        for kind, (passes, plays) in record.items():
            for n in range(plays):
                status = Status.PASSED if n < passes else Status.FAILED
                made = [build.candidate(name, status, generator=name) for name in "ab"]
                for event in build.events(build.run(f"{kind}{n}", *made, task_type=kind)):
                    recorder(event)
    return path


def planned(some: list[Task], database: Path, **chosen: Any) -> Forecast:
    choices = Choices(generators=PLAYERS, host_urls=(NOWHERE,), database=database)
    return forecast(some, replace(choices, **chosen))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("types", [("easy", "hard"), ("hard", "easy")])
def test_each_task_is_expected_to_go_as_its_own_type_has_gone(
    types: tuple[str, str], tmp_path: Path
) -> None:
    database = remember(tmp_path / "h.db", {"easy": (9, 9), "hard": (0, 9)})
    found = planned(tasks(*types), database, mode="race", sequential=True)
    assert {one.plan.task.task_type: one.attempts for one in found.tasks} == {"easy": 1, "hard": 2}


def test_half_of_the_tasks_are_expected_to_pass_where_half_of_them_did(tmp_path: Path) -> None:
    database = remember(tmp_path / "h.db", {"even": (5, 10)})
    found = planned(tasks(*["even"] * 10), database, mode="race", sequential=True, roster="a:2")
    assert found.if_all_pass.attempts == 10
    assert found.if_none_passes.attempts == 20
    assert 10 < found.expected.attempts < 20


def test_so_many_tasks_are_planned_at_once_as_may_be(tmp_path: Path) -> None:
    some = tasks("general", "general", "general")
    at_once, one_by_one = (
        [
            one.task
            for one in planned(
                some, tmp_path / "h.db", generators=OF_TWO_MODELS, max_steps=most
            ).attempts
        ]
        for most in (None, 1)
    )
    assert at_once == ["t0", "t1", "t2", "t0", "t1", "t2"], "each model's answers together"
    assert one_by_one == ["t0", "t0", "t1", "t1", "t2", "t2"]
