"""Plays macOS on Linux, with a C library of our own, which confines nothing.

`python pretend.py nursery LIBRARY SANDBOX_DIRECTORY ARGUMENT…` stands where inside/__main__.py
does; `python pretend.py LIBRARY` is paragen's side: it opens the level, runs some programs, and
prints what came of that, as JSON.
"""

from __future__ import annotations

import asyncio as asyncio  # before the platform is another: it has other parts then
import fcntl
import json
import subprocess as subprocess  # likewise
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def pretend() -> None:
    """Let what is imported from now on take this for macOS."""
    sys.platform = "darwin"
    fcntl.F_GETPATH = -1  # type: ignore[attr-defined]  # the kernel refuses it: an OSError


def nursery(library: str, sandbox: str, *arguments: str) -> None:
    """Be inside/__main__.py, with this library in place of the system's."""
    pretend()
    main = Path(sandbox, "inside", "__main__.py")
    before, then = main.read_text().split("    at_fork = ", 1)
    patch = f"    __import__('_paragen.darwin.libproc').darwin.libproc.LIBRARY = {library!r}\n"
    sys.argv = [str(main), *arguments]
    names = {"__name__": "__main__", "__file__": str(main)}
    exec(compile(f"{before}{patch}    at_fork = {then}", str(main), "exec"), names)


def paragen(library: str) -> dict[str, Any]:
    """Open the level seatbelt and run programs in it; what came of that."""
    pretend()
    sys.path.insert(0, str(ROOT))
    from paragen.domain.command import ScriptRun, TestRun
    from paragen.domain.ports import Cancel
    from paragen.domain.task import Limits, TestCode, TestKind
    from paragen.sandbox import confined, confinement, nursery, prove
    from paragen.sandbox.darwin import libproc
    from paragen.sandbox.forked import Forked
    from paragen.sandbox.worker import Worker

    libproc.LIBRARY = library
    nursery._INTERPRETER += (__file__, "nursery", library)  # type: ignore[assignment]  # longer
    nursery._MAIN = nursery._MAIN.parent.parent
    attempts: list[tuple[str, bool, str]] = []
    try_all = prove._attempts

    def note(worker: Worker, forked: Forked) -> list[tuple[str, bool, str]]:
        """Let the self-test go on, though it finds that nothing is kept off."""
        attempts.extend(try_all(worker, forked))
        return []

    prove._attempts = note
    sandbox = confined.ConfinedSandbox("seatbelt", 1)

    def ending(program: str, **limits: Any) -> list[Any]:
        test = "from solution import f\ndef test_f():\n    assert f(2) == 4\n"
        code = TestCode(source=test, origin="task.md", line=1, kind=TestKind.PYTHON)
        command = TestRun(
            program=program, language="python", tests=(code,), entry_point=None,
            limits=Limits(**limits),
        )  # fmt: skip
        ran = sandbox.run(command, Cancel())
        return [ran.ending, ran.sealed, [case.outcome for case in ran.cases]]

    script = ScriptRun(
        program="print(input()[::-1])", language="python", stdin="abc\n", limits=Limits()
    )
    try:
        return {
            "layers": dict(confinement.available()),
            "attempts": attempts,
            "proofs": sandbox.proofs,
            "right": ending("def f(x):\n    return 2 * x\n"),
            "wrong": ending("def f(x):\n    return x\n"),
            "gone": ending("import os\nos._exit(0)\n"),
            "busy": ending("def f(x):\n    while True: pass\n", cpu_s=0.3),
            "idle": ending("import time\ndef f(x):\n    time.sleep(99)\n", wall_s=0.3),
            "large": ending(
                "def f(x):\n    a = []\n    while True: a.append(bytes(9999) + b'x')\n",
                memory_bytes=64 << 20,
            ),
            "script": sandbox.run(script, Cancel()).stdout,
        }
    finally:
        sandbox.close()


if __name__ == "__main__":
    if sys.argv[1] == "nursery":
        nursery(*sys.argv[2:])
    else:
        print(json.dumps(paragen(sys.argv[1])))
