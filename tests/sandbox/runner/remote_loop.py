"""A tester without its walls: `python -P -S -B remote_loop.py SANDBOX_FOLDER`.

Takes jobs as lines of JSON on standard input. For each it forks a process for the program, runs
the tests against that over a socket, and answers with a line. Not one process is confined.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

PACKAGE = "_paragen"


class Collected:
    """What the runner reports, kept until the end."""

    def __init__(self) -> None:
        self.names: list[str] | None = None
        self.cases: list[tuple[str, str, str]] = []
        self.out_of_memory = False

    def lost(self, name: str) -> None:
        """In which case the program went is told by the cases' details here."""

    def send(self, kind: str) -> None:
        """Note that something died of want of memory."""
        self.out_of_memory = self.out_of_memory or kind == "memory"

    def plan(self, names: list[str]) -> None:
        """Note which cases there are."""
        self.names = list(names)

    def case(self, name: str, outcome: str, detail: str) -> None:
        """Note how a case ended."""
        self.cases.append((name, outcome, detail))


def start_program() -> tuple[int, socket.socket, int, int]:
    """A process that waits for its program: its id, its socket, and what it prints."""
    serve = import_module(f"{PACKAGE}.inside.serve").serve
    ours, theirs = socket.socketpair()
    stdout, out = os.pipe()
    stderr, err = os.pipe()
    pid = os.fork()
    if pid == 0:
        ours.close()
        for place, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
            os.dup2(descriptor, place)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(place, mode) for place, mode in enumerate(("r", "w", "w"))
        )
        serve(theirs)
    for descriptor in (out, err):
        os.close(descriptor)
    theirs.close()
    return pid, ours, stdout, stderr


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job's tests against its program."""
    pid, ours, stdout, stderr = start_program()
    wire = Collected()
    remote = import_module(f"{PACKAGE}.inside.remote").Remote(
        ours, stdout, stderr, output_bytes=job["output_bytes"],
        tests=tuple(test["source"] for test in job["tests"]),
    )  # fmt: skip
    session = import_module(f"{PACKAGE}.runner.session")
    try:
        session.run_tests(job, wire, lambda program: remote.load(program, {}), remote)
    finally:
        remote.close()
        for descriptor in (stdout, stderr):
            os.close(descriptor)
        os.kill(pid, signal.SIGKILL)  # it may be deaf by now
        os.waitpid(pid, 0)
    return {"names": wire.names, "cases": wire.cases, "memory": wire.out_of_memory}


def main() -> None:
    """Do one job after the other, and have each find what the first one found."""
    package = type(sys)(PACKAGE)
    package.__path__ = [sys.argv[1]]
    sys.modules[PACKAGE] = package
    sys.path += sys.argv[2:]
    sys.argv = ["solution.py"]
    jobs, answers = sys.stdin, sys.stdout
    nowhere = Path(os.devnull)
    sys.stdin, sys.stdout = nowhere.open(encoding="utf-8"), nowhere.open("w", encoding="utf-8")
    for name in ("random", "unittest", f"{PACKAGE}.inside.remote", f"{PACKAGE}.runner.session"):
        import_module(name)  # what a tester has before it looks at itself
    import_module(f"{PACKAGE}.runner.failures").be_strict()
    as_it_was = import_module(f"{PACKAGE}.runner.state").snapshot()
    for line in jobs:
        result = run(json.loads(line))
        result["restored"] = as_it_was.restore()
        answers.write(json.dumps(result) + "\n")
        answers.flush()
        if not result["restored"]:
            return


if __name__ == "__main__":
    main()
