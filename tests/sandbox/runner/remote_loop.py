"""A tester without its walls: `python -P -S -B remote_loop.py SANDBOX_FOLDER`.

Takes jobs as lines of JSON on standard input. For each it forks a process for the program, runs
the tests against that over a socket, and answers with a line. Not one process is confined.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

PACKAGE = "_paragen"


class Collected:
    """What the runner reports, kept until the end."""

    def __init__(self) -> None:
        self.names: list[str] | None = None
        self.cases: list[tuple[str, str, str]] = []
        self.out_of_memory = False

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
    from _paragen.inside.serve import serve  # type: ignore[import-not-found]  # named in main

    ours, theirs = socket.socketpair()
    stdout, out = os.pipe()
    stderr, err = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        ours.close()
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: PLW1514, SIM115  # they last as long as the process
        serve(theirs)
    for descriptor in (out, err):
        os.close(descriptor)
    theirs.close()
    return pid, ours, stdout, stderr


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job's tests against its program."""
    from _paragen.inside.remote import Remote  # type: ignore[import-not-found]  # as above
    from _paragen.runner.session import run_tests  # type: ignore[import-not-found]  # as above

    pid, ours, stdout, stderr = start_program()
    wire = Collected()
    remote = Remote(ours, stdout, stderr, output_bytes=job["output_bytes"])
    try:
        run_tests(job, wire, lambda program: remote.load(program, {}), remote)
    finally:
        remote.close()
        for descriptor in (stdout, stderr):
            os.close(descriptor)
        _, status = os.waitpid(pid, 0)
    return {
        "names": wire.names, "cases": wire.cases, "memory": wire.out_of_memory, "status": status,
    }  # fmt: skip


def main() -> None:
    """Do one job after the other, and have each find what the first one found."""
    package = type(sys)(PACKAGE)
    package.__path__ = [sys.argv[1]]
    sys.modules[PACKAGE] = package
    from _paragen.runner import state  # type: ignore[import-not-found]  # named just now

    sys.path += sys.argv[2:]
    jobs, answers = sys.stdin, sys.stdout
    sys.stdin, sys.stdout = open(os.devnull), open(os.devnull, "w")  # noqa: PLW1514, SIM115  # as above
    sys.argv = ["solution.py"]
    from _paragen.inside import remote  # noqa: F401  # type: ignore[import-not-found]  # as above

    for name in ("random", "unittest"):
        __import__(name)  # as a real tester does before it looks at itself
    as_it_was = state.snapshot()
    for line in jobs:
        result = run(json.loads(line))
        result["restored"] = as_it_was.restore()
        answers.write(json.dumps(result) + "\n")
        answers.flush()
        if not result["restored"]:
            return


if __name__ == "__main__":
    main()
