"""What of all that was said counts."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.tournament import Weights
from paragen.judge.criteria import criteria_for
from paragen.learn.feedback import (
    Entry,
    Preference,
    Rating,
    Reset,
    Said,
    Scored,
    Undo,
    changes,
    counting,
    last_change,
    learned,
)

GOOD = Scored(quality=0.9, speed=0.5)
FAST = Scored(quality=0.5, speed=0.9)
BY = Weights(quality=0.7, speed=0.3)
OWN = criteria_for("general").weights


def rating(share: float) -> Rating:
    return Rating(rating=share, scored=GOOD, weights=BY)


def entry(number: int, said: Said, *candidates: str, task_type: str | None = "general") -> Entry:
    return Entry(
        id=f"id{number:03d}",
        given_at=f"2026-01-01T00:00:{number:09.6f}+00:00",
        said=said,
        task_type=task_type,
        run="r1" if candidates else None,
        candidates=candidates,
    )


subjects = st.one_of(
    st.tuples(st.floats(0, 1).map(rating), st.sampled_from([("c1",), ("c2",), ("c3",)])),
    st.tuples(
        st.just(Preference(preferred=FAST, other=GOOD)),
        st.sampled_from([("c1", "c2"), ("c2", "c1"), ("c1", "c3")]),
    ),
    st.tuples(st.just(Reset()), st.just(())),
)
sayings = st.lists(st.tuples(subjects, st.sampled_from(["general", "api", None])), max_size=12).map(
    lambda said: tuple(
        entry(number, what, *who, task_type=task_type if isinstance(what, Reset) else "general")
        for number, ((what, who), task_type) in enumerate(said)
    )
)


def test_the_last_rating_of_a_candidate_replaces_the_one_before() -> None:
    first, second = entry(1, rating(0.0), "c1"), entry(2, rating(0.4), "c1")
    assert counting([first, second]) == (second,)
    assert learned([first, second], "general").weights.quality == pytest.approx(0.65)
    undone = [first, second, entry(3, Undo(undone=second.id))]
    assert counting(undone) == (first,), "taken back, it leaves the one before"


def test_ratings_of_several_candidates_add_up() -> None:
    said = [entry(1, rating(0.4), "c1"), entry(2, rating(0.4), "c2")]
    assert learned(said, "general").weights.quality == pytest.approx(0.605)
    elsewhere = replace(said[1], candidates=("c1",), run="r2")
    assert learned([said[0], elsewhere], "general").weights.quality == pytest.approx(0.605)


def test_a_comparison_the_other_way_round_replaces_the_first() -> None:
    for_fast = entry(1, Preference(preferred=FAST, other=GOOD), "c2", "c1")
    for_good = entry(2, Preference(preferred=GOOD, other=FAST), "c1", "c2")
    assert counting([for_fast, for_good]) == (for_good,)


def test_a_rating_and_a_comparison_stand_beside_each_other() -> None:
    said = (
        entry(1, rating(0.4), "c1"),
        entry(2, Preference(preferred=FAST, other=GOOD), "c2", "c1"),
    )
    assert counting(said) == said


def test_a_reset_begins_anew_and_can_be_undone() -> None:
    said = [entry(1, rating(0.4), "c1"), entry(2, Reset())]
    assert learned(said, "general").weights == OWN
    assert learned(said, "general").changes == ()
    said.append(entry(3, rating(0.4), "c2"))
    assert learned(said, "general").adjustments == 1
    assert learned(said, "general").weights.quality == pytest.approx(0.65)
    said.append(entry(4, Undo(undone="id002")))
    assert learned(said, "general").weights.quality == pytest.approx(0.605)


def test_task_types_learn_apart_and_a_reset_of_all_is_of_each() -> None:
    said = [entry(1, rating(0.4), "c1"), entry(2, rating(0.4), "c2", task_type="api")]
    api = criteria_for("api").weights
    assert learned(said, "general").weights.quality == pytest.approx(0.65)
    assert learned(said, "api").weights.quality == pytest.approx(0.9 * api.quality + 0.02)
    assert learned([*said, entry(3, Reset(), task_type="api")], "general").adjustments == 1
    for task_type in ("general", "api"):
        assert learned([*said, entry(3, Reset(), task_type=None)], task_type).adjustments == 0


@given(sayings, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_come_makes_no_difference(
    said: tuple[Entry, ...], chance: random.Random
) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)
    assert counting(shuffled) == counting(said)
    assert learned(shuffled, "general") == learned(said, "general")


@given(sayings)
def test_undo_leaves_what_would_be_without_it_down_to_the_first(said: tuple[Entry, ...]) -> None:
    now, number = list(said), len(said)
    while (last := last_change(now)) is not None:
        without = [one for one in now if one.id != last.id]
        number += 1
        now.append(entry(number, Undo(undone=last.id)))
        assert counting(now) == counting(without)
        assert learned(now, "general") == learned(without, "general")
    assert learned(now, "general").weights == OWN


@given(sayings)
def test_changes_follow_one_from_another(said: tuple[Entry, ...]) -> None:
    found = tuple(changes(said, "general"))
    assert [change.before for change in found] == [OWN, *(c.after for c in found[:-1])][
        : len(found)
    ]
    what = learned(said, "general")
    assert what.weights == (found[-1].after if found else OWN)
    assert what.adjustments <= len(what.changes) <= len(found)
