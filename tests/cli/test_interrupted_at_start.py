"""Ctrl-C while the command is still being loaded."""

from __future__ import annotations

import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.running import ROOT

INTERRUPTING = """\
import os, signal, weakref
class Thing: pass
thing = Thing()
# As the import system does: what is raised in such a callback is printed, and lost.
watched = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
del thing
raise SystemExit(7)
"""
SCRIPT = "from paragen.__main__ import main; main()"


def interrupted(folder: Path, *how: str, ignored: bool = False) -> tuple[int, str]:
    """How `paragen` ends, and what it says, when a module that it loads is interrupted."""
    (folder / "typer.py").write_text(INTERRUPTING, encoding="utf-8")
    begin = f"import signal, sys; signal.signal({signal.SIGINT:d}, signal.{{}}); "
    disposition = "SIG_IGN" if ignored else "SIG_DFL"
    # A process of its own hands down what becomes of the signal, as a shell does.
    program = (
        begin.format(disposition)
        + f"import os; os.execv(sys.executable, {[sys.executable, '-P', *how, 'stats']!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{folder}:{ROOT}", "HOME": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("how", [("-m", "paragen"), ("-c", SCRIPT)])
def test_it_leaves_at_once_and_without_a_word(tmp_path: Path, how: tuple[str, ...]) -> None:
    assert interrupted(tmp_path, *how) == (130, "")


def test_where_the_signal_is_ignored_it_stays_so(tmp_path: Path) -> None:
    assert interrupted(tmp_path, "-m", "paragen", ignored=True) == (7, "")


def test_the_command_that_is_installed_begins_there_too() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"paragen": "paragen.__main__:main"}
