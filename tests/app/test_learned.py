"""Learned weights in plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paragen.app.learned import with_learned_weights
from paragen.domain.plan import Plan
from paragen.domain.tournament import Weights
from paragen.judge.criteria import CriteriaOptions
from paragen.learn.feedback import Entry, Learned, Rating, Scored, learned
from tests.store import build

RATED = Entry(
    id="1",
    given_at="2026-01-01T00:00:00.000000+00:00",
    said=Rating(
        rating=0.4,
        scored=Scored(quality=0.9, speed=0.5),
        weights=Weights(quality=0.7, speed=0.3),
    ),
    task_type="general",
    run="r1",
    candidates=("c1",),
)


def plan(name: str, task_type: str) -> Plan:
    made = build.plan(name)
    return replace(made, task=replace(made.task, task_type=task_type), warnings=("one before",))


PLANS = (plan("a", "general"), plan("b", "api"), plan("c", "general"))


def known(task_type: str) -> Learned:
    return learned([RATED], task_type)


def test_only_the_types_that_were_spoken_of_and_each_is_said_once() -> None:
    first, other, again = with_learned_weights(PLANS, CriteriaOptions(min_quality=0.3), known)
    assert other == PLANS[1]
    for one in (first, again):
        assert one.criteria.weights.quality == pytest.approx(0.65)
        assert one.criteria.weights.speed == pytest.approx(0.35)
        assert one.criteria.min_quality == PLANS[0].criteria.min_quality
    assert again.warnings == ("one before",)
    before, said = first.warnings
    assert before == "one before"
    for words in ("general is weighed 0.65/0.35", "1 piece of feedback", "not 0.70/0.30"):
        assert words in said


@pytest.mark.parametrize(
    "options",
    [
        CriteriaOptions(preset="speed"),
        CriteriaOptions(quality_weight=0.7),
        CriteriaOptions(speed_weight=0.1),
    ],
)
def test_what_a_user_says_of_weights_goes_before_what_was_learned(options: CriteriaOptions) -> None:
    assert with_learned_weights(PLANS, options, known) == PLANS


def test_without_a_history_plans_stay_as_they_are() -> None:
    assert with_learned_weights(PLANS, CriteriaOptions(), lambda task_type: None) == PLANS
    assert with_learned_weights(PLANS, CriteriaOptions(), lambda t: learned([], t)) == PLANS
