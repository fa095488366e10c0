"""The mode `escalate`, and its tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board, Budget, Step
from paragen.domain.candidate import Candidate
from paragen.domain.plan import Written
from paragen.domain.status import Status
from paragen.modes import Mode, decide, find_mode
from paragen.modes.tiers import tiers_of
from tests.modes.driver import STRICT, TESTED, UNTESTED, after, ended, room_for, roster

OPEN = Budget()
SIZED = roster("c:14b", "a:1b", "b:7b", "b:1b", copies=2)


def escalate(**written: Written) -> Mode:
    return find_mode("escalate", written)


def played(
    board: Board,
    mode: Mode,
    *ends: Mapping[str, object],
    budget: Budget = OPEN,
    most: int | None = None,
) -> Board:
    """The board once the next tier, or its first `most`, has ended so, in the order of asking."""
    step = decide(mode, board, budget)
    begun = room_for(step, board, most)
    assert len(begun) == len(ends), step
    board = board.asked(begun)
    outcomes = zip(begun, ends, strict=True)
    return after(board, *(_end(board, attempt.id, said) for attempt, said in outcomes))


def _end(board: Board, one: str, said: Mapping[str, object]) -> Candidate:
    return ended(board.attempts[one], **said)  # type: ignore[arg-type]  # keywords of `ended`


def names(step: Step) -> list[str]:
    return [attempt.instance.name for attempt in step.start]


FAILS: Mapping[str, object] = {"status": Status.FAILED}
LOW: Mapping[str, object] = {"quality": 0.2}
A: Mapping[str, object] = {"does": "aaa"}
B: Mapping[str, object] = {"does": "bbb"}


def test_tiers_go_by_size_and_unknown_ones_last_in_the_rosters_order() -> None:
    found = tiers_of(roster("z", "c:14b", "b:7b", "y", "a:7b"), "")
    assert found.tiers == (("b:7b", "a:7b"), ("c:14b",), ("z",), ("y",))
    assert found.said == (
        "Tiers, cheap to dear, by the sizes in the models' names: b:7b, a:7b → c:14b → z → y."
    )


def test_without_any_size_models_play_one_after_the_other() -> None:
    found = tiers_of(roster("z", "y"), "")
    assert found.said == "Tiers, cheap to dear, in the order of the roster: z → y."


def test_written_tiers_stand_as_written() -> None:
    found = tiers_of(roster("a", "b", "c", "d"), " b , a ; | c,b")
    assert found.tiers == (("b", "a"), ("c",), ("d",))
    assert found.warnings == ("No tier names d: last to play, after all tiers.",)
    assert found.said == "Tiers, cheap to dear, as written: b, a → c → d."


def test_a_name_that_does_not_play_is_said_beforehand() -> None:
    notes = escalate(tiers="smal;large").notes(roster("small", "large"))
    assert notes[0] == "Tiers, cheap to dear, as written: large → small."
    assert notes[1] == "The tiers name 'smal', which doesn't play; did you mean 'small'?"


@given(
    st.lists(st.sampled_from(("a", "b:1b", "c:7b", "d", "e:7b")), unique=True),
    st.text("abcde:17,;| "),
)
def test_everyone_is_in_one_tier(playing: list[str], written: str) -> None:
    found = tiers_of(roster(*playing), written)
    assert sorted(name for tier in found.tiers for name in tier) == sorted(playing)
    assert all(found.tiers)


def test_the_cheapest_tier_starts_alone() -> None:
    step = decide(escalate(), Board(task=TESTED, roster=SIZED), Budget())
    assert names(step) == ["a:1b", "a:1b#1", "b:1b", "b:1b#1"]


def test_a_tier_with_a_winner_is_the_last() -> None:
    board = played(Board(task=TESTED, roster=SIZED), escalate(), FAILS, FAILS, A, FAILS)
    assert decide(escalate(), board, Budget()).finish == (
        "tier 1 of 3 (a:1b, b:1b) has an acceptable program; "
        "tiers by the sizes in the models' names"
    )


def test_the_next_tier_waits_for_the_whole_of_the_last() -> None:
    board = Board(task=TESTED, roster=SIZED)
    board = board.asked(decide(escalate(), board, Budget()).start)
    board = after(board, *(ended(board.attempts[f"c{n}"], Status.FAILED) for n in (1, 2, 3)))
    assert decide(escalate(), board, Budget()) == Step()
    board = after(board, ended(board.attempts["c4"], Status.FAILED))
    assert names(decide(escalate(), board, Budget())) == ["b:7b", "b:7b#1"]


def test_a_tier_is_asked_whole_where_few_may_run_at_once() -> None:
    board = Board(task=TESTED, roster=SIZED)
    board = played(board, escalate(), FAILS, FAILS, A, most=3)
    assert names(decide(escalate(), board, Budget())) == ["b:1b#1"]


def test_programs_that_pass_but_cannot_win_settle_nothing() -> None:
    board = Board(task=TESTED, roster=SIZED, criteria=STRICT)
    for ends in ([LOW] * 4, [FAILS, FAILS, LOW, FAILS]):
        after_one = played(board, escalate(), *ends)
        assert names(decide(escalate(), after_one, Budget())) == ["b:7b", "b:7b#1"]


def test_a_bound_on_execution_turns_nobody_down_for_being_compared_by_probes() -> None:
    criteria = replace(STRICT, max_execution_s=1.0)
    board = Board(task=TESTED, roster=SIZED, criteria=criteria)
    board = played(board, escalate(), A, A, A, A)
    assert decide(escalate(), board, Budget()).among == ("c1", "c2", "c3", "c4")


def test_without_tests_a_tier_that_disagrees_settles_nothing() -> None:
    mode = escalate(tiers="a,b,c;d")
    board = Board(task=UNTESTED, roster=roster("a", "b", "c", "d"))
    apart = played(board, mode, A, A, B)
    assert names(decide(mode, apart, Budget())) == ["d"]
    assert decide(escalate(tiers="a,b,c;d", threshold=0.6), apart, Budget()).among == ("c1", "c2")
    alike = decide(mode, played(board, mode, A, A, A), Budget())
    assert alike.finish == "tier 1 of 2 (a, b, c) is enough: 3 of its 3 programs agree"
    assert alike.among == ("c1", "c2", "c3")


@pytest.mark.parametrize(
    ("answers", "settles"), [((A, B), False), ((A, A), True), (({"does": None}, B), True)]
)
def test_with_tests_only_answers_to_probes_tell_programs_apart(
    answers: tuple[Mapping[str, object], ...], settles: bool
) -> None:
    mode = escalate(tiers="a,b;c")
    board = Board(task=TESTED, roster=roster("a", "b", "c"))
    board = played(board, mode, *({**one, "cases": 20} for one in answers))
    assert (decide(mode, board, Budget()).finish is not None) == settles


def test_the_end_of_the_last_tier_is_the_end() -> None:
    mode, board = escalate(tiers="a;b"), Board(task=TESTED, roster=roster("a", "b"))
    board = played(played(board, mode, FAILS), mode, FAILS)
    assert decide(mode, board, Budget()) == Step(
        finish="all tiers have played, and none settled it"
    )


def test_more_attempts_than_a_tier_has_come_from_the_next_tier() -> None:
    budget = Budget(min_attempts=5)
    board = played(Board(task=TESTED, roster=SIZED), escalate(), A, A, A, A, budget=budget)
    assert names(decide(escalate(), board, budget)) == ["b:7b", "b:7b#1"]
    board = played(board, escalate(), FAILS, FAILS, budget=budget)
    end = decide(escalate(), board, budget)
    assert end.finish is not None and end.finish.startswith("tier 1 of 3 (a:1b, b:1b) is enough")
    assert end.among == ("c1", "c2", "c3", "c4")
