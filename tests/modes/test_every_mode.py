"""What every mode of the table keeps, however a tournament goes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget
from paragen.domain.errors import UsageError
from paragen.domain.status import Status
from paragen.modes import MODES, decide, find_mode
from paragen.modes.options import filled
from tests.modes.driver import TESTED, after, ended, play, played_by, roster


@pytest.mark.parametrize("name", MODES)
@settings(max_examples=80)
@given(data=st.data())
@pytest.mark.slow
def test_every_tournament_keeps_the_laws_to_its_end(name: str, data: st.DataObject) -> None:
    start, budget, played = played_by(name, data)
    asked = len(played.board.attempts)
    if start.roster and budget.max_attempts != 0:
        assert asked, "somebody was asked"


@pytest.mark.parametrize("name", MODES)
def test_nobody_to_play_is_an_end(name: str) -> None:
    step = decide(find_mode(name), Board(task=TESTED, roster=()), Budget())
    assert step.finish


@pytest.mark.parametrize("name", MODES)
def test_a_host_that_answers_nothing_ends_every_mode(name: str) -> None:
    now = Board(task=TESTED, roster=roster("a", "b", "c", copies=2))
    for _ in range(200):
        step = decide(find_mode(name), now, Budget())
        if step.finish is not None:
            return
        now = now.asked(step.start)
        now = after(now, *(ended(now.attempts[one], Status.ERROR) for one in now.in_flight))
    raise AssertionError("it asked for ever")


@pytest.mark.parametrize("name", MODES)
@given(data=st.data())
@pytest.mark.slow
def test_fewer_attempts_than_the_least_are_not_an_end(name: str, data: st.DataObject) -> None:
    start = Board(task=TESTED, roster=roster("a", "b", "c", copies=3))
    played = play(find_mode(name), start, Budget(min_attempts=7), data)
    assert len(played.board.candidates) >= 7


@pytest.mark.parametrize("name", MODES)
def test_options_have_help_and_defaults_within_their_bounds(name: str) -> None:
    kind = type(find_mode(name).options)
    for field in dataclasses.fields(kind):
        assert field.metadata["help"], field.name
        default: Any = field.default
        assert filled(kind, name, {field.name: default}) == kind()


@pytest.mark.parametrize("name", MODES)
def test_an_unknown_option_lists_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="no option 'nonsense'"):
        find_mode(name, {"nonsense": 1})
