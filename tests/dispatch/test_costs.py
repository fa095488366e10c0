"""What loads and answers cost: as seen, else as can be concluded, else as guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.dispatch import Costs, Resident
from paragen.dispatch.costs import GUESSED_GENERATION_S, GUESSED_LOAD_S

A, B, C = (Resident(f"{letter}:latest", 8192) for letter in "abc")


def test_where_nothing_is_known_a_guess_is_stated() -> None:
    cost = Costs().of("x", A)
    assert (cost.load_s, cost.generation_s) == (GUESSED_LOAD_S, GUESSED_GENERATION_S)
    assert cost.basis == "a guess"


def test_what_was_seen_is_taken() -> None:
    cost = Costs().all_seen([("x", A, 3, 4)]).of("x", A)
    assert (cost.load_s, cost.generation_s) == (3, 4)
    assert cost.basis == "measured"


def test_another_context_is_another_load() -> None:
    costs = Costs().all_seen([("x", A, 3, 4)])
    assert costs.of("x", Resident(A.model, 4096)).basis != "measured"


def test_a_model_on_a_new_host_costs_as_elsewhere_times_how_much_slower_the_host_is() -> None:
    costs = Costs().all_seen([("x", A, None, 10), ("y", A, None, 30), ("x", B, None, 4)])
    assert costs.of("y", B).generation_s == pytest.approx(12)
    assert costs.of("y", B).basis == "as on x"


def test_a_new_model_costs_as_the_others_of_its_host() -> None:
    costs = Costs().all_seen([("x", A, 10, 10), ("y", A, None, 30), ("y", B, None, 40)])
    assert costs.of("y", C).generation_s == 35
    assert costs.of("y", C).basis == "as other models on y"
    assert costs.of("y", C).load_s == 10, "of loads only another host's is known"
    assert costs.of("z", C).basis == "as other models"


def test_a_host_that_gets_slower_is_followed() -> None:
    costs = Costs().with_history([("x", A, 5.0, 10.0, 1000)])
    for _ in range(60):
        costs = costs.all_seen([("x", A, None, 20)])
    assert costs.of("x", A).generation_s == pytest.approx(20, rel=0.1)
    assert costs.of("x", A).load_s == 5


def test_what_was_concluded_follows_what_is_new() -> None:
    costs = Costs().all_seen([("x", A, None, 10)])
    assert costs.of("x", B).generation_s == 10
    assert costs.all_seen([("x", C, None, 30)]).of("x", B).generation_s == 20


def test_history_without_loads_leaves_them_to_be_guessed() -> None:
    cost = Costs().with_history([("x", A, None, 7.0, 2)]).of("x", A)
    assert (cost.load_s, cost.generation_s) == (GUESSED_LOAD_S, 7)


SEEN = st.tuples(
    st.sampled_from("xyz"),
    st.sampled_from([A, B, C]),
    st.none() | st.floats(0, 1e4),
    st.none() | st.floats(0, 1e4),
)


@given(st.lists(SEEN, max_size=12), st.sampled_from("xyz"), st.sampled_from([A, B, C]))
def test_every_cost_is_positive_and_asking_changes_nothing_that_was_seen(
    rows: list[tuple[str, Resident, float | None, float | None]], host: str, resident: Resident
) -> None:
    asked, fresh = Costs(), Costs()
    for row in rows:
        asked = asked.all_seen([row])
        asked.of(*row[:2])
        fresh = fresh.all_seen([row])
    assert fresh == Costs().all_seen(rows)
    assert asked == fresh
    assert asked.of(host, resident).generation_s > 0
    known = fresh.table.get((host, resident))
    if known is not None and known.generation is not None and known.load is not None:
        assert asked.of(host, resident) == fresh.of(host, resident)
