"""The mode `all`, driven through random finishes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget
from paragen.domain.candidate import Candidate
from paragen.domain.errors import UsageError
from paragen.domain.generator import Generator, Instance
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.modes import MODES, decide, find_mode

TASK = Task(name="t", prompt="p", sha256="0")


def board(size: int) -> Board:
    generator = Generator(name="g", model="m")
    roster = tuple(Instance(generator=generator, copy=n, seed=n * 1000) for n in range(size))
    return Board(task=TASK, roster=roster)


def play(start: Board, budget: Budget, data: st.DataObject) -> tuple[Board, int, str]:
    """Play to the end, each in-flight attempt ending in a drawn order with a drawn status."""
    mode, now, most = find_mode("all"), start, 0
    for _ in range(1000):
        step = decide(mode, now, budget)
        assert step == decide(mode, now, budget), "the same board gives the same step"
        now = now.asked(step.start)
        most = max(most, len(now.in_flight))
        if step.finish is not None:
            assert not step.start
            assert step.cancel == now.in_flight
            return now, most, step.finish
        assert step.start or now.in_flight, "a mode that waits for nothing never ends"
        if now.in_flight:
            ended = data.draw(st.sampled_from(now.in_flight))
            status = data.draw(st.sampled_from(Status))
            now = now.ended(Candidate(attempt=now.attempts[ended], status=status))
    raise AssertionError("the mode never ended")


@given(
    size=st.integers(0, 12),
    max_attempts=st.none() | st.integers(0, 15),
    max_in_flight=st.none() | st.integers(1, 5),
    fail_fast=st.booleans(),
    data=st.data(),
)
def test_every_play_ends_within_its_budget(
    size: int,
    max_attempts: int | None,
    max_in_flight: int | None,
    fail_fast: bool,
    data: st.DataObject,
) -> None:
    budget = Budget(max_attempts=max_attempts, max_in_flight=max_in_flight, fail_fast=fail_fast)
    end, most, finish = play(board(size), budget, data)
    allowed = size if max_attempts is None else min(size, max_attempts)
    assert len(end.attempts) <= allowed
    if max_in_flight is not None:
        assert most <= max_in_flight
    failed = any(c.status is Status.ERROR for c in end.candidates.values())
    if fail_fast and failed:
        assert finish.startswith("stopped")
    else:
        assert len(end.candidates) == allowed
        assert [a.instance for a in end.attempts.values()] == list(end.roster[:allowed])


def test_all_start_at_once() -> None:
    step = decide(find_mode("all"), board(5), Budget())
    assert [attempt.id for attempt in step.start] == ["c1", "c2", "c3", "c4", "c5"]


def test_an_unknown_mode_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="Modes: all"):
        find_mode("al")


@pytest.mark.parametrize("name", MODES)
def test_every_mode_in_the_table_is_there(name: str) -> None:
    assert callable(find_mode(name).step)
