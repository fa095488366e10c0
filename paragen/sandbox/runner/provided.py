"""Fixtures that come with the runner: tmp_path, capsys, monkeypatch."""

from __future__ import annotations

import os
import sys

from .explain import NO_FILES, forbids_files
from .outcomes import Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_ABSENT = object()


def tmp_path(finalizers: list[Callable[[], object]]) -> Any:
    """An empty directory of the test's own; the sandbox removes it."""
    import pathlib
    import tempfile

    try:
        return pathlib.Path(tempfile.mkdtemp())
    except OSError as error:
        if forbids_files(error):
            raise Unsupported(NO_FILES) from None
        raise


class Captured:
    """What was written to standard output and standard error."""

    def __init__(self, out: str, err: str) -> None:
        self.out = out
        self.err = err

    def __iter__(self) -> Iterator[str]:
        """Both, for `out, err = capsys.readouterr()`."""
        return iter((self.out, self.err))


class Capture:
    """`capsys`."""

    def __init__(self) -> None:
        import io

        self._new = io.StringIO
        self._before = (sys.stdout, sys.stderr)
        sys.stdout, sys.stderr = self._own = (io.StringIO(), io.StringIO())

    def readouterr(self) -> Captured:
        """What was written since the last call."""
        out, err = (stream.getvalue() for stream in self._own)
        for stream in self._own:
            stream.seek(0)
            stream.truncate()
        return Captured(out, err)

    def restore(self) -> None:
        """Let output go where it went before."""
        sys.stdout, sys.stderr = self._before


def capsys(finalizers: list[Callable[[], object]]) -> Capture:
    """Captures what is written to sys.stdout and sys.stderr."""
    capture = Capture()
    finalizers.append(capture.restore)
    return capture


class MonkeyPatch:
    """`monkeypatch`: changes that are taken back when the test ends."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def setattr(self, target: Any, name: Any, value: Any = _ABSENT, raising: bool = True) -> None:
        """Set an attribute; `target` may be a dotted path, with the value second."""
        if isinstance(target, str):
            value = name
            target, name = _resolve(target)
        before = target.__dict__.get(name, _ABSENT) if isinstance(target, type) else _ABSENT
        if before is _ABSENT:
            before = getattr(target, name, _ABSENT)
        if raising and before is _ABSENT:
            raise AttributeError(f"{target!r} has no attribute {name!r}")
        self._undo.append(lambda: _put_attribute(target, name, before))
        setattr(target, name, value)

    def delattr(self, target: Any, name: Any = _ABSENT, raising: bool = True) -> None:
        """Delete an attribute; `target` may be a dotted path."""
        if isinstance(target, str):
            target, name = _resolve(target)
        before = getattr(target, name, _ABSENT)
        if before is _ABSENT:
            if raising:
                raise AttributeError(name)
            return
        self._undo.append(lambda: setattr(target, name, before))
        delattr(target, name)

    def setitem(self, mapping: Any, key: Any, value: Any) -> None:
        """Set an item of a mapping."""
        self._keep_item(mapping, key)
        mapping[key] = value

    def delitem(self, mapping: Any, key: Any, raising: bool = True) -> None:
        """Delete an item of a mapping."""
        if key not in mapping and not raising:
            return
        self._keep_item(mapping, key)
        del mapping[key]

    def setenv(self, name: str, value: str, prepend: str | None = None) -> None:
        """Set an environment variable."""
        if prepend and name in os.environ:
            value = value + prepend + os.environ[name]
        self.setitem(os.environ, name, value)

    def delenv(self, name: str, raising: bool = True) -> None:
        """Delete an environment variable."""
        self.delitem(os.environ, name, raising)

    def syspath_prepend(self, path: Any) -> None:
        """Put a directory before the others that modules are imported from."""
        before = list(sys.path)
        self._undo.append(lambda: sys.path.__setitem__(slice(None), before))
        sys.path.insert(0, str(path))

    def chdir(self, path: Any) -> None:
        """Go to another directory."""
        before = os.path.realpath(".")
        self._undo.append(lambda: os.chdir(before))
        os.chdir(path)

    def undo(self) -> None:
        """Take every change back, the last first."""
        while self._undo:
            self._undo.pop()()

    def _keep_item(self, mapping: Any, key: Any) -> None:
        before = mapping.get(key, _ABSENT)
        self._undo.append(lambda: _put_item(mapping, key, before))


def monkeypatch(finalizers: list[Callable[[], object]]) -> MonkeyPatch:
    """Changes attributes, items and the environment for the length of a test."""
    patch = MonkeyPatch()
    finalizers.append(patch.undo)
    return patch


def _resolve(path: str) -> tuple[Any, str]:
    """What a dotted path's last name is an attribute of, and that name."""
    owner, _, name = path.rpartition(".")
    first, *rest = owner.split(".")
    target = __import__(first)
    imported = first
    for part in rest:
        imported = f"{imported}.{part}"
        if not hasattr(target, part):
            __import__(imported)
        target = getattr(target, part)
    return target, name


def _put_attribute(target: Any, name: str, value: Any) -> None:
    if value is _ABSENT:
        delattr(target, name)
    else:
        setattr(target, name, value)


def _put_item(mapping: Any, key: Any, value: Any) -> None:
    if value is _ABSENT:
        mapping.pop(key, None)
    else:
        mapping[key] = value


PROVIDED: dict[str, Callable[[list[Callable[[], object]]], Any]] = {
    "tmp_path": tmp_path,
    "capsys": capsys,
    "monkeypatch": monkeypatch,
}
