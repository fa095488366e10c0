"""The command as a user meets it: a real process, in a folder and with settings of its own."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 50.0
"""Generous: what hangs is to be told apart from what is slow on a busy machine."""

SANDBOXED = {"run", "resume", "rescore", "judge", "doctor", "evolve"}
LEVEL = os.environ.get("PARAGEN_TEST_LEVEL", "auto")
"""The sandbox level of programs in tests that aren't about levels: another where there is none."""

CHOSEN: Mapping[str, Any] = {"sandbox": LEVEL, "unsafe": LEVEL == "none"}
"""The same as `Choices` take it."""

OF_THE_LEVEL = re.compile(
    r"^(warning: programs are not confined.*|unsealed: .*| *\S+'s verdict isn't sealed: .*)\r?\n",
    re.MULTILINE,
)
"""What stderr has to say of a level that confines nothing, in whole lines."""

NOWHERE = "http://127.0.0.1:9"
"""Where no server listens, so that one on this machine doesn't answer our tests."""

RIGHT = "```python\ndef double(x):\n    return 2 * x\n```"
WRONG = "```python\ndef double(x):\n    return x + 2\n```"
ENDLESS = "```python\ndef double(x):\n    while True:\n        pass\n```"
TASK = """\
---
entry_point: double
task_type: general
timeout_s: 5
---
Write a function `double(x)`.

```python test
from solution import double


def test_two():
    assert double(2) == 4


def test_three():
    assert double(3) == 6
```
"""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")


def plain(text: str) -> str:
    """A terminal's output without its control sequences."""
    return CONTROL.sub("", text).replace("\r\n", "\n")


def skip_where_modes_bind_nobody(folder: Path) -> None:
    """Skip a test about permissions where there are none for us: as root."""
    sealed = folder / "sealed"
    sealed.touch(mode=0)
    try:
        sealed.read_bytes()
    except PermissionError:
        return
    finally:
        sealed.unlink()
    pytest.skip("whoever runs this may read and write everything")


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is true; fails after the limit."""
    deadline = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        assert self.out, self.err
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def objects(self) -> list[dict[str, Any]]:
        """A JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def refused(self, *words: str, code: int = 2) -> str:
        """The one message of a command that wasn't carried out: with these words, no traceback."""
        assert self.code == code, (self.code, self.out, self.err)
        assert self.out == ""
        assert "Traceback" not in self.err
        assert "\x1b" not in self.err
        for word in words:
            assert word in self.err, self.err
        return self.err


@dataclass(slots=True)
class Running:
    """A command that runs, its output so far, and its end."""

    process: subprocess.Popen[bytes]
    _readers: list[threading.Thread]
    _output: dict[str, bytearray]

    @property
    def err(self) -> str:
        """Its stderr so far (all of its output, on a terminal)."""
        return OF_THE_LEVEL.sub("", bytes(self._output["err"]).decode(errors="replace"))

    @property
    def out(self) -> str:
        """Its stdout so far."""
        return bytes(self._output["out"]).decode(errors="replace")

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def shows(self, words: str) -> None:
        """Wait until these words are on stderr."""
        until(lambda: words in self.err or self.process.poll() is not None, words)
        assert words in self.err, self.err

    def done(self) -> Done:
        """Wait for its end."""
        try:
            code = self.process.wait(LIMIT_S)
        finally:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join(LIMIT_S)
        return Done(code, self.out, self.err)


class Place:
    """A folder to work in, with a home and a history of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        self.database = folder / "history.db"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "XDG_DATA_HOME": str(folder / "home" / "data"),
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "OLLAMA_HOST": NOWHERE,
            "PARAGEN_DB": str(self.database),
        }

    def write(self, name: str, content: str | bytes = TASK) -> Path:
        """A file in the folder, by default a task; its name, as a user in the folder gives it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Path(name)

    def read(self, name: str) -> str:
        """A file of the folder."""
        return (self.folder / name).read_text(encoding="utf-8")

    def run(
        self,
        *arguments: str | Path,
        stdin: str | bytes = b"",
        settings: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> Done:
        """Run `paragen …` in the folder, in pipes, to its end; `options` are the interpreter's."""
        done = subprocess.run(
            command(arguments, options),
            cwd=self.folder,
            env={**self.environment, **(settings or {})},
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), _said(done.stderr.decode(), arguments))

    def start(self, *arguments: str | Path, deaf: bool = False) -> Running:
        """Start `paragen …` in pipes; `deaf`: nobody reads its stdout."""
        _let_children_be_interrupted()
        process = subprocess.Popen(
            command(arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        pipes = {"out": process.stdout, "err": process.stderr}
        output = {name: bytearray() for name in pipes}
        if deaf:
            pipes.pop("out").close()
        readers = [_read(pipe.fileno(), output[name], pipe.close) for name, pipe in pipes.items()]
        return Running(process, readers, output)

    def on_terminal(
        self,
        *arguments: str | Path,
        columns: int = 80,
        lines: int = 24,
        piped: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> Running:
        """Start `paragen …` on a terminal of that size; `piped`: but its stdout in a pipe."""
        _let_children_be_interrupted()
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        process = subprocess.Popen(
            command(arguments),
            cwd=self.folder,
            env={**self.environment, "TERM": "xterm-256color", **(settings or {})},
            stdin=slave,
            stdout=subprocess.PIPE if piped else slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        output = {"out": bytearray(), "err": bytearray()}
        readers = [_read(master, output["err"], lambda: os.close(master))]
        if process.stdout is not None:
            pipe = process.stdout
            readers.append(_read(pipe.fileno(), output["out"], pipe.close))
        return Running(process, readers, output)

    def history(self, *more: str) -> list[dict[str, Any]]:
        """The rows of `paragen history`."""
        rows = self.run("history", "--format", "json", "-n", "1000", *more).object["rows"]
        assert isinstance(rows, list)
        return rows


def command(arguments: Sequence[str | Path], options: Sequence[str] = ()) -> list[str]:
    verb, *rest = map(str, arguments) if arguments else [""]
    level = []
    if verb in SANDBOXED and "--sandbox" not in rest:
        level = ["--sandbox", LEVEL, *(["--unsafe"] if LEVEL == "none" else [])]
    return [sys.executable, *options, "-m", "paragen", *([verb] if verb else []), *level, *rest]


def _said(err: str, arguments: Sequence[str | Path]) -> str:
    """What is on stderr, without what it owes to the level that we chose and not the test."""
    return err if "--sandbox" in arguments else OF_THE_LEVEL.sub("", err)


def _let_children_be_interrupted() -> None:
    """Where the tests run in a shell's background, SIGINT would be ignored by all they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _read(descriptor: int, into: bytearray, close: Callable[[], None]) -> threading.Thread:
    """Read to the end in a thread of its own, so that the writer never waits."""

    def read() -> None:
        try:
            while data := os.read(descriptor, 1 << 16):
                into.extend(data)
        except OSError:
            pass  # how a terminal says that its other end is closed
        finally:
            close()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
