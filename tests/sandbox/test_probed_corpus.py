"""What probes tell of real answers of real models: right programs agree, wrong ones hardly do.

The probe inputs come from the prompts alone; who is right is known from tests that they don't see.
"""

from __future__ import annotations

import json
from itertools import combinations, product
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from paragen.checks.probe_inputs import probe_inputs
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Generator, Instance
from paragen.domain.ports import Cancel
from paragen.domain.status import Status
from paragen.domain.task import Limits, Task, TestCode
from paragen.judge.agree import within
from paragen.parse.answer import extract
from paragen.sandbox.judge import judge_program, probed
from tests.sandbox import harness

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
PROBLEMS, ANSWERS = 16, 12

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CORPUS.exists(), reason="the public corpus isn't here"),
]


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / name).read_text("utf-8").splitlines()]


def candidates(problem: dict[str, Any], answers: list[str]) -> list[tuple[bool, Candidate]]:
    """Those whose program could be run to its end, with whether it is right."""
    name = problem["entry_point"]
    limits = Limits(cpu_s=3, wall_s=10)
    task = Task(name=name, prompt=problem["prompt"], sha256="", entry_point=name, limits=limits)
    tests = (TestCode(source=problem["test"], origin="test"),)
    tested = Task(name=name, prompt="", sha256="", entry_point=name, tests=tests, limits=limits)
    found = []
    for number, answer in enumerate(answers):
        code = extract(answer, entry_point=name, prompt=task.prompt).code
        if code is None:
            continue
        verdict, _ = judge_program(tested, code, harness.sandbox(), Cancel(), measured=False)
        if verdict.status not in (Status.PASSED, Status.FAILED):
            continue
        outputs = probed(task, code, probe_inputs(task), harness.sandbox(), Cancel())
        instance = Instance(generator=Generator(name="g", model="m"), copy=number, seed=0)
        candidate = Candidate(
            attempt=Attempt(id=f"c{number}", instance=instance),
            status=Status.PASSED,
            code=code,
            outputs=outputs,
        )
        if outputs is not None:
            found.append((verdict.status is Status.PASSED, candidate))
    return found


def test_right_programs_agree_and_wrong_ones_hardly_do() -> None:
    answers: dict[str, list[str]] = {}
    for row in lines("locals_even.jsonl"):
        answers.setdefault(row["task_id"], []).append(row["answer"])
    among_right: list[float] = []
    with_wrong: list[float] = []
    for problem in lines("humaneval_even.jsonl")[:PROBLEMS]:
        found = candidates(problem, answers[problem["task_id"]][::8][:ANSWERS])
        right = [candidate for is_right, candidate in found if is_right]
        wrong = [candidate for is_right, candidate in found if not is_right]
        among_right += [within((a, b)) for a, b in combinations(right, 2)]
        with_wrong += [within((a, b)) for a, b in product(right, wrong)]
    assert len(among_right) > 50
    assert len(with_wrong) > 50
    assert fmean(among_right) > 0.9
    assert fmean(with_wrong) < 0.6
