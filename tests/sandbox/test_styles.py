"""Every style of test code, run for real against programs that are right and wrong."""

from __future__ import annotations

import pytest

from paragen.domain.command import Ending, Outcome
from paragen.domain.task import TestKind
from tests.sandbox.harness import DOUBLE, details, only, outcomes, run_tests

pytestmark = pytest.mark.usefixtures("place")

IMPORT = "from solution import double\n"


def test_pytest_functions_and_classes_are_run_in_order() -> None:
    ran = run_tests(
        DOUBLE,
        IMPORT + "def test_a(): assert double(2) == 4\n"
        "def helper(): assert False\n"
        "class TestMore:\n"
        "    def test_b(self): assert double(3) == 7\n"
        "    def not_a_test(self): assert False\n",
    )
    assert ran.ending is Ending.EXITED
    assert ran.complete
    assert ran.planned == 2
    assert list(outcomes(ran).items()) == [("test_a", "passed"), ("TestMore.test_b", "failed")]
    assert details(ran) == "assert double(3) == 7: got 6"


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("assert double(2) == 5", "assert double(2) == 5: got 4"),
        ("assert double(2) == 5, 'why'", "assert double(2) == 5: got 4 (why)"),
        ("assert double(2) == double(3)", "assert double(2) == double(3): got 4, against 6"),
        ("assert double(0)", "assert double(0): got 0"),
        ("assert not double(1)", "assert not double(1): got 2"),
        ("assert 1 < double(1) < 2", "assert 1 < double(1) < 2: got False"),
        ("assert (double(2)\n    == 5)", "assert (double(2) == 5: got 4"),
        ("assert 'é' == double('é')", "assert 'é' == double('é'): got 'é', against 'éé'"),
        ("assert [i for i in range(double(1)) if i > 5]", "got []"),
    ],
)
def test_a_failed_assert_shows_its_text_and_values(statement: str, detail: str) -> None:
    ran = run_tests(DOUBLE, f"{IMPORT}def test_it():\n    {statement}\n")
    assert detail in only(ran).detail


def test_a_rewritten_assert_evaluates_each_side_once() -> None:
    ran = run_tests(
        DOUBLE,
        "calls = []\n"
        "def say(x):\n    calls.append(x)\n    return x\n"
        "def test_once():\n"
        "    try:\n        assert say(1) == say(2), say(3)\n"
        "    except AssertionError: pass\n"
        "    assert say(4) == say(4), say(5)\n"
        "    assert calls == [1, 2, 3, 4, 4]\n",
    )
    assert outcomes(ran) == {"test_once": "passed"}


def test_a_raised_exception_points_into_program_and_tests() -> None:
    ran = run_tests(DOUBLE, IMPORT + "def test_it():\n    assert double(None) == 1\n")
    assert only(ran).detail == (
        "TypeError: unsupported operand type(s) for *: 'int' and 'NoneType'; "
        "at solution.py:2 `return 2 * x`; at task.md:3 `assert double(None) == 1`"
    )


def test_details_of_huge_and_broken_values_stay_short() -> None:
    program = (
        "class Bad:\n    def __repr__(self): raise SystemExit\n"
        "def f(kind): return {'bad': Bad(), 'long': ['x' * 9] * 10**6}[kind]\n"
    )
    ran = run_tests(
        program,
        "from solution import f\n"
        "def test_bad(): assert f('bad') == 1\n"
        "def test_long(): assert f('long') == 1\n",
    )
    bad, long = ran.cases
    assert "<Bad, whose repr raised SystemExit>" in bad.detail
    assert "the first of 1000000" in long.detail
    assert len(long.detail) < 320


def test_parametrize_stacks_and_names_its_cases() -> None:
    ran = run_tests(
        DOUBLE,
        "import pytest\n" + IMPORT + "@pytest.mark.parametrize('a', [1, 2])\n"
        "@pytest.mark.parametrize('b,c', [(1, 2), pytest.param(2, 4, id='two')])\n"
        "def test_it(a, b, c): assert double(b) == c\n"
        "@pytest.mark.parametrize('v', [None, [1]], ids=['none', None])\n"
        "def test_ids(v): pass\n"
        "@pytest.mark.parametrize(['x'], [(1,), pytest.param(9, marks=pytest.mark.skip)])\n"
        "class TestAll:\n"
        "    def test_x(self, x): assert x == 1\n",
    )
    assert ran.planned == 8
    assert outcomes(ran) == {
        "test_it[1-2-1]": "passed",
        "test_it[1-2-2]": "passed",
        "test_it[two-1]": "passed",
        "test_it[two-2]": "passed",
        "test_ids[none]": "passed",
        "test_ids[v1]": "passed",
        "TestAll.test_x[1]": "passed",
        "TestAll.test_x[9]": "skipped",
    }


def test_classes_in_test_classes_are_run_with_the_outer_ones_marks() -> None:
    ran = run_tests(
        DOUBLE,
        "import pytest\n" + IMPORT + "@pytest.mark.parametrize('i', [1, 2])\n"
        "class TestOuter:\n"
        "    def test_a(self, i): assert double(i) == 2 * i\n"
        "    class TestInner:\n"
        "        def test_b(self, i): assert double(i) == 2\n"
        "        @pytest.mark.skip\n"
        "        class TestInmost:\n"
        "            def setup_method(self): pass\n"
        "            def test_c(self, i): assert False\n"
        "    class Helper:\n        def test_no(self): assert False\n",
    )
    assert outcomes(ran) == {
        "TestOuter.test_a[1]": "passed",
        "TestOuter.test_a[2]": "passed",
        "TestOuter.TestInner.test_b[1]": "passed",
        "TestOuter.TestInner.test_b[2]": "failed",
        "TestOuter.TestInner.TestInmost.test_c[1]": "skipped",
        "TestOuter.TestInner.TestInmost.test_c[2]": "skipped",
    }


@pytest.mark.parametrize(
    "inside",
    [
        "    def setup_method(self): pass\n    class TestIn:\n        def test_a(self): pass\n",
        "    up = pytest.fixture(print)\n    class TestIn:\n        def test_a(self): pass\n",
        "    class TestIn(unittest.TestCase):\n        def test_a(self): pass\n",
    ],
)
def test_what_classes_in_classes_would_need_is_unsupported_not_left_out(inside: str) -> None:
    ran = run_tests(DOUBLE, f"import pytest, unittest\nclass TestOut:\n{inside}")
    assert only(ran).outcome == "unsupported"
    assert "TestIn" in only(ran).detail


@pytest.mark.parametrize(
    ("tests", "name"),
    [
        (
            (
                "import pytest\n@pytest.fixture(scope='module')\ndef seen():\n    got = []\n"
                "    yield got\n    assert got == [{}]\ndef test_it(seen): seen.append(double(2))\n"
            ),
            "teardown",
        ),
        (
            (
                "got = []\ndef test_it(): got.append(double(2))\n"
                "def teardown_module(): assert got == [{}]\n"
            ),
            "teardown",
        ),
        (
            (
                "class TestOf:\n    def test_it(self): TestOf.got = double(2)\n"
                "    @classmethod\n    def teardown_class(cls): assert cls.got == {}\n"
            ),
            "teardown",
        ),
        (
            (
                "import unittest\nclass TestOf(unittest.TestCase):\n"
                "    def test_it(self): TestOf.got = double(2)\n"
                "    @classmethod\n    def tearDownClass(cls): assert cls.got == {}\n"
            ),
            "TestOf.tearDownClass",
        ),
    ],
)
def test_what_fails_once_all_tests_have_ended_is_a_case_more(tests: str, name: str) -> None:
    right = run_tests(DOUBLE, IMPORT + tests.format(4))
    assert (right.planned, right.complete) == (1, True)
    assert set(outcomes(right).values()) == {"passed"}
    wrong = run_tests(DOUBLE, IMPORT + tests.format(5))
    assert (wrong.planned, wrong.complete) == (2, True)
    assert sorted(outcomes(wrong).values()) == ["failed", "passed"]
    assert outcomes(wrong)[name] == "failed"


def test_marks_skip_and_expected_failures() -> None:
    ran = run_tests(
        DOUBLE,
        "import pytest, sys, unittest\n"
        "@pytest.mark.skip(reason='later')\ndef test_skip(): assert False\n"
        "@pytest.mark.skipif(sys.version_info > (3,), reason='new')\n"
        "def test_skipif(): assert False\n"
        "@pytest.mark.skipif('1 > 2', reason='no')\ndef test_not_skipped(): pass\n"
        "@pytest.mark.xfail\ndef test_xfail(): assert False\n"
        "@pytest.mark.xfail(strict=True)\ndef test_xpass(): pass\n"
        "@pytest.mark.xfail(raises=KeyError)\ndef test_other(): assert False\n"
        "@pytest.mark.slow\ndef test_unknown_mark(): pass\n"
        "def test_call(): pytest.skip('now')\n"
        "def test_fail(): pytest.fail('so it is')\n"
        "def test_import(): pytest.importorskip('numpy')\n"
        "def test_unittest_skip(): raise unittest.SkipTest('old style')\n",
    )
    assert outcomes(ran) == {
        "test_skip": "skipped",
        "test_skipif": "skipped",
        "test_not_skipped": "passed",
        "test_xfail": "skipped",
        "test_xpass": "failed",
        "test_other": "failed",
        "test_unknown_mark": "passed",
        "test_call": "skipped",
        "test_fail": "failed",
        "test_import": "skipped",
        "test_unittest_skip": "skipped",
    }
    assert "so it is" in details(ran)


def test_raises_and_warns() -> None:
    ran = run_tests(
        "def f(x):\n    import warnings\n    warnings.warn('old')\n    return int(x)\n",
        "import pytest\nfrom solution import f\n"
        "def test_value():\n"
        "    with pytest.raises(ValueError) as info: f('x')\n"
        "    assert 'invalid' in str(info.value) and info.type is ValueError\n"
        "    info.match('literal')\n"
        "def test_match():\n"
        "    with pytest.raises((ValueError, KeyError), match='inv.lid'): f('x')\n"
        "def test_call(): pytest.raises(ValueError, f, 'x')\n"
        "def test_nothing():\n"
        "    with pytest.raises(ValueError): f('1')\n"
        "def test_other():\n"
        "    with pytest.raises(KeyError): f('x')\n"
        "def test_no_match():\n"
        "    with pytest.raises(ValueError, match='zzz'): f('x')\n"
        "def test_warns():\n"
        "    with pytest.warns(UserWarning, match='old'): f('1')\n"
        "def test_warns_not():\n"
        "    with pytest.warns(DeprecationWarning): f('1')\n",
    )
    passed = {"test_value", "test_match", "test_call", "test_warns"}
    assert {name for name, outcome in outcomes(ran).items() if outcome == "passed"} == passed
    assert set(outcomes(ran).values()) == {"passed", "failed"}
    assert "did not raise ValueError" in details(ran)


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("0.1 + 0.2 == pytest.approx(0.3)", True),
        ("0.31 == pytest.approx(0.3)", False),
        ("0.31 == pytest.approx(0.3, abs=0.02)", True),
        ("103 == pytest.approx(100, rel=0.05)", True),
        ("106 == pytest.approx(100, rel=0.05)", False),
        ("[0.1 + 0.2, 1] == pytest.approx([0.3, 1.0])", True),
        ("(0.3,) == pytest.approx([0.3, 1.0])", False),
        ("{'a': 0.1 + 0.2} == pytest.approx({'a': 0.3})", True),
        ("{'b': 0.3} == pytest.approx({'a': 0.3})", False),
        ("float('nan') == pytest.approx(float('nan'))", False),
        ("float('nan') == pytest.approx(float('nan'), nan_ok=True)", True),
        ("float('inf') == pytest.approx(1.0)", False),
        ("1e300 == pytest.approx(float('inf'))", False),
        ("None == pytest.approx(0.3)", False),
        ("'x' == pytest.approx(0.3)", False),
        ("Decimal('0.3000000001') == pytest.approx(Decimal('0.3'))", True),
        ("0.3 != pytest.approx(0.3)", False),
    ],
)
def test_approx_is_as_pytests_own(expression: str, holds: bool) -> None:
    from decimal import Decimal

    assert eval(expression, {"pytest": pytest, "Decimal": Decimal}) is holds  # pytest's own word
    source = f"import pytest\nfrom decimal import Decimal\ndef test_it():\n    assert {expression}"
    ran = run_tests(DOUBLE, source)
    assert only(ran).outcome == (Outcome.PASSED if holds else Outcome.FAILED)


def test_fixtures_of_module_class_and_runner() -> None:
    ran = run_tests(
        DOUBLE,
        "import os, pytest, solution\n"
        "log = []\n"
        "@pytest.fixture\ndef one():\n    log.append('up'); yield 1; log.append('down')\n"
        "@pytest.fixture(scope='module')\ndef shared(): return []\n"
        "@pytest.fixture(params=[1, 2])\ndef each(request): return request.param\n"
        "@pytest.fixture(autouse=True)\ndef always(monkeypatch): monkeypatch.setenv('A', 'b')\n"
        "def test_first(one, shared): shared.append(one)\n"
        "def test_second(shared): assert shared == [1] and log == ['up', 'down']\n"
        "def test_each(each): assert each in (1, 2)\n"
        "def test_env(): assert os.environ['A'] == 'b'\n"
        "class TestIn:\n"
        "    @pytest.fixture\n    def two(self, one): return one + 1\n"
        "    def setup_method(self): self.ready = True\n"
        "    def test_two(self, two): assert two == 2 and self.ready\n"
        "def test_path(tmp_path):\n"
        "    (tmp_path / 'x').write_text('y'); assert os.listdir(tmp_path) == ['x']\n"
        "def test_capsys(capsys):\n"
        "    print('out'); out, err = capsys.readouterr(); assert (out, err) == ('out\\n', '')\n"
        "def test_patch(monkeypatch):\n"
        "    monkeypatch.setattr('solution.double', lambda x: 5)\n"
        "    monkeypatch.setattr(solution, 'new', 1, raising=False)\n"
        "    monkeypatch.setitem(log.__class__.__dict__ and {}, 'a', 1)\n"
        "    assert solution.double(1) == 5\n"
        "def test_unpatched(): assert solution.double(1) == 2 and not hasattr(solution, 'new')\n"
        "def test_missing(mocker): pass\n",
    )
    by_name = outcomes(ran)
    assert by_name.pop("test_missing") == "unsupported"
    assert "'mocker'" in details(ran)
    assert set(by_name.values()) == {"passed"}, details(ran)
    assert "test_each[1]" in by_name


def test_a_fixture_that_fails_fails_the_test() -> None:
    ran = run_tests(
        DOUBLE,
        "import pytest\n"
        "@pytest.fixture\ndef bad(): raise ValueError('up')\n"
        "@pytest.fixture\ndef late():\n    yield\n    raise ValueError('down')\n"
        "def test_bad(bad): pass\ndef test_late(late): pass\ndef test_good(): pass\n",
    )
    assert list(outcomes(ran).values()) == ["failed", "failed", "passed"]


def test_what_the_light_pytest_lacks_is_unsupported_not_failed() -> None:
    ran = run_tests(
        DOUBLE,
        "import pytest\n"
        "def test_a(): pytest.register_assert_rewrite('x')\n"
        "def test_b():\n    try:\n        pytest.exit()\n    except Exception: pass\n"
        "@pytest.fixture\ndef asked(request): return request.config\n"
        "def test_c(asked): pass\n"
        "def test_d(): yield 1\n"
        "def test_e(): pass\n",
    )
    assert list(outcomes(ran).values()) == ["unsupported"] * 4 + ["passed"]


def test_async_tests_are_awaited() -> None:
    ran = run_tests(
        "async def f(): return 1",
        "import pytest\nfrom solution import f\n"
        "@pytest.mark.asyncio\nasync def test_it(): assert await f() == 1\n"
        "async def test_wrong(): assert await f() == 2\n",
    )
    assert list(outcomes(ran).values()) == ["passed", "failed"]


def test_unittest_with_setup_subtests_and_skips() -> None:
    ran = run_tests(
        DOUBLE,
        "import unittest\nfrom unittest import TestCase, mock\n" + IMPORT + "import solution\n"
        "class Base(TestCase):\n"
        "    @classmethod\n    def setUpClass(cls): cls.two = 2\n"
        "    def setUp(self): self.x = double(self.two)\n"
        "    def test_equal(self): self.assertEqual(self.x, 4)\n"
        "    def test_unequal(self): self.assertEqual(self.x, 5, 'why')\n"
        "    def test_sub(self):\n"
        "        for i in range(3):\n"
        "            with self.subTest(i=i): self.assertLess(double(i), 3)\n"
        "    @unittest.skip('later')\n    def test_skip(self): self.fail()\n"
        "    @unittest.expectedFailure\n    def test_known(self): self.fail()\n"
        "    def test_exit(self): raise SystemExit(0)\n"
        "    @mock.patch('solution.double')\n    def test_mock(self, m): solution.double(); "
        "m.assert_called_once()\n"
        "if __name__ == '__main__': unittest.main()\n",
    )
    assert outcomes(ran) == {
        "Base.test_equal": "passed",
        "Base.test_exit": "failed",
        "Base.test_known": "skipped",
        "Base.test_mock": "passed",
        "Base.test_skip": "skipped",
        "Base.test_sub": "failed",
        "Base.test_unequal": "failed",
    }
    assert "4 != 5 : why" in details(ran)
    assert "(i=2)" in details(ran)


def test_a_setupclass_that_fails_fails_its_tests() -> None:
    ran = run_tests(
        DOUBLE,
        "import unittest\n"
        "class Test(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls): raise ValueError('up')\n"
        "    def test_a(self): pass\n"
        "    def test_b(self): pass\n"
        "unittest.main()\n",
    )
    assert outcomes(ran) == {"Test.test_a": "failed", "Test.test_b": "failed"}
    assert "ValueError: up" in details(ran)


def test_an_interrupted_unittest_has_not_passed() -> None:
    ran = run_tests(
        "def f(): raise KeyboardInterrupt",
        "import unittest\nfrom solution import f\n"
        "class Test(unittest.TestCase):\n"
        "    def test_a(self): pass\n"
        "    def test_b(self): f()\n"
        "    def test_c(self): pass\n",
    )
    assert list(outcomes(ran).values()) == ["passed", "failed", "failed"]
    assert "KeyboardInterrupt" in details(ran)


def test_an_interrupted_doctest_has_not_passed() -> None:
    program = "def f(): raise KeyboardInterrupt"
    ran = run_tests(program, ">>> 1\n1\n>>> f()\n>>> 2\n2\n", kind=TestKind.DOCTEST)
    assert list(outcomes(ran).values()) == ["passed", "failed", "failed"]


def test_patched_test_functions_get_their_mocks_and_fixtures() -> None:
    ran = run_tests(
        DOUBLE,
        "from unittest.mock import patch\nimport solution\n"
        "@patch('solution.double')\n"
        "def test_it(mocked, tmp_path):\n"
        "    mocked.return_value = 3\n    assert solution.double(1) == 3 and tmp_path.exists()\n",
    )
    assert outcomes(ran) == {"test_it": "passed"}, details(ran)


def test_doctests_each_example_is_a_case() -> None:
    ran = run_tests(
        DOUBLE,
        "Text.\n\n    >>> y = 4\n    >>> double(y)\n    8\n\n>>> double(1)\n3\n"
        ">>> double(None)\n1\n>>> double('a'\n...   )\n'aa'\n"
        ">>> 1/0\nTraceback (most recent call last):\nZeroDivisionError: division by zero\n"
        ">>> double(7) # doctest: +SKIP\n0\n",
        kind=TestKind.DOCTEST,
    )
    by_line = sorted(ran.cases, key=lambda case: int(case.name.split(":")[0].removeprefix("line ")))
    assert [str(case.outcome) for case in by_line] == [
        "passed", "passed", "failed", "failed", "passed", "passed", "skipped",
    ]  # fmt: skip
    assert ran.planned == 7
    assert "expected '3', got '2'" in details(ran)
    assert "line 3: y = 4" in outcomes(ran)


def test_doctests_of_the_program_itself_are_not_run() -> None:
    program = 'def double(x):\n    """\n    >>> double(1)\n    99\n    """\n    return 2 * x\n'
    assert outcomes(run_tests(program, ">>> double(1)\n2\n", kind=TestKind.DOCTEST)) == {
        "line 1: double(1)": "passed"
    }


def test_text_without_examples_is_not_the_programs_fault() -> None:
    assert only(run_tests(DOUBLE, "nothing\n", kind=TestKind.DOCTEST)).outcome == "unsupported"


def test_check_goes_on_after_a_failed_statement() -> None:
    ran = run_tests(
        DOUBLE,
        "METADATA = {}\n"
        "def check(candidate):\n"
        "    base = 1\n"
        "    assert candidate(base) == 2\n"
        "    assert candidate(base) == 3\n"
        "    for i in range(3):\n        assert candidate(i) == 2 * i\n"
        "    assert candidate(None)\n"
        "    assert True, 'prints'\n"
        "check(double)\n",
        entry_point="double",
    )
    assert ran.planned == 5
    assert [str(c.outcome) for c in ran.cases] == [
        "passed", "failed", "passed", "failed", "passed",
    ]  # fmt: skip


def test_check_without_asserts_of_its_own_is_split_by_the_candidates_use() -> None:
    ran = run_tests(
        DOUBLE,
        "def same(a, b): assert a == b\n"
        "def check(candidate):\n"
        "    inputs = [1, 2]\n"
        "    for i in inputs: same(candidate(i), 2 * i)\n"
        "    same(candidate(3), 7)\n",
        entry_point="double",
    )
    assert [str(c.outcome) for c in ran.cases] == ["passed", "failed"]


def test_check_takes_the_entry_point_from_its_own_call() -> None:
    source = "def check(candidate):\n    assert candidate(1) == 2\ncheck(double)\n"
    assert only(run_tests(DOUBLE, source)).outcome == "passed"


@pytest.mark.parametrize(
    "test",
    [
        "def test_check(): check(double)\n",
        "class TestIt:\n    def test_check(self): check(double)\n",
    ],
)
def test_check_that_a_test_calls_itself_is_its_helper(test: str) -> None:
    source = f"def check(candidate):\n    assert candidate(1) == 2\n{test}"
    for entry_point in (None, "double"):
        (case,) = run_tests(DOUBLE, source, entry_point=entry_point).cases
        assert (case.name.endswith("test_check"), case.outcome) == (True, Outcome.PASSED)
    wrong = run_tests("def double(x): return 3\n", source)
    assert [case.outcome for case in wrong.cases] == [Outcome.FAILED]


def test_check_without_any_entry_point_is_unsupported() -> None:
    source = "def check(candidate):\n    assert candidate(1) == 2\n"
    assert only(run_tests(DOUBLE, source)).outcome == "unsupported"


def test_plain_asserts_see_the_programs_names_and_go_on_after_a_failure() -> None:
    ran = run_tests(
        DOUBLE, "x = 2\nassert double(x) == 5\nassert double(x) == 4\nassert double(1) == 2\n"
    )
    assert [str(c.outcome) for c in ran.cases] == ["failed", "passed", "passed"]
    assert ran.cases[0].name == "line 2: assert double(x) == 5"


def test_an_exception_between_plain_asserts_fails_the_rest() -> None:
    ran = run_tests(DOUBLE, "assert double(1) == 2\nx = double(None)\nassert True\nassert True\n")
    assert [str(c.outcome) for c in ran.cases] == ["passed", "failed", "failed"]


def test_an_exception_after_the_last_assert_counts_too() -> None:
    ran = run_tests(DOUBLE, "assert double(1) == 2\ndouble(None)\n")
    assert [str(c.outcome) for c in ran.cases] == ["passed", "failed"]
    assert ran.planned == 2


def test_a_program_cannot_bring_tests_or_shadow_builtins() -> None:
    program = (
        DOUBLE + "def test_mine(): pass\nclass TestMine:\n    def test_x(self): pass\n"
        "def sorted(x): return [1]\n"
    )
    for source in ("from solution import *\n", ""):
        ran = run_tests(program, source + "def test_it(): assert double(1) == 2\n")
        assert outcomes(ran) == {"test_it": "passed"}
    assert only(run_tests(program, "assert sorted([2, 1]) == [1, 2]\n")).outcome == "passed"


def test_an_entry_point_named_like_a_builtin_is_the_programs() -> None:
    ran = run_tests("def sum(x): return 7", "assert sum([1]) == 7\n", entry_point="sum")
    assert only(ran).outcome == "passed"


def test_several_pieces_of_test_code_are_one_run() -> None:
    ran = run_tests(DOUBLE, IMPORT + "def test_a(): pass\n", "assert double(1) == 2\n", "(")
    assert [str(c.outcome) for c in ran.cases] == ["passed", "passed", "unsupported"]
    assert ran.planned == 3


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        ("import numpy\ndef test_a(): pass\n", "the tests import numpy"),
        ("def test_a():\n    import numpy\n", "the tests import numpy"),
        ("import pytest\nfrom pytest import MonkeyPatch\ndef test_a(): pass\n", "MonkeyPatch"),
        ("def test_a(:", "don't parse"),
        ("x = '\0'", "don't parse"),
        ("def helper(): pass\n", "no tests were found"),
    ],
)
def test_tests_that_cannot_run_say_nothing_about_the_program(tests: str, why: str) -> None:
    case = only(run_tests(DOUBLE, tests))
    assert case.outcome == "unsupported"
    assert why in case.detail


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import numpy\n" + DOUBLE, "the program imports numpy, which isn't available here"),
        ("def double(x:", "SyntaxError"),
        ("x = '\ud800'\n" + DOUBLE, "surrogates not allowed"),
        ("x = '\0'", "null bytes"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import sys; sys.exit(0)", "called sys.exit(0)"),
        ("raise BaseException('x')", "BaseException: x"),
        ("def triple(x): return 3 * x", "doesn't define double"),
        ("input()", "EOFError"),
    ],
)
def test_a_program_that_cannot_be_imported_fails_every_case(program: str, why: str) -> None:
    ran = run_tests(program, "assert double(1) == 2\nassert True\n", entry_point="double")
    assert ran.complete
    assert [str(c.outcome) for c in ran.cases] == ["failed", "failed"]
    assert why in ran.cases[0].detail
    alone = only(run_tests(program, entry_point="double"))
    assert (alone.name, str(alone.outcome)) == ("solution", "failed")


def test_a_name_that_the_tests_import_and_the_program_lacks_fails() -> None:
    case = only(run_tests(DOUBLE, "from solution import triple\ndef test_a(): pass\n"))
    assert case.outcome == "failed"
    assert "cannot import name 'triple'" in case.detail


def test_without_tests_a_program_that_loads_leaves_no_case() -> None:
    ran = run_tests(DOUBLE, entry_point="double")
    assert (ran.complete, ran.planned, ran.cases) == (True, 0, ())


def test_the_programs_source_can_be_inspected() -> None:
    ran = run_tests(
        DOUBLE + "from dataclasses import dataclass\n@dataclass\nclass D:\n    x: int\n",
        "import inspect, solution\n"
        "def test_it():\n"
        "    assert inspect.getsource(solution.double) == 'def double(x):\\n    return 2 * x\\n'\n"
        "    assert solution.D(1) == solution.D(1)\n"
        "    assert solution.double.__module__ == __name__.replace('test_', '') == 'solution'\n",
    )
    assert outcomes(ran) == {"test_it": "passed"}, details(ran)
