"""EvalPlus's own execution, over inputs and outputs recorded from the problems' own tests.

    python -m tests.bench.peers.with_evalplus PROBLEMS [--command]

EvalPlus compares outputs over inputs instead of running tests, and its data sets are not in its
package. So it is given, for each problem, the arguments of every call that the problem's
`check` makes and what the solution returned: the same calls that the others make.
Without `--command` only `evalplus.eval` is imported, and `untrusted_check` is called: a small
process, in its favour. With it, all that its command imports is, and what it submits is called.
At once they run as its command runs them, in a pool of processes which fork one more each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from importlib import import_module, metadata
from typing import Any

from tests.bench.peers.problems import Problem, load
from tests.bench.peers.serving import not_installed, serve

LEAST_LIMIT_S = 60.0
"""Costs nothing, and keeps a loaded machine from failing honest solutions."""

DATA_SET = "recorded"
"""Not a name for which EvalPlus has oracles of its own: what was recorded is what must come again.

By the name "humaneval" no solution of HumanEval/32 can pass in 0.3.1, as its oracle goes on to the
next input without counting this one.
"""

Job = tuple[dict[str, Any], str, dict[str, list[Any]]]


class EvalPlus:
    """`untrusted_check` of EvalPlus, or what its command makes of it."""

    def __init__(self, *, command: bool) -> None:
        import_module("evalplus.evaluate" if command else "evalplus.eval")
        self._judge = by_command if command else by_check

    def prepare(self, what: str, problem: Problem) -> Job:
        """Problem, program and expected output as `evalplus.evaluate` has them."""
        asked = {
            "task_id": problem.task_id,
            "entry_point": problem.entry_point,
            "base_input": [list(given) for given in problem.inputs],
            "atol": 0,
        }
        expected = {"base": list(problem.expected), "base_time": [0.0] * len(problem.inputs)}
        return asked, problem.program, expected

    def judge(self, workers: int) -> Callable[[Job], bool]:
        """Whether it passes."""
        return self._judge

    def pool(self, workers: int) -> Executor:
        """Processes, as in `evaluate`."""
        return ProcessPoolExecutor(workers)


def by_check(job: Job) -> bool:
    """The least that EvalPlus can do for a verdict."""
    problem, program, expected = job
    status, _ = import_module("evalplus.eval").untrusted_check(
        DATA_SET,
        program,
        problem["base_input"],
        problem["entry_point"],
        expected=expected["base"],
        atol=problem["atol"],
        ref_time=expected["base_time"],
        fast_check=True,
        min_time_limit=LEAST_LIMIT_S,
    )
    return bool(status == "pass")


def by_command(job: Job) -> bool:
    """What its command submits to its pool for each sample."""
    problem, program, expected = job
    result = import_module("evalplus.evaluate").check_correctness(
        DATA_SET, 0, problem, program, expected,
        base_only=True, fast_check=True, min_time_limit=LEAST_LIMIT_S,
    )  # fmt: skip
    return bool(result["base"][0] == "pass")


if __name__ == "__main__":
    try:
        harness = EvalPlus(command="--command" in sys.argv)
    except ImportError:
        not_installed("evalplus")
    else:
        serve(metadata.version("evalplus"), harness, load(sys.argv[1]))
