"""One job of the tester: a program that answers over a socket, and the tests that ask it."""

from __future__ import annotations

import importlib
import os
import socket
from typing import Any

from ..runner import session, state
from .remote import Remote
from .tester import Collected

MODULES = (
    "collections", "copy", "dataclasses", "datetime", "doctest", "functools", "itertools", "json",
    "math", "random", "re", "string", "tempfile", "typing", "unittest",
)  # fmt: skip
"""What tests import, imported before the tester is asked anything."""


class Jobs:
    """Runs jobs, one after the other, and sees that none leaves anything to the next."""

    def __init__(self) -> None:
        for name in MODULES:
            importlib.import_module(name)
        self._as_it_was = state.snapshot()

    def run(self, job: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        """Run a job's tests; `spent` in the result says that this process shouldn't run more."""
        rpc, stdout, stderr = descriptors
        wire = Collected()
        remote = Remote(
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=rpc),
            stdout,
            stderr,
            output_bytes=job["output_bytes"],
            tests=tuple(test["source"] for test in job["tests"]),
        )
        try:
            reached_out = session.run_tests(
                job, wire, lambda program: remote.load(program, job["settings"]),
                remote,
            )  # fmt: skip
            gone, flood = remote.gone, remote.flooded
        finally:
            remote.close()
            for descriptor in (stdout, stderr):
                os.close(descriptor)
        return {
            "names": wire.names, "cases": wire.cases, "out_of_memory": wire.out_of_memory,
            "gone": gone, "flood": flood,
            "spent": not self._as_it_was.restore(thorough=reached_out),
        }  # fmt: skip
