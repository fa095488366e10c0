"""Task files and programs, read from disk; parsing is done elsewhere, without files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from paragen.domain.errors import ParagenError, TaskError, UsageError
from paragen.domain.task import MIB, Example, Task, TestCode
from paragen.parse.examples import read_tests
from paragen.parse.fences import unix_lines
from paragen.parse.nearest import nearest
from paragen.parse.needs import Needy, is_file, resolve_needs
from paragen.parse.task import TaskFile, build_task, read_task

MAX_BYTES = MIB
MAX_TEST_BYTES = 256 * MIB
"""Files of tests may be large: suites have problems with inputs of many MiB."""

STDIN = "-"


def load_task(path: str | Path, tests: Sequence[str | Path] = ()) -> Task:
    """Load one task file (`-` is standard input) with further files of tests; raises TaskError.

    Paths of tests that the task file names are relative to it; `tests` are relative to where
    the user stands. Tasks that it needs are left as it names them.
    """
    return _with_tests(str(path), _read_task(str(path)), tests)


def load_tasks(paths: Sequence[str | Path], tests: Sequence[str | Path] = ()) -> tuple[Task, ...]:
    """Load task files, and those in folders, in this order, each file once; raises TaskError.

    A folder stands for its *.md files, sorted by path, subfolders included; hidden ones and
    README.md are left out. Files that tasks need and that aren't named come at the end.
    """
    found: dict[str, str] = {}
    for path in paths:
        for file in _task_files(str(path)):
            found.setdefault(_identity(file), file)
    named = frozenset(found)
    read: dict[str, TaskFile] = {}
    needed: dict[str, dict[str, str]] = {}
    waiting = list(found.items())
    for identity, file in waiting:  # which grows, by the files that these need
        read[identity] = _read_task(file)
        needed[identity] = dict(_needed_files(file, read[identity]))
        for need, other in needed[identity].items():
            if other not in found:
                found[other] = str(Path(file).parent / need)
                waiting.append((other, found[other]))
    places = {identity: place for place, identity in enumerate(found)}
    needs = resolve_needs(
        [
            Needy(
                name=one.name,
                path=one.path or one.name,
                needs=one.matter.needs,
                files={need: places[other] for need, other in needed[identity].items()},
            )
            for identity, one in read.items()
        ]
    )
    return tuple(
        replace(_with_tests(found[identity], file, tests if identity in named else ()), needs=names)
        for (identity, file), names in zip(read.items(), needs, strict=True)
    )


def _read_task(name: str) -> TaskFile:
    if name == STDIN:
        file = read_task(_read_stdin(), "standard input")
        return replace(file, path=None, name=file.matter.name or "stdin")
    return read_task(_read(Path(name), TaskError), name)


def _with_tests(name: str, file: TaskFile, tests: Sequence[str | Path]) -> Task:
    """The task of a file, with the tests that it names and further ones."""
    folder = Path() if name == STDIN else Path(name).parent
    extra: list[TestCode | Example] = []
    for test in file.test_paths:
        try:
            extra += _load_tests(folder / test.path, test.path)
        except TaskError as error:
            raise TaskError(f"{name}:{test.line}: tests: {error}") from None
    for given in tests:
        extra += _load_tests(Path(given))
    return build_task(file, extra)


def _needed_files(name: str, file: TaskFile) -> Iterator[tuple[str, str]]:
    """The needs of a task that are files: as it names them, and which files these are."""
    for need in file.matter.needs:
        if is_file(need.task):
            path = (Path() if name == STDIN else Path(name).parent) / need.task
            if not path.is_file():
                raise TaskError(f"{name}:{need.line}: needs: {missing(path, need.task)}")
            yield need.task, _identity(str(path))


def load_more_tests(
    paths: Sequence[str | Path],
) -> tuple[tuple[TestCode, ...], tuple[Example, ...]]:
    """Load files of tests: the test code and the examples in them; raises TaskError."""
    found = [test for path in paths for test in _load_tests(Path(path))]
    return (
        tuple(test for test in found if isinstance(test, TestCode)),
        tuple(test for test in found if isinstance(test, Example)),
    )


def load_program(path: str | Path) -> str:
    """Load a program's text, as UTF-8, with `\\n` for every line end; raises UsageError."""
    name = str(path)
    text = _read_stdin() if name == STDIN else _read(Path(name), UsageError)
    return unix_lines(text)


def _identity(path: str) -> str:
    """A file's real path, or its name where it has none: then reading it says why."""
    try:
        return path if path == STDIN else str(Path(path).resolve())
    except (OSError, RuntimeError, ValueError):
        return path


def _task_files(path: str) -> Iterator[str]:
    folder = Path(path)
    if path == STDIN or not os.path.isdir(folder):  # noqa: PTH112 (Path's raises on some paths)
        yield path
        return
    try:
        files = [
            file
            for file in sorted(folder.rglob("*.md"))
            if file.is_file()
            and file.name.lower() != "readme.md"
            and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        ]
    except OSError as error:
        raise TaskError(f"{path}: This folder can't be read: {error.strerror}.") from None
    if not files:
        raise TaskError(f"{path}: There are no task files (*.md) in this folder.")
    yield from map(str, files)


def _load_tests(path: Path, named: str | None = None) -> tuple[TestCode | Example, ...]:
    return read_tests(_read(path, TaskError, MAX_TEST_BYTES, named), str(path))


def _read(
    path: Path, error: type[ParagenError], most: int = MAX_BYTES, named: str | None = None
) -> str:
    """A text file's content; whatever is in the way becomes an `error` that says so.

    `named` is how it is called where it is named, if that isn't its path from here.
    """
    try:
        if path.is_dir():
            raise error(f"{path}: This is a folder, not a file.")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise error(missing(path, named)) from None
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        why = getattr(problem, "strerror", None) or problem
        raise error(f"{str(path)!r}: This file can't be read: {why}.") from None
    return _decode(data, str(path), error, most)


def _read_stdin() -> str:
    return _decode(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input", TaskError)


def _decode(data: bytes, name: str, error: type[ParagenError], most: int = MAX_BYTES) -> str:
    if len(data) > most:
        raise error(f"{name}: This is larger than {most // MIB} MiB: is it the right file?")
    if b"\0" in data:
        raise error(f"{name}: This is not a text file (it holds NUL bytes).")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise error(f"{name}:{line}: This is not UTF-8 text: save it as UTF-8.") from None


def missing(path: Path, named: str | None = None) -> str:
    """A sentence about a file that isn't there, with the nearest name that is.

    That is written as the path is, or as it is `named` where that isn't the same.
    """
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return f"{path}: There is no folder {path.parent}."
    near = nearest(path.name, names)
    hint = f"; did you mean {str(Path(named or path).with_name(near))!r}?" if near else "."
    return f"{path}: There is no such file{hint}"
