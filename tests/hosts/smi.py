"""An executable called nvidia-smi, that says what a test wants it to say."""

from __future__ import annotations

import sys
from pathlib import Path

SCRIPT = """\
#!{python}
import os, signal, sys, time

with open({log!r}, "a") as log:
    print(os.getpid(), *sys.argv[1:], file=log)


def say(*lines):
    for line in lines:
        print(line, flush=True)


{body}
"""

STEADY = """
while True:
    say("1, 0, {watts}")
    time.sleep(0.02)
"""


def install(folder: Path, body: str) -> Path:
    """Put it into a folder, which may be new; the file in which it notes each of its starts."""
    folder.mkdir(exist_ok=True)
    log = folder / "starts.txt"
    program = folder / "nvidia-smi"
    program.write_text(SCRIPT.format(python=sys.executable, log=str(log), body=body))
    program.chmod(0o755)
    return log


def starts(log: Path) -> list[int]:
    """The process ids that it had."""
    if not log.exists():
        return []
    return [int(line.split()[0]) for line in log.read_text().splitlines()]


def is_running(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
