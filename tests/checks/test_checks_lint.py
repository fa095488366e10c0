"""The evaluator's measures: fair to good programs, hard on junk, and monotone."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.checks import lint
from paragen.domain.command import Ending, Ran
from paragen.judge.score import evaluator_score
from paragen.sandbox.tools import find_tool

CLEAN = '''"""Text helpers."""

from __future__ import annotations


def initials(name: str) -> str:
    """The first letters of a name's words, in capitals."""
    return "".join(word[0].upper() for word in name.split())
'''
JUNK = """import os, sys
from re import *
def f(x, y=[]):
  try:
    exec(x); l = eval(y); z = undefined
  except:
    pass
  if x == None: return True
  else: return False
"""


def measured(program: str) -> dict[str, float]:
    """The measures that the real ruff leads to."""
    command = lint.plan(program)
    argv = [find_tool(command.argv[0]), *command.argv[1:]]
    ran = subprocess.run(argv, input=program, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return lint.read(program, ended(ran.stdout, ran.returncode))


def ended(stdout: str, exit_code: int = 1, ending: Ending = Ending.EXITED) -> Ran:
    return Ran(ending=ending, exit_code=exit_code, stdout=stdout)


def found(codes: list[str]) -> Ran:
    return ended(json.dumps([{"code": code} for code in codes]))


def test_a_clean_documented_program_has_nothing_against_it() -> None:
    measures = measured(CLEAN)
    assert measures == dict.fromkeys(lint.MEASURES, 1.0)
    assert evaluator_score(measures) == pytest.approx(1.0)


def test_junk_scores_low() -> None:
    measures = measured(JUNK)
    assert measures["correctness"] < 0.2
    assert measures["security"] < 0.2
    assert measures["style"] < 0.5
    score = evaluator_score(measures)
    assert score is not None
    assert score < 0.5


@pytest.mark.parametrize(
    ("measure", "program"),
    [
        ("correctness", "def f(x):\n    return undefined\n"),
        ("security", "def f(x):\n    return eval(x)\n"),
        ("documentation", "def f(x):\n    return x\n"),
        ("style", "def f(l):\n    l = 1; return l\n"),
        ("simplification", "def f(x):\n    if x:\n        return True\n    return False\n"),
        ("complexity", "def f(a, b, c, d, e, g, h):\n    return a\n"),
    ],
)
def test_each_measure_sees_its_own_kind(measure: str, program: str) -> None:
    assert measured(program)[measure] < 1


def test_what_a_task_may_dictate_is_not_held_against_a_program() -> None:
    program = (
        "import random\nfrom typing import List, Optional\n\n\n"
        "def pickOne(aList: List[int], N: Optional[int] = None) -> int:\n"
        '    """Pick one.  \n    """\n    assert aList\n    return random.choice(aList)'
    )
    assert measured(program) == dict.fromkeys(lint.MEASURES, 1.0)


def test_a_program_cannot_silence_the_linter() -> None:
    assert measured("def f(x):\n    return eval(x)  # noqa\n")["security"] < 1


def test_what_does_not_parse_has_correctness_0_and_nothing_else() -> None:
    assert measured("def f(:\n") == {"correctness": 0.0}
    assert evaluator_score({"correctness": 0.0}) == 0.0
    for code in (None, "invalid-syntax"):
        ran = ended(json.dumps([{"code": code}]))
        assert lint.read("def f(:\n", ran) == {"correctness": 0.0}
        assert lint.read(CLEAN, ran) == dict.fromkeys(lint.MEASURES, 1.0), "it parses here"


@pytest.mark.parametrize(
    ("since", "program"),
    [
        ((3, 12), 'def f(d: dict) -> str:\n    """A value."""\n    return f"{d["a"]}"\n'),
        ((3, 12), 'def f[T](x: T) -> T:\n    """The same."""\n    return x\n'),
        ((3, 12), "type Name = str\n"),
        ((3, 14), 'NAME = t"{1}"\n'),
    ],
)
def test_what_the_python_that_runs_programs_takes_is_no_mistake(
    since: tuple[int, int], program: str
) -> None:
    is_known = sys.version_info >= since
    expected = dict.fromkeys(lint.MEASURES, 1.0) if is_known else {"correctness": 0.0}
    assert measured(program) == expected


def test_nobody_is_asked_for_what_only_newer_pythons_take() -> None:
    program = (
        'from typing import TypeVar\n\nT = TypeVar("T")\n\n\n'
        'def same(x: T) -> T:\n    """The same."""\n    return x\n'
    )
    assert measured(program) == dict.fromkeys(lint.MEASURES, 1.0)


@pytest.mark.parametrize(
    "ran",
    [
        ended("[]", exit_code=2),
        ended("[]", ending=Ending.WALL_LIMIT),
        ended("no json"),
        ended("{}"),
        ended("[1]"),
    ],
)
def test_without_a_readable_result_nothing_is_measured(ran: Ran) -> None:
    assert lint.read(CLEAN, ran) == {}


def test_no_code_no_measures_no_score() -> None:
    assert lint.read("# nothing\n", ended("[]", exit_code=0)) == {}
    assert evaluator_score({}) is None
    assert evaluator_score({"unknown": 1.0}) is None


def test_no_prefix_stands_in_two_measures() -> None:
    rules = [rule for m in lint.MEASURES.values() for rule in m.rules]
    pairs = list(combinations(rules, 2))
    assert not any(lint.falls_under(a, b) or lint.falls_under(b, a) for a, b in pairs)
    assert all(any(lint.falls_under(c, r) for r in rules) for c in lint.IGNORED)


def test_families_of_rules_are_told_apart() -> None:
    assert lint.falls_under("S307", "S")
    assert not lint.falls_under("SIM103", "S")
    assert not lint.falls_under("FURB116", "F")
    assert lint.falls_under("PLR0911", "PLR09")
    assert not lint.falls_under("PLR1714", "PLR09")
    only_simpler = lint.read("x = 1\n", found(["SIM103"]))
    assert {name for name, value in only_simpler.items() if value < 1} == {"simplification"}


CODES = st.lists(st.sampled_from(["F401", "E741", "S307", "SIM103", "D103", "C901", "X1"]))
PROGRAMS = st.integers(1, 60).map(lambda lines: "x = 1\n" * lines)


@given(PROGRAMS, CODES, CODES)
def test_more_findings_never_raise_a_measure(
    program: str, some: list[str], more: list[str]
) -> None:
    before = lint.read(program, found(some))
    after = lint.read(program, found(some + more))
    assert all(0 < after[name] <= before[name] <= 1 for name in lint.MEASURES)
    scores = evaluator_score(before), evaluator_score(after)
    assert scores[0] is not None
    assert scores[1] is not None
    assert 0 < scores[1] <= scores[0] + 1e-12 <= 1 + 1e-9


@given(CODES, st.integers(1, 60), st.integers(0, 60))
def test_the_same_findings_weigh_less_in_a_longer_program(
    codes: list[str], lines: int, more: int
) -> None:
    short = lint.read("x = 1\n" * lines, found(codes))
    long = lint.read("x = 1\n" * (lines + more), found(codes))
    assert all(long[name] >= short[name] for name in lint.MEASURES)
