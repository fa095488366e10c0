"""The tester: holds the tests and runs them against a program that it only ever talks to."""

from __future__ import annotations

import os
import signal
import socket
from typing import Any, NoReturn

from ..confinement import Prepared, confine_tester, limit_memory
from .control import receive, send
from .imports import allow

_MAX_FAULT = 500


class Collected:
    """What the runner reports, kept until the end; stands where `runner.wire.Wire` does."""

    def __init__(self) -> None:
        self.names: list[str] | None = None
        self.cases: list[tuple[str, str, str]] = []
        self.out_of_memory = False
        self.lost_in = ""

    def send(self, kind: str, **fields: Any) -> None:
        """Note that something died of want of memory."""
        self.out_of_memory = self.out_of_memory or kind == "memory"

    def lost(self, name: str) -> None:
        """Note in which case the program went."""
        self.lost_in = name

    def plan(self, names: list[str]) -> None:
        """Note which cases there are; a later plan takes the place of an earlier one."""
        self.names = list(names)

    def case(self, name: str, outcome: str, detail: str) -> None:
        """Note how a case ended."""
        self.cases.append((name, outcome, detail))


def main(sock: socket.socket, prepared: Prepared, settings: dict[str, Any]) -> NoReturn:
    """Confine this process, then run one job after the other; never returns."""
    try:
        from .job import Jobs

        allow(*settings["test_packages"])
        jobs = Jobs()
        confine_tester(prepared)
        send(sock, {"kind": "ready"})
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # nobody reads what tests print there
        while (received := receive(sock)) is not None:
            job, descriptors = received
            limit_memory(job["address_space"])
            signal.alarm(job["settings"]["alarm_s"])
            result = jobs.run(job, descriptors)
            signal.alarm(0)
            send(sock, result)
            if result["spent"] is None and not jobs.tidy():
                break
    except BaseException as error:
        what = f"{type(error).__name__}: {error}"[:_MAX_FAULT]
        os.write(2, what.encode("utf-8", "replace"))
        send(sock, {"fault": what})
    finally:
        os._exit(0)
