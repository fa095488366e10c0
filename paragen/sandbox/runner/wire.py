"""The report to the parent: JSON lines on a descriptor of its own, each with the run's nonce.

The nonce keeps careless output from being read as a report; it does not keep a program that
means to forge one from doing so, which is why this level's verdicts are not called sealed.
"""

from __future__ import annotations

import os
import sys
from _json import encode_basestring_ascii as quoted  # the json package costs 5 ms more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

Value = str | int | bool | list[str]


class Wire:
    """The way to the parent; keeps own references to what it uses, in case a program patches."""

    def __init__(self, descriptor: int, nonce: str) -> None:
        self._descriptor = descriptor
        self._nonce = nonce
        self._write = os.write
        self._exit = os._exit
        self._open = open
        self._quoted = quoted
        self._streams = (sys.stdout, sys.stderr)

    def send(self, kind: str, **fields: Value) -> None:
        """Write one line; a line break comes first in case something else wrote half a line."""
        everything: dict[str, Value] = {"nonce": self._nonce, "kind": kind, **fields}
        pairs = (f"{self._quoted(key)}:{self._encode(v)}" for key, v in everything.items())
        data = ("\n{" + ",".join(pairs) + "}\n").encode("ascii")
        while data:
            data = data[self._write(self._descriptor, data) :]

    def plan(self, names: list[str]) -> None:
        """Say which cases there are; a later plan takes the place of an earlier one."""
        self.send("plan", names=names)

    def case(self, name: str, outcome: str, detail: str) -> None:
        """Say how a case ended."""
        self.send("case", name=name, outcome=outcome, detail=detail)

    def lost(self, name: str) -> None:
        """Say in which case a program elsewhere went."""
        self.send("lost", name=name)

    def leave(self, code: int) -> NoReturn:
        """Say that all is done and leave, whatever threads and exit handlers are left."""
        for stream in self._streams:
            try:
                stream.flush()
            except BaseException:  # closed, full, or replaced by something that raises
                continue
        self.send("done", peak_bytes=self._peak_bytes())
        self._exit(code)

    def _peak_bytes(self) -> int:
        """This process's largest resident size, 0 where the system doesn't say.

        Taken here since what the parent gets counts what the process was before exec, too.
        """
        try:
            with self._open("/proc/self/status", "rb") as file:
                return int(file.read().partition(b"VmHWM:")[2].split()[0]) * 1024
        except (OSError, ValueError, IndexError, MemoryError):
            return 0

    def _encode(self, value: Value) -> str:
        if isinstance(value, str):
            return self._quoted(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        return "[" + ",".join(self._quoted(item) for item in value) + "]"
