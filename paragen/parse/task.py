"""Task files: a prompt in markdown, its checks in fences marked `test`, settings on top.

Reading is in two steps, because a task may name files of tests that somebody else must open:
`read_task` for the file itself, then `build_task` with what the other files hold.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from paragen.domain.errors import TaskError
from paragen.domain.task import (
    MIB,
    Example,
    Limits,
    Task,
    TestCode,
    TestKind,
    normal_task_type,
)
from paragen.languages import python
from paragen.parse.examples import check_test_code, doctest_source, is_session
from paragen.parse.fences import Fence, fences, unix_lines
from paragen.parse.front_matter import FrontMatter, TestPath, split_front_matter
from paragen.parse.task_type import infer_task_type

PYTHON_LABELS = frozenset({"python", "py", "python3", "py3"})
DOCTEST_LABELS = frozenset({"doctest", "pycon"})
STDIN, STDOUT = "stdin", "stdout"
MARK = "test"

LONG_TIMEOUTS_S: Mapping[str, float] = {
    "data_processing": 30.0,
    "batch": 30.0,
    "batch_processing": 30.0,
}
"""Programs of these task types may take longer than others, where the task doesn't say."""

KIB = 1 << 10
DISK_BYTES = 64 * MIB
"""What the files of a program and its tests may take where the tests need files at all."""
_NEEDS_FILES = re.compile(r"\b(tmp_path|tmp_path_factory|tmpdir|tmpdir_factory|tempfile)\b")
SELDOM_SET = ("disk_bytes", "file_bytes", "output_bytes", "open_files", "processes")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A task file as read: the checks that it holds itself, and the paths of others."""

    path: str | None
    name: str
    prompt: str
    matter: FrontMatter
    tests: tuple[TestCode, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def test_paths(self) -> tuple[TestPath, ...]:
        """The files of tests that the front matter names, relative to the task file."""
        return self.matter.tests


def read_task(text: str, path: str) -> TaskFile:
    """Read a task file's text; `path` is for messages and names. Raises TaskError."""
    text = unix_lines(text)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TaskError(f"{path}:{line}: There is a NUL byte in this file: is it text?")
    matter, body, offset = split_front_matter(text, path)
    marked = tuple(f for f in fences(body) if MARK in _words(f))
    for fence in marked:
        if not fence.closed:
            raise TaskError(f"{path}:{offset + fence.start + 1}: This test fence is not closed.")
    prompt = _without(body, marked)
    if not prompt.strip():
        raise TaskError(
            f"{path}:{offset + 1}: There is no prompt: write what the program shall do."
        )
    return TaskFile(
        path=path,
        name=matter.name or _name_of(path),
        prompt=prompt,
        matter=matter,
        tests=tuple(_test_code(marked, path, offset)),
        examples=tuple(_examples(marked, path, offset)),
    )


def build_task(file: TaskFile, extra: Sequence[TestCode | Example] = ()) -> Task:
    """The task that a file and the tests of other files make; raises TaskError."""
    tests = (*file.tests, *(t for t in extra if isinstance(t, TestCode)))
    examples = (*file.examples, *(e for e in extra if isinstance(e, Example)))
    entry_point = file.matter.entry_point or _entry_point(file.prompt, tests)
    if entry_point is None:
        _refuse_check_without_entry_point(tests)
    given_type = normal_task_type(file.matter.task_type or "")
    task_type = given_type or infer_task_type(file.prompt, entry_point)
    limits = _limits(file.matter, task_type, tests)
    return Task(
        name=file.name,
        path=file.path,
        prompt=file.prompt,
        sha256=_sha256(file, entry_point, tests, examples, limits),
        task_type=task_type,
        task_type_inferred=not given_type,
        language=file.matter.language,
        entry_point=entry_point,
        tests=tests,
        examples=examples,
        limits=limits,
        packages=file.matter.packages,
        sealed=file.matter.sealed,
        needs=tuple(need.task for need in file.matter.needs),
    )


def stubs(prompt: str) -> tuple[str, ...]:
    """The Python code that a prompt shows in fences, as far as it parses."""
    shown = (f.content for f in fences(prompt) if f.label in PYTHON_LABELS)
    return tuple(code for code in shown if python.parses(code) and not is_session(code))


def _words(fence: Fence) -> list[str]:
    """The words of an info string in lower case; `{.python .test}` counts as `python test`."""
    return [word.strip("{}").lstrip(".").lower() for word in fence.info.split()]


def _kind(fence: Fence) -> str:
    """The word that says what a test fence holds, empty for a bare `test`."""
    return next((word for word in _words(fence) if word and word != MARK), "")


def _test_code(marked: Sequence[Fence], path: str, offset: int) -> Iterator[TestCode]:
    for fence in marked:
        kind = _kind(fence)
        line = offset + fence.start + 2
        if kind in {STDIN, STDOUT}:
            continue
        if kind and kind not in PYTHON_LABELS | DOCTEST_LABELS:
            raise TaskError(
                f"{path}:{line - 1}: There are no {kind[:40]!r} tests: write `python test`, "
                "`doctest test`, or `stdin test` followed by `stdout test`."
            )
        session = kind in DOCTEST_LABELS or is_session(fence.content)
        test = TestCode(
            source=fence.content,
            origin=path,
            line=line,
            kind=TestKind.DOCTEST if session else TestKind.PYTHON,
        )
        check_test_code(test)
        yield test


def _examples(marked: Sequence[Fence], path: str, offset: int) -> Iterator[Example]:
    """The stdin/stdout pairs; an output without an input is what is printed for an empty one."""
    waiting: Fence | None = None
    count = 0
    for fence in marked:
        kind = _kind(fence)
        if waiting is not None and kind != STDOUT:
            break
        if kind == STDIN:
            waiting = fence
        elif kind == STDOUT:
            count += 1
            stdin = waiting.content if waiting is not None else ""
            yield Example(name=f"example {count}", stdin=stdin, stdout=fence.content)
            waiting = None
    if waiting is not None:
        raise TaskError(
            f"{path}:{offset + waiting.start + 1}: This `stdin test` is not followed by a "
            "`stdout test` that says what must be printed."
        )


def _without(body: str, marked: Sequence[Fence]) -> str:
    """The text without these fences, and without a second blank line where one was cut out."""
    lines = body.split("\n")
    kept: list[str] = []
    position = 0
    for fence in marked:
        kept += lines[position : fence.start]
        position = fence.end
        while position < len(lines) and not lines[position].strip() and _ends_blank(kept):
            position += 1
    kept += lines[position:]
    return "\n".join(kept).strip("\n").rstrip() + "\n"


def _ends_blank(lines: Sequence[str]) -> bool:
    return not lines or not lines[-1].strip()


def _name_of(path: str) -> str:
    return PurePath(path).stem


def _entry_point(prompt: str, tests: Sequence[TestCode]) -> str | None:
    """The first name that the tests import, else the only function that the prompt shows."""
    for test in tests:
        source = test.source if test.kind is TestKind.PYTHON else doctest_source(test.source)
        tree = python.tree_of(source)
        names = python.names_from(tree, "solution") if tree is not None else ()
        if names:
            return names[0]
    shown: list[str] = []
    for stub in stubs(prompt):
        tree = python.tree_of(stub)
        if tree is not None:
            shown += [node.name for node in tree.body if isinstance(node, python.Function)]
    return shown[0] if len(set(shown)) == 1 else None


def _refuse_check_without_entry_point(tests: Sequence[TestCode]) -> None:
    for test in tests:
        tree = python.tree_of(test.source) if test.kind is TestKind.PYTHON else None
        if tree is not None and python.defines_check(tree):
            raise TaskError(
                f"{test.origin}:{test.line}: check(candidate) is to be called with the program's "
                "function, but which one is not said: add `entry_point: name` to the front matter."
            )


def _limits(matter: FrontMatter, task_type: str, tests: Sequence[TestCode]) -> Limits:
    """A task's limits: its own, and for the rest the defaults of its type and its tests."""
    timeout_s = matter.timeout_s or LONG_TIMEOUTS_S.get(task_type)
    limits = Limits() if timeout_s is None else Limits().for_timeout(timeout_s)
    return replace(
        limits,
        wall_s=matter.wall_s or limits.wall_s,
        scales=matter.timeout_s is None and matter.wall_s is None,
        memory_bytes=(matter.memory_mb or 0) * MIB or limits.memory_bytes,
        output_bytes=(matter.output_kb or 0) * KIB or limits.output_bytes,
        disk_bytes=_disk_bytes(matter, tests),
        file_bytes=max((matter.disk_mb or 0) * MIB, limits.file_bytes),
        open_files=matter.open_files or limits.open_files,
        processes=matter.processes or limits.processes,
    )


def _disk_bytes(matter: FrontMatter, tests: Sequence[TestCode]) -> int:
    """What files may take: as the task says, else something where its tests need files at all."""
    if matter.disk_mb is not None:
        return matter.disk_mb * MIB
    return DISK_BYTES if any(_NEEDS_FILES.search(test.source) for test in tests) else 0


def _sha256(
    file: TaskFile,
    entry_point: str | None,
    tests: Sequence[TestCode],
    examples: Sequence[Example],
    limits: Limits,
) -> str:
    """A digest of what the model sees and what decides a verdict: not of names and places."""
    content = {
        "prompt": file.prompt,
        "language": file.matter.language,
        "entry_point": entry_point,
        "tests": [[test.kind.value, test.source] for test in tests],
        "examples": [[e.stdin, e.stdout, *([True] if e.loose else [])] for e in examples],
        "limits": [limits.cpu_s, limits.wall_s, limits.memory_bytes],
        # What few tasks say is part of the digest only where it is said.
        **_said({name: getattr(limits, name) for name in SELDOM_SET}, Limits()),
        **_said({"needs": tuple(need.task for need in file.matter.needs)}, FrontMatter()),
        **_said({"packages": file.matter.packages, "sealed": file.matter.sealed}, FrontMatter()),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _said(values: Mapping[str, object], defaults: object) -> dict[str, object]:
    """Those values that aren't what they are by default."""
    return {name: value for name, value in values.items() if value != getattr(defaults, name)}
