"""The outside of a peer: starts its process, asks it, and notices when it is gone."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 900.0
"""For one answer: far more than any needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One piece of work that a peer did: its seconds, and what of it did not pass."""

    seconds: float
    failed: tuple[int, ...] = ()


class PeerUnavailable(Exception):
    """Why a peer can't do what it was asked, in a line."""


class Peer:
    """A process that has one harness. Raises PeerUnavailable wherever it can't do its part."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Start it; `arguments` follow the interpreter."""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        self.version: str | None = None

    def ask(self, what: str, count: int, workers: int, indexes: Sequence[int] = ()) -> Timed:
        """Have it do a piece of work, and wait for that."""
        if self.version is None:
            self.version = self._answer()["version"]
        words = (what, count, workers, *indexes)
        try:
            print(*words, file=self._process.stdin, flush=True)
        except OSError as error:
            raise PeerUnavailable(f"it is gone: {self._last_words()}") from error
        answer = self._answer()
        return Timed(seconds=answer["seconds"], failed=tuple(answer["failed"]))

    def close(self) -> None:
        """Let it end: it does at the end of its input."""
        try:
            self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        except OSError:  # it was gone before
            self._process.wait()
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None, "it was started with a pipe"
        watch = threading.Timer(PATIENCE_S, self._process.kill)
        watch.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            self._process.wait()
            raise PeerUnavailable(f"it ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "unavailable" in answer:
            raise PeerUnavailable(answer["unavailable"])
        return answer

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
