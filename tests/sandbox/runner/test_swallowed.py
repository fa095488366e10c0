"""A failure of the test's own fails the case, wherever the program lets it go."""

# ruff: noqa: ISC004 - programs as data: a line here is a line there

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pytest

from paragen.domain.command import Outcome
from paragen.sandbox.runner.failures import catches_failures
from tests.sandbox.harness import APART, only, outcomes, run_tests, running

CALLER = "def f(g, *a):\n    try: return g(*a)\n    except {}: return None\n"
CONTEXT = (
    "class f:\n    def __enter__(self): return 0\n"
    "    def __exit__(self, kind, error, traceback): return {}\n"
)


@pytest.fixture(autouse=True)
def apart() -> Iterator[None]:
    """Run everything apart."""
    with running(APART):
        yield


def test_a_swallowed_failure_is_told_with_its_own_words() -> None:
    tests = "from solution import f\ndef test_it():\n    def g(): assert 1 == 2\n    f(g)\n"
    case = only(run_tests(CALLER.format("Exception"), tests))
    assert case.outcome is Outcome.FAILED
    assert case.detail.startswith("the program swallowed what failed in the test: assert 1 == 2")


def test_it_fails_its_own_case_and_no_other() -> None:
    tests = (
        "from solution import f\ndef g(): assert 1 == 2\n"
        "def test_before(): pass\ndef test_it(): f(g)\ndef test_after(): pass\n"
    )
    ran = run_tests(CALLER.format("Exception"), tests)
    assert list(outcomes(ran).values()) == ["passed", "failed", "passed"]


def test_what_runs_outside_of_cases_must_not_be_swallowed_either() -> None:
    tests = "from solution import f\nassert f(int) == 0\ndef g(): assert 1 == 2\nf(g)\n"
    ran = run_tests(CALLER.format("Exception"), tests)
    assert list(outcomes(ran).values()) == ["passed", "failed"]


def test_nobody_but_the_test_says_that_its_failures_may_be_swallowed() -> None:
    program = (
        "def f(test, g):\n    test.failureException\n    try: g(0)\n    except Exception: pass\n"
    )
    tests = (
        "import unittest\nfrom solution import f\nclass T(unittest.TestCase):\n"
        "    def test_it(self):\n        def g(v): self.assertEqual(v, 49)\n        f(self, g)\n"
    )
    assert only(run_tests(program, tests)).outcome is Outcome.FAILED


HONEST = {
    "a lambda that fails as it should": (
        CALLER.format("Exception"),
        "assert f(lambda: 1 / 0) is None",
    ),
    "a lambda on one of the lines of an assertion": (
        CALLER.format("Exception"),
        "it = iter([0, 1])\nassert (\n    f(lambda: 10 // next(it))\n"
        "    or f(lambda: 10 // next(it))\n) == 10",
    ),
    "a generator that fails as it should": (
        "def f(items):\n    try: return next(iter(items))\n    except ZeroDivisionError: pass\n",
        "assert f(1 / x for x in [0, 1]) is None",
    ),
    "a lambda within a lambda": (
        CALLER.format("ValueError"),
        "assert f(lambda: [int(x) for x in map(lambda y: y.strip(), ['a'])]) is None",
    ),
    "what comes back": (
        CALLER.format("KeyError"),
        "def g(): assert 1 == 2\nwith pytest.raises(AssertionError): f(g)",
    ),
    "what a callback raises on purpose": (
        CALLER.format("ValueError"),
        "def g(): raise ValueError\nassert f(g) is None",
    ),
    "a context that lets it by": (
        CONTEXT.format("False"),
        "with pytest.raises(AssertionError):\n    with f(): assert 1 == 2",
    ),
    "a context that swallows what it should": (
        CONTEXT.format("kind is ValueError"),
        "with f(): raise ValueError",
    ),
    "swallowing by order": (
        "def f(g, kind):\n    try: g()\n    except kind: return None\n",
        "def g(): assert 1 == 2\nassert f(g, AssertionError) is None",
    ),
    "a generator that cleans up": (
        "def f(log):\n    try: yield 0\n    finally: log.append(1)\n",
        "log = []\nwith pytest.raises(AssertionError):\n"
        "    with contextlib.contextmanager(f)(log) as v: assert v == 2\nassert log == [1]",
    ),
    "a generator's end": (
        "def f():\n    got = yield 1\n    yield got\n",
        "g = f()\nassert next(g) == 1 and g.send(5) == 5\nassert next(g, 'end') == 'end'",
    ),
    "an iterator's end": (
        "class f:\n    def __iter__(self): return self\n"
        "    def __next__(self): raise StopIteration\n",
        "assert list(f()) == []",
    ),
    "StopIteration that the tests know of": (
        "def f(): raise StopIteration\n",
        "with pytest.raises(StopIteration): f()",
    ),
    "an exception of two kinds": (
        "class E(KeyError, ValueError): pass\ndef f(): raise E\n",
        "with pytest.raises(KeyError): f()\nwith pytest.raises(ValueError): f()",
    ),
    "descriptions of classes": (
        'class P:\n    """A point."""\n    __slots__ = ("x",)\n    __match_args__ = ("x",)\n'
        "def f(): return P\n",
        "assert f().__doc__ == 'A point.' and f().__match_args__ == ('x',)\n"
        "assert f().__name__ == 'P'",
    ),
}


@pytest.mark.parametrize(("program", "body"), HONEST.values(), ids=HONEST.keys())
def test_honest_programs_pass(program: str, body: str) -> None:
    tests = (
        f"import contextlib, pytest\nfrom solution import f\ndef test_it():\n"
        f"{textwrap.indent(body, '    ')}\n"
    )
    ran = run_tests(program, tests)
    assert ran.sealed, ran.unsealed_because
    case = only(ran)
    assert case.outcome is Outcome.PASSED, case.detail


LIES = {
    "a lambda that asserts": (
        "class C: pass\n"
        + CALLER.format("Exception").replace("return None", "return 0")
        + "def made(): return C()\n",
        "import unittest\nt = unittest.TestCase()\n"
        "t.assertEqual(f(lambda: t.assertEqual(made().value, 49)), 0)",
    ),
    "an assertion that a lambda comes to": (
        CALLER.format("Exception"),
        "def g(v):\n    assert v.value == 49\nassert f(lambda: g(f(int))) is None",
    ),
    "not implemented": (
        "class C: pass\ndef f(): return C()\n",
        "assert (49).__eq__(f())",
    ),
    "called by its name": (
        "class C:\n    __eq__ = __lt__ = lambda s, o: True\ndef f(): return C()\n",
        "assert f().__eq__(49) or f().__lt__(50)",
    ),
    "too large to be handed on": (
        "def f(*a): return 'x' * (20 << 20)\n",
        "v = f()\nassert f(v, v) == 49",
    ),
    "a class of tests that can't be run": (
        "import unittest\nclass TestIt:\n    class TestMore(unittest.TestCase): pass\n"
        "TestIt.__module__ = 'tests'\ndef f(): return 0\n",
        "from solution import TestIt\nglobals()['TestIt'] = TestIt\nassert f() == 49",
    ),
    "many kinds": (
        "class A(ValueError, KeyError): pass\nclass B(A, TypeError): pass\ndef f(): raise B\n",
        "with pytest.raises(TypeError): f()",
    ),
    "stops an attribute": (
        "class C:\n    def __getattr__(self, name): raise StopIteration\ndef f(): return C()\n",
        "assert all(map(lambda n: f().value == n, (1, 2)))",
    ),
}


@pytest.mark.parametrize(("program", "body"), LIES.values(), ids=LIES.keys())
def test_wrong_programs_fail_and_are_never_called_off(program: str, body: str) -> None:
    tests = (
        f"import pytest\nfrom solution import *\nfrom solution import f\ndef test_it():\n"
        f"{textwrap.indent(body, '    ')}\n"
    )
    case = only(run_tests(program, tests))
    assert case.outcome is Outcome.FAILED, case


@pytest.mark.parametrize(
    ("kinds", "catches"),
    [
        (AssertionError, True), (Exception, True), (BaseException, True), (ValueError, False),
        ((KeyError, (ValueError, Exception)), True), ((KeyError, ValueError), False), ((), False),
        ("Exception", False), (type("E", (AssertionError,), {}), False),
    ],
)  # fmt: skip
def test_what_catches_failures(kinds: object, catches: bool) -> None:
    assert catches_failures(kinds) is catches
