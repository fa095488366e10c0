"""The lines of a file of records, compressed or not; large files are never held whole."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from paragen.domain.errors import UsageError
from paragen.files import missing

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


class Lines:
    """A file's lines, one after the other and again by the places at which they begin.

    Raises UsageError for a file that can't be read. Use it as a context manager.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _opened(path)

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[tuple[int, int, str]]:
        """The lines that aren't blank: their 1-based numbers, their places, their texts."""
        place = 0
        number = 0
        while True:
            self._file.seek(place)
            line = self._file.readline()
            if not line:
                return
            number += 1
            text = self._text(line, number)
            if text.strip():
                yield number, place, text
            place += len(line)

    def at(self, place: int) -> str:
        """The line that begins at a place."""
        self._file.seek(place)
        return self._text(self._file.readline(), None)

    def is_array(self) -> bool:
        """Whether the file is one JSON array rather than a record a line."""
        self._file.seek(0)
        return self._file.read(1 << 12).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["

    def whole(self) -> str:
        """The file's whole text."""
        self._file.seek(0)
        return self._text(self._file.read(), None)

    def _text(self, data: bytes, number: int | None) -> str:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            where = self.path if number is None else f"{self.path}:{number}"
            raise UsageError(f"{where}: This is not UTF-8 text.") from None


def _opened(path: Path) -> IO[bytes]:
    """The file, unpacked where it is compressed, at its beginning."""
    try:
        if path.is_dir():
            raise UsageError(f"{path}: This is a folder, not a file.")
        file = path.open("rb")
        start = file.read(4)
        file.seek(0)
        if start.startswith(ZIP):
            file.close()
            raise UsageError(f"{path}: This is a zip archive: unpack it, and name the file in it.")
        return _unpacked(file) if start.startswith(GZIP) else file
    except FileNotFoundError:
        raise UsageError(missing(path)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UsageError(f"{path}: This compressed file is torn or damaged.") from None
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise UsageError(f"{path}: This file can't be read: {why}.") from None


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    """A file without a name that holds what a compressed one does."""
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 (its owner closes it)
    try:
        with file, gzip.open(file) as stream:
            shutil.copyfileobj(cast(IO[bytes], stream), unpacked, 1 << 20)
        unpacked.seek(0)
    except BaseException:
        unpacked.close()
        raise
    return unpacked
