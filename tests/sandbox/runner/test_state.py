"""A tester's state: whatever a test does to the process, the next one finds it as the first did."""

from __future__ import annotations

from functools import cache

import pytest

from paragen.domain.command import Ran, TestRun
from paragen.domain.task import Limits, TestCode
from tests.sandbox.harness import DOUBLE, details, outcomes
from tests.sandbox.runner.remote_harness import Tester

NASTY = {
    "modules": "import sys, types\nsys.modules['fake'] = types.ModuleType('fake')\n",
    "a_module_replaced": "import sys\nsys.modules['json'] = None\n",
    "a_function": "import time\ntime.sleep = lambda s: 1\n",
    "a_new_name": "import math\nmath.tau2 = 1\n",
    "a_name_less": "import math\ndel math.pi\n",
    "of_a_module_imported_late": "import colorsys\ncolorsys.rgb_to_hsv = 1\n",
    "builtins": "import builtins\nbuiltins.sorted = lambda x: x\nbuiltins.more = 1\n",
    "streams": "import sys, io\nsys.stdin = io.StringIO('x')\nsys.stdout = io.StringIO()\n",
    "hooks": "import sys\nsys.excepthook = print\nsys.displayhook = print\n",
    "argv_and_path": "import sys\nsys.argv.append('x')\nsys.path.insert(0, '/nowhere')\n",
    "importers": "import sys\nsys.meta_path.clear()\n",
    "environment": "import os\nos.environ['A'] = 'b'\nos.environ.pop('LANG')\n",
    "directory": "import os, tempfile\nos.chdir(tempfile.mkdtemp())\n",
    "random": "import random\nrandom.seed(7)\n",
    "warnings": "import warnings\nwarnings.simplefilter('error')\n",
    "decimal": "import decimal\ndecimal.getcontext().prec = 3\n",
    "the_default_context": "import decimal\ndecimal.DefaultContext.prec = 3\n",
    "locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'C')\n",
    "signals": "import signal\nsignal.signal(signal.SIGUSR1, print)\nsignal.alarm(600)\n",
    "recursion": "import sys\nsys.setrecursionlimit(150)\n",
    "digits": "import sys\nsys.set_int_max_str_digits(0)\n",
    "test_case": "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\n",
    "logging": "import logging\nlogging.basicConfig(level=1)\nlogging.disable(50)\n"
    "logging.getLogger('mine').setLevel(1)\n",
    "umask": "import os\nos.umask(0)\n",
    "collector": "import gc\ngc.disable()\ngc.callbacks.append(print)\n",
    "tracing": "import sys\nsys.setprofile(lambda *a: None)\n",
    "its_own_names": "double = 1\nimport solution\nsolution.double = 2\n",
    "raising": "raise SystemExit\n",
}

STATE = (
    "import builtins, decimal, gc, json, locale, logging, math, os, random, signal, sys, time, "
    "unittest, warnings\n"
    "import colorsys\n"
    "def described(x): return repr(sorted(map(repr, x.items())) if isinstance(x, dict) else x)\n"
    "mask = os.umask(0)\n"
    "os.umask(mask)\n"
    "seen = [\n"
    "    sorted(m for m in sys.modules if 'fake' in m), vars(json).get('dumps'), time.sleep,\n"
    "    vars(math), vars(colorsys).get('rgb_to_hsv'), sorted([2, 1]), sorted(vars(builtins)),\n"
    "    sys.stdin.read(), type(sys.stdout), sys.stdout is sys.__stdout__, sys.excepthook,\n"
    "    sys.displayhook, sys.argv, sys.path, sys.meta_path, dict(os.environ), os.getcwd(),\n"
    "    random.random(), warnings.filters, decimal.getcontext(), decimal.DefaultContext,\n"
    "    decimal.Context(), locale.setlocale(locale.LC_ALL), signal.getsignal(signal.SIGUSR1),\n"
    "    signal.alarm(0), sys.getrecursionlimit(), sys.get_int_max_str_digits(),\n"
    "    unittest.TestCase.assertEqual, logging.root.handlers, logging.root.level,\n"
    "    logging.root.manager.disable, list(logging.root.manager.loggerDict), mask,\n"
    "    gc.isenabled(), gc.callbacks, sys.getprofile(),\n"
    "]\n"
)


@cache
def lasting() -> Tester:
    """The tester of this file's tests."""
    return Tester()


def run(tests: str, program: str = DOUBLE) -> Ran:
    """Run tests, whether or not they should be sealed."""
    return lasting().run(
        TestRun(
            program=program,
            language="python",
            tests=(TestCode(source=tests, origin="task.md"),),
            entry_point=None,
            limits=Limits(),
        )
    )


def state(after: str = "") -> str:
    """What a test sees of the process that it is in, in few characters."""
    told = "raise ValueError(hashlib.sha256(' '.join(map(described, seen)).encode()).hexdigest())"
    return details(run(f"{after}{STATE}import hashlib\ndef test_it(): {told}\n"))


@pytest.mark.parametrize("tests", NASTY.values(), ids=NASTY.keys())
def test_the_next_job_finds_what_the_first_one_found(tests: str) -> None:
    before = state()
    assert before.startswith("ValueError: ")
    started = lasting().started
    nasty = run(tests + "def test_it(): pass\n")
    assert nasty.cases
    assert state() == before
    assert lasting().started == started
    assert outcomes(run("from solution import double\ndef test_it(): assert double(2) == 4\n")) == {
        "test_it": "passed"
    }


@pytest.mark.parametrize("name", sorted(NASTY.keys() - {"raising", "its_own_names", "locale"}))
def test_what_is_changed_can_be_seen(name: str) -> None:
    """Else the test above could not fail."""
    assert state(after=NASTY[name]) != state()


def test_a_thread_that_still_runs_can_not_be_taken_back() -> None:
    answer = lasting().ask(
        {
            "program": DOUBLE,
            "tests": [
                {
                    "source": "import threading\n"
                    "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
                    "def test_it(): pass\n",
                    "origin": "task.md", "line": 1, "kind": "python",
                }
            ],
            "entry_point": None,
            "output_bytes": 1 << 20,
        }
    )  # fmt: skip
    assert answer["cases"] == [["test_it", "passed", ""]]
    assert not answer["restored"]
    assert state()  # by a tester that took its place
