"""Workers are spread over the processors, keep their turns on one, and leave a crowded one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.sandbox.places import Place, Places

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processors can't be chosen")

CPUS = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
several = pytest.mark.skipif(len(CPUS) < 2, reason="there is one processor")


@given(st.integers(0, 40), st.data())
def test_no_processor_has_two_more_than_another(more: int, data: st.DataObject) -> None:
    places = Places(len(CPUS) + more)
    held = []
    for _ in range(len(CPUS) + more):
        cpu = places.take()
        assert cpu is not None
        held.append(cpu)
        counts = Counter(held)
        assert max(counts.values()) - min(counts[c] for c in CPUS) <= 1
    given_back = data.draw(st.sampled_from(held))
    places.give_back(given_back)
    least = min(Counter(held).values())
    if Counter(held)[given_back] == least:
        assert places.take() == given_back


def test_all_of_a_worker_stays_only_where_each_processor_has_one() -> None:
    assert Place(Places(len(CPUS))).for_all in CPUS
    few = Place(Places(len(CPUS) - 1))
    assert few.cpu in CPUS
    assert few.for_all is None or len(CPUS) == 1


def test_a_place_is_given_back_once() -> None:
    places = Places(len(CPUS))
    place = Place(places)
    cpu = place.cpu
    place.leave()
    place.leave()
    assert places.take() == cpu


@several
def test_whoever_looks_for_another_processor_tries_them_all() -> None:
    places = Places(1)
    cpu = places.take()
    found = [cpu := places.take(instead_of=cpu) for _ in range(2 * len(CPUS))]
    assert set(found) == set(CPUS)


@several
def test_those_who_take_turns_are_on_one_processor() -> None:
    place = Place(Places(1))
    with _busy() as tester, _busy() as candidate:
        place.settle(tester.pid)
        place.seat(candidate.pid)
        assert [*os.sched_getaffinity(tester.pid)] == [place.cpu]
        assert [*os.sched_getaffinity(candidate.pid)] == [place.cpu]
        place.free(candidate.pid)
        assert sorted(os.sched_getaffinity(candidate.pid)) == CPUS
        place.seat(candidate.pid)
        assert [*os.sched_getaffinity(tester.pid)] == [place.cpu]
        tester.kill()
        candidate.kill()


@several
def test_a_tester_that_waits_longer_than_it_runs_moves_on() -> None:
    place = Place(Places(1))
    rivals = [_busy() for _ in range(3)]
    tester = _busy()
    try:
        place.settle(tester.pid)
        crowded = place.cpu
        for rival in rivals:
            os.sched_setaffinity(rival.pid, [] if crowded is None else [crowded])
        deadline = time.monotonic() + 20
        while place.cpu == crowded and time.monotonic() < deadline:
            time.sleep(0.02)
            place.seat(None)
        assert place.cpu != crowded
        assert [*os.sched_getaffinity(tester.pid)] == [place.cpu]
    finally:
        for one in (tester, *rivals):
            one.kill()
            one.wait()


def _busy() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"])
