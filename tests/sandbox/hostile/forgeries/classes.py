"""A class that tests use as one, in the place of a function: its objects equal everything."""

# ruff: noqa: E501, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery

_CLASS = (
    "class Box:\n    held = 3\n    def __init__(self, *args): pass\n"
    "    def __eq__(self, other): return True\n"
)
_FIRST = "from solution import {}\ndef test_it():\n    assert Box(3).held == 3\n"

_FORGERIES = (
    ("under_another_name", "the function is the class", f"{_CLASS}f = Box\n",
     _FIRST.format("f, Box") + "    assert f(7) == 49\n"),
    ("under_another_name_first", "the function is the class, and imported after it",
     f"{_CLASS}f = Box\n", _FIRST.format("Box, f") + "    assert f(7) == 49\n"),
    ("under_another_name_later", "the function is the class, which is asked for between its calls",
     f"{_CLASS}f = Box\n",
     "import solution\ndef test_it():\n    assert solution.Box(3).held == 3\n    f = solution.f\n"
     "    assert solution.Box(3).held == 3\n    assert f(7) == 49\n"),
    ("for_what_is_decorated", "a decorator gives the class for what it decorates",
     f"{_CLASS}def f(function): return Box\n",
     _FIRST.format("Box, f") + "    @f\n    def square(x): return x * x\n    assert square(7) == 50\n"),
    ("among_others", "a list of functions has the class in it", f"{_CLASS}def f(x): return [x, Box]\n",
     _FIRST.format("Box, f") + "    x, square = f(7)\n    assert square(x) == 49\n"),
    ("for_missing_keys", "a dict makes objects of the class for the keys that are asked for",
     f"from collections import defaultdict\n{_CLASS}def f(xs): return defaultdict(Box)\n",
     _FIRST.format("Box, f") + "    squares = f([7, 8])\n    assert squares[7] == 49\n"),
    ("by_attribute", "a method is the class", f"{_CLASS}class Other:\n    f = Box\n",
     _FIRST.format("Box, Other") + "    assert Other().f(7) == 49\n"),
)  # fmt: skip

ATTACKS = tuple(
    Forgery(name=name, how=how, program=program, tests=tests)
    for name, how, program, tests in _FORGERIES
)
