"""A tester that checks nothing: what the real one's checks are held against.

It speaks the same protocol with the same code on the program's side, unconfined. It takes the
first reply for the one it waits for, lets every object and attribute of its own be named, lets the
program's objects judge whether they are equal, and believes whoever says that all is done.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import paragen.sandbox

EXPECTED = 62710561
_PATIENCE_S = 10.0
_BOOT = """
import os, socket, sys
os.dup2(int(sys.argv[2]), 3)
package = type(sys)("_paragen")
package.__path__ = [sys.argv[1]]
sys.modules["_paragen"] = package
from _paragen.inside.serve import serve
serve(socket.socket(fileno=3))
"""
_OWN_ENDINGS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "Skipped", "ExpectedFailure",
                "SkipTest", "Unsupported", "ProgramGone")  # fmt: skip


def convinced(program: str) -> bool:
    """Whether it finds that `f(7919, note)` is what it expects."""
    ours, theirs = socket.socketpair()
    ours.settimeout(_PATIENCE_S)
    folder = str(Path(paragen.sandbox.__file__).parent)
    with ours, theirs:
        child = subprocess.Popen(
            [sys.executable, "-P", "-s", "-S", "-B", "-c", _BOOT, folder, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        try:
            return _Credulous(ours).ask(program)
        finally:
            child.kill()
            child.wait()


class _Credulous:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

        def note(value: int) -> bool:
            return value == EXPECTED

        self._objects: list[Any] = [note, [EXPECTED], EXPECTED]

    def ask(self, program: str) -> bool:
        self._say(["load", {"mode": "module", "program": program, "rlimits": []}])
        loaded = self._hear()
        if isinstance(loaded, dict) or loaded[1] != 0:
            return self._believes(loaded)
        module = loaded[2][0] if isinstance(loaded[2], list) else 0
        note = {"x": [0, "f", "note", None, False, None]}
        self._say(["q", 1, "get", module, "f", [], {}, None])
        got = self._hear()
        self._say(["q", 2, "call", got[2]["h"][0], None, [7919, note], {}, None])
        while isinstance(reply := self._hear(), list) and reply[0] == "q":
            self._say(["r", self._told(reply), None])
        return self._believes(reply)

    def _told(self, question: list[Any]) -> str:
        """Whatever is asked of any object of ours."""
        _, operation, number, name, *_ = question
        if number >= len(self._objects):
            return "nothing"
        if operation != "get":
            return repr(self._objects[number]).partition(" at ")[0]
        namespace = getattr(self._objects[number], name, None)
        return str(namespace["EXPECTED"]) if name == "__globals__" and namespace else "nothing"

    def _believes(self, reply: Any) -> bool:
        if isinstance(reply, dict) or reply[0] not in ("r", "x", "R"):
            return True  # all is done, it says
        kind, _, value, *_ = reply
        if kind == "x":
            return any(name in json.dumps(value) for name in _OWN_ENDINGS)
        return bool(self._equals(value))

    def _equals(self, value: Any) -> Any:
        """Whether that is what we expect; objects of the program's are asked themselves."""
        if not isinstance(value, dict):
            return value == EXPECTED
        tag, body = next(iter(value.items()))
        if tag in ("x", "@"):
            return self._objects[body[0] if isinstance(body, list) else body] == EXPECTED
        if tag == "h":
            self._say(["q", 3, "do", body[0], "__eq__", [EXPECTED], {}, None])
            return self._hear()[2]
        return False

    def _say(self, message: list[Any]) -> None:
        body = json.dumps(message).encode()
        self._sock.sendall(len(body).to_bytes(4, "big") + body)

    def _hear(self) -> Any:
        length = int.from_bytes(self._exactly(4), "big")
        return json.loads(self._exactly(length))

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self._sock.recv(count - len(data))
            assert chunk, "the program is gone"
            data += chunk
        return data
