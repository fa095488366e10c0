"""The level `none`: a process of its own for each run, with limits; nothing confined or sealed."""

from __future__ import annotations

import marshal
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.util import cache_from_source
from pathlib import Path
from typing import IO
from weakref import WeakSet

from paragen.domain.command import Command, Ending, Ran, ScriptRun, TestRun, ToolRun
from paragen.domain.errors import SandboxFault
from paragen.domain.ports import Cancel
from paragen.domain.task import MIB, Limits
from paragen.domain.tournament import SandboxState
from paragen.sandbox import scratch
from paragen.sandbox.child import Bounds, Child, Ended, Start
from paragen.sandbox.levels import UNCONFINED, Description
from paragen.sandbox.packages import require
from paragen.sandbox.payload import handed_over, modules_of
from paragen.sandbox.report import read_report
from paragen.sandbox.result import ran_process, ran_program, why_no_start
from paragen.sandbox.rlimits import rlimits, tasks_of_loadavg
from paragen.sandbox.strays import loadavg
from paragen.sandbox.tools import find_tool
from paragen.sandbox.victim import Victim

LEVEL = UNCONFINED
_UNSEALED = "the sandbox level none seals nothing"
_RUNNER = Path(__file__).with_name("runner")
_INTERPRETER = ("-P", "-s", "-S", "-B", "-X", "utf8")
"""No directory of ours on the path, no site-packages, no bytecode written, UTF-8 throughout."""
_TOOL_OUTPUT_BYTES = 32 * MIB
_QUEUE_GLANCE_S = 0.05
_PREFIX = "paragen-"


def open_level(level: str, workers: int, environment: str | None = None) -> UnconfinedSandbox:
    """The sandbox of this level, which can be had everywhere; raises SandboxFault."""
    return UnconfinedSandbox(workers, environment)


class UnconfinedSandbox:
    """Runs each command in a process of its own. `run` may be called from any thread."""

    def __init__(self, workers: int, environment: str | None = None) -> None:
        """Make the scratch directory; raises SandboxFault."""
        self._workers = workers
        self._environment = environment
        self._turns = threading.BoundedSemaphore(workers)
        self._running: set[Victim] = set()
        self._closed = False
        try:
            scratch.remove_abandoned(_PREFIX)
            self.scratch = scratch.make(_PREFIX)
            self._claim = scratch.claim(self.scratch)
        except OSError as error:
            raise SandboxFault(f"no scratch directory could be made: {error}") from error
        _compile_runner()
        _OPEN.add(self)

    @property
    def state(self) -> SandboxState:
        """The level in force."""
        return SandboxState(level=LEVEL, sealed=False)

    @property
    def workers(self) -> int:
        """How many commands run at once; others wait for their turn."""
        return self._workers

    def run(self, command: Command, cancel: Cancel) -> Ran:
        """Run one command to its end; raises SandboxFault where the sandbox itself failed."""
        with self._turn(cancel) as granted:
            if not granted:
                return Ran(ending=Ending.CANCELLED, level=LEVEL)
            with self._home() as home:
                if isinstance(command, ToolRun):
                    return self._run_tool(command, home, cancel)
                return self._run_program(command, home, cancel)

    def close(self) -> None:
        """End every process and remove every file that is left; again does nothing."""
        if self not in _OPEN:
            return
        _OPEN.discard(self)
        self.kill()
        for _ in range(self._workers):  # those that run now see their processes end
            self._turns.acquire(timeout=5)
        scratch.remove(self.scratch)
        os.close(self._claim)

    def kill(self) -> None:
        """End every process, and let none start; a signal handler may do this."""
        self._closed = True
        for victim in list(self._running):
            victim.cancel()

    @contextmanager
    def _turn(self, cancel: Cancel) -> Iterator[bool]:
        """Wait until there is a free worker; false if the wait was called off."""
        while not (cancel.thrown or self._closed):
            if self._turns.acquire(timeout=_QUEUE_GLANCE_S):
                try:
                    yield True
                finally:
                    self._turns.release()
                return
        yield False

    @contextmanager
    def _home(self) -> Iterator[Path]:
        """A directory for one run, gone after it."""
        try:
            home = scratch.make("run-", self.scratch)
        except OSError as error:
            raise SandboxFault(f"no scratch directory could be made: {error}") from error
        try:
            yield home
        finally:
            scratch.remove(home)

    def _run_program(self, command: TestRun | ScriptRun, home: Path, cancel: Cancel) -> Ran:
        if command.language != "python":
            raise SandboxFault(f"the sandbox can't run {command.language} programs, only python")
        nonce = secrets.token_hex(16)
        argv = [sys.executable, *_INTERPRETER, str(_RUNNER / "__main__.py")]
        stdin = command.stdin.encode("utf-8", "replace") if isinstance(command, ScriptRun) else b""
        packages = require(command.packages, self._environment)
        limits = command.limits
        bounds = Bounds(wall_s=limits.wall_s, cpu_s=limits.cpu_s, output_bytes=limits.output_bytes)
        with _holding(_payload(command, nonce)) as payload, _holding(stdin) as given:
            start = Start(
                argv=argv, home=home, environment=_environment(home, packages.paths),
                stdin=given.fileno(), payload=payload.fileno(),
            )  # fmt: skip
            ended = self._watch(start, bounds, cancel)
        report = read_report(ended.report, nonce)
        if not report.started and ended.ending is not Ending.CANCELLED:
            raise SandboxFault(why_no_start(ended))
        return replace(ran_program(command, ended, report, LEVEL), unsealed_because=_UNSEALED)

    def _run_tool(self, command: ToolRun, home: Path, cancel: Cancel) -> Ran:
        argv = (find_tool(command.argv[0]), *command.argv[1:])
        bounds = Bounds(wall_s=command.timeout_s, cpu_s=None, output_bytes=_TOOL_OUTPUT_BYTES)
        with _holding(command.stdin.encode("utf-8", "replace")) as stdin:
            start = Start(
                argv=argv, home=home, environment=_environment(home), stdin=stdin.fileno()
            )
            ended = self._watch(start, bounds, cancel)
        return ran_process(ended, LEVEL)

    def _watch(self, start: Start, bounds: Bounds, cancel: Cancel) -> Ended:
        child = Child(start, bounds)
        self._running.add(child.victim)
        try:
            if self._closed:  # between the start and the line above
                child.victim.cancel()
            return child.watch(cancel)
        finally:
            self._running.discard(child.victim)


_OPEN: WeakSet[UnconfinedSandbox] = WeakSet()


def _compile_runner() -> None:
    """See that there is bytecode of the runner: children only read it, and start sooner with it."""
    for source in _RUNNER.glob("*.py"):
        bytecode = Path(cache_from_source(str(source)))
        if not bytecode.exists() or bytecode.stat().st_mtime < source.stat().st_mtime:
            import compileall  # seldom needed, and slow to import

            compileall.compile_dir(_RUNNER, quiet=2)
            return


def kill_all() -> None:
    """End every process of every sandbox of this level and remove their files; for emergencies."""
    for sandbox in list(_OPEN):
        sandbox.kill()
        scratch.remove(sandbox.scratch)


def describe(level: str) -> Description:
    """What this level limits here, and what it leaves open."""
    linux = sys.platform == "linux"
    confines = [
        "CPU time and wall-clock time, each by its own limit",
        "output, the size of each file, open files, core dumps",
        "the environment: none of yours is passed on",
        "the working directory: a scratch directory, removed afterwards",
        "imports: the standard library, unless the task names packages",
        "processes: the whole group is killed at the end of each run",
    ]
    leaves = [
        "verdicts are not sealed: a program that sets out to can forge one",
        "forgeries: objects that equal anything, changes to libraries, reports of its own",
        "files: it can read and write whatever you can",
        "the network",
        "a machine that is slow or busy: its programs get no more time for that",
        "CPU time of processes that it starts: counted at the end, if they were waited for",
        "the number of files and the disk space that they take together",
        "other processes of yours: it can send them signals",
    ]
    if linux:
        confines.append("memory of each process, as address space (RLIMIT_AS)")
        confines.append("daemons that leave the group: found by their HOME, and killed")
        leaves.append("daemons that hide: that change HOME, or fork on and on under new ids")
        leaves.append("memory of several processes together")
        if os.geteuid() == 0:
            leaves.append("the number of processes: the kernel doesn't limit root's")
        else:
            confines.append("the number of processes (RLIMIT_NPROC)")
    else:
        leaves.append("memory: RLIMIT_AS can't be trusted on this system")
        leaves.append("the number of processes, and daemons that leave the group")
    return Description(
        level=level, sealed=False, confines=tuple(confines), leaves_open=tuple(leaves)
    )


def _environment(home: Path, paths: Sequence[str] = ()) -> dict[str, str]:
    """All of a child's environment; `paths` are where it may import packages from."""
    return {
        **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {}),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "MALLOC_ARENA_MAX": "1",  # each would reserve 64 MiB of address space, one a thread
        "TMPDIR": str(home),
        "PYTHONHASHSEED": "0",
    }


def _payload(command: TestRun | ScriptRun, nonce: str) -> bytes:
    """All that the runner has to know; it reads this with the same interpreter's marshal."""
    payload: dict[str, object] = {
        "nonce": nonce,
        "program": command.program,
        "wall_s": command.limits.wall_s,
        "rlimits": list(_rlimits(command.limits)),
        **modules_of(command),
    }
    if isinstance(command, ScriptRun):
        return marshal.dumps({**payload, "kind": "script"})
    tests = handed_over(command.tests)
    return marshal.dumps(
        {**payload, "kind": "tests", "tests": tests, "entry_point": command.entry_point}
    )


def _rlimits(limits: Limits) -> Sequence[tuple[int, int, int]]:
    return rlimits(limits, platform=sys.platform, tasks=tasks_of_loadavg(loadavg()))


@contextmanager
def _holding(data: bytes) -> Iterator[IO[bytes]]:
    """A nameless file with these bytes, at its start; raises SandboxFault."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile())
            file.write(data)
            file.seek(0)
        except OSError as error:
            raise SandboxFault(f"no temporary file could be written: {error}") from error
        yield file
