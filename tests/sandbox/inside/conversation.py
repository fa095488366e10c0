"""A program in a process of its own, not confined, and the test's side of the conversation."""

from __future__ import annotations

import os
import socket
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from paragen.sandbox.inside.remote import Remote
from paragen.sandbox.inside.remote_module import RemoteModule
from paragen.sandbox.inside.serve import serve

OUTPUT_BYTES = 1 << 20


@contextmanager
def process(
    run: Callable[[socket.socket], object],
    on_output: Callable[[int, str], object] | None = None,
) -> Iterator[Remote]:
    """A child that runs `run` with its end of a socket, and the Remote that talks to it."""
    ours, theirs = socket.socketpair()
    stdout, stdout_end = os.pipe()
    stderr, stderr_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            os.dup2(stdout_end, 1)
            os.dup2(stderr_end, 2)
            sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
            sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
            run(theirs)
        finally:
            os._exit(1)
    theirs.close()
    os.close(stdout_end)
    os.close(stderr_end)
    remote = Remote(ours, stdout, stderr, output_bytes=OUTPUT_BYTES, on_output=on_output)
    try:
        yield remote
    finally:
        remote.close()
        os.close(stdout)
        os.close(stderr)
        with suppress(ChildProcessError):
            os.kill(pid, 9)
            os.waitpid(pid, 0)


@contextmanager
def loaded(program: str) -> Iterator[RemoteModule]:
    """The program, loaded in a process of its own."""
    with process(serve) as remote:
        yield remote.load(program, {})


def in_process(program: str) -> types.ModuleType:
    """The program as an ordinary module."""
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    exec(compile(program, "solution.py", "exec", dont_inherit=True), module.__dict__)
    return module


def results(module: types.ModuleType, test: str) -> list[Any]:
    """What the test notes by calling `note`, each as repr; or what it raises, last."""
    noted: list[Any] = []
    scope: dict[str, Any] = {
        "solution": module,
        "note": lambda *values: noted.extend(map(repr, values)),
        "__name__": "test_solution",
    }
    before = sys.modules.get("solution")
    sys.modules["solution"] = module
    try:
        exec(compile(test, "test_solution.py", "exec", dont_inherit=True), scope)
    except Exception as error:
        noted.append(f"raised {type(error).__name__}: {error}")
    finally:
        if before is not None:
            sys.modules["solution"] = before
    return noted


def same_in_both(program: str, test: str) -> list[Any]:
    """The notes of a test; asserts that they are the same with the program in its process."""
    expected = results(in_process(program), test)
    with loaded(program) as module:
        got = results(module, test)
    assert got == expected
    assert expected, "a test that notes nothing shows nothing"
    assert not any(str(note).startswith("raised") for note in expected), expected
    return expected
