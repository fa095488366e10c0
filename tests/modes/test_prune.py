"""The mode `prune`: who is dropped, who gets the places, and the halving variant."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt
from paragen.domain.status import Status
from paragen.modes import decide, find_mode
from paragen.modes.prune import halving_sizes, left_after
from tests.modes.driver import TESTED, after, roster
from tests.modes.played_rounds import (
    asked,
    by_lots,
    by_rewards,
    lost,
    play_one_by_one,
    play_rounds,
    rewarded,
)

FOUR = {"A": 0.82, "B": 0.71, "C": 0.55, "D": 0.42}


def board(*names: str) -> Board:
    return Board(task=TESTED, roster=roster(*names))


def test_the_last_is_dropped_and_the_others_share_as_worked_out() -> None:
    mode = find_mode("prune", {"attempts": 20, "round": 10})
    _, rounds, last = play_rounds(mode, board(*FOUR), by_rewards(FOUR))
    assert rounds[0] == {"A": 3, "B": 3, "C": 2, "D": 2}, "nothing is known yet"
    assert rounds[1] == {"A": 4, "B": 3, "C": 3}
    assert last.finish == "its 20 attempts are spent"


def test_a_round_has_one_for_each_unless_more_is_said() -> None:
    _, rounds, _ = play_rounds(
        find_mode("prune", {"attempts": 12, "round": 2}), board(*FOUR), by_rewards(FOUR)
    )
    assert rounds == [Counter("ABCD"), Counter("AABC"), Counter("AABC")]


def test_margin_and_floor_are_the_users() -> None:
    wide = find_mode("prune", {"attempts": 8, "margin": 0.4})
    assert play_rounds(wide, board(*FOUR), by_rewards(FOUR))[1][1]["D"] == 1
    strict = find_mode("prune", {"attempts": 8, "floor": 0.6})
    assert play_rounds(strict, board(*FOUR), by_rewards(FOUR))[1][1] == {"A": 2, "B": 2}


@pytest.mark.parametrize("retain", [1, 2, 3])
def test_the_best_are_left_even_below_the_floor(retain: int) -> None:
    poor = {"a": 0.6, "b": 0.8, "c": 0.7}
    mode = find_mode("prune", {"attempts": 6, "retain": retain, "margin": 0, "floor": 0.9})
    _, rounds, _ = play_rounds(mode, board(*poor), by_rewards(poor))
    assert set(rounds[1]) == set("bca"[:retain])


@pytest.mark.parametrize("variant", ["threshold", "halving"])
def test_nobody_is_dropped_before_somebody_has_passed(variant: str) -> None:
    left = Counter({"a": 2})

    def end(attempt: Attempt) -> Candidate:
        name = attempt.instance.generator.name
        left[name] -= 1
        return rewarded(attempt, 0.9 if name == "a" and left[name] < 0 else 0.1)

    mode = find_mode("prune", {"variant": variant, "attempts": 24, "round": 4})
    _, rounds, _ = play_rounds(mode, board(*FOUR, "a"), end)
    assert [set(one) for one in rounds[:3]] == [set("ABCDa")] * 3
    assert all(set(one) == {"a"} for one in rounds[3:])


def test_what_falls_behind_within_a_round_is_cancelled_in_flight() -> None:
    now, mode, budget = board("a", "b"), find_mode("prune", {"attempts": 10}), Budget()
    now = now.asked(decide(mode, now, budget).start)
    now = after(now, rewarded(now.attempts["c1"], 0.8), rewarded(now.attempts["c2"], 0.55))
    now = now.asked(decide(mode, now, budget).start)
    assert asked(now) == {"a": 2, "b": 2}
    now = now.ended(rewarded(now.attempts["c3"], 1.0))
    step = decide(mode, now, budget)
    assert step.cancel == ("c4",), "0.55 is below 0.9 - 0.3"
    now = now.ended(Candidate(attempt=now.attempts["c4"], status=Status.CANCELLED))
    assert [one.instance.name for one in decide(mode, now, budget).start] == ["a#2", "a#3"]


def test_whoever_was_cancelled_does_not_come_back() -> None:
    mode, now = find_mode("prune", {"attempts": 9, "round": 3}), board("a", "b")
    for rewards in ((0.8, 0.8, 0.55), ()):
        now = now.asked(decide(mode, now, Budget()).start)
        ends = zip(now.in_flight, rewards, strict=False)
        now = after(now, *(rewarded(now.attempts[one], reward) for one, reward in ends))
    running = {one: now.attempts[one].instance.name for one in now.in_flight}
    assert running == {"c4": "b#1", "c5": "a#2", "c6": "a#3"}
    now = now.ended(rewarded(now.attempts["c5"], 1.0))
    assert decide(mode, now, Budget()).cancel == ("c4",)
    now = now.ended(Candidate(attempt=now.attempts["c4"], status=Status.CANCELLED))
    now = now.ended(rewarded(now.attempts["c6"], 0.1))
    assert now.showing("a").mean_reward == pytest.approx(0.675), "0.55 would be near again"
    start = decide(mode, now, Budget()).start
    assert [one.instance.generator.name for one in start] == ["a"] * 3


def test_a_round_has_its_size_whoever_falls_behind_in_it() -> None:
    taken: Counter[str] = Counter()

    def end(attempt: Attempt) -> Candidate:
        name = attempt.instance.generator.name
        taken[name] += 1
        better = 1.0 if taken[name] > 2 else 0.8
        return rewarded(attempt, {"a": better, "b": 0.55, "c": 0.8}[name])

    mode = find_mode("prune", {"attempts": 12, "round": 6})
    now, _, _ = play_rounds(mode, board(*"abc"), end, most=4)
    assert now.showing("b").asked == 4
    assert len(now.attempts) == 12


def test_who_does_well_is_not_cancelled() -> None:
    now, mode = board("a", "b"), find_mode("prune")
    for _ in range(3):
        now = now.asked(decide(mode, now, Budget()).start)
        assert decide(mode, now, Budget()).cancel == ()
        now = after(now, *(rewarded(now.attempts[one], 0.8) for one in now.in_flight))


def test_who_is_near_gets_a_place_however_small_its_share() -> None:
    rewards = {"a": 1.0, "b": 0.1}
    mode = find_mode("prune", {"attempts": 6, "margin": 1, "floor": 0})
    _, rounds, _ = play_rounds(mode, board(*rewards), by_rewards(rewards))
    assert rounds == [Counter("ab")] * 3


def test_places_of_who_falls_behind_go_to_the_others() -> None:
    now, mode = board("a", "b"), find_mode("prune")
    for reward in (0.8, 0.55, 1.0):
        attempt = decide(mode, now, Budget()).start[0]
        now = now.asked((attempt,)).ended(rewarded(attempt, reward))
    assert asked(now) == {"a": 2, "b": 1}
    attempt = decide(mode, now, Budget()).start[0]
    assert attempt.instance.name == "a#2"


def test_whoever_is_dropped_stays_dropped() -> None:
    """The best turns out not to be so good: then the threshold is lower, but it is too late."""
    rewards = {"a": [1.0, 0.5, 0.5], "b": [0.6], "c": [0.75] * 5}
    taken: Counter[str] = Counter()

    def end(attempt: Attempt) -> Candidate:
        name = attempt.instance.generator.name
        taken[name] += 1
        return rewarded(attempt, rewards[name][min(taken[name], len(rewards[name])) - 1])

    end_board, rounds, _ = play_rounds(find_mode("prune", {"attempts": 15}), board(*"abc"), end)
    assert end_board.showing("a").mean_reward == pytest.approx(0.6, abs=0.1)
    assert [one["b"] for one in rounds] == [1, 0, 0, 0, 0]


def test_who_is_only_lost_stays_until_it_is_let_be() -> None:
    rewards = {"a": 0.9, "b": 0.8}
    _, rounds, _ = play_rounds(
        find_mode("prune", {"attempts": 15}), board(*"abc"), by_rewards(rewards)
    )
    assert [one["c"] for one in rounds] == [1, 1, 1, 0, 0]
    assert sum(one.total() for one in rounds) == 15


def test_all_lost_is_an_end() -> None:
    end, _, last = play_rounds(find_mode("prune", {"attempts": 50}), board(*"abc"), lost)
    assert asked(end) == {"a": 3, "b": 3, "c": 3}
    assert last.finish == "nobody who is left can be asked for anything new"


def test_temperature_0_sets_the_mark_but_is_asked_once() -> None:
    start = Board(task=TESTED, roster=(*roster("cold", temperature=0), *roster("warm", "poor")))
    rewards = {"cold": 0.9, "warm": 0.7, "poor": 0.5}
    end, _, _ = play_rounds(find_mode("prune", {"attempts": 9}), start, by_rewards(rewards))
    assert asked(end) == {"cold": 1, "warm": 7, "poor": 1}


@pytest.mark.parametrize(
    ("allowed", "players", "sizes"),
    [
        (32, 8, (8, 8, 8, 8)),
        (24, 3, (6, 8, 10)),
        (12, 5, (5, 3, 2, 2)),
        (5, 1, (5,)),
        (3, 8, (3, 0, 0, 0)),
        (0, 4, (0, 0, 0)),
    ],
)
def test_halving_gives_each_round_its_part(
    allowed: int, players: int, sizes: tuple[int, ...]
) -> None:
    assert halving_sizes(allowed, players) == sizes


@given(allowed=st.integers(0, 500), players=st.integers(1, 100))
def test_laws_of_halving(allowed: int, players: int) -> None:
    sizes = halving_sizes(allowed, players)
    assert sum(sizes) == allowed
    assert min(sizes) >= 0
    assert left_after(len(sizes) - 1, players) == 1
    if allowed >= players * len(sizes):
        each = [size / left_after(number, players) for number, size in enumerate(sizes)]
        assert each == sorted(each), "who is left gets more each round"


def test_halving_leaves_the_better_half() -> None:
    rewards = dict(zip("abcdefgh", (0.1, 0.9, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6), strict=True))
    mode = find_mode("prune", {"variant": "halving", "attempts": 32})
    _, rounds, _ = play_rounds(mode, board(*rewards), by_rewards(rewards))
    assert rounds == [Counter(each) for each in ("abcdefgh", "bdfh" * 2, "bf" * 4, "b" * 8)]


def test_halves_have_equal_parts_whatever_their_means() -> None:
    rewards = dict(zip("abcdefgh", (0.5, 1.0, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6), strict=True))
    mode = find_mode("prune", {"variant": "halving", "attempts": 96})
    _, rounds, _ = play_rounds(mode, board(*rewards), by_rewards(rewards))
    assert rounds[1] == Counter("bdfh" * 6)


def test_halving_is_an_even_hand_while_nobody_passes() -> None:
    rewards = dict(zip("abcdefgh", (0.4, 0.1, 0.3, 0.2, 0.4, 0.1, 0.0, 0.0), strict=True))
    mode = find_mode("prune", {"variant": "halving", "attempts": 16})
    end, rounds, _ = play_rounds(mode, board(*rewards), by_rewards(rewards))
    assert len(rounds) == 3
    assert asked(end) == Counter("abcdefgh" * 2)


@given(
    seed=st.integers(0, 2**30),
    most=st.integers(1, 12),
    chance=st.randoms(use_true_random=False),
)
def test_halves_do_not_depend_on_how_attempts_end_within_a_round(
    seed: int, most: int, chance: Random
) -> None:
    mode = find_mode("prune", {"variant": "halving", "attempts": 30})
    together, _, _ = play_rounds(mode, board(*"abcde"), by_lots(seed))
    apart, _ = play_one_by_one(mode, board(*"abcde"), by_lots(seed), most, chance)
    assert asked(apart) == asked(together)


@given(
    seed=st.integers(0, 2**30),
    most=st.integers(1, 12),
    round_=st.integers(0, 9),
    chance=st.randoms(use_true_random=False),
)
def test_a_threshold_spends_no_more_than_its_attempts(
    seed: int, most: int, round_: int, chance: Random
) -> None:
    mode = find_mode("prune", {"attempts": 25, "round": round_})
    end, last = play_one_by_one(mode, board(*"abcd"), by_lots(seed), most, chance)
    if last.finish == "its 25 attempts are spent":
        assert len(end.attempts) == 25
    else:
        assert len(end.attempts) < 25


@pytest.mark.parametrize("variant", ["threshold", "halving"])
@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_rewards_that_stay_the_same_give_the_same_however_many_run_at_once(
    variant: str, most: int
) -> None:
    mode = find_mode("prune", {"variant": variant, "attempts": 20})
    at_once, _, _ = play_rounds(mode, board(*FOUR), by_rewards(FOUR))
    few, _, _ = play_rounds(mode, board(*FOUR), by_rewards(FOUR), most=most)
    assert asked(few) == asked(at_once)


@pytest.mark.parametrize("variant", ["threshold", "halving"])
@given(rewards=st.lists(st.integers(0, 20), min_size=1, max_size=6, unique=True), data=st.data())
def test_who_is_asked_does_not_depend_on_the_order_of_the_roster(
    variant: str, rewards: list[int], data: st.DataObject
) -> None:
    known = {name: reward / 20 for name, reward in zip("abcdef", rewards, strict=False)}
    order = data.draw(st.permutations(list(known)))
    mode = find_mode("prune", {"variant": variant, "attempts": 5 * len(known)})
    here, _, _ = play_rounds(mode, board(*known), by_rewards(known))
    there, _, _ = play_rounds(mode, board(*order), by_rewards(known))
    assert asked(here) == asked(there)


@given(rewards=st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_the_best_is_never_dropped(rewards: list[int]) -> None:
    known = {name: reward / 20 for name, reward in zip("abcdef", rewards, strict=False)}
    _, rounds, _ = play_rounds(
        find_mode("prune", {"attempts": 5 * len(known)}), board(*known), by_rewards(known)
    )
    best = max(known, key=lambda name: known[name])
    assert all(best in one for one in rounds)


def test_it_can_be_told_what_is_enough() -> None:
    mode = find_mode("prune", {"attempts": 30, "enough": 0.8})
    _, rounds, last = play_rounds(mode, board("a", "b"), by_rewards({"a": 0.6, "b": 0.8}))
    assert last.finish == "a candidate of b is good enough"
    assert len(rounds) == 1
