"""A task: a prompt, its tests, and what is known about the program asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

MIB = 1 << 20

Degree = Literal["low", "medium", "high"]
"""How complex a task is, or how much hangs on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one execution of a candidate may use.

    `cpu_s` is what honest programs are held to; `wall_s` is the backstop for those that sleep.
    Both grow on a slow machine where `scales`, as defaults do and a task's own limits don't.
    `memory_bytes` is what the program may take beyond the interpreter. `disk_bytes` is what its
    files may take together (0: it may write none), `file_bytes` the largest of them, `processes`
    how many processes it may start (0: none), `threads` how many threads.
    """

    cpu_s: float = 10.0
    wall_s: float = 20.0
    scales: bool = True
    memory_bytes: int = 1024 * MIB
    output_bytes: int = 1 * MIB
    disk_bytes: int = 0
    file_bytes: int = 16 * MIB
    open_files: int = 64
    processes: int = 0
    threads: int = 64

    def for_timeout(self, timeout_s: float) -> Limits:
        """These with a task's own `timeout_s`: that much CPU, and twice that on the wall."""
        return replace(self, cpu_s=timeout_s, wall_s=2 * timeout_s, scales=False)

    def scaled(self, slowness: float) -> Limits:
        """These on a machine on which the same work takes `slowness` times as long."""
        if not self.scales or slowness <= 1:
            return self
        return replace(
            self, cpu_s=self.cpu_s * slowness, wall_s=self.wall_s * slowness, scales=False
        )


class TestKind(StrEnum):
    """How a piece of test code is written."""

    __test__ = False

    PYTHON = "python"
    DOCTEST = "doctest"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCode:
    """Test code of a task, as its author wrote it.

    `origin` is the file that it stands in and `line` the 1-based line there of its first line,
    so that messages about it point to the right place.
    """

    __test__ = False

    source: str
    origin: str
    line: int = 1
    kind: TestKind = TestKind.PYTHON


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One stdin/stdout pair: what the program reads, and what it must print.

    Where it is `loose`, numbers count by their value, and white space round lines not at all.
    """

    name: str
    stdin: str
    stdout: str
    loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A program of an earlier step, which a task's own program may import by this name."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One coding task.

    `prompt` is the text shown to the model: test fences are not part of it.
    `sha256` identifies prompt, tests and everything else that decides a verdict.
    `entry_point` is the name that the program must define, None for scripts. `packages` are the
    third-party packages that solutions may import. `sealed` is false where the task itself asks
    for its tests to run in the program's own process. `needs` are the names of the tasks whose
    winners' programs this one's may import, `modules` these programs, once they are known.
    """

    name: str
    prompt: str
    sha256: str
    path: str | None = None
    task_type: str = "general"
    task_type_inferred: bool = False
    language: str = "python"
    entry_point: str | None = None
    tests: tuple[TestCode, ...] = ()
    examples: tuple[Example, ...] = ()
    limits: Limits = field(default_factory=Limits)
    packages: tuple[str, ...] = ()
    sealed: bool = True
    needs: tuple[str, ...] = ()
    modules: tuple[Module, ...] = ()

    @property
    def has_tests(self) -> bool:
        """Whether anything beyond parsing and importing is tested."""
        return bool(self.tests or self.examples)

    @property
    def is_script(self) -> bool:
        """Whether the program is run as a script rather than imported."""
        return bool(self.examples) and not self.tests and self.entry_point is None


def normal_task_type(task_type: str) -> str:
    """A task type as it is stored: lower case, with `_` for spaces and hyphens."""
    return re.sub(r"[\s_-]+", "_", task_type.strip().lower()).strip("_")
