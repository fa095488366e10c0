"""Mutants: one small change each, chosen the same way for the same seed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.checks import mutants as module
from paragen.checks.mutants import MOST, mutants

PROGRAM = '''\
"""Words."""


def grade(points: int, best: int = 10) -> str:
    """Say how good that is."""
    if points < 0 or points > best:
        raise ValueError(points)
    share = points * 2
    share += 1
    return "good" if share >= best else "bad"


if __name__ == "__main__":
    print(grade(1 + 2))
'''
EVERY = {
    "`<=` for `<` in line 6",
    "`>=` for `>` in line 6",
    "`and` for `or` in line 6",
    "`1` for `0` in line 6",
    "`not (points < 0 or points > best)` for `points < 0 or points > best` in line 6",
    "`11` for `10` in line 4",
    "`raise ValueError(points)` dropped in line 7",
    "`+` for `*` in line 8",
    "`3` for `2` in line 8",
    "`share = points * 2` dropped in line 8",
    "`-` for `+` in line 9",
    "`2` for `1` in line 9",
    "`share += 1` dropped in line 9",
    "`>` for `>=` in line 10",
    "`not (share >= best)` for `share >= best` in line 10",
    "`return None` for `return 'good' if share >= best else 'bad'` in line 10",
}


def test_every_place_that_counts_has_its_mutants() -> None:
    found = mutants(PROGRAM, most=100)
    assert {one.what for one in found} == EVERY
    assert len({one.program for one in found}) == len(EVERY)


def test_a_script_has_more() -> None:
    found = {one.what for one in mutants(PROGRAM, most=100, is_script=True)}
    assert found > EVERY
    assert "`print(grade(1 + 2))` dropped in line 14" in found


@pytest.mark.parametrize(
    ("program", "what"),
    [
        ("def f(x):\n    return x is None\n", "`is not` for `is` in line 2"),
        ("def f(x):\n    return x not in 'ab'\n", "`in` for `not in` in line 2"),
        ("def f(x):\n    while x:\n        break\n", "`break` dropped in line 3"),
        ("def f(x):\n    g(x)\n", "`g(x)` dropped in line 2"),
        ("FLAG = True\n", "`False` for `True` in line 1"),
        ("HALF = 0.5\n", "`1.5` for `0.5` in line 1"),
        ("def f(x):\n    return x // 2\n", "`*` for `//` in line 2"),
        ("def f(x):\n    return x and g()\n", "`or` for `and` in line 2"),
    ],
)
def test_what_is_changed(program: str, what: str) -> None:
    assert what in {one.what for one in mutants(program)}


@pytest.mark.parametrize(
    "program",
    [
        "",
        "def f(:",
        "x = " + "-" * 100_000 + "1",
        "import os\n",
        "def f(x: 'int' = None) -> 3:\n    '''Words'''\n    pass\n",
        "x: int\n",
    ],
)
def test_there_are_none_where_nothing_can_be_changed(program: str) -> None:
    assert mutants(program) == ()


def test_what_is_the_same_program_is_left_out() -> None:
    (only,) = mutants("BIG = 1e100\n")
    assert only.what == "`BIG = 1e+100` dropped in line 1", "one more is the same number"


@given(seed=st.integers(0, 1000), most=st.integers(0, 12))
def test_they_are_bounded_and_the_same_for_the_same_seed(seed: int, most: int) -> None:
    found = mutants(PROGRAM, seed=seed, most=most)
    assert found == mutants(PROGRAM, seed=seed, most=most)
    assert len(found) == most
    assert found == mutants(PROGRAM, seed=seed, most=100)[:most]
    assert len({one.program for one in found} | {ast.unparse(ast.parse(PROGRAM))}) == most + 1


def test_another_seed_chooses_others() -> None:
    chosen = {tuple(one.what for one in mutants(PROGRAM, seed=n, most=3)) for n in range(8)}
    assert len(chosen) > 4


def test_those_of_a_large_program_parse_and_differ() -> None:
    source = Path(module.__file__).read_text(encoding="utf-8")
    whole = ast.dump(ast.parse(source))
    found = mutants(source)
    assert len(found) == MOST
    assert all(ast.dump(ast.parse(one.program)) != whole for one in found)
