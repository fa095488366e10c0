"""The problems that every harness of the benchmark is given, and how they come to it.

Imported by every peer, so it stays small: what a peer has imported is what its forks copy.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem of a HumanEval file with its own solution, and what is known from running it.

    `inputs` are the arguments of each call that the problem's tests make of the solution, and
    `expected` what it returned. `cpu_s` is what solution and tests took. `why_not` says why the
    calls couldn't be recorded; empty where they could.
    """

    task_id: str
    entry_point: str
    prompt: str
    solution: str
    test: str
    inputs: tuple[tuple[Any, ...], ...] = ()
    expected: tuple[Any, ...] = ()
    cpu_s: float = 0.0
    why_not: str = ""

    @property
    def program(self) -> str:
        """The whole program: the prompt's stub and the solution under it."""
        return self.prompt + self.solution


TRIVIAL = Problem(
    task_id="trivial",
    entry_point="f",
    prompt="def f(x):\n",
    solution="    return x + 1\n",
    test="def check(candidate):\n    assert candidate(1) == 2\n",
    inputs=((1,),),
    expected=(2,),
)
WRONG = Problem(
    task_id="wrong",
    entry_point=TRIVIAL.entry_point,
    prompt=TRIVIAL.prompt,
    solution="    return x + 2\n",
    test=TRIVIAL.test,
    inputs=TRIVIAL.inputs,
    expected=TRIVIAL.expected,
)
"""A harness that lets this pass judges nothing, and its speed says nothing."""


def save(problems: tuple[Problem, ...], path: Path) -> None:
    """Write problems for the peers of this run."""
    path.write_bytes(pickle.dumps(problems))


def load(path: str) -> tuple[Problem, ...]:
    """Problems as `save` wrote them; for files of this run only, since pickles run code."""
    problems: tuple[Problem, ...] = pickle.loads(Path(path).read_bytes())
    return problems
