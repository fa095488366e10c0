"""Which tournaments may begin: their needs are won, no circle, so many at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import TaskError
from paragen.domain.plan import Plan
from paragen.domain.tournament import Run
from paragen.engine.steps import Needs, Stage, find_needs, modules_for, next_steps
from tests.engine import playing
from tests.store import build


def plan(name: str, *needs: str) -> Plan:
    return replace(playing.plan("m", name=name), needs=needs)


def won(code: str) -> Run:
    winner = replace(build.candidate("c1"), code=code)
    return build.run("r", winner, winner="c1")


@st.composite
def sessions(draw: st.DrawFn) -> Needs:
    """Needs without a circle, in any order of places."""
    count = draw(st.integers(0, 8))
    order = draw(st.permutations(range(count)))
    needs: list[tuple[int, ...]] = [()] * count
    for number, place in enumerate(order):
        earlier = order[:number]
        some = st.lists(st.sampled_from(earlier), unique=True, max_size=3)
        needs[place] = tuple(draw(some)) if earlier else ()
    return tuple(needs)


def test_needs_are_found_by_name() -> None:
    assert find_needs([plan("a", "b", "c"), plan("b"), plan("c", "b")]) == ((1, 2), (), (1,))


def test_a_need_that_nobody_plays_names_the_nearest() -> None:
    with pytest.raises(TaskError, match=r"'lexr', .*did you mean 'lexer'"):
        find_needs([plan("parser", "lexr"), plan("lexer")])


def test_a_need_that_two_tasks_answer_to_is_an_error() -> None:
    with pytest.raises(TaskError, match="2 tasks have that name"):
        find_needs([plan("parser", "lexer"), plan("lexer"), plan("lexer")])


@pytest.mark.parametrize("name", ["json", "two words", "solution", "class"])
def test_a_program_that_can_not_be_imported_is_an_error(name: str) -> None:
    with pytest.raises(TaskError, match="can't import a program as"):
        find_needs([plan("parser", name), plan(name)])


def test_two_tasks_of_one_name_are_none_where_nobody_needs_them() -> None:
    assert find_needs([plan("a"), plan("a")]) == ((), ())


@pytest.mark.parametrize(
    ("plans", "said"),
    [
        ([plan("a", "a")], "a needs a"),
        ([plan("a", "b"), plan("b", "a")], "needs"),
        ([plan("x"), plan("a", "b"), plan("b", "c"), plan("c", "a")], "needs"),
    ],
)
def test_a_circle_is_an_error_that_names_it(plans: list[Plan], said: str) -> None:
    with pytest.raises(TaskError, match="wait for each other") as caught:
        find_needs(plans)
    line = str(caught.value).split(": ")[1].split(".")[0]
    assert said in line
    names = line.split(" needs ")
    assert names[0] == names[-1]
    by_name = {one.task.name: one for one in plans}
    for one, next_one in pairwise(names):
        assert next_one in by_name[one].needs, "read from left to right"


@given(sessions(), st.none() | st.integers(1, 3), st.data())
def test_every_session_comes_to_its_end_in_order(
    needs: Needs, max_at_once: int | None, data: st.DataObject
) -> None:
    """Whatever is won or lost: needs come first, the bound holds, and everything is decided."""
    stages = [Stage.WAITING] * len(needs)
    while True:
        due = next_steps(needs, stages, max_at_once)
        for place, needed in due.give_up.items():
            assert needed in needs[place]
            stages[place] = Stage.LOST
        for place in due.begin:
            assert stages[place] is Stage.WAITING
            assert all(stages[need] is Stage.WON for need in needs[place])
            stages[place] = Stage.PLAYING
        assert all(stages[needed] is Stage.LOST for needed in due.give_up.values())
        playing_now = [place for place, stage in enumerate(stages) if stage is Stage.PLAYING]
        assert max_at_once is None or len(playing_now) <= max_at_once
        if not playing_now:
            break
        ended = data.draw(st.sampled_from(playing_now))
        stages[ended] = data.draw(st.sampled_from([Stage.WON, Stage.LOST]))
    assert Stage.WAITING not in stages


@given(sessions())
def test_modules_come_after_those_that_they_import(needs: Needs) -> None:
    plans = [plan(f"t{place}") for place in range(len(needs))]
    runs = [won(f"code of {place}") for place in range(len(needs))]
    for place in range(len(needs)):
        modules = modules_for(place, plans, needs, runs)
        names = [module.name for module in modules]
        assert {f"t{need}" for need in needs[place]} <= set(names)
        assert len(names) == len(set(names))
        assert all(module.source == f"code of {module.name[1:]}" for module in modules)
        for number, name in enumerate(names):
            further = {f"t{need}" for need in needs[int(name[1:])]}
            assert further <= set(names[:number])
