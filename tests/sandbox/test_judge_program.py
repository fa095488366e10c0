"""Judging a program from a task to a verdict, through the real sandbox."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from paragen.domain.candidate import Verdict
from paragen.domain.command import Command, Ran, ToolRun
from paragen.domain.errors import SandboxFault, SandboxRefusal
from paragen.domain.ports import Cancel
from paragen.domain.status import Status
from paragen.domain.task import Example, Limits, Task, TestCode
from paragen.domain.tournament import SandboxState
from paragen.sandbox.judge import judge_program
from tests.sandbox.harness import DOUBLE, sandbox

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "humaneval_even.jsonl"


def task(*tests: str, **fields: Any) -> Task:
    return Task(
        name="t",
        prompt="p",
        sha256="0",
        tests=tuple(TestCode(source=t, origin="t.md") for t in tests),
        **fields,
    )


def judge(one: Task, program: str) -> tuple[Verdict, dict[str, float]]:
    return judge_program(one, program, sandbox(), Cancel())


def test_a_right_program_passes_with_numbers_and_measures() -> None:
    verdict, measures = judge(task("assert double(1) == 2\nassert double(2) == 4\n"), DOUBLE)
    assert (verdict.status, verdict.tests_passed, verdict.tests_total) == (Status.PASSED, 2, 2)
    assert (verdict.level, verdict.sealed) == ("none", False)
    assert 0 < verdict.execution_s < 5
    assert 0 < verdict.test_s < 5
    assert verdict.peak_bytes is not None
    assert measures["correctness"] == 1
    assert measures["documentation"] < 1


@pytest.mark.parametrize(
    ("program", "status", "passed", "detail"),
    [
        ("def double(x): return 3", Status.FAILED, 0, "line 1: assert double(1) == 2: got 3"),
        ("def double(x:", Status.FAILED, 0, "SyntaxError"),
        ("import sys; sys.exit(0)", Status.FAILED, 0, "sys.exit(0)"),
        ("import os; os._exit(0)", Status.CRASHED, 0, "ended the test process itself"),
        ("def double(x):\n  while x > 1: pass\n  return 2", Status.TIMEOUT, 1, "0.3 s of CPU"),
        ("import time\ndef double(x): time.sleep(9)", Status.TIMEOUT, 0, "4 s on the clock"),
        ("def double(x): return bytearray(1 << 40)", Status.MEMORY, 0, "MiB of memory"),
        ("def double(x): print('x' * 2000000)", Status.CRASHED, 0, "printed more than"),
        ("def double(x): import os; os.kill(0, 11)", Status.CRASHED, 0, "SIGSEGV"),
    ],
)
@pytest.mark.slow
def test_every_way_to_fail(program: str, status: Status, passed: int, detail: str) -> None:
    tests = task(
        "assert double(1) == 2\nassert double(2) == 4\n", limits=Limits(cpu_s=0.3, wall_s=4.0)
    )
    verdict, measures = judge(tests, program)
    assert (verdict.status, verdict.tests_passed, verdict.tests_total) == (status, passed, 2)
    assert detail in verdict.detail
    assert "correctness" in measures


def test_tests_that_cannot_run_leave_the_program_unjudged() -> None:
    verdict, measures = judge(task("import numpy\nassert double(1) == 2\n"), DOUBLE)
    assert verdict.status is Status.NOT_JUDGED
    assert "numpy" in verdict.detail
    assert measures == {}


def test_without_tests_a_program_must_load() -> None:
    one = task(entry_point="double")
    verdict, _ = judge(one, DOUBLE)
    assert (verdict.status, verdict.tests_passed, verdict.tests_total) == (Status.PASSED, 0, 0)
    verdict, _ = judge(one, "x = 1")
    assert (verdict.status, verdict.tests_total) == (Status.FAILED, 0)
    assert "double" in verdict.detail


def test_examples_compare_what_is_printed() -> None:
    one = task(
        examples=(
            Example(name="one", stdin="1\n", stdout="2\n"),
            Example(name="two", stdin="2\n", stdout="4"),
        )
    )
    program = "x = int(input())\nprint(2 * x, ' ')\nprint()\n"
    assert judge(one, program)[0].status is Status.PASSED
    verdict, _ = judge(one, "print(2)\n")
    assert (verdict.status, verdict.tests_passed, verdict.tests_total) == (Status.FAILED, 1, 2)
    assert verdict.detail == "two: line 1: expected '4', got '2'"
    verdict, _ = judge(one, "print(2); raise SystemExit(1)")
    assert (verdict.status, verdict.tests_passed) == (Status.CRASHED, 0)


def test_a_limit_in_the_first_example_ends_the_judging() -> None:
    examples = tuple(Example(name=str(n), stdin="", stdout="") for n in range(50))
    verdict, _ = judge(task(examples=examples, limits=Limits(cpu_s=0.2)), "while True: pass")
    assert (verdict.status, verdict.tests_passed, verdict.tests_total) == (Status.TIMEOUT, 0, 50)
    assert verdict.execution_s < 2


def test_tests_and_examples_count_together() -> None:
    one = task("assert double(1) == 2\n", examples=(Example(name="e", stdin="", stdout="x"),))
    verdict, _ = judge(one, DOUBLE + "if __name__ == '__main__': print('x')\n")
    assert (verdict.status, verdict.tests_passed, verdict.tests_total) == (Status.PASSED, 2, 2)


def test_a_thrown_cancel_is_no_verdict() -> None:
    cancel = Cancel()
    cancel.throw()
    verdict, measures = judge_program(task("assert True\n"), DOUBLE, sandbox(), cancel)
    assert (verdict.status, measures) == (Status.CANCELLED, {})


class Faulty:
    """A sandbox that fails as often as it is told to, and then does its work."""

    def __init__(self, faults: int, tools: bool = True) -> None:
        self.faults = faults
        self.tools = tools

    @property
    def state(self) -> SandboxState:
        return SandboxState(level="none", sealed=False)

    @property
    def workers(self) -> int:
        return 1

    def run(self, command: Command, cancel: Cancel) -> Ran:
        if isinstance(command, ToolRun) and not self.tools:
            raise SandboxFault("no such tool")
        if self.faults:
            self.faults -= 1
            raise SandboxFault("no processes left")
        return sandbox().run(command, cancel)

    def close(self) -> None:
        """Nothing to do."""


def test_a_fault_of_the_sandbox_is_tried_again_once() -> None:
    one = task("assert double(1) == 2\n")
    assert judge_program(one, DOUBLE, Faulty(1), Cancel())[0].status is Status.PASSED
    verdict, measures = judge_program(one, DOUBLE, Faulty(2), Cancel())
    assert verdict.status is Status.NOT_JUDGED
    assert verdict.detail == "the sandbox failed: no processes left"
    assert measures == {}


def test_a_refusal_is_not_tried_again_and_says_why() -> None:
    asked: list[Command] = []

    class Refusing(Faulty):
        def run(self, command: Command, cancel: Cancel) -> Ran:
            asked.append(command)
            raise SandboxRefusal("it can't be sealed: why.")

    verdict, measures = judge_program(task("assert True\n"), DOUBLE, Refusing(0), Cancel())
    assert (verdict.status, verdict.detail) == (Status.NOT_JUDGED, "it can't be sealed: why.")
    assert (len(asked), measures) == (1, {})


def test_without_a_linter_there_are_no_measures() -> None:
    one = task("assert double(1) == 2\n")
    verdict, measures = judge_program(one, DOUBLE, Faulty(0, tools=False), Cancel())
    assert (verdict.status, measures) == (Status.PASSED, {})


@pytest.mark.skipif(not CORPUS.exists(), reason="the public corpus isn't here")
@pytest.mark.parametrize(("body", "passes"), [(None, 82), ("    return None\n", 0)])
def test_human_eval_solutions_pass_and_stubs_fail(body: str | None, passes: int) -> None:
    problems = [json.loads(line) for line in CORPUS.read_text().splitlines()]

    def status(problem: dict[str, str]) -> tuple[str, Status]:
        program = problem["prompt"] + (body or problem["canonical_solution"])
        one = task(problem["test"], entry_point=problem["entry_point"])
        return problem["task_id"], judge(one, program)[0].status

    with ThreadPoolExecutor(4) as pool:
        found = dict(pool.map(status, problems))
    assert sum(s is Status.PASSED for s in found.values()) == passes, found
