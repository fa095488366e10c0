"""Runs tests against a program in a process of its own, through a tester that lasts."""

from __future__ import annotations

import atexit
import json
import select
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from paragen.domain.command import CaseResult, Ending, Outcome, Ran, TestRun
from paragen.sandbox import runner
from paragen.sandbox.report import printable

PATIENCE_S = 50
_LOOP = Path(__file__).with_name("remote_loop.py")
_SANDBOX = Path(runner.__file__).parents[1]


class Tester:
    """A tester process, replaced when it is spent."""

    __test__ = False

    def __init__(self, *, packages: bool = False) -> None:
        """With `packages`, those of this interpreter can be imported."""
        self._packages = [sysconfig.get_path("purelib")] if packages else []
        self.started = 0
        """How many processes there have been."""
        self._process: subprocess.Popen[str] | None = None
        self._home = tempfile.TemporaryDirectory()  # programs that aren't confined may write there
        atexit.register(self.close)

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """What comes of a job."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], PATIENCE_S)[0]:
            self.close()
            raise AssertionError("the tester hangs")
        line = process.stdout.readline()
        if not line:
            self._process = None
            raise AssertionError("the tester died")
        result: dict[str, Any] = json.loads(line)
        if not result["restored"]:
            process.wait(PATIENCE_S)
            self.close()
        return result

    def run(self, command: TestRun) -> Ran:
        """Run a command's tests."""
        job = {
            "program": command.program,
            "tests": [
                {"source": t.source, "origin": t.origin, "line": t.line, "kind": str(t.kind)}
                for t in command.tests
            ],
            "entry_point": command.entry_point,
            "output_bytes": command.limits.output_bytes,
        }
        answer = self.ask(job)
        cases = tuple(
            CaseResult(name=printable(n), outcome=Outcome(o), detail=printable(d))
            for n, o, d in answer["cases"]
        )
        return Ran(
            ending=Ending.MEMORY_LIMIT if answer["memory"] else Ending.EXITED,
            exit_code=0,
            planned=None if answer["names"] is None else len(answer["names"]),
            cases=cases,
            complete=True,
            level="remote",
            sealed=True,
        )

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        self.started += 1
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-s",
                "-S",
                "-B",
                "-X",
                "utf8",
                _LOOP,
                _SANDBOX,
                *self._packages,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=self._home.name,
            env={"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "TMPDIR": self._home.name},
        )
        return self._process
