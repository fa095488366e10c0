"""Test code without a test, told by its text: never where there may be one."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.languages.untested import tests_nothing as has_no_test
from paragen.sandbox.runner.collect import collect
from paragen.sandbox.runner.rewrite import Prepared

NOTHING = (
    "def helper():\n    pass\n",
    "async def helper(n: int = 3, *, f=lambda: g()) -> list[int]:\n    return await n\n",
    "def checks():\n    assert 1 == 2\n",
    "from os.path import join, split as is_tested\n",
    "import os, json as js\n",
    "'a text'\n3\n...\npass\n",
    "SIZES, (LEAST, *MOST) = (1, 2), (3, 4)\n",
    "names: dict[str, list[int]] = {'a': [-1, 2 * 3]}\nlater: int\n",
    "shown = f'{1 + 1!r}' if not 1 < 2 else 'b'[0:1]\n",
)
"""Statements that are no tests, and make none."""

TESTS = (
    "assert True\n",
    "for n in 1, 2:\n    assert n\n",
    "if 1:\n    assert True\n",
    "def test_a():\n    pass\n",
    "async def test_a():\n    pass\n",
    "class Test:\n    def test_a(self):\n        pass\n",
    "import unittest\nclass Small(unittest.TestCase):\n    def test_a(self):\n        pass\n",
    "test_a = lambda: None\n",
    "test_a: object = lambda: None\n",
    "_, [test_a] = 1, [lambda: None]\n",
    "def helper():\n    pass\ntest_a = helper\n",
    "for test_a in [lambda: None]:\n    pass\n",
    "from textwrap import dedent as test_dedent\n",
    "globals()['test_a'] = lambda: None\n",
    "exec('def test_a(): pass')\n",
    "(test_a := lambda: None)\n",
    "value = [test_a := (lambda: None)]\n",
    "def helper(f=globals().setdefault('test_a', lambda: None)):\n    pass\n",
    "helper = lambda f=globals().setdefault('test_a', lambda: None): f\n",
    "def deco(f):\n    globals()['test_a'] = f\n@deco\ndef a():\n    pass\n",
    "class A:\n    globals()['test_a'] = lambda: None\n",
    "class A:\n    def __class_getitem__(c, n): globals()['test_a'] = lambda: None\nn = A[1]\n",
    "try:\n    def test_a():\n        pass\nfinally:\n    pass\n",
    "match 1:\n    case 1:\n        assert True\n",
    "with open('/dev/null'):\n    assert True\n",
    "def check(candidate):\n    candidate(1)\n",
    "n: globals().setdefault('test_a', lambda: None) = 1\n",
    "from os.path import *\n",
)
"""Pieces of test code with a test in them, or with what may bring one."""

HAS_ONE = TESTS[:-2]
"""Those that have one whatever is imported, and in newer Pythons, which leave annotations, too."""


def found(source: str) -> list[str]:
    """The tests that the runner finds: asserting statements, functions, classes' methods."""
    prepared = Prepared(source, "t.py", 1)
    if prepared.statements or prepared.has_check:
        return [*prepared.statements, "check"]
    module = ModuleType("test_solution")
    exec(prepared.code, module.__dict__)  # our own text, from above
    program_less = cast("Any", type("Ledger", (), {"of_program": lambda self, value: False})())
    return [name for group in collect(module, program_less) for name in group.names]


@pytest.mark.parametrize("source", NOTHING)
def test_what_is_no_test_is_told(source: str) -> None:
    assert has_no_test(ast.parse(source))
    assert found(source) == []


@pytest.mark.parametrize("source", TESTS)
def test_what_may_be_one_is_left(source: str) -> None:
    assert not has_no_test(ast.parse(source))


@pytest.mark.parametrize("source", HAS_ONE)
def test_the_runner_finds_these(source: str) -> None:
    assert found(source)


@given(st.lists(st.sampled_from((*NOTHING, *HAS_ONE)), min_size=1, max_size=4))
def test_where_it_is_certain_the_runner_finds_none(pieces: list[str]) -> None:
    source = "".join(pieces)
    if has_no_test(ast.parse(source)):
        assert found(source) == []
    else:
        assert found(source)
