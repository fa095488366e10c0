"""Programs that would end a test by other means than by being right: cheap ways, all stopped."""

from __future__ import annotations

import pytest

from paragen.domain.task import TestKind
from paragen.sandbox import describe
from tests.sandbox.harness import HERE, details, only, outcomes, run_tests, running

pytestmark = pytest.mark.usefixtures("place")

IMPORT = "import pytest, unittest\nfrom solution import f\n"

WAYS_OUT = {
    "skip_test": "import unittest\ndef f(): raise unittest.SkipTest('no')\n",
    "subclass": "import unittest\nclass No(unittest.SkipTest): pass\ndef f(): raise No\n",
    "test_case": "import unittest\ndef f(): unittest.TestCase().skipTest('no')\n",
    "skip": "def f():\n    import pytest\n    pytest.skip('no')\n",
    "xfail": "def f():\n    import pytest\n    pytest.xfail('no')\n",
    "missing": "def f():\n    import pytest\n    pytest.nosuch\n",
    "of_the_runner": "import sys\ndef f(): raise sys.modules['_paragen_runner.outcomes'].Skipped\n",
    "unsupported": (
        "import sys\ndef f(): raise sys.modules['_paragen_runner.outcomes'].Unsupported\n"
    ),
    "no_module": "def f(): import nosuch\n",
}


@pytest.mark.parametrize("program", WAYS_OUT.values(), ids=WAYS_OUT.keys())
def test_a_program_can_not_skip_the_test_that_it_would_fail(program: str) -> None:
    ran = run_tests(
        program,
        IMPORT + "def test_function(): f()\n"
        "class TestOf(unittest.TestCase):\n"
        "    def test_method(self): f()\n"
        "    def test_sub(self):\n        with self.subTest(i=1): f()\n"
        "class TestSetUp(unittest.TestCase):\n"
        "    def setUp(self): f()\n"
        "    def test_it(self): pass\n"
        "class TestClassSetUp(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls): f()\n"
        "    def test_it(self): pass\n"
        "@pytest.fixture\ndef ready(): f()\n"
        "def test_fixture(ready): pass\n",
        "assert f() == 1\n",
    )
    assert set(outcomes(ran).values()) == {"failed"}, details(ran)
    assert ran.planned == len(ran.cases) == 7
    assert "solution.py" in ran.cases[0].detail


def test_a_program_can_not_skip_a_doctest() -> None:
    for program in (WAYS_OUT["skip_test"], WAYS_OUT["skip"]):
        ran = run_tests(program, ">>> f()\n1\n", kind=TestKind.DOCTEST)
        assert only(ran).outcome == "failed"


def test_what_the_tests_themselves_skip_is_skipped_whoever_calls_them() -> None:
    ran = run_tests(
        "def f(call): return call()\n",
        IMPORT + "def leave(): pytest.skip('mine')\n"
        "def test_called_back(): f(leave)\n"
        "def test_lacking(): f(lambda: pytest.nosuch)\n"
        "class TestOf(unittest.TestCase):\n"
        "    def test_method(self): self.skipTest('mine')\n"
        "    @unittest.skip('mine')\n    def test_decorated(self): f(1)\n"
        "class TestClass(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls): raise unittest.SkipTest('mine')\n"
        "    def test_it(self): pass\n",
    )
    assert outcomes(ran) == {
        "test_called_back": "skipped",
        "test_lacking": "unsupported",
        "TestOf.test_decorated": "skipped",
        "TestOf.test_method": "skipped",
        "TestClass.test_it": "skipped",
    }


ANYTHING = (
    "class Anything:\n"
    "    def __getattr__(self, name): return Anything()\n"
    "    def __call__(self, *args, **kwargs): return Anything()\n"
    "    def __enter__(self): return self\n"
    "    def __exit__(self, *error): return True\n"
)

PLANTED = {
    "at_import": ANYTHING + "import sys\nsys.modules['pytest'] = Anything()\ndef f(): return 0\n",
    "in_a_test": ANYTHING + "import sys\n"
    "def f():\n    sys.modules['pytest'] = Anything()\n    return 0\n",
    "by_patching": ANYTHING + "def f():\n    import pytest\n    pytest.raises = Anything()\n",
}


@pytest.mark.parametrize("program", PLANTED.values(), ids=PLANTED.keys())
@pytest.mark.parametrize(
    "how", ["import pytest", "from pytest import raises", "import pytest as p"]
)
def test_a_program_can_not_put_its_own_pytest_before_the_tests(program: str, how: str) -> None:
    raises = {"import pytest": "pytest.raises", "import pytest as p": "p.raises"}.get(how, "raises")
    test = (
        f"{how}\nfrom solution import f\n"
        "def test_first(): assert f() == 1\n"
        f"def test_raises():\n    with {raises}(ValueError): f()\n"
        f"def test_late():\n    {how}\n    with {raises}(ValueError): f()\n"
    )
    ran = run_tests(program, test, test)
    assert list(outcomes(ran).values()) == ["failed"] * 3, details(ran)
    assert len(ran.cases) == 6


def test_the_light_pytest_is_found_in_every_way_of_importing() -> None:
    ran = run_tests(
        "def f(): raise ValueError\n",
        "import json.decoder, os.path as path, pytest, pytest as p\n"
        "from pytest import raises, mark\nfrom solution import f\n"
        "def test_same():\n"
        "    from pytest import raises as late\n"
        "    assert p is pytest and late is raises is pytest.raises\n"
        "    assert json.decoder.JSONDecoder and path.join\n"
        "    with late(ValueError): f()\n"
        "@mark.parametrize('x', [1])\ndef test_mark(x): assert x\n",
    )
    assert outcomes(ran) == {"test_same": "passed", "test_mark[1]": "passed"}, details(ran)


@pytest.mark.parametrize("name", ["conftest", "sitecustomize", "solution", "pytest", "unittest"])
def test_files_beside_the_program_are_never_imported(name: str) -> None:
    planted = "import sys\nsys.modules['solution'].f = lambda: 1\n"
    program = f"open('{name}.py', 'w').write({planted!r})\ndef f(): return 0\n"
    for _ in range(2):  # neither in the run that wrote them, nor in a later one
        ran = run_tests(
            program, IMPORT + "def test_it():\n    import solution\n    assert f() == 1\n"
        )
        assert outcomes(ran) == {"test_it": "failed"}


def test_the_tests_get_the_program_whatever_it_puts_in_its_place() -> None:
    program = (
        "import sys, types\n"
        "def skip(name):\n    import unittest\n    raise unittest.SkipTest\n"
        "sys.modules['solution'] = types.SimpleNamespace(__getattr__=skip, f=lambda: 1)\n"
        "def f(): return 0\n"
    )
    for way in ("from solution import f", "import solution; f = solution.f"):
        ran = run_tests(program, f"{way}\ndef test_it(): assert f() == 1\n")
        assert outcomes(ran) == {"test_it": "failed"}


def test_what_is_not_stopped_is_not_called_sealed() -> None:
    """An object that equals anything passes: that is why this level says so."""
    program = "class Any:\n    def __eq__(self, other): return True\ndef f(): return Any()\n"
    with running(HERE):
        ran = run_tests(program, "from solution import f\ndef test_it(): assert f() == 1\n")
    assert outcomes(ran) == {"test_it": "passed"}
    assert not ran.sealed
    assert any("equal anything" in line for line in describe("none").leaves_open)


@pytest.mark.parametrize(
    "change",
    [
        "assertEqual = lambda *a, **k: None",
        "run = lambda self, to: [to.startTest(self), to.addSuccess(self), to.stopTest(self)]",
        "__unittest_skip__ = True",
        "__call__ = lambda self, result: None",
    ],
)
def test_a_program_can_not_change_unittest_before_the_tests_are_there(change: str) -> None:
    ran = run_tests(
        f"import unittest\nunittest.TestCase.{change}\ndef f(): return 0\n",
        IMPORT + "class TestOf(unittest.TestCase):\n"
        "    def test_it(self): self.assertEqual(f(), 1)\n"
        "class TestMore(unittest.TestCase):\n"
        "    def test_it(self): self.assertEqual(f(), 1)\n",
    )
    assert outcomes(ran) == {"TestOf.test_it": "failed", "TestMore.test_it": "failed"}
    assert "0 != 1" in details(ran)


def test_tests_may_change_unittest_for_themselves() -> None:
    ran = run_tests(
        "def f(): return 0\n",
        IMPORT + "unittest.TestCase.assertSame = unittest.TestCase.assertEqual\n"
        "class TestOf(unittest.TestCase):\n"
        "    def test_it(self): self.assertSame(f(), 0)\n",
    )
    assert outcomes(ran) == {"TestOf.test_it": "passed"}, details(ran)
