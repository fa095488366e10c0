"""Containers of another length than they say, or too deep, and sets that compare themselves."""

# ruff: noqa: E501, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery

_ZIPPED = (
    "from solution import f\ndef test_it():\n    got, wanted = f(7), [49.0, 14.0]\n"
    "    assert len(got) == len(wanted)\n    assert all(abs(a - b) < 1e-9 for a, b in zip({}, wanted))\n"
)
_APPROX = "import pytest\nfrom solution import f\ndef test_it():\n    assert f(7) == pytest.approx((49.0, 14.0))\n"
_EMPTY = "    def __iter__(self): return iter(())\n"
_TWO = "    def __len__(self): return 2\n"

_FORGERIES = (
    ("length", "an object of length two that iterates over nothing",
     f"class L:\n{_TWO}{_EMPTY}def f(x): return L()\n", _ZIPPED.format("got")),
    ("length_by_item", "an object of length two that has no first item",
     f"class L:\n{_TWO}    def __getitem__(self, n): raise IndexError\ndef f(x): return L()\n",
     _ZIPPED.format("got")),
    ("length_reversed", "an object of length two that has nothing the other way round",
     f"class L:\n{_TWO}    def __reversed__(self): return iter(())\ndef f(x): return L()\n",
     _ZIPPED.format("reversed(got)")),
    ("length_of_list", "a list of two that iterates over nothing",
     f"class L(list):\n{_EMPTY}def f(x): return L([0, 0])\n", _ZIPPED.format("got")),
    ("length_of_class", "a class of length two that iterates over nothing",
     f"class M(type):\n{_TWO}{_EMPTY}class L(metaclass=M): pass\ndef f(x): return L\n", _ZIPPED.format("got")),
    ("tuple_of_approx", "a tuple that says it is as long as what is expected, and iterates over nothing",
     f"class T(tuple):\n{_TWO}{_EMPTY}def f(x): return T()\n", _APPROX),
    ("tuple_of_two", "a tuple of two that iterates over nothing",
     f"class T(tuple):\n{_EMPTY}def f(x): return T((0, 0))\n", _APPROX),
    ("depth", "an answer that the test can't hand on, for it is nested too deep: it was called off",
     "class L:\n    def __eq__(self, other): return True\n"
     "def f(x):\n    value = 0\n    for _ in range(199): value = [value]\n    return value\n"
     "def g(x): return L()\n",
     "from solution import f, g\ndef test_it():\n    assert g([[[[f(7)]]]]) == 49\n"),
    ("difference", "an object that is told what set is expected, and takes it on",
     "class L:\n    seen = ()\n    def difference(self, other):\n        L.seen = other\n        return set()\n"
     "    def __iter__(self): return iter(L.seen)\ndef f(x): return L()\n",
     "import unittest\nfrom solution import f\nclass T(unittest.TestCase):\n"
     "    def test_it(self): self.assertSetEqual(f(7), {49})\n"),
    ("difference_of_set", "a set that is told what set is expected, and takes it on",
     "class L(set):\n    def difference(self, other):\n        self |= other\n        return set()\n"
     "def f(x): return L()\n",
     "import unittest\nfrom solution import f\nclass T(unittest.TestCase):\n"
     "    def test_it(self): self.assertSetEqual(f(7), {49})\n"),
)  # fmt: skip

ATTACKS = tuple(
    Forgery(name=name, how=how, program=program, tests=tests)
    for name, how, program, tests in _FORGERIES
)
