"""What starting an interpreter for each test costs: plainly, under bubblewrap, under pytest.

    python -m tests.bench.peers.commands

Each command has the program and its test in its text or in a file, and tells by its exit code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.bench.peers.problems import Problem
from tests.bench.peers.serving import Unavailable, serve

BUBBLEWRAP = (
    "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
    "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc",
)  # fmt: skip
PYTEST = ("-q", "-p", "no:cacheprovider", "-c", os.devnull)
ENVIRONMENT = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Other people's plugins are not what is measured."""


class Commands:
    """Every kind of command; `what` names it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self, what: str, problem: Problem) -> Sequence[str]:
        """The command's words."""
        code = f"{problem.program}\nassert f(1) == 2\n"
        if what == "site":
            return (sys.executable, "-c", code)
        if what == "bubblewrap":
            return (_bubblewrap(), *BUBBLEWRAP, sys.executable, "-I", "-S", "-c", code)
        if what == "pytest":
            return (sys.executable, "-m", "pytest", *PYTEST, str(self._test_file(problem)))
        return (sys.executable, "-I", "-S", "-c", code)

    def judge(self, workers: int) -> Callable[[Sequence[str]], bool]:
        """Whether it exits with 0."""
        return succeeds

    def pool(self, workers: int) -> Executor:
        """Threads: they only wait."""
        return ThreadPoolExecutor(workers)

    def _test_file(self, problem: Problem) -> Path:
        if find_spec("pytest") is None:
            raise Unavailable("not installed (pytest)")
        path = self._folder / "test_trivial.py"
        path.write_text(f"{problem.program}\n\ndef test_f():\n    assert f(1) == 2\n")
        return path


def succeeds(command: Sequence[str]) -> bool:
    """Run it to its end."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=ENVIRONMENT, check=False,
    )  # fmt: skip
    return done.returncode == 0


@cache
def _bubblewrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        raise Unavailable("not installed (bwrap)")
    tried = subprocess.run([found, *BUBBLEWRAP, "true"], capture_output=True, check=False)
    if tried.returncode:
        raise Unavailable(tried.stderr.decode(errors="replace").strip() or "bwrap fails")
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        serve(f"Python {sys.version.split()[0]}", Commands(Path(name)), ())
