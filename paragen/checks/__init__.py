"""Checks: each plans commands for the sandbox, and reads what came back; none runs anything.

A task with tests gets one TestRun for them all, one with stdin/stdout pairs a ScriptRun for each
pair, and a task with neither a TestRun without tests: the program must at least parse, import and
define its entry point.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from paragen.checks.part import ENDINGS, Part, verdict_of
from paragen.domain.candidate import Verdict
from paragen.domain.command import Command, Ran
from paragen.domain.task import Task

CHECKS: Mapping[str, str] = {
    "suite": "paragen.checks.suite",
    "stdio": "paragen.checks.stdio",
    "loads": "paragen.checks.loads",
}
"""The kinds of check, in the order in which they are run."""


class Check(Protocol):
    """What a check's module has."""

    def plan(self, task: Task, program: str) -> tuple[Command, ...]:
        """The commands that check the program; none where the task has nothing for this check."""
        ...

    def read(self, task: Task, ran: tuple[Ran, ...]) -> Part:
        """What those commands' results say; there may be fewer, where the last one decided."""
        ...


def plan(task: Task, program: str) -> tuple[Command, ...]:
    """Every command that judges the program, in order; at least one."""
    return tuple(command for check in _checks() for command in check.plan(task, program))


def read(task: Task, ran: tuple[Ran, ...]) -> Verdict:
    """The verdict on a program, from the results of `plan`'s commands in the same order.

    There may be fewer results than commands, where the last result decided the verdict.
    """
    parts = []
    rest = ran
    for check in _checks():
        count = len(check.plan(task, ""))
        if count:
            parts.append(check.read(task, rest[:count]))
            rest = rest[count:]
    return verdict_of(tuple(parts), ran)


def decides(ran: Ran) -> bool:
    """Whether a result settles the verdict, whatever the commands after it would yield."""
    return ran.ending in ENDINGS


def _checks() -> tuple[Check, ...]:
    return tuple(cast(Check, import_module(module)) for module in CHECKS.values())
