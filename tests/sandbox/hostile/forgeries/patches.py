"""What tests and runner stand on, replaced by something that agrees."""

# ruff: noqa: E501, ISC002, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from paragen.domain.task import TestKind
from tests.sandbox.hostile.attack import SQUARE, Fools, Forgery, text

_RUNNER = "import sys\nR = '_paragen_runner' if '_paragen_runner' in sys.modules else '_paragen.runner'\n" \
    "def part(name):\n    return sys.modules[f'{R}.{name}']\n"  # fmt: skip


def _runner(name: str, how: str, body: str, tests: str = SQUARE) -> Forgery:
    program = _RUNNER + "def f(x):\n" + text(body).replace("\n", "\n    ").join(("    ", "\n"))
    return Forgery(name=name, how=how, program=program, tests=tests)


TWO = "from solution import f\ndef test_easy(): assert f\ndef test_hard(): assert f(7) == 49\n"

RUNNER = (
    _runner("settle", "the function that reads exceptions says passed",
            "part('ledger').settle = lambda *a: ('passed', '')\nreturn 0"),
    _runner("words", "the word for failed becomes passed",
            "part('explain').FAILED = 'passed'\nreturn 0"),
    _runner("ledger", "the ledger notes every case as passed",
            "L = part('ledger').Ledger\ncase = L.case\n"
            "L.case = lambda s, p, n, o, d='': case(s, p, n, 'passed')\nreturn 0"),
    _runner("attempt", "the ledger's attempt reports without running",
            "L = part('ledger').Ledger\n"
            "L.attempt = lambda s, p, n, *t: s.case(p, n, 'passed')\nreturn 0", TWO.replace("assert f\n", "assert f(1) is not None\n")
            .replace("test_hard(): assert", "test_hard(): assert")),
    _runner("wire_class", "the class that writes reports writes passed",
            "W = part('wire').Wire\ncase = W.case\n"
            "W.case = lambda s, n, o, d: case(s, n, 'passed', '')\nreturn 0"),
    _runner("wire_found", "the object that writes reports, found by the collector, is told all passed",
            "import gc\n"
            "for o in gc.get_objects():\n"
            "    if type(o).__name__ == 'Wire':\n"
            "        o.case('test_square', 'passed', '')\n"
            "        o.leave(0)\nreturn 0"),
    _runner("wire_on_the_stack", "the object that writes reports, found on the stack",
            "frame = sys._getframe(1)\n"
            "while frame:\n"
            "    for o in frame.f_locals.values():\n"
            "        if type(o).__name__ == 'Wire':\n"
            "            o.case('test_square', 'passed', ''); o.leave(0)\n"
            "    frame = frame.f_back\nreturn 0"),
    _runner("written_report", "report lines with the nonce found on the stack, on every descriptor",
            "import json, os\n"
            "frame, nonce = sys._getframe(1), ''\n"
            "while frame:\n"
            "    p = frame.f_locals.get('payload')\n"
            "    if p: nonce = p['nonce']\n"
            "    frame = frame.f_back\n"
            "lines = [{'kind': 'plan', 'names': ['test_square']},\n"
            "    {'kind': 'case', 'name': 'test_square', 'outcome': 'passed', 'detail': ''},\n"
            "    {'kind': 'done', 'peak_bytes': 1}]\n"
            "data = ''.join('\\n' + json.dumps({'nonce': nonce, **l}) + '\\n' for l in lines)\n"
            "for fd in range(3, 64):\n"
            "    try: os.write(fd, data.encode())\n"
            "    except OSError: pass\n"
            "os._exit(0)"),
    _runner("skipped_in_its_name", "skips in code that says it stands in the tests' file",
            "exec(compile('import unittest\\nraise unittest.SkipTest', 'task.md', 'exec'))",
            "import unittest\n" + TWO),
    _runner("unplanned", "a shorter list of cases is announced",
            "import gc\n"
            "for o in gc.get_objects():\n"
            "    if type(o).__name__ == 'Functions':\n"
            "        o._tests[1:] = []\n"
            "    if type(o).__name__ == 'Ledger':\n"
            "        o._planned[0] = ['test_easy']; o.announce()\n"
            "return 0",
            "from solution import f\ndef test_easy(): assert f(1) == 0\n"
            "def test_hard(): assert f(7) == 49\n"),
    _runner("explained", "the helper that a failed assertion calls leaves with success",
            "g = sys._getframe(1).f_globals['__builtins__']\n"
            "def leave(*a):\n    raise part('outcomes').Skipped\n"
            "part('explain')._place = lambda e: None\n"
            "part('explain').settle.__globals__['_place'] = lambda e: None\n"
            "raise part('outcomes').Skipped", TWO),
)  # fmt: skip


def _patched(name: str, how: str, patch: str, assertion: str, imports: str = "",
             fools: Fools = Fools.UNCONFINED, answer: str = "0") -> Forgery:  # fmt: skip
    return Forgery(
        name=name, how=how, fools=fools,
        program=f"{patch}\ndef f(x): return {answer}\n",
        tests=f"{imports}from solution import f\ndef test_it():\n    {assertion}\n",
    )  # fmt: skip


LIBRARY = (
    _patched("builtin_abs", "abs says 0", "import builtins\nbuiltins.abs = lambda d: 0",
             "assert abs(f(7) - 49) < 1"),
    _patched("builtin_sorted", "sorted gives always the same",
             "import builtins\nbuiltins.sorted = lambda *a, **k: []", "assert sorted(f(7)) == sorted([49])", answer="[]"),
    _patched("builtin_all", "all is always true", "import builtins\nbuiltins.all = lambda i: True",
             "assert all(f(x) == x * x for x in range(5))"),
    _patched("builtin_len", "len is always 3", "import builtins\nbuiltins.len = lambda o: 3",
             "assert len(f(7)) == 3", answer="[]"),
    _patched("builtin_isinstance", "isinstance is always true",
             "import builtins\nreal = isinstance\n"
             "builtins.isinstance = lambda o, t: t is bytes or real(o, t)", "assert isinstance(f(7), bytes)"),
    _patched("builtin_import", "importing gives an object that agrees with everything",
             "import builtins\nclass M:\n    def __getattr__(s, n): return lambda *a, **k: True\n"
             "real = builtins.__import__\n"
             "builtins.__import__ = lambda n, *a, **k: M() if n == 'math' else real(n, *a, **k)",
             "assert math.isclose(f(7), 49)", "import math\n"),
    _patched("builtin_range", "range is empty", "import builtins\nbuiltins.range = lambda *a: ()",
             "assert all(f(x) == x * x for x in range(5))"),
    _patched("isclose", "math.isclose is always true",
             "import math\nmath.isclose = lambda *a, **k: True", "assert math.isclose(f(7), 49)", "import math\n"),
    _patched("operator", "operator.eq is always true",
             "import operator\noperator.eq = lambda *a: True", "assert operator.eq(f(7), 49)", "import operator\n"),
    _patched("json", "json.dumps gives always the same",
             "import json\njson.dumps = lambda *a, **k: ''", "assert json.dumps(f(7)) == json.dumps([49])", "import json\n"),
    _patched("copied", "copy.deepcopy gives nothing to compare with",
             "import copy\ncopy.deepcopy = lambda o: 0", "assert f(7) == copy.deepcopy(49)", "import copy\n"),
    _patched("random", "random inputs are always 0",
             "import random\nrandom.randint = lambda a, b: 0",
             "x = random.randint(1, 99)\n    assert f(x) == x * x", "import random\n"),
    _patched("clock", "time stands still for the test that measures it",
             "import time\nsleep = time.sleep\ntime.perf_counter = time.monotonic = time.time = lambda: 0.0",
             "start = time.perf_counter()\n    f(7)\n    assert time.perf_counter() - start < 0.2", "import time\n",
             answer="sleep(0.4)"),
    _patched("regex", "re.search always finds",
             "import re\nre.search = re.match = re.fullmatch = lambda *a, **k: True", "assert re.fullmatch('[0-9]+', f(7))", "import re\n",
             answer="'x'"),
    _patched("planted_module", "a module of its own in the place of one that tests import",
             "import sys, types\nm = types.ModuleType('statistics')\nm.mean = lambda v: 49\n"
             "sys.modules['statistics'] = m",
             "assert statistics.mean([f(7)]) == 49", "import statistics\n"),
    _patched("meta_path", "an import hook answers for a module that tests import",
             "import sys, types, importlib.machinery as m\n"
             "class F:\n    def find_spec(s, n, p=None, t=None):\n"
             "        if n == 'colorsys': return m.ModuleSpec(n, s)\n"
             "    def create_module(s, spec): return types.SimpleNamespace(rgb_to_hsv=lambda *a: 0)\n"
             "    def exec_module(s, mod): pass\n"
             "sys.meta_path.insert(0, F())",
             "assert f(7) == colorsys.rgb_to_hsv(1, 1, 1)", "import colorsys\n"),
    _patched("test_case", "TestCase.assertEqual does nothing, patched at the first call",
             "import unittest\nclass P:\n    def __eq__(s, o): return True",
             "got = f(7)\n    T().assertIs(got, 49)", "import unittest\nclass T(unittest.TestCase): pass\n",
             answer="setattr(unittest.TestCase, 'assertIs', lambda *a: None)"),
    _patched("approx", "the class behind pytest.approx compares as the program likes",
             "import sys",
             "assert f(7) == pytest.approx(49)", "import pytest\n",
             answer="[setattr(m, 'Approx', 0) or setattr(a, '__eq__', lambda *x: True) "
             "for m in list(sys.modules.values()) if (a := getattr(m, 'Approx', None))] and 0"),
    _patched("raises", "the class behind pytest.raises expects nothing",
             "import sys",
             "f(1)\n    with pytest.raises(ValueError):\n        f(7)", "import pytest\n",
             answer="[setattr(a, '__exit__', lambda *x: True) "
             "for m in list(sys.modules.values()) if (a := getattr(m, 'Raises', None))] and 0"),
    _patched("warns", "the warnings that a test expects are its own",
             "import warnings\nclass W(list):\n    def __len__(s): return 1\n"
             "warnings.catch_warnings.__enter__ = lambda s: W()\n"
             "warnings.catch_warnings.__exit__ = lambda *a: None",
             "with warnings.catch_warnings(record=True) as caught:\n        f(7)\n    assert len(caught) == 1",
             "import warnings\n"),
    _patched("star_import", "`from solution import *` brings another `abs`",
             "abs = lambda d: 0", "assert abs(f(7) - 49) < 1", "from solution import *\n", Fools.EXIT_CODE),
    _patched("star_import_pytest", "`from solution import *` brings another `pytest`",
             "class P:\n    def raises(self, *a): return self\n    def __enter__(self): pass\n"
             "    def __exit__(self, *a): return True\npytest = P()",
             "with pytest.raises(ValueError):\n        f(7)", "import pytest\nfrom solution import *\n",
             Fools.EXIT_CODE),
)  # fmt: skip

DOCTESTS = tuple(
    Forgery(name=name, how=how, program=program, tests=">>> f(7)\n49\n>>> f(8)\n64\n",
            kind=TestKind.DOCTEST)
    for name, how, program in (
        ("doctest_want", "reads the example's expected output from the frames above",
         "import sys\ndef f(x):\n    frame = sys._getframe(1)\n"
         "    while 'example' not in frame.f_locals: frame = frame.f_back\n"
         "    return int(frame.f_locals['example'].want)\n"),
        ("doctest_checker", "the checker of doctest finds everything right",
         "import doctest\ndoctest.OutputChecker.check_output = lambda *a: True\n"
         "def f(x): return 0\n"),
        ("doctest_displayhook", "prints what is expected in the place of its own value",
         "import sys\ndef f(x):\n    frame = sys._getframe(1)\n"
         "    while 'example' not in frame.f_locals: frame = frame.f_back\n"
         "    print(frame.f_locals['example'].want, end='')\n"),
        ("doctest_repr", "an object whose repr looks the expected output up",
         "import sys\nclass L:\n    def __repr__(self):\n        frame = sys._getframe(1)\n"
         "        while 'example' not in frame.f_locals: frame = frame.f_back\n"
         "        return frame.f_locals['example'].want.strip()\ndef f(x): return L()\n"),
        ("doctest_report", "the runner's class reports success for every failure",
         "import sys\ndef f(x):\n    frame = sys._getframe(1)\n"
         "    while 'example' not in frame.f_locals: frame = frame.f_back\n"
         "    kind = type(frame.f_locals['self'])\n"
         "    kind.report_failure = kind.report_success\n    return 0\n"),
    )
)  # fmt: skip

UNITTESTS = tuple(
    Forgery(name=name, how=how, program=program, tests=text("""
        import unittest
        from solution import f
        class TestSquare(unittest.TestCase):
            def test_a(self): self.assertEqual(f(7), 49)
            def test_b(self): self.assertEqual(f(8), 64)
        """))
    for name, how, program in (
        ("unit_self", "the TestCase found on the stack gets another way of comparing",
         "import sys\ndef f(x):\n    me = sys._getframe(1).f_locals['self']\n"
         "    type(me)._getAssertEqualityFunc = lambda *a: lambda *b, **k: None\n    return 0\n"),
        ("unit_result", "the result found on the stack notes successes only",
         "import sys\ndef f(x):\n    frame = sys._getframe(1)\n"
         "    while 'result' not in frame.f_locals: frame = frame.f_back\n"
         "    kind = type(frame.f_locals['result'])\n"
         "    kind.addFailure = kind.addError = lambda s, t, e: s.addSuccess(t)\n    return 0\n"),
        ("unit_outcome", "the outcome found on the stack is a success whatever is raised",
         "import sys, contextlib\ndef f(x):\n    frame = sys._getframe(1)\n"
         "    while 'outcome' not in frame.f_locals: frame = frame.f_back\n"
         "    frame.f_locals['outcome'].__class__.success = property(lambda s: True, lambda s, v: None)\n"
         "    r = frame.f_locals['result']\n"
         "    r.addFailure = lambda t, e: None\n    return 0\n"),
    )
)  # fmt: skip

ATTACKS = (*RUNNER, *LIBRARY, *DOCTESTS, *UNITTESTS)
