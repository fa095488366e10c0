"""The levels that confine: programs in confined processes, and sealed verdicts."""

from __future__ import annotations

import json
import math
import secrets
import select
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from weakref import WeakSet

from paragen.domain.command import Command, Ending, Ran, ScriptRun, TestRun, ToolRun
from paragen.domain.errors import SandboxFault, SandboxRefusal
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.domain.tournament import SandboxState
from paragen.sandbox import layout, machine, measures, ties
from paragen.sandbox.bounds import Bounds, Watch
from paragen.sandbox.child import Ended as ChildEnded
from paragen.sandbox.child import ending_of
from paragen.sandbox.description import description
from paragen.sandbox.direct import attend
from paragen.sandbox.forked import Forked
from paragen.sandbox.inside import control
from paragen.sandbox.inside.channel import Channel, Ended
from paragen.sandbox.levels import Description
from paragen.sandbox.measures import KEEPS_MEMORY
from paragen.sandbox.nursery import Nursery
from paragen.sandbox.packages import Packages, require
from paragen.sandbox.payload import handed_over, modules_of
from paragen.sandbox.places import Place, Places
from paragen.sandbox.pool import Pool, same_packages
from paragen.sandbox.prove import prove
from paragen.sandbox.report import read_report, report_of
from paragen.sandbox.result import ran_program, why_no_start
from paragen.sandbox.rlimits import Rlimit, rlimits, tasks_of_loadavg
from paragen.sandbox.strays import loadavg
from paragen.sandbox.unconfined import UnconfinedSandbox
from paragen.sandbox.worker import Worker

_GRACE_S = 1.0
"""How long a tester may take to end its job once the program is gone."""
_ALARM_S = 5
"""How long after its bound on the clock a program ends itself, where the kernel doesn't end it
with its zygote: nobody else may be left to do so."""
_OWN_PROCESSES = 8
"""What a worker's own processes and threads come to, where the kernel counts only them."""


def open_level(level: str, workers: int, environment: str | None = None) -> ConfinedSandbox:
    """The sandbox of this level, proven; raises SandboxUnavailableError, SandboxFault."""
    return ConfinedSandbox(level, workers, environment=environment)


class ConfinedSandbox:
    """Runs programs in workers started beforehand. `run` may be called from any thread."""

    def __init__(self, level: str, workers: int, *, environment: str | None = None) -> None:
        """Start a first worker and prove the level with it, then start the others.

        Raises SandboxUnavailableError where this machine can't have the level.
        """
        self._level = level
        self._workers = workers
        self._environment = environment
        self._state = SandboxState(level=level, sealed=True)
        self._starting = threading.Lock()
        self._places = Places(workers)
        self._nursery = Nursery()
        first: Worker | None = None
        try:
            first = self._start(())
            self.proofs = prove(first)
        except BaseException:
            if first is not None:
                first.close()
            self._nursery.close()
            raise
        self.slowness = machine.slowness(self._nursery.work_s)
        self.notes = first.notes
        self._pool = Pool(workers, self._start, first)
        self._tools_lock = threading.Lock()
        self._tools: UnconfinedSandbox | None = None
        _OPEN.add(self)

    @property
    def state(self) -> SandboxState:
        """The level in force."""
        return self._state

    @property
    def workers(self) -> int:
        """How many commands run at once; others wait for their turn."""
        return self._workers

    def run(self, command: Command, cancel: Cancel) -> Ran:
        """Run one command to its end.

        Raises SandboxRefusal for what can't be had here, SandboxFault where the sandbox failed.
        """
        if isinstance(command, ToolRun):
            return self._run_tool(command, cancel)
        if command.language != "python":
            raise SandboxFault(f"the sandbox can't run {command.language} programs, only python")
        limits = command.limits.scaled(self.slowness)
        wish = layout.wish(self._level, limits)
        with self._pool.worker(same_packages(command.packages), cancel) as worker:
            if worker is None:
                return Ran(ending=Ending.CANCELLED, level=self._level)
            forked = worker.take(wish)
            try:
                run = _Run(self._level, worker, forked, limits, cancel)
                if isinstance(command, TestRun) and not command.unsealed_because:
                    ran, spent = run.sealed(command)
                else:
                    ran, spent = run.direct(command), False
                if wish.disk_bytes:  # its files go with it, and before the next test
                    forked.end()
                    worker.ended(forked)
            finally:
                forked.close()
            if spent:
                self._pool.discard(worker)
            return ran

    def close(self) -> None:
        """End every process and remove every file that is left; again does nothing."""
        _OPEN.discard(self)
        self._pool.close()
        self._nursery.close()
        if self._tools is not None:
            self._tools.close()

    def kill(self) -> None:
        """End every process, and let none start; a signal handler may do this."""
        self._pool.kill()
        self._nursery.kill()
        if self._tools is not None:
            self._tools.kill()

    def _start(self, packages: tuple[str, ...]) -> Worker:
        found = require(packages, self._environment)
        with self._starting:
            if not self._nursery.alive:
                self._nursery.close()
                self._nursery = Nursery()
        settings = layout.settings(self._level, packages, found, self._for_tests())
        return Worker(settings, self._nursery, Place(self._places))

    def _for_tests(self) -> Packages:
        """What tests may import beyond the standard library: hypothesis, where there is any."""
        with suppress(SandboxRefusal):
            return require(("hypothesis",), self._environment)
        return Packages(paths=(), modules=())

    def _run_tool(self, command: ToolRun, cancel: Cancel) -> Ran:
        """Run one of paragen's own tools: it isn't confined."""
        with self._tools_lock:
            self._tools = self._tools or UnconfinedSandbox(self._workers)
        return self._tools.run(command, cancel)


class _Run:
    """One program's run on one worker."""

    def __init__(
        self, level: str, worker: Worker, forked: Forked, limits: Limits, cancel: Cancel
    ) -> None:
        self._level = level
        self._worker = worker
        self._forked = forked
        self._limits = limits
        self._cancel = cancel
        self._alarm_s = math.ceil(limits.wall_s) + _ALARM_S if ties.LEASHED else 0
        watched = not KEEPS_MEMORY or limits.processes > 0  # one process's memory the kernel keeps
        self._bounds = Bounds.of(limits, worker.candidate_space, watched=watched)

    def sealed(self, command: TestRun) -> tuple[Ran, bool]:
        """Have the tester run tests that the program's process never sees.

        Also says whether the worker is spent: its tester can't be made what it was.
        """
        forked, tester = self._forked, self._worker.tester
        self._worker.place.seat(forked.pid)
        forked.close_descriptor(forked.stdin)
        job = {
            "program": command.program,
            "entry_point": command.entry_point,
            "tests": handed_over(command.tests),
            "files": self._limits.disk_bytes > 0,
            "output_bytes": self._limits.output_bytes,
            "address_space": self._worker.tester_space + self._limits.memory_bytes,
            "settings": {
                "mode": "module",
                "rlimits": self._rlimits(),
                "alarm_s": self._alarm_s,
                **modules_of(command),
            },
        }
        handed = (forked.rpc.fileno(), forked.stdout, forked.stderr)  # kept open, too: it lives on
        watch = Watch(forked, self._bounds, self._cancel, self._worker.tester_pid)
        try:
            control.send(tester, job, handed)
        except OSError as error:
            raise SandboxFault(f"the tester can't be reached: {error}") from error
        answer = self._answer(watch)
        report = report_of(answer)
        ended = self._ended(watch, gone=bool(answer.get("gone")), flood=bool(answer.get("flood")))
        ran = ran_program(command, ended, report, self._level, sealed=True)
        return ran, bool(answer.get("spent", True))

    def _answer(self, watch: Watch) -> Mapping[str, Any]:
        """The tester's answer; an empty one where a limit hit and the tester didn't notice."""
        tester = self._worker.tester
        poller = select.poll()
        poller.register(tester, select.POLLIN)
        give_up: float | None = None
        while not poller.poll(watch.patience_s() * 1000):
            self._worker.place.free(self._forked.pid)
            watch.look()
            if self._has_outgrown_tester():
                self._forked.kill(Ending.MEMORY_LIMIT)
                return {}
            if self._forked.reason is not None:
                give_up = give_up or watch.wall_s + _GRACE_S
                if watch.wall_s > give_up:
                    return {}
        try:
            received = control.receive(tester)
        except OSError as error:
            raise SandboxFault(f"the tester can't be reached: {error}") from error
        if received is None:
            raise SandboxFault("the tester ended in the midst of its job")
        if "fault" in received[0]:
            raise SandboxFault(f"the tester failed: {received[0]['fault']}")
        return received[0]

    def _has_outgrown_tester(self) -> bool:
        """Whether the tester takes too much, where only we keep it from that.

        A program may have it do so by what it answers: it must not stay without a verdict by that.
        """
        if self._bounds.memory_bytes is None:
            return False
        worker = self._worker
        most = worker.tester_space + self._limits.memory_bytes
        return measures.taken_bytes(worker.tester_pid) > most

    def direct(self, command: TestRun | ScriptRun) -> Ran:
        """Let the program run by itself: a script, or with its tests in one process."""
        nonce = secrets.token_hex(16)
        stdin = command.stdin.encode("utf-8", "replace") if isinstance(command, ScriptRun) else b""
        watch = Watch(self._forked, self._bounds, self._cancel)
        settings: dict[str, Any] = {
            "mode": "script", "nonce": nonce, "program": command.program,
            "rlimits": self._rlimits(), "alarm_s": self._alarm_s, **modules_of(command),
        }  # fmt: skip
        if isinstance(command, TestRun):
            settings |= {
                "mode": "one_process", "tests": handed_over(command.tests),
                "entry_point": command.entry_point, "files": self._limits.disk_bytes > 0,
            }  # fmt: skip
        with suppress(Ended):  # that is seen below
            Channel(self._forked.rpc).send(json.dumps(["load", settings]))
        output = attend(self._forked, stdin, self._bounds, watch)
        report = replace(read_report(bytes(output.report), nonce), peak_bytes=None)  # the kernel's
        ended = self._ended(watch, gone=True, flood=False, stdout=bytes(output.stdout),
                            stderr=bytes(output.stderr))  # fmt: skip
        if not report.started and ended.ending is not Ending.CANCELLED:
            raise SandboxFault(why_no_start(ended))
        because = command.unsealed_because if isinstance(command, TestRun) else ""
        return ran_program(
            command, ended, report, self._level, sealed=not because, unsealed_because=because
        )

    def _ended(
        self, watch: Watch, *, gone: bool, flood: bool, stdout: bytes = b"", stderr: bytes = b""
    ) -> ChildEnded:
        """How the program ended: by itself if it is `gone`, else by us, and it was still well."""
        if watch.starved:
            raise SandboxFault("the machine was too busy to run the program within its time")
        wall_s, code = watch.wall_s, 0
        used, peak_bytes = self._forked.cpu_s(), self._forked.peak_bytes()
        if gone or used is None:
            self._forked.end()
            told = self._worker.ended(self._forked)
            used, peak_bytes = told.cpu_s, told.peak_bytes
            code = told.code if gone else 0
        cpu_s = float(used or 0.0)
        limit = self._bounds.cpu_s
        ending = self._forked.reason
        if ending is None and flood:
            ending = Ending.OUTPUT_LIMIT
        if ending is None and cpu_s > limit:
            ending = Ending.CPU_LIMIT
        if ending is None:
            ending = ending_of(code)
        return ChildEnded(
            ending=ending, exit_code=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            stdout=stdout[: self._bounds.output_bytes], stderr=stderr[: self._bounds.output_bytes],
            report=b"", cpu_s=cpu_s, wall_s=wall_s, peak_bytes=peak_bytes,
        )  # fmt: skip

    def _rlimits(self) -> tuple[Rlimit, ...]:
        """The limits that the program's process puts on itself."""
        apart = self._level == "full"  # the kernel counts only this worker's processes there
        tasks = _OWN_PROCESSES if apart else tasks_of_loadavg(loadavg())
        space = self._worker.candidate_space
        return rlimits(self._limits, platform=sys.platform, tasks=tasks, base_bytes=space)


_OPEN: WeakSet[ConfinedSandbox] = WeakSet()


def kill_all() -> None:
    """End every process of every sandbox of these levels; for emergencies."""
    for sandbox in list(_OPEN):
        sandbox.kill()


def describe(level: str) -> Description:
    """What this level is made of here, what it confines and leaves open, and what was proven."""
    opened = next((sandbox for sandbox in _OPEN if sandbox.state.level == level), None)
    return description(
        level,
        proofs=() if opened is None else opened.proofs,
        notes=() if opened is None else opened.notes,
        slowness=None if opened is None else opened.slowness,
    )
