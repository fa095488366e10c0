"""What the benchmark of recommendations promises, on few tasks: its law, and that it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import fmean

import pytest

from tests.bench.made_up import SCENARIOS, Scenario, made_up
from tests.bench.recommend import (
    JUDGED,
    POLICIES,
    SETTINGS,
    any_passes,
    best_of_all,
    complaints,
    measured,
    play,
    table,
)

NAMED = {one.name: one for one in SCENARIOS}
CLEAR = NAMED["one is best at everything"]
TASKS, SEEDS = 60, 12


def test_recommendations_lie_between_the_best_and_lots() -> None:
    rows = measured([CLEAR], SEEDS, TASKS)
    assert [row.setting for row in rows] == list(SETTINGS)
    for row in rows:
        regret = {name: fmean(some) for name, some in row.regrets.items()}
        assert 0 <= regret[JUDGED] < regret["by lot"]
    assert complaints(rows) == []
    k, beginning = rows[0].setting
    assert fmean(rows[0].regrets[JUDGED]) < fmean(rows[0].regrets["by lot"]) / 4
    assert rows[0].best == pytest.approx(0.77 * (TASKS - beginning), abs=0.1 * TASKS)
    assert k == 1


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_nobody_is_better_than_the_best(scenario: Scenario) -> None:
    game = made_up(scenario, 1, TASKS)
    assert play(game, best_of_all, 2, 0, 1).regret == 0
    for policy in POLICIES.values():
        assert play(game, policy, 2, 5, 1).regret >= 0


def test_equal_seeds_make_equal_games_and_plays() -> None:
    scenario = NAMED["types are inferred for 80 %"]
    game = made_up(scenario, 7, TASKS)
    assert game == made_up(scenario, 7, TASKS)
    assert game != made_up(scenario, 8, TASKS)
    for policy in POLICIES.values():
        assert play(game, policy, 1, 5, 7) == play(game, policy, 1, 5, 7)


def test_types_are_as_wrong_as_is_said_and_tasks_are_like_those_of_their_kind() -> None:
    assert made_up(NAMED["each type has its best"], 1, TASKS).wrong == 0
    assert 0.15 < made_up(NAMED["types are wrong for 30 %"], 1, 200).wrong < 0.45
    assert 0.1 < made_up(NAMED["types are inferred for 80 %"], 1, 200).wrong < 0.5
    game = made_up(NAMED["each kind of task has its best"], 1, 200)
    nearest = [(number, found[0][0]) for number, found in enumerate(game.alike) if found]
    same = [game.chances[one] == game.chances[other] for one, other in nearest]
    assert fmean(same[50:]) > 0.9


def test_any_of_some_passes() -> None:
    assert any_passes([0.5, 0.5, 0.0], [0, 1]) == 0.75
    assert any_passes([0.5, 1.0], [1, 0]) == 1
    assert any_passes([0.5], []) == 0


def test_the_table_has_a_row_for_each_scenario_and_setting() -> None:
    rows = measured([CLEAR], 1, 12)
    lines = table(rows).splitlines()
    assert sum(CLEAR.name in line for line in lines) == len(SETTINGS)
    assert len({line.count("|") for line in lines if line}) == 2


@pytest.mark.slow
def test_similar_tasks_help_where_types_are_wrong() -> None:
    rows = measured([NAMED["types are wrong for 30 %"]], 12, 150, jobs=2)
    for row in rows:
        regret = {name: fmean(some) for name, some in row.regrets.items()}
        assert regret[JUDGED] < 0.95 * regret["that, blind to similar tasks"]


def test_it_runs_as_a_command() -> None:
    few = ("--seeds", "1", "--tasks", "20", "--jobs", "1")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.recommend", *few],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode in (0, 1), done.stderr
    assert "| prompts mislead |" in done.stdout
