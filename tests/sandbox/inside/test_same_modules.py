"""What a test does with the program as a module, and with odds and ends."""

from __future__ import annotations

import pytest

from tests.sandbox.inside.conversation import same_in_both

MODULE_PROGRAM = r'''
"""Module doc."""

import copy

__all__ = ["Box", "f", "LIMIT"]
LIMIT = 5
counter = 0


class Box:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        return isinstance(o, Box) and self.v == o.v

    def __repr__(self):
        return f"Box({self.v})"


class Single:
    _i = None

    def __new__(cls):
        if cls._i is None:
            cls._i = super().__new__(cls)
        return cls._i


class Node:
    def __init__(self, v):
        self.v, self.next = v, None


def f(a, b=2, *c, d: int = 3, **e) -> int:
    """Doc of f."""
    global counter
    counter += 1
    return a + b


def boxes(n):
    return [Box(i) for i in range(n)]


def table():
    return {Box: 1, "f": f}


class Outer:
    class Inner:
        def hi(self):
            return "hi"


class Lru:
    def __init__(self):
        self.d = {}

    def __setitem__(self, k, v):
        self.d[k] = v

    def __getitem__(self, k):
        return self.d[k]

    def __delitem__(self, k):
        del self.d[k]

    def __contains__(self, k):
        return k in self.d

    def __len__(self):
        return len(self.d)

    def __getattr__(self, n):
        raise AttributeError("no " + n)


def say(*a):
    print(*a)
    return len(a)
'''

MODULE_TEST = r"""
import solution, copy, pickle
from solution import *
from solution import boxes, table

note(
    f.__name__,
    f.__doc__,
    f(1),
    solution.counter,
    LIMIT,
    solution.__doc__,
    f.__module__,
    f.__defaults__,
    f.__annotations__,
)
note("Single" in globals(), "Box" in globals(), hasattr(solution, "nope"))
try:
    from solution import nope
except ImportError as e:
    note(type(e).__name__)
try:
    solution.nope
except AttributeError as e:
    note(type(e).__name__)
b = Box([1])
c = copy.copy(b)
d = copy.deepcopy(b)
note(c == b, c is b, d == b, d is b, type(c) is Box)
try:
    pickle.dumps(b)
    note("x")
except Exception as e:
    note("x")
note(
    boxes(3),
    boxes(2) == [Box(0), Box(1)],
    Box(1) in boxes(2),
    boxes(2).index(Box(1)),
    boxes(2)[0].v,
    table()["f"] is f,
    Box in table(),
)
note(solution.Single() is solution.Single())
n1, n2 = solution.Node(1), solution.Node(2)
n1.next = n2
n2.next = n1
note(n1.next is n2, n1.next.next is n1, n1.next.v)
note(solution.Outer.Inner().hi(), solution.Outer.Inner.__qualname__)
l = solution.Lru()
l["a"] = 1
note(l["a"], "a" in l, "b" in l, len(l))
del l["a"]
note(len(l), bool(l))
try:
    l["zz"]
except KeyError as e:
    note(e)
try:
    l.foo
except AttributeError as e:
    note(e)
import inspect

note(str(inspect.signature(f)), inspect.isfunction(f), inspect.isclass(Box))
solution.LIMIT = 9
note(solution.LIMIT)
try:
    f()
except TypeError as e:
    note(str(e))
try:
    Box()
except TypeError as e:
    note(str(e))
import io, contextlib

s = io.StringIO()
with contextlib.redirect_stdout(s):
    r = solution.say("a", 1)
    print("b")
    solution.say("c")
note(s.getvalue(), r)
import warnings

note(
    sorted(n for n in dir(Box(1)) if not n.startswith("_")),
    {**{"a": Box(1)}},
    (Box(1), 2) == (Box(1), 2),
)
"""


@pytest.mark.parametrize(
    ("program", "test"),
    [
        pytest.param(MODULE_PROGRAM, MODULE_TEST, id="module"),
    ],
)
def test_modules_are_the_same_in_both(program: str, test: str) -> None:
    same_in_both(program, test)
