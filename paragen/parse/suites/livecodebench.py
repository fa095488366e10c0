"""LiveCodeBench's code generation: programs that read and print, and methods of a class."""

from __future__ import annotations

import base64
import binascii
import io
import json
import pickle
import zlib
from typing import Any

from paragen.domain.task import Example
from paragen.languages import python
from paragen.parse.fences import unix_lines
from paragen.parse.suites.problem import Problem, fenced, plain_prompt
from paragen.parse.suites.record import Record, loaded

TITLE = "LiveCodeBench"
ID = "question_id"
KEYS = (
    frozenset(
        {
            "question_id",
            "question_content",
            "starter_code",
            "public_test_cases",
            "private_test_cases",
            "metadata",
        }
    ),
)
MAX_BYTES = 1 << 30
"""What the private tests of one problem may take once they are unpacked."""

_STARRED = (
    *("string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random"),
    *("statistics", "itertools", "functools", "operator", "io", "sys", "json"),
    *("builtins", "typing"),
)
PRELUDE = (
    "".join(f"from {module} import *\n" for module in _STARRED)
    + f"import {', '.join(name for name in _STARRED if name not in {'builtins', 'typing'})}\n"
    + "sys.setrecursionlimit(50000)\n"
)
"""What the suite's own harness lets programs take as given."""

_TESTS = """\
import json

CASES = json.loads({data})


def compare(candidate, number):
    arguments, expected = CASES[number]
    got = candidate().{method}(*arguments)
    if isinstance(got, tuple):
        got = list(got)
    assert got == expected


def check(candidate):
{calls}
"""


def read(record: Record) -> Problem:
    """The problem that a record of the suite's test*.jsonl holds; raises TaskError."""
    metadata = loaded(record.text("metadata") or "{}", record.where)
    method = metadata.get("func_name") if isinstance(metadata, dict) else None
    cases = [*_cases(record, "public_test_cases"), *_cases(record, "private_test_cases")]
    if not cases:
        record.fail("it has no tests")
    text = _described(record)
    if not method:
        return Problem(
            id=record.identity(ID),
            prompt=plain_prompt(text + "Write a program that reads from standard input.\n"),
            examples=tuple(
                Example(name=f"example {number}", stdin=stdin, stdout=stdout, loose=True)
                for number, (stdin, stdout) in enumerate(cases, start=1)
            ),
            prelude=PRELUDE,
        )
    if not isinstance(method, str) or not method.isidentifier():
        record.fail("its metadata's func_name must be the name of a method")
    return Problem(
        id=record.identity(ID),
        prompt=plain_prompt(text)
        + "\nComplete this class, and import what you use:\n\n"
        + _stub(record),
        entry_point="Solution",
        tests=_tests(record, method, cases),
        prelude=PRELUDE,
    )


def _described(record: Record) -> str:
    title = record.text("question_title", default="").strip()
    text = record.text("question_content").strip()
    return f"# {title}\n\n{text}\n\n" if title else f"{text}\n\n"


def _stub(record: Record) -> str:
    """The starter code, with a body so that it is Python, and the names that it takes as given."""
    starter = record.text("starter_code").rstrip() + "\n"
    if python.tree_of(starter) is None:
        last = starter.rstrip("\n").rpartition("\n")[2]
        starter += " " * (len(last) - len(last.lstrip()) + 4) + "pass\n"
    tree = python.tree_of(starter)
    if tree is None:
        record.fail("the key 'starter_code' must hold Python")
    given = sorted(python.free_names(tree) & set(_typing_names()))
    head = f"from typing import {', '.join(given)}\n\n\n" if given else ""
    return fenced(head + starter, "python")


def _typing_names() -> tuple[str, ...]:
    return ("Any", "Callable", "Dict", "Iterator", "List", "Optional", "Set", "Tuple", "Union")


def _tests(record: Record, method: str, cases: list[tuple[str, str]]) -> str:
    data = []
    for number, (given, expected) in enumerate(cases, start=1):
        where = f"{record.where}: test {number}"
        lines = [line for line in given.split("\n") if line.strip()]
        data.append([[loaded(line, where) for line in lines], loaded(expected, where)])
    calls = "\n".join(f"    compare(candidate, {number})" for number in range(len(data)))
    return _TESTS.format(data=repr(json.dumps(data)), method=method, calls=calls)


def _cases(record: Record, key: str) -> list[tuple[str, str]]:
    """The inputs and outputs under a key: JSON, or what `_unpacked` makes it."""
    text = record.text(key)
    if not text.strip():
        return []
    if not text.lstrip().startswith("["):
        try:
            text = _unpacked(text)
        except (ValueError, binascii.Error, zlib.error, pickle.UnpicklingError, EOFError) as error:
            record.fail(f"the key {key!r} can't be unpacked ({error})")
    value = loaded(text, f"{record.where}: {key}")
    if not isinstance(value, list) or not all(_is_case(one) for one in value):
        record.fail(f"the key {key!r} must hold a list of tests with input and output")
    return [(unix_lines(one["input"]), unix_lines(one["output"])) for one in value]


def _is_case(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(key), str) for key in ("input", "output")
    )


def _unpacked(text: str) -> str:
    """The text within base64, zlib and pickle; raises ValueError where it is anything else."""
    packed = base64.b64decode(text, validate=True)
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(packed, MAX_BYTES)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("it is torn, or larger than 1 GiB")
    try:
        value = _NothingButText(io.BytesIO(data)).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # a pickle that isn't one may fail in any way
        raise ValueError(f"it is no pickle: {type(error).__name__}") from None
    if not isinstance(value, str):
        raise ValueError("it is not text")
    return value


class _NothingButText(pickle.Unpickler):
    """Reads a pickle that needs no class and no function: nothing in it can be called."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, and may hold text alone")
