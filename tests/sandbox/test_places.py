"""Workers are spread over the processors, and their places given back."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.sandbox.places import Places

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processors can't be chosen")


class _Worker:
    pass


@given(st.integers(0, 40), st.data())
def test_no_processor_has_two_more_than_another(more: int, data: st.DataObject) -> None:
    cpus = len(os.sched_getaffinity(0))
    places = Places(cpus + more)
    held = []
    for _ in range(cpus + more):
        cpu = places.take()
        assert cpu is not None
        held.append(cpu)
        counts = Counter(held)
        assert max(counts.values()) - min(counts[c] for c in os.sched_getaffinity(0)) <= 1
    given_back = data.draw(st.sampled_from(held))
    places.give_back(given_back)
    least = min(Counter(held).values())
    if Counter(held)[given_back] == least:
        assert places.take() == given_back


def test_fewer_workers_than_processors_go_where_they_like() -> None:
    cpus = len(os.sched_getaffinity(0))
    assert Places(cpus - 1).take() is None or cpus == 1


def test_a_place_is_given_back_with_its_worker() -> None:
    places = Places(len(os.sched_getaffinity(0)))
    worker = _Worker()
    cpu = places.take()
    places.hold(worker, cpu)
    del worker
    gc.collect()
    assert places.take() == cpu
