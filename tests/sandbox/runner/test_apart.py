"""Tests run apart from their program: what they can use, and what no program can do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from paragen.checks.sealable import why_unsealed
from paragen.domain.command import Outcome, Ran, TestRun
from paragen.domain.task import Limits, TestCode, TestKind
from paragen.sandbox.runner import explain, marks, prepared, provided
from paragen.sandbox.runner.outcomes import Unsupported
from tests.sandbox.harness import APART, DOUBLE, PLACES, details, only, outcomes, run_tests, running
from tests.sandbox.runner.remote_harness import Tester

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "humaneval_even.jsonl"


@pytest.fixture(autouse=True)
def apart() -> Iterator[None]:
    """Run everything apart."""
    with running(APART):
        yield


def sealed(program: str, *tests: str, entry_point: str | None = None) -> Ran:
    """Run tests that can be sealed."""
    ran = run_tests(program, *tests, entry_point=entry_point)
    assert ran.sealed, "these tests are run beside their program"
    return ran


@pytest.mark.skipif(not CORPUS.exists(), reason="the public corpus isn't here")
@pytest.mark.slow
def test_every_problem_of_humaneval_passes_sealed_with_its_own_solution() -> None:
    tester = Tester()
    for line in CORPUS.read_text().splitlines():
        task = json.loads(line)
        test = TestCode(source=task["test"], origin="task.md")
        assert why_unsealed((test,)) == "", task["task_id"]
        ran = tester.run(
            TestRun(
                program=task["prompt"] + task["canonical_solution"],
                language="python",
                tests=(test,),
                entry_point=task["entry_point"],
                limits=Limits(),
            )
        )
        assert set(outcomes(ran).values()) == {"passed"}, (task["task_id"], details(ran))


WAYS_TO_GO = {
    "exit": "import os\ndef f(x): os._exit(0)\n",
    "killed": "import os, signal\ndef f(x): os.kill(os.getpid(), signal.SIGKILL)\n",
    "closed": "import os\ndef f(x): os.closerange(3, 100)\n",
    "flood": "def f(x):\n    while True: print('x' * 1000)\n",
}


@pytest.mark.parametrize("program", WAYS_TO_GO.values(), ids=WAYS_TO_GO.keys())
@pytest.mark.parametrize(
    "catching",
    [
        "with pytest.raises(BaseException): f(1)",
        "try: f(1)\n    except BaseException: pass",
        "try: f(1)\n    except BaseException: pytest.skip('no')",
        "try: f(1)\n    finally: return",
    ],
)
def test_a_program_that_is_gone_has_failed_whatever_the_tests_catch(
    program: str, catching: str
) -> None:
    ran = sealed(
        program,
        "import pytest, unittest\nfrom solution import f\n"
        "def test_before(): pass\n"
        f"def test_it():\n    {catching}\n"
        "def test_after(): pass\n"
        "class TestOf(unittest.TestCase):\n    def test_method(self): pass\n",
        "assert True\n",
        "from solution import g\ndef test_last(): pass\n",
    )
    assert list(outcomes(ran).values()) == ["passed", *["failed"] * 5], outcomes(ran)
    assert "program" in ran.cases[1].detail
    assert len({case.detail for case in ran.cases[1:]}) == 1


def test_a_program_that_dies_at_its_import_fails_every_case() -> None:
    for program in ("import os; os._exit(0)", "def f(): pass\nimport os; os.kill(os.getpid(), 9)"):
        assert only(sealed(program, "assert f() is None\n")).outcome == "failed"
        ran = run_tests(program, entry_point="f")
        assert (only(ran).name, only(ran).outcome) == ("solution", "failed")


def test_marks_hooks_and_tests_of_the_program_do_not_count() -> None:
    program = (
        "class Mark:\n    name = 'skip'\n    args = ()\n    kwargs = {'reason': 'mine'}\n"
        "pytestmark = [Mark()]\n"
        "def f(): return 0\n"
        "def setup_module(): raise KeyboardInterrupt\n"
        "def setup_function(): raise KeyboardInterrupt\n"
        "def test_mine(): pass\n"
        "class TestMine:\n    def test_mine(self): pass\n"
    )
    ran = sealed(program, "from solution import *\ndef test_it(): assert f() == 1\n")
    assert outcomes(ran) == {"test_it": "failed"}


def test_only_real_marks_are_marks() -> None:
    real = marks.Mark("skip", (), {})
    assert marks.as_marks([real, object(), marks.MarkDecorator("slow")])[0] is real
    assert len(marks.as_marks([real, object(), marks.MarkDecorator("slow")])) == 2


def test_what_a_program_imports_in_vain_is_not_the_tests_want() -> None:
    raising = "def f(): raise ModuleNotFoundError('no', name='nosuch')\n"
    for program in ("def f(): import nosuch\n", raising):
        ran = sealed(program, "from solution import f\ndef test_it(): f()\n")
        assert outcomes(ran) == {"test_it": "failed"}
        assert "solution.py" in details(ran)


def test_a_program_that_may_not_write_has_failed() -> None:
    program = "def f(): raise PermissionError(13, 'no')\n"
    ran = sealed(program, "from solution import f\ndef test_it(): f()\n")
    assert outcomes(ran) == {"test_it": "failed"}
    test = "def test_it(): raise PermissionError(13, 'no')\n"
    assert outcomes(sealed(program, test)) == {"test_it": "unsupported"}


def test_without_a_writable_directory_tmp_path_is_unsupported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: ["/nowhere"])
    with pytest.raises(Unsupported, match="set disk_mb in its front matter"):
        provided.tmp_path([])


def test_names_of_the_program_are_there_in_every_way() -> None:
    program = (
        DOUBLE + "limit = 3\n_secret = 4\nclass Point:\n    def __init__(self, x): self.x = x\n"
    )
    for tests in (
        "assert double(limit) == 6 and Point(1).x == 1 and _secret == 4\n",
        "from solution import *\ndef test_it(): assert double(limit) == 6 and Point(1).x == 1\n",
        "import solution as s\ndef test_it(): assert s.double(s.limit) == 6 == 2 + s._secret\n",
        "import solution\ndef test_it(): assert solution.__name__ == 'solution'\n",
        "def test_it(): assert eval('double(2)') == 4\n",
        "import importlib\ndef test_it(): assert importlib.import_module('solution').limit == 3\n",
    ):
        assert set(outcomes(sealed(program, tests)).values()) == {"passed"}, tests


SLIPPED_IN = {
    "a_builtin": ("def all(xs): return True\n", "from solution import *\n", "all([f(7) == 49])"),
    "over_an_import": (
        "isclose = lambda *a: True\n",
        "from math import isclose\nfrom solution import *\n",
        "isclose(f(7), 49)",
    ),
    "a_module": ("class math:\n    isclose = lambda *a: True\n", "", "math.isclose(f(7), 49)"),
    "a_starred_module": (
        "class math:\n    isclose = lambda *a: True\n",
        "from solution import *\n",
        "math.isclose(f(7), 49)",
    ),
    "pytest": (
        "class pytest:\n    approx = lambda *a: 0\n",
        "import pytest\nfrom solution import *\n",
        "f(7) == pytest.approx(49)",
    ),
}


@pytest.mark.parametrize(("more", "imports", "test"), SLIPPED_IN.values(), ids=SLIPPED_IN.keys())
@pytest.mark.parametrize("place", PLACES)
def test_a_program_can_not_slip_in_what_tests_use_as_their_own(
    more: str, imports: str, test: str, place: str
) -> None:
    with running(place):
        ran = run_tests(f"{more}def f(x): return 0\n", f"{imports}def test_it(): assert {test}\n")
        assert outcomes(ran) == {"test_it": "failed"}
        if not imports.startswith("from math"):
            example = "".join(f">>> {line}\n" for line in [*imports.splitlines(), test])
            ran = run_tests(
                f"{more}def f(x): return 0\n", f"{example}True\n", kind=TestKind.DOCTEST
            )
            assert outcomes(ran).popitem()[1] == "failed"


@pytest.mark.parametrize("place", PLACES)
def test_names_like_the_librarys_are_the_programs_where_they_are_its_functions(place: str) -> None:
    program = "def copy(x): return 5\ndef sum(x): return 7\ndef _own(): pass\n"
    with running(place):
        for tests in ("from solution import *\nassert copy(1) == 5\n", "assert copy(1) == 5\n"):
            assert only(run_tests(program, tests)).outcome == "passed"
        for imports in ("", "from solution import *\n", "from solution import sum\n"):
            ran = run_tests(program, f"{imports}assert sum([1]) == 7\n", entry_point="sum")
            assert only(ran).outcome == "passed"
        hidden = "from solution import *\ndef test_it(): _own\n"
        assert only(run_tests(program, hidden)).outcome == "failed"
        listed = program + "__all__ = ['sum', '_own']\n"
        assert only(run_tests(listed, hidden)).outcome == "passed"


def test_a_way_out_that_a_test_hands_over_is_the_tests_to_take() -> None:
    ran = sealed(
        "def f(leave): leave('mine')\n",
        "import pytest, unittest\nfrom solution import f\n"
        "def test_handed_over(): f(pytest.skip)\n"
        "def test_own(): f(lambda reason: pytest.skip(reason))\n"
        "class TestOf(unittest.TestCase):\n    def test_it(self): f(self.skipTest)\n",
    )
    assert list(outcomes(ran).values()) == ["failed", "skipped", "failed"]


def test_check_may_use_other_functions_of_the_program() -> None:
    ran = sealed(
        "import math\ndef poly(xs, x): return sum(c * math.pow(x, i) for i, c in enumerate(xs))\n"
        "def find_zero(xs): return -xs[0] / xs[1]\n",
        "def check(candidate):\n"
        "    coeffs = [3, 2]\n"
        "    assert abs(poly(coeffs, candidate(coeffs))) < 1e-9\n"
        "    assert math.fabs(candidate([1, 1])) == 1\n",
        entry_point="find_zero",
    )
    assert [str(case.outcome) for case in ran.cases] == ["passed", "passed"], details(ran)


def test_prints_are_seen_in_every_way_of_looking() -> None:
    ran = sealed(
        "import sys\ndef f():\n    print('out')\n    print('err', file=sys.stderr)\n",
        "import contextlib, io, sys, unittest.mock\nfrom solution import f\n"
        "def test_capsys(capsys):\n"
        "    f()\n    out, err = capsys.readouterr()\n"
        "    assert (out, err) == ('out\\n', 'err\\n')\n"
        "def test_redirected():\n"
        "    kept = io.StringIO()\n"
        "    with contextlib.redirect_stdout(kept): f()\n"
        "    assert kept.getvalue() == 'out\\n'\n"
        "@unittest.mock.patch('sys.stdout', new_callable=io.StringIO)\n"
        "def test_patched(out):\n    f()\n    assert out.getvalue() == 'out\\n'\n",
    )
    assert set(outcomes(ran).values()) == {"passed"}, details(ran)
    ran = run_tests("def f(): print('out')", ">>> f()\nout\n", kind=TestKind.DOCTEST)
    assert only(ran).outcome == "passed"


@cache
def with_packages() -> Tester:
    """One that can import Hypothesis."""
    return Tester(packages=True)


PROPERTY = (
    "from hypothesis import given, settings, strategies as st\nimport pytest\n"
    "from solution import double\n"
    "@pytest.fixture\ndef two(): return 2\n"
    "@given(st.integers())\ndef test_it(x): assert double(x) == 2 * x\n"
    "@given(x=st.lists(st.text()))\ndef test_fixture(two, x): assert double(x) == two * x\n"
    "class TestOf:\n"
    "    @settings(max_examples=5)\n    @given(st.integers())\n"
    "    def test_method(self, x): assert double(x) == x + x\n"
    "def test_settings():\n"
    "    now = settings()\n"
    "    assert now.deadline is None and now.derandomize and now.database is None\n"
)


def run_property(program: str, tests: str = PROPERTY) -> Ran:
    """Run tests that use Hypothesis."""
    test = TestCode(source=tests, origin="task.md")
    assert why_unsealed((test,)) == ""
    command = TestRun(
        program=program, language="python", tests=(test,), entry_point=None, limits=Limits()
    )
    return with_packages().run(command)


def test_properties_are_tested() -> None:
    ran = run_property(DOUBLE)
    assert set(outcomes(ran).values()) == {"passed"}, details(ran)
    assert len(ran.cases) == 4


@pytest.mark.slow
def test_a_property_that_does_not_hold_shows_its_example() -> None:
    program = "def double(x): return 0 if isinstance(x, int) and x > 6 else 2 * x\n"
    ran = run_property(program)
    assert outcomes(ran)["test_it"] == "failed"
    assert "test_it( x=7, )" in details(ran)
    program = "def double(x):\n    if x == 9: raise KeyError(x)\n    return 2 * x if x < 5 else 0\n"
    tests = PROPERTY.replace("st.integers()", "st.integers(0, 9)", 1)
    assert "KeyError" in details(run_property(program, tests))
    again = run_property(program)
    assert again.cases[:2] == run_property(program).cases[:2]  # derandomized
    ran = run_property("def double(x): return x.real * 2\n")
    assert outcomes(ran)["test_fixture"] == "failed"
    assert "at solution.py:1" in details(ran)


def test_a_program_that_is_gone_fails_its_property() -> None:
    ran = run_property("import os\ndef double(x): return 2 * x if x < 100 else os._exit(0)\n")
    assert outcomes(ran)["test_it"] == "failed"
    assert outcomes(ran)["test_settings"] == "failed"


def test_without_hypothesis_it_is_said_what_to_install() -> None:
    ran = sealed(DOUBLE, PROPERTY)
    assert set(outcomes(ran).values()) == {"unsupported"}
    assert "pip install hypothesis" in details(ran)


def test_test_code_is_made_ready_once() -> None:
    first = prepared.prepared("x = 1\n", "task.md", 1)
    assert prepared.prepared("x = 1\n", "task.md", 1) is first
    assert prepared.prepared("x = 1\n", "task.md", 2) is not first
    for number in range(prepared.MOST_PIECES):
        prepared.prepared(f"x = {number}\n", "task.md", 3)
    assert prepared.prepared("x = 1\n", "task.md", 1) is not first
    with pytest.raises(SyntaxError):
        prepared.prepared("(", "task.md", 1)


def test_what_is_kept_of_test_code_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST_CHARACTERS", 20)
    for number in range(5):
        prepared.prepared(f"y = {number:4}\n", "task.md", 1)
    assert len(prepared._kept) == 2
    prepared.prepared("y" * 100, "task.md", 1)
    assert len(prepared._kept) == 1


def test_code_that_was_made_ready_is_executed_afresh() -> None:
    tests = "seen = []\ndef test_it():\n    seen.append(double(1))\n    assert len(seen) == 1\n"
    for _ in range(3):
        assert only(sealed(DOUBLE, tests)).outcome == "passed"
    wrong = "from solution import double\ndef test_it(): assert double(1) == 2\n"
    assert only(sealed("def double(x): return 3", wrong)).outcome == "failed"
    assert only(sealed(DOUBLE, wrong)).outcome == "passed"


def test_an_exceptions_text_that_takes_too_much_memory_is_the_memory_limit() -> None:
    program = (
        "class Big(Exception):\n    def __str__(self): raise MemoryError\ndef f(): raise Big\n"
    )
    ran = sealed(program, "from solution import f\ndef test_it(): f()\n")
    assert only(ran).outcome is Outcome.FAILED


def test_origins_come_from_the_program() -> None:
    ran = sealed("def f(x):\n    return 1 // x\n", "from solution import f\ndef test_it(): f(0)\n")
    assert only(ran).detail == (
        "ZeroDivisionError: integer division or modulo by zero; "
        "at solution.py:2 `return 1 // x`; at task.md:2 `def test_it(): f(0)`"
    )
    assert explain.settle(ValueError("x"), "at solution.py") == (
        "failed", "ValueError: x; at solution.py"
    )  # fmt: skip
