"""The inside of a peer: a process that has one harness, warms it and times it when told to.

The benchmark writes `WHAT COUNT WORKERS [INDEX …]` on a line, and reads one JSON object on a line:
{"seconds", "failed": [positions in the work of what did not pass]} or {"unavailable": why}. The
work is COUNT times the problems with these indexes, or COUNT times the one that WHAT stands for.
What a job needs is prepared, and pools are started, before the clock is.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from time import perf_counter
from typing import Any, Protocol

from tests.bench.peers.problems import TRIVIAL, WRONG, Problem


class Unavailable(Exception):
    """Why something can't be measured here."""


class Harness(Protocol):
    """One way to judge programs."""

    def prepare(self, what: str, problem: Problem) -> Any:
        """All that judging needs to know; raises Unavailable."""
        ...

    def judge(self, workers: int) -> Callable[[Any], bool]:
        """What says whether a prepared job passes; raises Unavailable."""
        ...

    def pool(self, workers: int) -> Executor:
        """A new pool that judges several at once, as this harness does it."""
        ...


def serve(version: str, harness: Harness, problems: Sequence[Problem]) -> None:
    """Answer requests until there are no more."""
    pools: dict[int, Executor] = {}
    with os.fdopen(os.dup(1), "w") as replies, ExitStack() as stack:
        os.dup2(2, 1)  # what a harness prints is no reply
        print(json.dumps({"version": version}), file=replies, flush=True)
        for line in sys.stdin:
            try:
                what, *numbers = line.split()
                count, workers, *indexes = (int(number) for number in numbers)
                if workers > 1 and workers not in pools:
                    pools[workers] = stack.enter_context(harness.pool(workers))
                work = [problems[i] for i in indexes] or [WRONG if what == "wrong" else TRIVIAL]
                jobs = [harness.prepare(what, problem) for problem in work] * count
                reply = _timed(jobs, harness.judge(workers), pools.get(workers))
            except Unavailable as error:
                reply = {"unavailable": str(error)}
            print(json.dumps(reply), file=replies, flush=True)


def not_installed(package: str) -> None:
    """Say so instead of serving."""
    print(json.dumps({"unavailable": f"not installed ({package})"}), flush=True)


def _timed(
    jobs: Sequence[Any], judge: Callable[[Any], bool], pool: Executor | None
) -> dict[str, Any]:
    started = perf_counter()
    passed = [judge(job) for job in jobs] if pool is None else list(pool.map(judge, jobs))
    seconds = perf_counter() - started
    return {"seconds": seconds, "failed": [n for n, good in enumerate(passed) if not good]}
