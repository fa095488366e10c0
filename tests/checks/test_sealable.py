"""Which tests can be sealed, and what is said of those that can't."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen import checks
from paragen.checks.names import Names, walk
from paragen.checks.sealable import why_unsealed
from paragen.checks.suite import OWN_WISH
from paragen.domain.candidate import Verdict
from paragen.domain.command import Ending, Ran, TestRun
from paragen.domain.task import Example, Task, TestCode, TestKind


def why(source: str, *, line: int = 1, kind: TestKind = TestKind.PYTHON) -> str:
    """Why this test code can't be sealed."""
    return why_unsealed((TestCode(source=source, origin="task.md", line=line, kind=kind),))


SEALED = [
    "assert f(1) == 2",
    "old = acc.balance\nacc.deposit(5)\nassert acc.balance == old + 5",
    "cart = f()\nitems = cart.items\nassert items == [1]\ncart.add(2)\nassert cart.items == [1, 2]",
    "cart = f()\nitems = cart.items\ncart.add(2)\nitems = cart.items\nassert items == [1, 2]",
    "cart = f()\nitems = list(cart.items)\ncart.add(2)\nassert items == []",
    "class TestIt:\n def test_it(self):\n  xs = self.xs\n  self.use(1)\n  len(xs)",
    "cart = f()\nitems = cart.items\ndef test_it(items):\n cart.plus(1)\n assert items == []",
    "def check(candidate):\n    assert candidate([1], 'x') == {'a': 1}\n",
    "from solution import *\ndef test_it(): assert f(1) == 2",
    (
        "import pytest\nfrom solution import f\ndef test_it():\n"
        "    with pytest.raises(ValueError, match='x'): f(1)"
    ),
    (
        "import solution\ndef test_it(monkeypatch):\n"
        "    monkeypatch.setattr(solution, 'helper', lambda: 1)\n"
        "    monkeypatch.setattr('solution.helper', lambda: 1)\n    solution.limit = 3\n"
        "    setattr(solution, 'limit', 4)\n    solution.Shape.sides = 3\n    solution.Shape.all.x"
    ),
    "class Mine(Exception): pass\nclass More(Mine): pass\nclass Case(dict): pass",
    (
        "import unittest\nclass TestF(unittest.TestCase):\n    made = make()\n"
        "    def setUp(self):\n        self.items = []\n        self.items.append(f(1))\n"
        "    @unittest.skip('no')\n    def test_a(self): pass"
    ),
    (
        "from unittest.mock import Mock, patch\ncall = Mock(return_value=1)\nf(call)\n"
        "call.assert_called_once()\n@patch('sys.stdout')\ndef test_a(out): pass\n"
        "import sys\nwith patch.object(sys, 'stdout') as out: f()"
    ),
    (
        "import sys, io\nsys.stdout = io.StringIO()\ndef test_a(monkeypatch):\n"
        "    monkeypatch.setattr(sys, 'stderr', io.StringIO())\n"
        "    monkeypatch.setattr('sys.stdout', io.StringIO())"
    ),
    (
        "import asyncio\nassert asyncio.run(f()) == 1\nasync def test_a():\n"
        "    await asyncio.sleep(0)\n    assert await f() == 1"
    ),
    "import copy\nxs = [1]\nys = copy.deepcopy(xs)\nf(ys)\nxs.append(2)\nxs[0] = 3\ndel xs[0]",
    "import random\nrng = random.Random(1)\nrandom.shuffle([1, 2])",
    "import numpy as np\nassert np.allclose(f(np.array([1.0])), 1)",
    "from hypothesis import given, strategies as st\n@given(st.integers())\ndef test_a(x): f(x)",
    "import ast\nassert ast.literal_eval(f(1)) == 1",
    "import inspect",
    (
        "import collections, collections.abc, decimal, solution\nfrom datetime import date\n"
        "assert isinstance(f(), (int, collections.Counter, (date, collections.abc.Iterator)))\n"
        "assert isinstance(x, decimal.Decimal) and issubclass(solution.A, solution.B)\n"
        "isinstance(x)"
    ),
    (
        "shape = Shape(1)\nshape.size = 3\nassert len(shape) == 3 and shape[0] == 1\n"
        "shape[1] = 2\nassert Color['RED'] in Color\nfor each in Color: f(each)"
    ),
    "MAX = 3\nassert MAX in f(1)\nassert LIMIT == 3",
    'from __future__ import annotations\n"see solution.py for more"',
    "def deco(f): return f\nclass A:\n    @deco\n    def m(self): pass\n    x = deco(1)",
    "items = [1, 2]\nfor item in items: assert item in items\nlen(items)",
    "x = (",
    "x = '\0'",
]

UNSEALED = {
    "from solution import Shape\nclass Mine(Shape): pass": "line 2 subclasses Shape of the program",
    "import solution as s\nclass Mine(s.Shape): pass": "line 2 subclasses Shape of the program",
    "class Mine(Shape[int]): pass": "line 1 subclasses Shape of the program",
    "Base = Shape\nclass Mine(Base): pass": "line 2 subclasses Base of the program",
    "def test():\n    class Mine(object, Shape): pass": "line 2 subclasses Shape of the program",
    "type('Mine', (Shape,), {})": "line 1 subclasses Shape of the program",
    "class Mine(metaclass=Meta): pass": "line 1 makes a class with Meta of the program",
    "@singleton\nclass Mine: pass": "line 2 decorates a class with singleton of the program",
    "class Mine:\n    @cached(1)\n    def m(self): pass":
        "line 1 uses cached of the program within a class",
    "class Mine:\n    x = Typed(int)": "line 1 uses Typed of the program within a class",
    "import time\ntime.sleep = f": "line 2 changes time.sleep",
    "import builtins\nbuiltins.input = f": "line 2 changes builtins.input",
    "import sys, io\nsys.stdin = io.StringIO()": "line 2 changes sys.stdin",
    "import time\nsetattr(time, 'sleep', f)": "line 2 changes time.sleep",
    "import time\ndef test(monkeypatch): monkeypatch.setattr(time, 'sleep', f)":
        "line 2 changes time.sleep",
    "def test(monkeypatch): monkeypatch.setattr('builtins.input', f)":
        "line 1 changes builtins.input",
    "def test(monkeypatch): monkeypatch.setattr('solution.time.sleep', f)":
        "line 1 changes solution.time.sleep",
    "import solution\nsolution.time.sleep = f": "line 2 changes time.sleep of the program",
    "import solution\nsolution.Shape.__eq__ = f": "line 2 changes Shape.__eq__ of the program",
    "def test(monkeypatch): monkeypatch.setenv('A', 'b')":
        "line 1 changes the process's surroundings with monkeypatch.setenv",
    "import os\nos.environ['A'] = 'b'": "line 2 changes os.environ",
    "import os\ndel os.environ['A']": "line 2 changes os.environ",
    "import os\ndef test(monkeypatch): monkeypatch.setitem(os.environ, 'A', 'b')":
        "line 2 changes os.environ",
    "import solution\ndef test(monkeypatch): monkeypatch.setitem(solution.TABLE, 'A', 'b')":
        "line 2 changes TABLE of the program in place",
    "import random\nrandom.seed(1)":
        "line 2 sets conditions for the whole process with random.seed",
    "from random import seed\nseed(1)":
        "line 2 sets conditions for the whole process with random.seed",
    "import numpy as np\nnp.random.seed(1)":
        "line 2 sets conditions for the whole process with numpy.random.seed",
    "from unittest.mock import patch\n@patch('solution.f')\ndef test(m): pass":
        "line 2 patches solution.f with a mock",
    "from unittest import mock\nwith mock.patch.object(thing, 'x'): pass":
        "line 2 patches solution.thing.x with a mock",
    "import unittest.mock\nwith unittest.mock.patch.dict('os.environ'): pass":
        "line 2 patches os.environ with a mock",
    "from unittest.mock import Mock\nMock(spec=Shape)":
        "line 2 makes a mock of Shape of the program",
    "from unittest.mock import create_autospec\ncreate_autospec(f)":
        "line 2 looks into objects with unittest.mock.create_autospec",
    "import inspect\ninspect.signature(f)": "line 2 looks into objects with inspect.signature",
    "import weakref as w\nw.ref(x)": "line 2 looks into objects with weakref.ref",
    "import sys\nsys.getrefcount(x)": "line 2 looks into objects with sys.getrefcount",
    "import sys\nsys.modules['solution']": "line 2 looks into objects with sys.modules",
    "import importlib, solution\nimportlib.reload(solution)":
        "line 2 looks into objects with importlib.reload",
    "f.__code__": "line 1 looks into an object with __code__",
    "getattr(f, '__globals__')": "line 1 looks into an object with getattr()",
    "vars(Shape(1))": "line 1 looks into an object with vars()",
    "import threading\nthreading.Thread(target=f)":
        "line 2 runs things at once, or in other processes, with threading.Thread",
    "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor()":
        "line 2 runs things at once, or in other processes, with "
        "concurrent.futures.ThreadPoolExecutor",
    "import asyncio\nasync def test(): await asyncio.gather(f(), f())":
        "line 2 runs things at once with asyncio.gather",
    "import pickle\npickle.dumps(x)": "line 2 copies objects as bytes with pickle.dumps",
    "open('solution.py')": "line 1 names the file solution.py",
    "from enum import Enum\nassert issubclass(Color, Enum)":
        "line 2 asks whether the program's objects are of the class enum.Enum",
    "from collections import abc\nself.assertIsInstance(f(), (list, abc.Mapping))":
        "line 2 asks whether the program's objects are of the class collections.abc.Mapping",
    "import pandas as pd": "line 1 imports pandas, whose objects can't be handed from process to "
        "process",
    "from scipy.stats import norm": "line 1 imports scipy, whose objects can't be handed from "
        "process to process",
    "from solution import CACHE\nf(1)\nassert 1 in CACHE":
        "line 3 looks at CACHE of the program, of which it would have a copy",
    "from solution import calls\nassert len(calls) == 1":
        "line 2 looks at calls of the program, of which it would have a copy",
    "import solution\nsolution.cache.clear()": "line 2 changes cache of the program in place",
    "node = Node(1)\nnode.children.append(Node(2))":
        "line 2 changes the attribute children of an object in place",
    "grid = Grid()\ngrid.cells[0][0] = 1":
        "line 2 changes the attribute cells of an object in place",
    "class TestA(Case):\n    def test(self):\n        with self.assertLogs(): f()\nCase = object":
        "line 3 looks at what the program logs",
    "from hypothesis import strategies as st\nst.builds(Shape)":
        "line 2 has Hypothesis build Shape of the program",
    "cart = f()\nitems = cart.items\ncart.add(2)\nassert items == [2]":
        "line 4 looks at items, of which it has a copy",
    "def test_it():\n g = Game()\n b, p = g.board, g.players\n g.play(0, 0)\n assert b[0][0]":
        "line 5 looks at b, of which it has a copy",
    "c = f()\nxs = c.xs\nfor n in range(3): c.add(n)\nassert len(xs) == 3":
        "line 4 looks at xs, of which it has a copy",
    "import doctest, solution\ndef test(): doctest.testmod(solution)":
        "line 2 runs doctests of the program itself",
}  # fmt: skip


@pytest.mark.parametrize("source", SEALED)
def test_what_works_from_another_process_is_sealed(source: str) -> None:
    assert why(source) == ""


@pytest.mark.parametrize(("source", "reason"), UNSEALED.items())
def test_what_needs_the_programs_process_says_where_and_why(source: str, reason: str) -> None:
    assert why(source) == reason


def test_lines_are_those_of_the_file() -> None:
    assert why("\nclass Mine(Shape): pass", line=10) == "line 11 subclasses Shape of the program"


def test_a_name_of_the_tests_own_is_not_the_programs() -> None:
    for bound in (
        "Shape = 1", "def Shape(): pass", "class Shape: pass", "import Shape", "for Shape in x: 1",
        "def f(Shape): pass", "with x as Shape: pass", "from abc import ABC as Shape",
    ):  # fmt: skip
        assert "subclasses" not in why(f"{bound}\nclass Mine(Shape): pass"), bound
    # A test that says what it imports gets nothing else of the program.
    assert why("from solution import f\nclass Mine(Shape): pass") == ""
    assert why("from solution import *\nclass Mine(Shape): pass") != ""


def test_a_doctests_examples_are_read_at_their_lines() -> None:
    text = "Text.\n\n>>> f(1)\n2\n>>> class Mine(Shape):\n...     pass\n"
    assert why(text, kind=TestKind.DOCTEST, line=3) == "line 7 subclasses Shape of the program"
    assert why(">>> x = f(1)\n>>> x\n2\n", kind=TestKind.DOCTEST) == ""
    assert why(">>> x = (\n", kind=TestKind.DOCTEST) == ""
    assert why(">>>x\n", kind=TestKind.DOCTEST) == ""


def test_the_first_piece_that_needs_it_is_named() -> None:
    pieces = tuple(
        TestCode(source=source, origin="task.md") for source in ("f(1)", "\nf.__code__", "vars(x)")
    )
    assert why_unsealed(pieces) == "line 2 looks into an object with __code__"
    assert why_unsealed(()) == ""


def test_another_modules_name_may_be_the_programs() -> None:
    tests = (TestCode(source="import prog\nclass A(prog.B): pass", origin="t"),)
    assert why_unsealed(tests, "prog") == "line 2 subclasses B of the program"


@given(st.text(alphabet="abc \n():=.'\"[]{}@,*", max_size=60))
def test_no_text_breaks_it(source: str) -> None:
    assert isinstance(why(source), str)


def test_every_node_is_walked_but_for_constants_in_lists() -> None:
    tree = ast.parse("x = [1, 2]\ny = [1, f(3)]\nclass A(B):\n    pass")
    constants = [n.value for n in walk(tree) if isinstance(n, ast.Constant)]
    assert constants == [1, 3]
    lines = [n.lineno for n in walk(tree) if isinstance(n, ast.stmt)]
    assert lines == sorted(lines)
    assert Names(tree, "solution").of_program(ast.Name(id="B", ctx=ast.Load()))


def _task(**fields: object) -> Task:
    return Task(name="t", prompt="", sha256="", **fields)  # type: ignore[arg-type]  # of any fields


def test_a_tasks_run_says_why_it_is_not_sealed() -> None:
    unsealable = (TestCode(source="f.__code__", origin="t"),)
    reasons = []
    for task in (
        _task(tests=unsealable),
        _task(tests=unsealable, sealed=False),
        _task(tests=(TestCode(source="assert f(1)", origin="t"),), packages=("numpy",)),
        _task(entry_point="f", packages=("numpy",)),
    ):
        (run,) = checks.plan(task, "")
        assert isinstance(run, TestRun)
        assert run.packages == task.packages
        reasons.append(run.unsealed_because)
    assert reasons == ["line 1 looks into an object with __code__", OWN_WISH, "", ""]
    example = Example(name="e", stdin="", stdout="")
    (script,) = checks.plan(_task(examples=(example,), packages=("numpy",)), "")
    assert not isinstance(script, TestRun)
    assert getattr(script, "packages", None) == ("numpy",)


def test_a_verdict_says_the_first_reason() -> None:
    task = _task(
        tests=(TestCode(source="f.__code__", origin="t"),),
        examples=(Example(name="e", stdin="", stdout=""),),
    )
    ran = (
        Ran(ending=Ending.EXITED, complete=True, unsealed_because="one"),
        Ran(ending=Ending.EXITED, complete=True, unsealed_because="two"),
    )
    verdict: Verdict = checks.read(task, ran)
    assert verdict.unsealed_because == "one"
