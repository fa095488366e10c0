"""Judges one program: every check's commands through the sandbox, and the evaluator's measures."""

from __future__ import annotations

from paragen import checks
from paragen.checks import lint, probes
from paragen.domain.candidate import Verdict
from paragen.domain.command import Command, Ran
from paragen.domain.errors import SandboxFault, SandboxRefusal
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import JUDGED, Status
from paragen.domain.task import Task

TRIES = 2
"""A fault of the sandbox may pass (processes or memory that are short for a moment)."""


def judge_program(
    task: Task, program: str, sandbox: Sandbox, cancel: Cancel, *, measured: bool = True
) -> tuple[Verdict, dict[str, float]]:
    """The verdict on a program, and the evaluator's measures where it was executed.

    Where it isn't to be `measured` there are none, and no linter is run.
    A sandbox that fails twice, or refuses, is no doing of the program's: it is not judged, and the
    verdict's detail says why.
    """
    ran: list[Ran] = []
    try:
        for command in checks.plan(task, program):
            result = _run(command, sandbox, cancel)
            ran.append(result)
            if checks.decides(result):
                break
    except SandboxRefusal as refusal:
        return _not_judged(sandbox, str(refusal)), {}
    except SandboxFault as fault:
        return _not_judged(sandbox, f"the sandbox failed: {fault}"), {}
    verdict = checks.read(task, tuple(ran))
    if not measured or verdict.status not in JUDGED or task.language != "python":
        return verdict, {}
    return verdict, _measures(program, sandbox, cancel)


def probed(
    task: Task, program: str, inputs: tuple[str, ...], sandbox: Sandbox, cancel: Cancel
) -> tuple[str, ...] | None:
    """What a program answers to probe inputs, None where it couldn't be asked."""
    try:
        return probes.read_outputs(
            _run(probes.probe_run(task, program, inputs), sandbox, cancel), inputs
        )
    except SandboxFault:
        return None


def _not_judged(sandbox: Sandbox, detail: str) -> Verdict:
    return Verdict(status=Status.NOT_JUDGED, level=sandbox.state.level, detail=detail)


def _run(command: Command, sandbox: Sandbox, cancel: Cancel) -> Ran:
    """Run a command, again if the sandbox itself failed; raises SandboxFault."""
    for _ in range(TRIES - 1):
        try:
            return sandbox.run(command, cancel)
        except SandboxRefusal:
            raise
        except SandboxFault:
            continue
    return sandbox.run(command, cancel)


def _measures(program: str, sandbox: Sandbox, cancel: Cancel) -> dict[str, float]:
    """The evaluator's measures; none where the linter couldn't be run."""
    try:
        return lint.read(program, sandbox.run(lint.plan(program), cancel))
    except SandboxFault:
        return {}
