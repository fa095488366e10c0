"""Watches a program that runs by itself in its confined process: a script, or unsealed tests."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from paragen.domain.command import Ending
from paragen.sandbox.bounds import Bounds, Watch
from paragen.sandbox.forked import Forked

_CHUNK = 1 << 16
MAX_REPORT_BYTES = 1 << 24


@dataclass(slots=True)
class Output:
    """What came of the program so far, by where it came from."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    report: bytearray = field(default_factory=bytearray)

    def overflows(self, output_bytes: int) -> bool:
        """Whether that is more than the program may write."""
        printed = len(self.stdout) + len(self.stderr)
        return printed > output_bytes or len(self.report) > MAX_REPORT_BYTES


def attend(forked: Forked, stdin: bytes, bounds: Bounds, watch: Watch) -> Output:
    """Feed the program and take in what it writes until it has ended, as it must by a limit."""
    output = Output()
    into = {
        forked.stdout: output.stdout,
        forked.stderr: output.stderr,
        forked.rpc.fileno(): output.report,
    }
    poller = select.poll()
    for descriptor in (*into, forked.at_end):
        poller.register(descriptor, select.POLLIN)
    for descriptor in (*into, forked.stdin):
        os.set_blocking(descriptor, False)
    left = _feed(forked, memoryview(stdin))
    if left:
        poller.register(forked.stdin, select.POLLOUT)
    ended = False
    while not ended:
        for descriptor, _ in poller.poll(watch.patience_s() * 1000):
            if descriptor == forked.at_end:
                ended = True
            elif descriptor in into:
                if _read(descriptor, into) is None:
                    poller.unregister(descriptor)
            else:
                left = _feed(forked, left)
                if not left:
                    poller.unregister(descriptor)
        if output.overflows(bounds.output_bytes):
            forked.kill(Ending.OUTPUT_LIMIT)
        watch.look()
    _drain(into, output, bounds.output_bytes)
    return output


def _feed(forked: Forked, left: memoryview) -> memoryview:
    """Write of the program's input what goes; close it after the last of it. What is left."""
    while left:
        try:
            left = left[os.write(forked.stdin, left[:_CHUNK]) :]
        except BlockingIOError:
            return left
        except OSError:  # it doesn't read on
            break
    forked.close_descriptor(forked.stdin)
    return memoryview(b"")


def _read(descriptor: int, into: Mapping[int, bytearray]) -> bool | None:
    """Read once: whether there was something, None at the end."""
    try:
        chunk = os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return False
    except OSError:  # the other end of a socket was closed with something unread
        return None
    into[descriptor] += chunk
    return bool(chunk) or None


def _drain(into: Mapping[int, bytearray], output: Output, output_bytes: int) -> None:
    """Take in what was written before the end."""
    deadline = time.monotonic() + 1
    for descriptor in into:
        while not output.overflows(output_bytes) and time.monotonic() < deadline:
            with suppress(OSError):
                if _read(descriptor, into):
                    continue
            break
