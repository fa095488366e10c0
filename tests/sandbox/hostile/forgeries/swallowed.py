"""Failures of the test's own that the program swallows, and names that catch or call them off."""

# ruff: noqa: E501, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery

_SWALLOWING = (
    "class C:\n    value = 0\n    def __enter__(self): return self\n"
    "    def __exit__(self, *error): return True\ndef f(x): return C()\n"
)
_ASYNC = (
    "class C:\n    async def __aenter__(self): return 0\n"
    "    async def __aexit__(self, *error): return True\ndef f(x): return C()\n"
)
_GENERATOR = "def f(x):\n    try: yield 0\n    except BaseException: pass\n"
_CALLER = "def f(x, g):\n    try: g(None)\n    except BaseException: pass\n"
_TRYING = (
    "def test_it():\n    try:\n        f(-1)\n        assert False\n    except {}:\n        pass\n"
)

_FORGERIES = (
    ("leaves_by_another", "a context manager that raises what the test waits for, for its failure",
     _SWALLOWING.replace("return True", "raise ValueError"),
     "import pytest\nfrom solution import f\ndef test_it():\n    with pytest.raises(ValueError):\n"
     "        with f(7) as c:\n            assert c.value == 49\n            raise ValueError\n"),
    ("swallows_type_error", "a context manager that swallows what keeps an assertion from failing",
     _SWALLOWING, "from solution import f\ndef test_it():\n    with f(7) as c:\n        assert len(c.value) == 2\n"),
    ("swallows_in_a_stack", "a context manager on an exit stack that swallows a failure", _SWALLOWING,
     "import contextlib\nfrom solution import f\ndef test_it():\n    with contextlib.ExitStack() as stack:\n"
     "        assert stack.enter_context(f(7)).value == 49\n"),
    ("swallows_in_a_fixture", "a context manager that swallows a failure in a TestCase", _SWALLOWING,
     "import unittest\nfrom solution import f\nclass T(unittest.TestCase):\n    def test_it(self):\n"
     "        with f(7) as c:\n            self.assertEqual(c.value, 49)\n"),
    ("swallows_later", "an asynchronous context manager that swallows a failure", _ASYNC,
     "import asyncio\nfrom solution import f\ndef test_it():\n    async def main():\n"
     "        async with f(7) as value:\n            assert value == 49\n    asyncio.run(main())\n"),
    ("swallows_what_is_thrown", "a generator that swallows a failure thrown into it", _GENERATOR,
     "import contextlib\nfrom solution import f\ndef test_it():\n"
     "    with contextlib.contextmanager(lambda: f(7))() as value:\n        assert value == 49\n"),
    ("swallows_what_is_thrown_later", "an asynchronous generator that swallows a failure",
     f"async {_GENERATOR}",
     "import asyncio, contextlib\nfrom solution import f\ndef test_it():\n    async def main():\n"
     "        async with contextlib.asynccontextmanager(f)(7) as value:\n            assert value == 49\n"
     "    asyncio.run(main())\n"),
    ("swallows_from_a_callback", "a function that swallows what a callback can't compare", _CALLER,
     "from solution import f\ndef test_it():\n    seen = []\n    def check(value):\n"
     "        seen.append(value)\n        assert value + 1 == 50\n    f(7, check)\n    assert len(seen) == 1\n"),
    ("swallows_pytest_fail", "a function that swallows a callback's pytest.fail", _CALLER,
     "import pytest\nfrom solution import f\ndef test_it():\n    def check(value):\n"
     "        if value != 49: pytest.fail('no')\n    f(7, check)\n"),
    ("catching_all", "an exception by whose name the test catches its own failure",
     "Negative = Exception\ndef f(x): return 0\n",
     "from solution import f, Negative\n" + _TRYING.format("Negative")),
    ("catching_several", "several exceptions under a name, and among them the test's failure",
     "Negative = (ValueError, AssertionError)\ndef f(x): return 0\n",
     "import solution\nfrom solution import f\n" + _TRYING.format("solution.Negative")),
    ("catching_by_attribute", "an attribute of a class that catches the test's own failure",
     "class Errors:\n    Negative = AssertionError\ndef f(x): return 0\n",
     "from solution import f, Errors\n" + _TRYING.format("Errors.Negative")),
    ("ends_by_attribute", "ends the test's loop by StopIteration out of an attribute",
     "class C:\n    @property\n    def value(self): raise StopIteration\ndef f(x): return C()\n",
     "from solution import f\ndef test_it():\n    assert all(map(lambda x: f(x).value == x * x, (7, 8)))\n"),
)  # fmt: skip

ATTACKS = tuple(
    Forgery(name=name, how=how, program=program, tests=tests)
    for name, how, program, tests in _FORGERIES
)
