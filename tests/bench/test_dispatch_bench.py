"""What the dispatch bench promises that needs no clock: makespans, and how often all is planned."""

from __future__ import annotations

import pytest

from paragen.dispatch import assign
from tests.bench import dispatch
from tests.bench.dispatch_best import exact_s, least_s

BEST = 1.05


def test_the_bound_is_below_the_exact_best_and_near_it() -> None:
    jobs = [[(5.0, 3.0), (2.0, 4.0)], [(8.0, 6.0), (1.0, 2.0)]]
    exact = exact_s([4, 3], [1, 1], jobs)
    assert exact == 17.0, "all of the first model here (5 + 4·3), all of the second there"
    assert 0.8 * exact <= least_s([4, 3], [1, 1], jobs) <= exact


@pytest.mark.parametrize("played", list(dispatch.cases())[:5], ids=lambda played: played.name)
def test_dispatch_is_within_a_twentieth_of_the_best_possible(played: dispatch.Case) -> None:
    best_s = least_s(played.counts, [host.slots for host in played.hosts], played.jobs)
    known, unknown, pool = dispatch.compare(played, best_s)
    assert 1 <= known <= BEST
    assert unknown < 1.15, "what isn't known is learned on the way"
    assert pool > 1.3, "a plain pool loads models over and over"


def test_small_cases_are_played_in_the_best_way() -> None:
    for played, best_s in dispatch.small_cases(seeds=3):
        known, _, _ = dispatch.compare(played, best_s)
        assert known <= BEST


def test_how_often_all_is_planned_doesnt_grow_with_the_attempts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned: list[int] = []
    schedule = assign.__globals__["schedule"]

    def counting(*arguments: object) -> object:
        planned[-1] += 1
        return schedule(*arguments)

    monkeypatch.setitem(assign.__globals__, "schedule", counting)
    for attempts in (1000, 4000):
        planned.append(0)
        dispatch.decision_us(attempts, hosts=4, models=10)
    few, many = planned
    assert many <= 1.5 * few < 200
