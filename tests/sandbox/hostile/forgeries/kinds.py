"""Numbers, texts and lists of a class that nobody asked for, which agree with one another."""

# ruff: noqa: E501, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery

_FLOAT = "class F(float):\n    def __{}__(self, *other): return 1e300\ndef f(x): return F(0)\n"
_ERROR = "    got, want = f(7), 49.0\n    assert "

_FORGERIES = (
    ("large_when_measured", "a number that is large only where an error is measured by it",
     _FLOAT.format("abs"), "def test_it():\n" + _ERROR
     + "abs(got - want) / max(abs(got), abs(want)) < 1e-9\n"),
    ("large_when_multiplied", "a number whose square is large, as what an error is measured by",
     _FLOAT.format("mul"), "def test_it():\n" + _ERROR + "(got - want) ** 2 < 1e-9 * (got * got)\n"),
    ("large_when_approximate", "a number so large that whatever is approximately equal to it",
     _FLOAT.format("abs"), "import pytest\ndef test_it():\n    assert pytest.approx(f(7)) == 49.0\n"),
    ("always_in_order", "numbers in no order, each of which is less than the next",
     "class I(int):\n    def __le__(self, other): return True\n    __lt__ = int.__lt__\n"
     "def f(xs): return [I(x) for x in xs]\n",
     "def test_it():\n    got = f([3, 1, 2])\n    assert all(a <= b for a, b in zip(got, got[1:]))\n"
     "    assert sorted(got) == [1, 2, 3]\n"),
    ("lists_always_in_order", "lists in no order, each of which is less than the next",
     "class L(list):\n    def __le__(self, other): return True\n"
     "def f(xs): return [L(x) for x in xs]\n",
     "def test_it():\n    got = f([[3], [1]])\n    assert all(a <= b for a, b in zip(got, got[1:]))\n"
     "    assert sorted(map(list, got)) == [[1], [3]]\n"),
    ("never_the_same", "one text again and again, which is never equal to itself",
     "class S(str):\n    count = 0\n    def __hash__(self):\n        S.count += 1\n        return S.count\n"
     "    def __eq__(self, other): return self is other\ndef f(x): return S('a')\n",
     "def test_it():\n    ids = [f(7) for _ in range(9)]\n"
     "    assert all(isinstance(one, str) and one.isalnum() for one in ids)\n    assert len(set(ids)) == 9\n"),
    ("always_the_same", "numbers that are all equal, and in order",
     "class I(int):\n    def __eq__(self, other): return True\n    __lt__ = __gt__ = __eq__\n"
     "    __hash__ = int.__hash__\ndef f(x): return I(0 if x < 0 else x)\n",
     "def test_it():\n    assert f(7) == f(-7)\n    assert f(9) < f(8)\n"),
    ("in_a_tuple", "a tuple that has everything in it",
     "class T(tuple):\n    def __contains__(self, item): return True\n"
     "    def __iter__(self): return iter([49])\ndef f(x): return T((0,))\n",
     "def test_it():\n    assert 49 in f(7)\n"),
)  # fmt: skip

ATTACKS = tuple(
    Forgery(name=name, how=how, program=program, tests=f"from solution import f\n{tests}")
    for name, how, program, tests in _FORGERIES
)
