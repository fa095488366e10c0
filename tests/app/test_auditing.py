"""Tests that are put to the test, in a real sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from paragen.app.auditing import audit_tests
from paragen.domain.audit import Audit
from paragen.domain.candidate import Verdict
from paragen.domain.ports import Cancel
from paragen.domain.status import Status
from paragen.domain.task import Example, Limits, Task, TestCode
from tests.sandbox.harness import sandbox

CLAMP = """\
def clamp(x, low, high):
    if x < low:
        return low
    if x > high:
        return high
    return x
"""
WEAK = "assert clamp(2, 1, 3) == 2\n"
STRONG = f"{WEAK}assert clamp(0, 1, 3) == 1\nassert clamp(9, 1, 3) == 3\n"
PASSED = Verdict(status=Status.PASSED, tests_passed=1, tests_total=1)


def task(*tests: str, **fields: Any) -> Task:
    codes = tuple(TestCode(source=source, origin="t.md") for source in tests)
    return Task(name="t", prompt="p", sha256="0", tests=codes, **fields)


def audit(one: Task, program: str, verdict: Verdict = PASSED) -> Audit | None:
    return audit_tests(one, program, verdict, sandbox(), Cancel())


def test_weak_tests_are_found_out() -> None:
    found = audit(task(WEAK, entry_point="clamp"), CLAMP)
    assert found is not None
    assert (found.weak, found.stubs, found.stubs_passed) == (True, 7, 1)
    assert found.survivors[0] == "a stub: clamp() returns its first argument"
    assert "`return None` for `return low` in line 3" in found.survivors
    assert len(found.survivors) == found.stubs_passed + found.mutants_passed


def test_strong_tests_fail_all_but_what_does_the_same() -> None:
    program = CLAMP + "\n\ndef unused(a):\n    return a\n"
    found = audit(task(STRONG, entry_point="clamp"), CLAMP)
    assert found is not None
    assert (found.stubs_passed, found.mutants) == (0, 7)
    equivalent = {"`<=` for `<` in line 2", "`>=` for `>` in line 4"}
    assert set(found.survivors) == equivalent, "at the bounds they do the same"
    assert audit(task(STRONG, entry_point="clamp"), program) != found


@pytest.mark.slow
def test_mutants_that_loop_are_ended_soon() -> None:
    program = "def count(n):\n    i = 9\n    while i < n:\n        i += 1\n    return i + 1\n"
    hours = Limits(cpu_s=7200, wall_s=7200, scales=False)
    found = audit(task("assert count(12) == 13\n", entry_point="count", limits=hours), program)
    assert found is not None
    assert found.mutants == 10
    assert "`i += 1` dropped in line 4" not in found.survivors, "it would take those hours"


def test_scripts_are_audited_by_their_examples() -> None:
    pairs = [Example(name=str(n), stdin=f"{n}\n", stdout=f"{2 * n}\n") for n in (1, 2)]
    program = "print(int(input()) * 2)\n"
    one = audit(task(examples=tuple(pairs[:1])), program)
    both = audit(task(examples=tuple(pairs)), program)
    assert one is not None
    assert one.survivors[0] == "a stub that always prints the first example's output"
    assert both is not None
    assert both.stubs_passed == 0


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (task(entry_point="clamp"), PASSED),
        (task(WEAK, entry_point="clamp"), Verdict(status=Status.FAILED, tests_total=1)),
        (task(WEAK, entry_point="clamp", language="c"), PASSED),
    ],
)
def test_there_is_none_without_tests_or_a_pass(one: Task, verdict: Verdict) -> None:
    assert audit(one, CLAMP, verdict) is None


def test_there_is_none_once_interrupted() -> None:
    cancel = Cancel()
    cancel.throw()
    one = task(WEAK, entry_point="clamp")
    assert audit_tests(one, CLAMP, PASSED, sandbox(), cancel) is None


@pytest.mark.parametrize(
    ("stubs_passed", "mutants_passed", "weak"),
    [(0, 0, False), (0, 5, False), (0, 6, True), (1, 0, True)],
)
def test_a_few_mutants_say_nothing(stubs_passed: int, mutants_passed: int, weak: bool) -> None:
    found = Audit(stubs=7, stubs_passed=stubs_passed, mutants=20, mutants_passed=mutants_passed)
    assert found.weak is weak
