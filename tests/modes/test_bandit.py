"""The mode `bandit`: the worked example of a round, its ends, and what it does about faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Generator, instance
from paragen.domain.standing import Standing
from paragen.domain.tournament import Criteria, Weights
from paragen.modes import decide, find_mode
from tests.modes.driver import TESTED, roster
from tests.modes.played_rounds import (
    asked,
    by_lots,
    by_rewards,
    lost,
    play_one_by_one,
    play_rounds,
    rewarded,
)

FIVE = {"A": 0.72, "B": 0.68, "C": 0.81, "D": 0.55, "E": 0.63}


def board(*names: str, seed: int = 0, standings: Mapping[str, Standing] | None = None) -> Board:
    return Board(task=TESTED, roster=roster(*names), seed=seed, standings=standings or {})


def test_the_second_round_as_worked_out() -> None:
    _, rounds, _ = play_rounds(
        find_mode("bandit", {"attempts": 10}), board(*FIVE), by_rewards(FIVE)
    )
    assert rounds[0] == Counter(FIVE.keys())
    assert rounds[1] == {"C": 2, "A": 1, "B": 1, "E": 1}


def test_the_second_round_as_worked_out_in_hundredths() -> None:
    """The exploration term is small beside means of 72: the round is the same."""
    _, rounds, _ = play_rounds(
        find_mode("bandit", {"attempts": 10, "c": 0.0141}), board(*FIVE), by_rewards(FIVE)
    )
    assert rounds[1] == {"C": 2, "A": 1, "B": 1, "E": 1}


@pytest.mark.parametrize("most", range(1, 8))
def test_a_round_is_the_same_however_many_run_at_once(most: int) -> None:
    mode = find_mode("bandit", {"attempts": 10})
    end, _, _ = play_rounds(mode, board(*FIVE), by_rewards(FIVE), most=most)
    assert asked(end) == {"A": 2, "B": 2, "C": 3, "D": 1, "E": 2}


def test_rounds_of_one_are_ucb1_itself() -> None:
    mode = find_mode("bandit", {"round": 1, "attempts": 6})
    _, rounds, _ = play_rounds(mode, board(*FIVE), by_rewards(FIVE))
    assert [*rounds[:5]] == [Counter(name) for name in "ABCDE"]
    assert rounds[5] == {"C": 1}


def test_it_ends_when_the_best_has_twice_the_visits_of_any_other() -> None:
    rewards = {"good": 0.95, "bad": 0.1, "worse": 0.0}
    end, _, last = play_rounds(
        find_mode("bandit", {"attempts": 50}), board(*rewards), by_rewards(rewards)
    )
    assert last.finish == "the best, good, has had twice the attempts of any other"
    visits = asked(end)
    assert visits["good"] >= 2 * max(visits["bad"], visits["worse"]) > 0
    assert visits.total() < 50


def test_it_ends_when_the_budget_is_spent() -> None:
    end, _, last = play_rounds(
        find_mode("bandit", {"attempts": 9}),
        board("a", "b", "c"),
        by_rewards(dict.fromkeys("abc", 0.7)),
    )
    assert last.finish == "its 9 attempts are spent"
    assert asked(end) == {"a": 3, "b": 3, "c": 3}


@pytest.mark.parametrize(
    ("copies", "names", "attempts"), [(1, "abc", 12), (7, "abc", 21), (1, "abcdefghijklmnop", 50)]
)
def test_a_budget_that_was_not_said(copies: int, names: str, attempts: int) -> None:
    start = Board(task=TESTED, roster=roster(*names, copies=copies))
    end, _, _ = play_rounds(find_mode("bandit"), start, by_rewards(dict.fromkeys(names, 0.7)))
    assert len(end.attempts) == attempts


def test_one_alone_is_asked_at_once() -> None:
    _, rounds, _ = play_rounds(
        find_mode("bandit", {"attempts": 6}), board("a"), by_rewards({"a": 1})
    )
    assert rounds == [{"a": 6}]


def test_models_stand_together() -> None:
    instances = [
        instance(Generator(name=name, model=name[0], num_ctx=1024 * int(name[1])), 0, 0)
        for name in ("x1", "y1", "x2", "y2", "x1b", "y2b")
    ]
    start = Board(task=TESTED, roster=tuple(instances))
    step = decide(find_mode("bandit", {"round": 12}), start, Budget())
    loaded = [one.instance.generator.name[:2] for one in step.start]
    assert loaded == ["x1"] * 4 + ["y1"] * 2 + ["x2"] * 2 + ["y2"] * 4


def test_temperature_0_is_asked_once() -> None:
    start = Board(task=TESTED, roster=(*roster("cold", temperature=0), *roster("warm", "hot")))
    rewards = {"cold": 1.0, "warm": 0.6, "hot": 0.6}
    end, _, _ = play_rounds(find_mode("bandit", {"attempts": 12}), start, by_rewards(rewards))
    assert asked(end)["cold"] == 1
    assert len(end.attempts) == 12


def test_all_at_temperature_0_play_once() -> None:
    start = Board(task=TESTED, roster=roster("a", "b", temperature=0))
    end, _, last = play_rounds(find_mode("bandit"), start, by_rewards({"a": 1.0, "b": 0.0}))
    assert len(end.attempts) == 2
    assert last.finish == "nobody can be asked for anything new"


def test_what_infrastructure_loses_is_no_reward_and_is_asked_again() -> None:
    left = Counter({"b": 2})

    def end(attempt: Attempt) -> Candidate:
        name = attempt.instance.generator.name
        left[name] -= 1
        return lost(attempt) if left[name] >= 0 else rewarded(attempt, 0.9 if name == "b" else 0.6)

    now, rounds, _ = play_rounds(find_mode("bandit", {"attempts": 30}), board("a", "b", "c"), end)
    assert all(one["b"] == 1 for one in rounds[1:3]), "it hasn't been tried yet"
    assert now.showing("b").plays > now.showing("a").plays


def test_a_generator_that_is_always_lost_is_let_be() -> None:
    end, _, _ = play_rounds(
        find_mode("bandit", {"attempts": 30}),
        board("a", "b", "c"),
        by_rewards({"a": 0.6, "b": 0.6}),
    )
    assert asked(end)["c"] == 3
    assert len(end.attempts) == 30


def test_now_and_then_a_lost_one_is_no_reason_to_let_a_generator_be() -> None:
    taken: Counter[str] = Counter()

    def end(attempt: Attempt) -> Candidate:
        name = attempt.instance.generator.name
        taken[name] += 1
        return lost(attempt) if name == "b" and taken[name] in (4, 5, 6) else rewarded(attempt, 0.7)

    now, _, _ = play_rounds(find_mode("bandit", {"attempts": 24}), board("a", "b"), end)
    assert now.showing("b").asked > 7


def test_nobody_is_preferred_before_somebody_has_passed() -> None:
    near_miss = {"a": 0.45, "b": 0.1, "c": 0.0}
    end, _, last = play_rounds(
        find_mode("bandit", {"attempts": 9}), board(*near_miss), by_rewards(near_miss)
    )
    assert asked(end) == {"a": 3, "b": 3, "c": 3}
    assert last.finish == "its 9 attempts are spent"


def test_nobody_leads_before_somebody_has_passed() -> None:
    left = Counter({"b": 2})

    def end(attempt: Attempt) -> Candidate:
        name = attempt.instance.generator.name
        left[name] -= 1
        return lost(attempt) if left[name] >= 0 else rewarded(attempt, 0.1)

    now, _, _ = play_rounds(find_mode("bandit", {"attempts": 20}), board("a", "b"), end)
    assert len(now.attempts) == 20


def test_twice_the_visits_are_enough() -> None:
    rewards = {"a": 0.6, "b": 0.9}
    mode = find_mode("bandit", {"round": 1, "attempts": 20})
    end, _, _ = play_rounds(mode, board(*rewards), by_rewards(rewards))
    assert asked(end) == {"a": 1, "b": 2}


def test_attempts_that_must_be_made_go_on_by_its_own_rule() -> None:
    rewards = {"good": 0.95, "bad": 0.1}
    mode = find_mode("bandit", {"attempts": 12})
    end, _, _ = play_rounds(mode, board(*rewards), by_rewards(rewards), Budget(min_attempts=8))
    assert asked(end) == {"good": 7, "bad": 3}
    end, _, _ = play_rounds(
        mode, board("alone"), by_rewards({"alone": 0.7}), Budget(min_attempts=15)
    )
    assert asked(end) == {"alone": 15}


@given(
    seed=st.integers(0, 2**30),
    policy=st.sampled_from(("ucb1", "thompson")),
    most=st.integers(1, 12),
    round_=st.integers(0, 9),
    chance=st.randoms(use_true_random=False),
)
def test_who_is_asked_does_not_depend_on_how_attempts_end_within_a_round(
    seed: int, policy: str, most: int, round_: int, chance: Random
) -> None:
    mode = find_mode("bandit", {"policy": policy, "attempts": 25, "round": round_})
    together, _, _ = play_rounds(mode, board(*"abcd", seed=seed), by_lots(seed))
    apart, _ = play_one_by_one(mode, board(*"abcd", seed=seed), by_lots(seed), most, chance)
    assert asked(apart) == asked(together)
    assert len(apart.attempts) <= 25


def test_it_can_be_told_what_is_enough() -> None:
    mode = find_mode("bandit", {"attempts": 30, "enough": 0.8})
    _, rounds, last = play_rounds(mode, board("a", "b"), by_rewards({"a": 0.6, "b": 0.8}))
    assert last.finish == "a candidate of b is good enough"
    assert len(rounds) == 1


def test_what_is_enough_must_be_able_to_win() -> None:
    strict = Criteria(weights=Weights(quality=1, speed=0), min_quality=0.9)
    start = Board(task=TESTED, roster=roster("a", "b"), criteria=strict)
    mode = find_mode("bandit", {"attempts": 4, "enough": 0.8})
    _, _, last = play_rounds(mode, start, by_rewards({"a": 0.6, "b": 0.9}))
    assert last.finish == "its 4 attempts are spent"


def test_what_is_enough_is_so_after_the_attempts_that_must_be_made() -> None:
    mode = find_mode("bandit", {"attempts": 30, "enough": 0.8})
    rewards = by_rewards({"a": 0.6, "b": 0.85})
    end, _, last = play_rounds(mode, board("a", "b"), rewards, Budget(min_attempts=5))
    assert len(end.attempts) == 6
    assert last.finish == "a candidate of b is good enough"


@pytest.mark.parametrize("policy", ["ucb1", "thompson"])
def test_places_that_temperature_0_has_no_use_for_go_to_the_others(policy: str) -> None:
    start = Board(task=TESTED, roster=(*roster("cold", temperature=0), *roster("warm")))
    step = decide(
        find_mode("bandit", {"round": 10, "attempts": 10, "policy": policy}), start, Budget()
    )
    names = Counter(one.instance.generator.name for one in step.start)
    assert names == {"cold": 1, "warm": 9}


def test_thompson_begins_with_those_of_whom_nothing_is_known() -> None:
    mode = find_mode("bandit", {"policy": "thompson"})
    known = {"a": Standing(plays=10, passes=10)}
    for seed in range(20):
        first = decide(mode, board(*"abcd", seed=seed), Budget()).start
        assert Counter(one.instance.generator.name for one in first) == Counter("abcd")
        knowing = decide(mode, board(*"abcd", seed=seed, standings=known), Budget()).start
        assert {one.instance.generator.name for one in knowing} >= set("bcd")


def test_thompson_draws_anew_in_every_round() -> None:
    """Where all is lost there is nothing to learn, and yet the draws are other ones."""
    known = {name: Standing(plays=2, passes=1) for name in "abc"}
    mode = find_mode("bandit", {"policy": "thompson", "round": 2, "attempts": 4})
    drawn = [
        play_rounds(mode, board(*"abc", seed=seed, standings=known), lost)[1] for seed in range(9)
    ]
    assert any(rounds[0] != rounds[1] for rounds in drawn)


def test_thompson_prefers_who_passes() -> None:
    rewards = {"a": 0.0, "b": 0.9, "c": 0.0, "d": 0.0}
    mode = find_mode("bandit", {"policy": "thompson", "attempts": 40})
    end, _, _ = play_rounds(mode, board(*rewards), by_rewards(rewards))
    visits = asked(end)
    assert visits["b"] > max(visits[name] for name in "acd")


def test_thompson_begins_with_whom_history_trusts() -> None:
    known = {"a": Standing(plays=500, passes=20), "b": Standing(plays=500, passes=490)}
    mode = find_mode("bandit", {"policy": "thompson", "round": 20})
    step = decide(mode, board("a", "b", standings=known), Budget())
    names = Counter(one.instance.generator.name for one in step.start)
    assert names["b"] >= 6 > names["a"]
    unknowing = find_mode("bandit", {"policy": "thompson", "round": 20, "history": 0})
    free = decide(unknowing, board("a", "b", standings=known), Budget())
    assert free == decide(unknowing, board("a", "b"), Budget())


def test_history_counts_as_so_many_attempts_at_most() -> None:
    """However much there is of it, what it says is soon outweighed by what is seen."""
    known = {"a": Standing(plays=10_000, passes=10_000), "b": Standing(plays=10_000, passes=0)}
    mode = find_mode("bandit", {"policy": "thompson", "attempts": 50})
    end, _, _ = play_rounds(
        mode, board("a", "b", standings=known), by_rewards({"a": 0.0, "b": 0.9})
    )
    assert end.showing("b").passes > 0


def test_little_history_counts_as_no_more_than_it_is() -> None:
    known = {"a": Standing(plays=2, passes=2), "b": Standing(plays=2, passes=0)}
    some, much = (
        find_mode("bandit", {"policy": "thompson", "round": 20, "history": most})
        for most in (2, 200)
    )
    for seed in range(9):
        start = board("a", "b", seed=seed, standings=known)
        assert decide(some, start, Budget()) == decide(much, start, Budget())


@given(seed=st.integers(0, 2**40))
def test_thompson_draws_by_the_seed(seed: int) -> None:
    mode = find_mode("bandit", {"policy": "thompson", "round": 12, "attempts": 12})
    step = decide(mode, board("a", "b", "c", seed=seed), Budget())
    assert step == decide(mode, board("a", "b", "c", seed=seed), Budget())
    assert len(step.start) == 12


def test_thompson_draws_differ_between_seeds() -> None:
    mode = find_mode("bandit", {"policy": "thompson", "round": 12, "attempts": 12})
    drawn = {
        tuple(sorted(Counter(a.instance.generator.name for a in step.start).items()))
        for step in (decide(mode, board("a", "b", "c", seed=n), Budget()) for n in range(20))
    }
    assert len(drawn) > 5


@given(order=st.permutations("abcdef"), policy=st.sampled_from(("ucb1", "thompson")))
def test_who_is_asked_does_not_depend_on_the_order_of_the_roster(
    order: list[str], policy: str
) -> None:
    rewards = dict(zip("abcdef", (0.81, 0.72, 0.68, 0.63, 0.55, 0.2), strict=True))
    mode = find_mode("bandit", {"policy": policy, "attempts": 24})
    here, _, _ = play_rounds(mode, board(*"abcdef"), by_rewards(rewards))
    there, _, _ = play_rounds(mode, board(*order), by_rewards(rewards))
    assert asked(here) == asked(there)
