"""The parts of the confined levels that have laws of their own."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import SandboxRefusal
from paragen.domain.task import MIB, Limits
from paragen.sandbox import layout, machine
from paragen.sandbox.inside import control
from paragen.sandbox.pool import same_packages
from paragen.sandbox.worker import PLAIN, Wish

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.lists(st.tuples(st.dictionaries(st.text(), JSON), st.integers(0, 4)), max_size=5))
@pytest.mark.slow
def test_messages_arrive_whole_each_with_its_own_descriptors(
    messages: list[tuple[dict[str, Any], int]],
) -> None:
    here, there = socket.socketpair()
    with here, there, ExitStack() as stack:
        sent: list[tuple[dict[str, Any], int]] = []
        for message, count in messages:
            pipes = [os.pipe() for _ in range(count)]
            for read, write in pipes:
                os.write(write, str(len(sent)).encode())
                os.close(write)
                stack.callback(os.close, read)
            control.send(here, message, [read for read, _ in pipes])
            sent.append((message, count))
        here.shutdown(socket.SHUT_WR)
        for number, (message, count) in enumerate(sent):
            received = control.receive(there)
            assert received is not None
            assert received[0] == message
            assert len(received[1]) == count
            for descriptor in received[1]:
                assert os.read(descriptor, 9) == str(number).encode()
                os.close(descriptor)
        assert control.receive(there) is None


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_message_that_is_cut_off_is_the_end(cut: int) -> None:
    here, there = socket.socketpair()
    with here, there:
        control.send(here, {"a": "b"})
        here.shutdown(socket.SHUT_WR)
        data = there.recv(100)
        again, end = socket.socketpair()
        with again, end:
            again.sendall(data[:-cut])
            again.shutdown(socket.SHUT_WR)
            assert control.receive(end) is None


@given(st.floats(0, 100, allow_nan=False))
def test_slowness_is_never_a_reason_for_smaller_limits(work_s: float) -> None:
    slowness = machine.slowness(work_s)
    assert 1 <= slowness <= machine.MAX_SLOWNESS
    usual = Limits()
    scaled = usual.scaled(slowness)
    assert scaled.cpu_s == pytest.approx(usual.cpu_s * slowness)
    assert scaled.wall_s == pytest.approx(usual.wall_s * slowness)
    assert scaled.scaled(slowness) == scaled
    given_by_the_task = usual.for_timeout(3)
    assert given_by_the_task.scaled(slowness) == given_by_the_task


def test_what_a_level_can_not_bound_is_refused() -> None:
    assert layout.wish("filters", Limits()) is PLAIN
    assert layout.wish("full", Limits(disk_bytes=MIB)) == Wish(disk_bytes=MIB)
    assert layout.wish("full", Limits(processes=3)) == Wish(layout.SHARED_BYTES, processes=True)
    for limits in (Limits(disk_bytes=MIB), Limits(processes=3)):
        with pytest.raises(SandboxRefusal, match="full"):
            layout.wish("filters", limits)


@given(st.lists(st.sampled_from(["a", "b", "c"])), st.randoms())
def test_the_order_of_packages_does_not_matter(names: list[str], random: Any) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)
    assert same_packages(names) == same_packages(shuffled)
    assert set(same_packages(names)) == set(names)
