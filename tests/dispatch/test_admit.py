"""Which models may be in use where only so many may be at once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paragen.dispatch import HostLoad, Queue, admitted, assign, takers
from paragen.dispatch.admit import in_use
from tests.dispatch.loads import hosts_, waiting_


@given(waiting=waiting_, hosts=hosts_(), most=st.integers(1, 4))
def test_no_more_models_than_may_be(
    waiting: dict[Queue, int], hosts: list[HostLoad], most: int
) -> None:
    models = in_use(hosts) | {queue.resident.model for queue in admitted(waiting, hosts, most)}
    assert len(models) <= max(most, len(in_use(hosts)))


@given(waiting=waiting_, hosts=hosts_(), most=st.integers(1, 4))
def test_all_of_a_model_or_none(
    waiting: dict[Queue, int], hosts: list[HostLoad], most: int
) -> None:
    found = admitted(waiting, hosts, most)
    models = {queue.resident.model for queue in found}
    assert found == {q: n for q, n in waiting.items() if q.resident.model in models}
    assert in_use(hosts) & {queue.resident.model for queue in waiting} <= models


@given(waiting=waiting_, hosts=hosts_(), most=st.integers(1, 4))
def test_something_is_sent_where_something_can_be(
    waiting: dict[Queue, int], hosts: list[HostLoad], most: int
) -> None:
    idle = [replace(host, running={}, loading=frozenset()) for host in hosts]
    able = [queue for queue, count in waiting.items() if count and takers(queue, idle)]
    there = {queue: count for queue, count in waiting.items() if count}
    assert bool(assign(admitted(there, idle, most), idle)) == bool(able)


@given(waiting=waiting_, hosts=hosts_())
def test_where_many_may_be_all_are(waiting: dict[Queue, int], hosts: list[HostLoad]) -> None:
    placeable = {queue: n for queue, n in waiting.items() if takers(queue, hosts)}
    assert admitted(placeable, hosts, 100) == placeable
