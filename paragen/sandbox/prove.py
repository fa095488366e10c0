"""Proves a level: a program of our own tries the harms in a candidate's place."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.sandbox.forked import Forked
from paragen.sandbox.inside import control
from paragen.sandbox.inside.channel import Channel, Ended
from paragen.sandbox.worker import PLAIN, Worker

_PROOF_S = 20.0
_MEMORY_BYTES = 64 << 20


def prove(worker: Worker) -> tuple[str, ...]:
    """What the level was seen to keep off, a short line each.

    Raises SandboxUnavailableError where it doesn't keep off everything, SandboxFault where the
    trial could not be made.
    """
    forked = worker.take(PLAIN)
    try:
        attempts = _attempts(worker, forked)
    finally:
        forked.close()
    failed = [f"{name} ({detail})" for name, contained, detail in attempts if not contained]
    if failed:
        raise SandboxUnavailableError(
            f"in its self-test these harms were not kept off: {', '.join(failed)}."
        )
    return tuple(name for name, _, _ in attempts)


def _attempts(worker: Worker, forked: Forked) -> list[tuple[str, bool, str]]:
    """Each harm that was tried, whether it was kept off, and what came of it."""
    with tempfile.TemporaryDirectory(prefix="paragen-proof-") as directory:
        Path(directory).chmod(0o777)
        secret = Path(directory, "secret")
        secret.write_text("secret")
        secret.chmod(0o666)
        space = worker.candidate_space + _MEMORY_BYTES
        settings = {
            "mode": "selftest",
            "rlimits": [],
            "address_space": space,
            "file": str(secret),
            "directory": directory,
            "others": [os.getpid(), *([worker.tester_pid] if worker.tester_pid else [])],
        }
        forked.rpc.settimeout(_PROOF_S)
        try:
            Channel(forked.rpc).send(json.dumps(["load", settings]))
            received = control.receive(forked.rpc)
        except (OSError, Ended) as error:
            raise SandboxFault(f"the sandbox's self-test was cut off: {error}") from error
        if received is None:
            raise SandboxFault("the sandbox's self-test ended without an answer")
        left = [path.name for path in Path(directory).iterdir() if path != secret]
        attempts = [(str(n), bool(c), str(d)) for n, c, d in received[0]["attempts"]]
        return [*attempts, ("files left outside", not left, ", ".join(left))]
