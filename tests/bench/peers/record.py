"""Runs each problem's own solution against its own tests, and records the calls.

    python -m tests.bench.peers.record HumanEval.jsonl[.gz] OUTPUT

In a process of its own: solutions may leave anything behind. They are trusted, being the data
set's; nothing confines them here.
"""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.peers.problems import Problem, save

REPEATS = 3
REPEATED_BELOW_S = 1.0
"""Cheap ones are timed again for a steadier figure; the others' is steady enough."""


def main() -> int:
    _, source, target = sys.argv
    save(tuple(recorded(problem) for problem in read(Path(source))), Path(target))
    return 0


def read(path: Path) -> list[Problem]:
    """The problems of a HumanEval file as published, gzipped or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [
        Problem(
            task_id=line["task_id"],
            entry_point=line["entry_point"],
            prompt=line["prompt"],
            solution=line["canonical_solution"],
            test=line["test"],
        )
        for line in (json.loads(row) for row in text.splitlines() if row.strip())
    ]


def recorded(problem: Problem) -> Problem:
    """The problem with its calls, and the CPU time of a run without recording."""
    calls: list[tuple[tuple[Any, ...], Any]] = []

    def recording(function: Callable[..., Any]) -> Callable[..., Any]:
        def candidate(*given: Any) -> Any:
            before = copy.deepcopy(given)
            result = function(*given)
            calls.append((before, copy.deepcopy(result)))
            return result

        return candidate

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            _check(problem, recording)
            cpu_s = [_check(problem, lambda function: function)]
            while len(cpu_s) < REPEATS and cpu_s[0] < REPEATED_BELOW_S:
                cpu_s.append(_check(problem, lambda function: function))
        known = replace(
            problem,
            inputs=tuple(given for given, _ in calls),
            expected=tuple(result for _, result in calls),
            cpu_s=sorted(cpu_s)[len(cpu_s) // 2],
            why_not="" if calls else "its tests call nothing",
        )
        pickle.dumps(known)
    except Exception as error:  # whatever a data set's code may raise
        return replace(problem, why_not=f"{type(error).__name__}: {error}"[:200])
    return known


def _check(problem: Problem, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> float:
    """Run program and tests as the data set means it; CPU seconds."""
    started = time.process_time()
    namespace: dict[str, Any] = {"__name__": "recorded"}
    exec(f"{problem.program}\n{problem.test}", namespace)
    namespace["check"](wrap(namespace[problem.entry_point]))
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
