"""What a child's end and its report come to: a Ran."""

from __future__ import annotations

import signal
from dataclasses import replace

from paragen.domain.command import Ending, Ran, ScriptRun, TestRun
from paragen.domain.task import MIB, Limits
from paragen.sandbox.child import Ended
from paragen.sandbox.report import Report


def why_no_start(ended: Ended) -> str:
    """Why the runner never came to the program: that is no candidate's doing."""
    said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    how = said[-1] if said else f"{ended.ending}, exit code {ended.exit_code}"
    return f"the test runner did not start within {ended.wall_s:.1f} s: {how}"


def ran_program(
    command: TestRun | ScriptRun,
    ended: Ended,
    report: Report,
    level: str,
    *,
    sealed: bool = False,
    unsealed_because: str = "",
) -> Ran:
    """The result of a program's run, from how its process ended and what the runner reported."""
    is_script = isinstance(command, ScriptRun)
    ending = ended.ending
    if report.out_of_memory and ending is Ending.EXITED:
        ending = Ending.MEMORY_LIMIT
    return replace(
        ran_process(ended, level),
        ending=ending,
        planned=None if report.names is None else len(report.names),
        cases=report.cases,
        peak_bytes=report.peak_bytes or ended.peak_bytes,
        complete=ended.ending is Ending.EXITED and (is_script or report.done),
        sealed=sealed,
        unsealed_because=unsealed_because,
        detail=_detail(command.limits, ending, ended, report, is_script),
    )


def ran_process(ended: Ended, level: str) -> Ran:
    """What there is to say of any process that ended."""
    return Ran(
        ending=ended.ending,
        exit_code=ended.exit_code,
        signal=ended.signal,
        complete=ended.ending is Ending.EXITED,
        stdout=ended.stdout.decode("utf-8", "replace"),
        stderr=ended.stderr.decode("utf-8", "replace"),
        cpu_s=ended.cpu_s,
        wall_s=ended.wall_s,
        peak_bytes=ended.peak_bytes,
        level=level,
    )


def _detail(limits: Limits, ending: Ending, ended: Ended, report: Report, is_script: bool) -> str:
    """Which limit hit, and in which test; or how else the run fell short."""
    match ending:
        case Ending.CPU_LIMIT:
            what = f"used more than {limits.cpu_s:g} s of CPU time"
        case Ending.WALL_LIMIT:
            what = f"took more than {limits.wall_s:g} s on the clock"
        case Ending.MEMORY_LIMIT:
            return f"needed more than {limits.memory_bytes / MIB:g} MiB of memory"
        case Ending.OUTPUT_LIMIT:
            what = f"printed more than {limits.output_bytes} bytes"
        case Ending.SIGNALLED:
            what = f"was killed by {_signal_name(ended.signal)}"
        case Ending.EXITED if not (is_script or report.done):
            what = f"ended the test process itself, with exit code {ended.exit_code}"
        case _:
            return ""
    return f"{what}, in {report.running}" if report.running else what


def _signal_name(number: int | None) -> str:
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"
