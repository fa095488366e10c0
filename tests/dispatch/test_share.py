"""Sharing out batches: everything once, and done about as early as can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.dispatch.balance import Balance, Machine
from paragen.dispatch.share import balanced
from tests.bench.dispatch_best import exact_s, least_s

SECONDS = st.floats(0.1, 50)


@st.composite
def shares(
    draw: st.DrawFn, most: int, batches: int
) -> tuple[list[int], list[int], list[list[tuple[float, float]]]]:
    """Counts of attempts, slots of hosts, and seconds of load and answer by host and model."""
    count = draw(st.integers(1, batches))
    slots = draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
    counts = draw(st.lists(st.integers(1, most), min_size=count, max_size=count))
    jobs = [[(draw(SECONDS), draw(SECONDS)) for _ in counts] for _ in slots]
    return counts, slots, jobs


def shared_out(
    counts: list[int], slots: list[int], jobs: list[list[tuple[float, float]]]
) -> Balance:
    machines = [Machine(0.0, number, alone=number > 1) for number in slots]
    prices = [{i: jobs[i][j] for i in range(len(slots))} for j in range(len(counts))]
    return balanced(machines, counts, prices)


@given(shares(most=30, batches=6))
def test_every_piece_is_put_once_and_the_time_is_right(
    case: tuple[list[int], list[int], list[list[tuple[float, float]]]],
) -> None:
    counts, slots, jobs = case
    result = shared_out(*case)
    put = [0] * len(counts)
    for i in range(len(slots)):
        busy = 0.0
        for j, pieces in result.on(i):
            assert pieces > 0
            put[j] += pieces
            busy += jobs[i][j][0] + -(-pieces // slots[i]) * jobs[i][j][1]
        assert result.finish_s(i) == pytest.approx(busy)
    assert put == counts
    assert result.done_s >= least_s(*case) * (1 - 1e-6)


@given(shares(most=4, batches=3))
def test_small_cases_are_shared_out_in_the_best_way(
    case: tuple[list[int], list[int], list[list[tuple[float, float]]]],
) -> None:
    best_s = exact_s(*case)
    assert least_s(*case) <= best_s * (1 + 1e-9), "the bound is one"
    assert best_s * (1 - 1e-9) <= shared_out(*case).done_s <= 1.01 * best_s


def test_a_machine_with_room_for_several_batches_still_sets_up_one_at_a_time() -> None:
    """Its slots share the pieces, but not the set-ups; each slot that has a piece waits for one."""
    three = [{0: (10.0, 2.0)}] * 3
    assert balanced([Machine(5.0, 4)], [1, 1, 1], three).done_s == 5 + 3 * 10
    assert balanced([Machine(5.0, 4)], [8], [{0: (10.0, 2.0)}]).done_s == 5 + 10 + 8 * 2 / 4
    assert balanced([Machine(5.0, 4)], [80, 80], three[:2]).done_s == 5 + 2 * 10 + 160 * 2 / 4


def test_what_no_machine_can_have_stays_out() -> None:
    result = balanced([Machine(0.0, 1)], [3, 2], [{}, {0: (1.0, 1.0)}])
    assert list(result.on(0)) == [(1, 2)]
    assert balanced([], [1], [{}]).done_s == 0
    assert balanced([Machine(4.0, 1)], [], []).done_s == 4
