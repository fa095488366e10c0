"""One job of the tester: a program that answers over a socket, and the tests that ask it."""

from __future__ import annotations

import importlib
import os
import re
import socket
from functools import lru_cache
from typing import Any

from ..runner import session, state
from ..runner.failures import be_strict
from .remote import Remote
from .tester import Collected

MODULES = (
    "collections", "copy", "dataclasses", "datetime", "doctest", "functools", "itertools", "json",
    "math", "random", "re", "string", "tempfile", "typing", "unittest",
)  # fmt: skip
"""What tests import, imported before the tester is asked anything."""

_IMPORTED = re.compile(r"from\s+solution\s+import\s+(\([^)]*\)|[^\n#;]*)")
_WORD = re.compile(r"\w+")


class Jobs:
    """Runs jobs, one after the other, and sees that none leaves anything to the next."""

    def __init__(self) -> None:
        for name in MODULES:
            importlib.import_module(name)
        be_strict()
        self._as_it_was = state.snapshot()

    def run(self, job: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        """Run a job's tests; `spent` in the result says that this process shouldn't run more.

        Where that is None, `tidy` is to be called, and says so.
        """
        rpc, stdout, stderr = descriptors
        sources = tuple(test["source"] for test in job["tests"])
        settings = {**job["settings"], "wanted": wanted(sources, job["entry_point"])}
        wire = Collected()
        remote = Remote(
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=rpc),
            stdout,
            stderr,
            output_bytes=job["output_bytes"],
            tests=sources,
        )
        try:
            reached_out = session.run_tests(
                job, wire, lambda program: remote.load(program, settings), remote
            )
            gone, flood = remote.gone, remote.flooded
        finally:
            remote.close()
            for descriptor in (stdout, stderr):
                os.close(descriptor)
        return {
            "names": wire.names, "cases": wire.cases, "out_of_memory": wire.out_of_memory,
            "gone": gone, "lost_in": wire.lost_in, "flood": flood,
            "spent": not self._as_it_was.restore() if reached_out else None,
        }  # fmt: skip

    def tidy(self) -> bool:
        """Put back what any tests leave behind, while nobody waits; false where that failed."""
        return self._as_it_was.restore(thorough=False)


@lru_cache(maxsize=256)
def wanted(sources: tuple[str, ...], entry_point: str | None) -> tuple[str, ...]:
    """The names that tests seem to want of the program, for it to have them ready."""
    found = {entry_point} if entry_point else set()
    for source in sources:
        for names in _IMPORTED.findall(source):
            found.update(word for word in _WORD.findall(names) if word != "as")
    return tuple(sorted(found))
