"""Proves a level: a program of our own tries the harms in a candidate's place."""

from __future__ import annotations

import json
import os
import select
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paragen.domain.command import Ending
from paragen.domain.errors import SandboxFault, SandboxUnavailableError
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.sandbox import measures
from paragen.sandbox.bounds import Bounds, Watch
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
    if not measures.KEEPS_MEMORY:
        attempts.append(_growth(worker))
    failed = [f"{name} ({detail})" for name, contained, detail in attempts if not contained]
    if failed:
        raise SandboxUnavailableError(
            f"in its self-test these harms were not kept off: {', '.join(failed)}."
        )
    return tuple(name for name, _, _ in attempts)


def _attempts(worker: Worker, forked: Forked) -> list[tuple[str, bool, str]]:
    """Each harm that was tried, whether it was kept off, and what came of it."""
    with (
        tempfile.TemporaryDirectory(prefix="paragen-proof-") as directory,
        _servers(directory) as (port, local),
    ):
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
            "server": port,
            "local_server": local,
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
        known = (secret.name, Path(local).name)
        left = [path.name for path in Path(directory).iterdir() if path.name not in known]
        attempts = [(str(n), bool(c), str(d)) for n, c, d in received[0]["attempts"]]
        return [*attempts, ("files left outside", not left, ", ".join(left))]


@contextmanager
def _servers(directory: str) -> Iterator[tuple[int, str]]:
    """Servers that anyone else here can connect to: the port of one, and the path of the other."""
    path = f"{directory}/server"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(path)
        Path(path).chmod(0o777)
        local.listen()
        yield server.getsockname()[1], path


def _growth(worker: Worker) -> tuple[str, bool, str]:
    """Have a candidate grow, and see whether the watch ends it, as nothing else would."""
    forked = worker.take(PLAIN)
    try:
        limits = Limits(memory_bytes=_MEMORY_BYTES, wall_s=_PROOF_S, cpu_s=_PROOF_S)
        bounds = Bounds.of(limits, worker.candidate_space, watched=True)
        watch = Watch(forked, bounds, Cancel())
        Channel(forked.rpc).send(json.dumps(["load", {"mode": "grow"}]))
        while forked.reason is None and not _ended(forked, watch.patience_s()):
            watch.look()
        return "memory beyond the limit", forked.reason is Ending.MEMORY_LIMIT, _why(forked)
    except Ended as error:
        raise SandboxFault(f"the sandbox's self-test was cut off: {error}") from error
    finally:
        forked.close()


def _ended(forked: Forked, patience_s: float) -> bool:
    return bool(select.select([forked.at_end], [], [], patience_s)[0])


def _why(forked: Forked) -> str:
    return "it ended by itself" if forked.reason is None else f"it met another: {forked.reason}"
