"""Tests that stand in files of their own, and what any test code must be to be run at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from paragen.domain.errors import TaskError
from paragen.domain.task import Example, TestCode, TestKind
from paragen.languages import python
from paragen.languages.untested import tests_nothing
from paragen.parse.fences import unix_lines
from paragen.parse.nearest import did_you_mean

SUFFIXES = (".py", ".json", ".jsonl")
KEYS = ("stdin", "stdout", "name", "loose")

_SESSION_LINE = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: (.*))?$")


def read_tests(text: str, path: str) -> tuple[TestCode | Example, ...]:
    """The tests in a file: code of a .py, stdin/stdout pairs of a .json or .jsonl.

    Raises TaskError with the line of the mistake.
    """
    text = unix_lines(text)
    suffix = PurePath(path).suffix.lower()
    if suffix == ".py":
        kind = TestKind.DOCTEST if is_session(text) else TestKind.PYTHON
        test = TestCode(source=text, origin=path, line=1, kind=kind)
        check_test_code(test)
        return (test,)
    if suffix in SUFFIXES:
        examples = tuple(_read_examples(text, path, by_line=suffix == ".jsonl"))
        if not examples:
            raise TaskError(f"{path}: There are no examples in this file.")
        return examples
    raise TaskError(f"{path}: Tests can be read from {', '.join(SUFFIXES)}, not from {suffix!r}.")


def check_test_code(test: TestCode) -> None:
    """Raise TaskError, with the line in its file, where test code isn't Python, or has no test."""
    session = test.kind is TestKind.DOCTEST
    source = doctest_source(test.source) if session else test.source
    tree = python.parse(source)
    if isinstance(tree, python.SourceError):
        line = test.line + (tree.line or 1) - 1
        raise TaskError(f"{test.origin}:{line}: This test is not Python: {tree.message}.")
    if not tree.body:
        what = "there is no line that begins with >>>" if session else "it is empty"
        raise TaskError(f"{test.origin}:{test.line}: This test tests nothing: {what}.")
    if not session and tests_nothing(tree):
        raise TaskError(
            f"{test.origin}:{test.line}: This test tests nothing: there is no function test_…, no "
            "class Test…, no check(candidate), and no assert outside of functions. Write what must "
            "hold, for example `assert f(1) == 2`; all that a fence or a file of tests needs must "
            "stand in it."
        )


def is_session(source: str) -> bool:
    """Whether a text is what the Python prompt shows: its first line begins with `>>>`."""
    return source.lstrip().startswith(">>>")


def doctest_source(session: str) -> str:
    """What was typed in a session, each line in its place, output lines left empty."""
    matches = (_SESSION_LINE.match(line) for line in session.split("\n"))
    return "\n".join((match[1] or "") if match else "" for match in matches)


def _read_examples(text: str, path: str, *, by_line: bool) -> Iterator[Example]:
    if not by_line:
        whole = _load(text, path, 1)
        for number, item in enumerate(whole if isinstance(whole, list) else [whole], start=1):
            yield _example(item, f"{path}: example {number}", number)
        return
    for line, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            yield _example(_load(row, path, line), f"{path}:{line}", line)


def _load(text: str, path: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise TaskError(f"{path}:{line + error.lineno - 1}: Not JSON: {error.msg}.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, a deep nest
        raise TaskError(f"{path}:{line}: This JSON can't be read.") from None


def _example(item: object, where: str, number: int) -> Example:
    if not isinstance(item, dict) or "stdout" not in item:
        raise TaskError(f'{where}: Each example must be {{"stdin": "…", "stdout": "…"}}.')
    for key, value in item.items():
        if key not in KEYS:
            raise TaskError(
                f"{where}: There is no key {key[:80]!r}{did_you_mean(key, KEYS) or '.'} "
                f"Keys: {', '.join(KEYS)}."
            )
        if key == "loose" and not isinstance(value, bool):
            raise TaskError(f"{where}: {key}: must be true or false.")
        if key != "loose" and not isinstance(value, str):
            raise TaskError(f"{where}: {key}: must be text.")
    return Example(
        name=str(item.get("name") or f"example {number}"),
        stdin=str(item.get("stdin", "")),
        stdout=str(item["stdout"]),
        loose=bool(item.get("loose", False)),
    )
