"""What checks plan, and what they read from results of every kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen import checks
from paragen.checks import stdio
from paragen.domain.command import CaseResult, Ending, Outcome, Ran, ScriptRun, TestRun
from paragen.domain.status import Status
from paragen.domain.task import Example, Limits, Task, TestCode

PASSED, FAILED, SKIPPED, UNSUPPORTED = (
    CaseResult(name=o, outcome=o, detail="" if o is Outcome.PASSED else "why") for o in Outcome
)
TESTS = (TestCode(source="assert True", origin="t.md"),)
EXAMPLES = (Example(name="e1", stdin="1", stdout="1"), Example(name="e2", stdin="2", stdout="2"))


def task(**fields: Any) -> Task:
    return Task(name="t", prompt="p", sha256="0", **fields)


def ran(*cases: CaseResult, **fields: Any) -> Ran:
    known: dict[str, Any] = {
        "ending": Ending.EXITED, "exit_code": 0, "planned": len(cases), "complete": True,
        "cpu_s": 0.5, "wall_s": 1.0, "level": "none",
    }  # fmt: skip
    return Ran(cases=cases, **{**known, **fields})


def test_all_tests_are_one_run_and_every_example_another() -> None:
    limits = Limits(cpu_s=3)
    one = task(tests=TESTS * 2, examples=EXAMPLES, entry_point="f", limits=limits)
    first, *others = checks.plan(one, "x")
    assert first == TestRun(
        program="x", language="python", tests=TESTS * 2, entry_point="f", limits=limits
    )
    assert others == [
        ScriptRun(program="x", language="python", stdin=e.stdin, limits=limits) for e in EXAMPLES
    ]


def test_without_tests_the_program_is_only_loaded() -> None:
    (command,) = checks.plan(task(entry_point="f"), "x")
    assert isinstance(command, TestRun)
    assert (command.tests, command.entry_point) == ((), "f")


@pytest.mark.parametrize(
    ("result", "status", "numbers", "detail"),
    [
        (ran(PASSED, PASSED), Status.PASSED, (2, 2), ""),
        (ran(PASSED, SKIPPED), Status.PASSED, (1, 1), ""),
        (ran(PASSED, FAILED), Status.FAILED, (1, 2), "failed: why"),
        (ran(UNSUPPORTED, FAILED), Status.FAILED, (0, 2), "failed: why"),
        (ran(UNSUPPORTED, PASSED), Status.NOT_JUDGED, (1, 2), "unsupported: why"),
        (ran(SKIPPED, SKIPPED), Status.NOT_JUDGED, (0, 0), "no test ran: all 2 were skipped"),
        (ran(), Status.NOT_JUDGED, (0, 0), "no test ran: none was found"),
        (ran(PASSED, planned=2), Status.CRASHED, (1, 2), "some tests were never reported"),
        (ran(PASSED, complete=False, detail="left"), Status.CRASHED, (1, 1), "left"),
        (ran(complete=False, planned=None), Status.CRASHED, (0, 0), "did not run to their end"),
        (ran(PASSED, ending=Ending.CPU_LIMIT, planned=3, detail="1"), Status.TIMEOUT, (1, 3), "1"),
        (ran(SKIPPED, ending=Ending.WALL_LIMIT, planned=3), Status.TIMEOUT, (0, 2), "wall_limit"),
        (ran(FAILED, ending=Ending.MEMORY_LIMIT), Status.MEMORY, (0, 1), "memory_limit"),
        (ran(PASSED, ending=Ending.OUTPUT_LIMIT), Status.CRASHED, (1, 1), "output_limit"),
        (ran(PASSED, ending=Ending.SIGNALLED), Status.CRASHED, (1, 1), "signalled"),
        (ran(PASSED, ending=Ending.CANCELLED), Status.CANCELLED, (1, 1), "cancelled"),
    ],
)  # fmt: skip
def test_what_a_run_of_tests_means(
    result: Ran, status: Status, numbers: tuple[int, int], detail: str
) -> None:
    verdict = checks.read(task(tests=TESTS), (result,))
    assert verdict.status is status
    assert (verdict.tests_passed, verdict.tests_total) == numbers
    assert detail in verdict.detail
    assert bool(detail) == bool(verdict.detail)


@pytest.mark.parametrize(
    ("result", "status", "detail"),
    [
        (ran(), Status.PASSED, ""),
        (ran(FAILED), Status.FAILED, "why"),
        (ran(complete=False), Status.CRASHED, "did not end"),
        (ran(ending=Ending.WALL_LIMIT, detail="2 s"), Status.TIMEOUT, "2 s"),
    ],
)
def test_what_loading_means(result: Ran, status: Status, detail: str) -> None:
    verdict = checks.read(task(), (result,))
    assert verdict.status is status
    assert (verdict.tests_passed, verdict.tests_total) == (0, 0)
    assert detail in verdict.detail


@pytest.mark.parametrize(
    ("results", "status", "passed", "detail"),
    [
        ([ran(stdout="1\n"), ran(stdout="2")], Status.PASSED, 2, ""),
        ([ran(stdout="1"), ran(stdout="3")], Status.FAILED, 1, "e2: line 1: expected '2', got '3'"),
        ([ran(stdout="1\n2"), ran(stdout="2")], Status.FAILED, 1, "line 2: expected the end, got"),
        ([ran(stdout=""), ran(stdout="2")], Status.FAILED, 1, "expected '1', got ''"),
        ([ran(stdout="1", exit_code=1, stderr="a\nb"), ran(stdout="2")], Status.CRASHED, 1,
         "e1: exit code 1: b"),
        ([ran(stdout="1"), ran(ending=Ending.CPU_LIMIT, detail="1 s")], Status.TIMEOUT, 1, "1 s"),
        ([ran(stdout="3"), ran(ending=Ending.MEMORY_LIMIT)], Status.MEMORY, 0, "memory"),
        ([ran(stdout="1")], Status.NOT_JUDGED, 1, "not every example was run"),
        ([ran(stdout="3")], Status.FAILED, 0, "e1"),
        ([], Status.NOT_JUDGED, 0, ""),
    ],
)  # fmt: skip
def test_what_examples_mean(results: list[Ran], status: Status, passed: int, detail: str) -> None:
    verdict = checks.read(task(examples=EXAMPLES), tuple(results))
    assert verdict.status is status
    assert (verdict.tests_passed, verdict.tests_total) == (passed, 2)
    assert detail in verdict.detail


def test_a_long_line_is_shown_short() -> None:
    verdict = checks.read(task(examples=EXAMPLES[:1]), (ran(stdout="x" * 999),))
    assert len(verdict.detail) < 200


def test_only_an_ending_that_is_not_the_programs_own_decides_early() -> None:
    assert checks.decides(ran(ending=Ending.CPU_LIMIT))
    assert not checks.decides(ran(FAILED, exit_code=1))


def test_what_was_not_run_is_not_judged() -> None:
    assert checks.read(task(tests=TESTS), ()).status is Status.NOT_JUDGED
    assert checks.read(task(), ()).status is Status.NOT_JUDGED


def test_the_gravest_part_names_the_verdict_and_numbers_add_up() -> None:
    both = task(tests=TESTS, examples=EXAMPLES)
    printed = (ran(stdout="1"), ran(stdout="2"))
    verdict = checks.read(both, (ran(PASSED, peak_bytes=5, sealed=True), *printed))
    assert (verdict.status, verdict.tests_passed, verdict.tests_total) == (Status.PASSED, 3, 3)
    assert (verdict.execution_s, verdict.test_s, verdict.peak_bytes) == (1.5, 3.0, 5)
    assert (verdict.level, verdict.sealed) == ("none", False)
    unsupported = checks.read(both, (ran(UNSUPPORTED), ran(stdout="9"), ran(stdout="2")))
    assert unsupported.status is Status.FAILED
    early = checks.read(both, (ran(ending=Ending.CPU_LIMIT, planned=4),))
    assert (early.status, early.tests_total) == (Status.TIMEOUT, 6)


def test_a_verdict_is_sealed_only_if_every_run_was() -> None:
    both = task(examples=EXAMPLES)
    sealed = checks.read(both, (ran(stdout="1", sealed=True), ran(stdout="2", sealed=True)))
    assert sealed.sealed
    assert not checks.read(both, (ran(stdout="1", sealed=True), ran(stdout="2"))).sealed


def test_why_a_verdict_is_not_sealed() -> None:
    both = task(tests=TESTS, examples=EXAMPLES[:1])
    one, other = ran(PASSED, unsealed_because="why"), ran(stdout="1", sealed=True)
    assert checks.read(both, (one, other)).unsealed_because == "why"
    assert checks.read(both, (ran(PASSED, sealed=True), other)).unsealed_because == ""
    (asked,) = checks.plan(task(tests=TESTS, sealed=False), "x")
    assert isinstance(asked, TestRun)
    assert "sealed: false" in asked.unsealed_because


def test_packages_are_named_in_every_run() -> None:
    for one in (task(tests=TESTS, examples=EXAMPLES), task()):
        for command in checks.plan(replace(one, packages=("numpy",)), "x"):
            assert isinstance(command, TestRun | ScriptRun)
            assert command.packages == ("numpy",)


CASES = st.lists(st.sampled_from([PASSED, FAILED, SKIPPED, UNSUPPORTED]), max_size=6)
RESULTS = st.builds(
    lambda cases, ending, complete, extra: ran(
        *cases, ending=ending, complete=complete, planned=len(cases) + extra
    ),
    CASES, st.sampled_from(Ending), st.booleans(), st.integers(0, 3),
)  # fmt: skip


@given(RESULTS)
def test_nothing_passes_without_a_complete_report_of_only_passes(result: Ran) -> None:
    verdict = checks.read(task(tests=TESTS), (result,))
    assert 0 <= verdict.tests_passed <= verdict.tests_total
    counted = [c for c in result.cases if c.outcome is not Outcome.SKIPPED]
    clean = (
        result.ending is Ending.EXITED
        and result.complete
        and result.planned == len(result.cases)
        and bool(counted)
        and all(c.outcome is Outcome.PASSED for c in counted)
    )
    assert (verdict.status is Status.PASSED) == clean
    if verdict.status is Status.PASSED:
        assert verdict.tests_passed == verdict.tests_total > 0


@given(st.lists(st.text(), max_size=4), st.text(" \t", max_size=3), st.integers(0, 3))
def test_trailing_white_space_makes_no_difference(lines: list[str], tail: str, more: int) -> None:
    plain = "\n".join(lines)
    spaced = "\n".join(line + tail for line in plain.split("\n")) + "\n" * more
    assert stdio.normal(spaced) == stdio.normal(plain)


def test_leading_white_space_and_inner_lines_do() -> None:
    assert stdio.normal(" a") != stdio.normal("a")
    assert stdio.normal("a\n\nb") != stdio.normal("a\nb")
    assert stdio.normal("a\r\nb\r\n") == "a\nb"


@pytest.mark.parametrize(
    ("wanted", "got", "alike"),
    [
        ("1 2\n3", "1.0 2e0\n\t3.000 ", True),
        ("\n  YES\nNO\n\n", "YES\n NO", True),
        ("1", "1.0000001", False),
        ("50000000000000000", "50000000000000001", False),
        ("1 2", "1\n2", False),
        ("1 2", "1 2 3", False),
        ("YES 1", "YES 1.0", False),
        ("a b", "a  b", False),
        ("", "0", False),
        ("nan", "NaN", False),
        ("sNaN", "nan", False),
        ("1\n\n2", "1\n2", False),
    ],
)
def test_a_loose_example_takes_numbers_by_their_value(wanted: str, got: str, alike: bool) -> None:
    assert stdio.alike(wanted, got) is alike
    loose = task(examples=(Example(name="e", stdin="", stdout=wanted, loose=True),))
    strict = task(examples=(Example(name="e", stdin="", stdout=wanted),))
    printed = (ran(stdout=got),)
    assert (checks.read(loose, printed).status is Status.PASSED) is alike
    assert checks.read(strict, printed).status is Status.FAILED


@given(st.text(max_size=30))
def test_a_loose_example_takes_all_that_another_takes(text: str) -> None:
    assert stdio.alike(stdio.normal(text), stdio.normal(text))
