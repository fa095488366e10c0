"""How a session is to be played: command line over profile over [run], and who plays it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from paragen.app.choices import Choices
from paragen.app.playing import limits_of, plans_of, play_options
from paragen.domain.errors import UsageError
from paragen.domain.generator import Generator
from paragen.domain.plan import Plan
from paragen.domain.standing import Standing
from paragen.domain.task import Task
from paragen.judge.criteria import CriteriaOptions
from paragen.modes.profiles import PROFILES
from paragen.settings import Settings, parse_settings

GENERATORS = "".join(
    f'[[generators]]\nname = "{name}"\nmodel = "{name}:{size}b"\ntemperature = {temperature}\n'
    for name, size, temperature in (("small", 1, 0.3), ("cold", 7, 0), ("large", 70, 0.7))
)
CONFIG = """
[run]
profile = "mine"
mode = "quorum"
max_attempts = 9
deadline_s = 60
min_quality = 0.1
concurrency = 5

[modes.prune]
margin = 0.2
floor = 0.1

[profiles.mine]
mode = "prune"
options = { floor = 0.3 }
deadline_s = 30
min_quality = 0.2
copies = 2
workers = 3
generation_limit_s = 7
"""
TASK = Task(name="t", prompt="Write `f`.", sha256="0")


def settings(text: str = CONFIG) -> Settings:
    return parse_settings(text + GENERATORS, "g.toml", folder=Path())


def nobody(task_type: str, generators: Iterable[Generator]) -> Mapping[str, Standing]:
    return {}


def plan(text: str = CONFIG, **choices: Any) -> Plan:
    (one,) = plans_of([TASK], settings(text), Choices(**choices), nobody)
    return one


def test_a_profile_comes_before_run_and_the_command_line_before_both() -> None:
    one = plan()
    assert (one.mode, one.mode_options) == ("prune", {"margin": 0.2, "floor": 0.3})
    assert (one.deadline_s, one.budget.max_attempts) == (30, 9)
    assert one.criteria.min_quality == 0.2
    said = plan(
        deadline_s=5.0,
        max_attempts=4,
        min_attempts=2,
        mode_options={"floor": "0.4"},
        criteria=CriteriaOptions(min_quality=0.3),
    )
    assert said.mode_options == {"margin": 0.2, "floor": "0.4"}
    assert (said.deadline_s, said.budget.max_attempts, said.budget.min_attempts) == (5, 4, 2)
    assert said.criteria.min_quality == 0.3


def test_options_of_another_mode_go_with_it() -> None:
    one = plan(mode="all")
    assert (one.mode, one.mode_options) == ("all", {})
    options = play_options(settings(), Choices(mode="all"))
    assert (options.concurrency, options.workers) == (5, 3), "the rest of the profile stays"
    assert limits_of(settings(), options).generation_s == 7


def test_without_a_profile_run_counts() -> None:
    options = play_options(settings(CONFIG.replace('profile = "mine"', "")), Choices())
    assert (options.mode, options.deadline_s, options.copies) == ("quorum", 60, None)
    assert play_options(Settings(), Choices()).mode == "all"


@pytest.mark.parametrize("name", PROFILES)
def test_those_that_are_always_there_can_be_played(name: str) -> None:
    one = plan(profile=name)
    assert one.mode == PROFILES[name].mode
    assert dict(one.mode_options) == {
        **({"margin": 0.2, "floor": 0.1} if one.mode == "prune" else {}),
        **PROFILES[name].mode_options,
    }


def test_an_own_profile_replaces_one_of_that_name() -> None:
    text = CONFIG.replace("profiles.mine", "profiles.balanced").replace('"mine"', '"balanced"')
    assert plan(text).mode_options["floor"] == 0.3


def test_a_profiles_copies_are_of_all_but_those_that_would_answer_the_same() -> None:
    assert [one.name for one in plan().roster] == ["small", "small#1", "cold", "large", "large#1"]
    assert [one.name for one in plan(roster="large:3").roster] == ["large", "large#1", "large#2"]


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"profile": "mien"}, "did you mean 'mine'? Profiles: high-confidence, balanced, fast-"),
        ({"mode": "qorum"}, "did you mean 'quorum'?"),
        ({"mode_options": {"flor": "1"}}, "did you mean 'floor'?"),
        ({"mode_options": {"floor": "7"}}, "at most 1"),
        ({"min_attempts": 10}, "At least 10 and at most 9 attempts can't both be."),
    ],
)
def test_mistakes(choices: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan(**choices)
    assert words in str(caught.value)


class TestAllocation:
    def test_it_is_said_who_plays_and_why(self) -> None:
        one = plan("", allocate=True, complexity="high", criticality="high")
        assert [who.name for who in one.roster] == [
            "small",
            "small#1",
            "cold",
            "large",
            "large#1",
        ]
        (said,) = one.notes
        assert "t is played by small ×2, cold, large ×2 (complexity high, criticality high" in said

    def test_what_is_not_given_is_estimated_from_the_task(self) -> None:
        one = plan("", allocate=True, criticality="low")
        assert [who.name for who in one.roster] == ["small"]
        assert "estimated: complexity low" in one.notes[0]
        assert "criticality low, as given" in one.notes[0]

    def test_it_bounds_what_modes_may_ask_for(self) -> None:
        assert plan("", allocate=True, complexity="low").budget.max_attempts == 4
        assert plan("", allocate=True, complexity="high").budget.max_attempts == 12
        assert plan("", allocate=True, complexity="high", max_attempts=2).budget.max_attempts == 2
        assert plan("").budget.max_attempts is None

    def test_it_is_among_those_that_are_named(self) -> None:
        one = plan("", allocate=True, complexity="high", criticality="high", roster="large")
        assert [who.name for who in one.roster] == ["large", "large#1"]

    def test_every_task_gets_its_own(self) -> None:
        hard = Task(name="hard", prompt="- must\n" * 9 + "word " * 300, sha256="1", task_type="api")
        choices = Choices(allocate=True)
        easy, other = plans_of([TASK, hard], settings(""), choices, nobody)
        assert len(easy.roster) < len(other.roster)


def test_standings_are_of_the_tasks_type() -> None:
    def by_type(task_type: str, generators: Iterable[Generator]) -> Mapping[str, Standing]:
        assert [one.name for one in generators] == ["small", "cold", "large"]
        return {"small": Standing(plays=len(task_type))}

    (one,) = plans_of([TASK], settings(), Choices(), by_type)
    assert one.standings["small"].plays == len("general")
