"""Profiles: that what they say can be played, and plays as they say."""

from __future__ import annotations

import pytest

from paragen.domain.board import Board, Budget
from paragen.judge.criteria import PRESETS
from paragen.modes import find_mode
from paragen.modes.profiles import PROFILES
from tests.modes.driver import TESTED, roster
from tests.modes.played_rounds import by_rewards, play_rounds


@pytest.mark.parametrize("name", PROFILES)
def test_what_a_profile_says_can_be_had(name: str) -> None:
    profile = PROFILES[name]
    assert profile.help
    assert profile.mode is not None
    find_mode(profile.mode, profile.mode_options)
    assert profile.preset in PRESETS
    if profile.allocate:
        assert profile.complexity and profile.criticality


def test_a_fast_iteration_ends_with_the_first_good_one() -> None:
    profile = PROFILES["fast-iteration"]
    mode = find_mode(profile.mode or "", profile.mode_options)
    start = Board(task=TESTED, roster=roster("a", "b", "c"))
    budget = Budget(max_attempts=profile.max_attempts)
    good, _, last = play_rounds(mode, start, by_rewards({"a": 0.2, "b": 0.9, "c": 0.6}), budget)
    assert last.finish == "a candidate of b is good enough"
    assert len(good.attempts) == 3
    fair, _, _ = play_rounds(mode, start, by_rewards({"a": 0.2, "b": 0.6, "c": 0.6}), budget)
    assert fair.showing("a").asked == 1, "what doesn't pass is dropped"
    assert len(fair.attempts) == profile.max_attempts


def test_a_balanced_one_keeps_three() -> None:
    profile = PROFILES["balanced"]
    mode = find_mode(profile.mode or "", profile.mode_options)
    rewards = {"a": 0.9, "b": 0.5, "c": 0.4, "d": 0.1}
    end, _, _ = play_rounds(mode, Board(task=TESTED, roster=roster(*rewards)), by_rewards(rewards))
    assert [end.showing(name).asked > 1 for name in "abcd"] == [True, True, True, False]
