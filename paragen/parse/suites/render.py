"""A problem → the text of its task file, and of a file of tests beside it where they are large.

Reading these texts gives the problem's task: `task_of` does it without a disk between them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from paragen.domain.task import Example, Task
from paragen.parse.examples import read_tests
from paragen.parse.suites.problem import Problem, fenced
from paragen.parse.task import build_task, read_task

MOST_IN_FENCES = 1 << 15
"""How many characters of tests a task file holds itself, so that people can read it."""

TASK_TYPE = "general"

SUFFIXES = (TASK, CODE, PAIRS) = (".md", ".tests.py", ".tests.jsonl")
"""What the names of a problem's files end with."""


def stem_of(title: str) -> str:
    """The name of a task's files without its suffix, safe on every system."""
    stem = re.sub(r"[^A-Za-z0-9_.+-]+", "_", title).strip("._") or "task"
    return stem[:100]


def files_of(problem: Problem, title: str, stem: str) -> Mapping[str, str]:
    """The texts of a problem's files by their names, the task file first.

    `title` is what the task is called, in one printable line.
    """
    beside = _beside(problem, stem)
    matter = [
        f"name: {json.dumps(title, ensure_ascii=False)}",
        f"task_type: {TASK_TYPE}",
        *([f"entry_point: {problem.entry_point}"] if problem.entry_point else []),
        *([f"timeout_s: {problem.timeout_s:g}"] if problem.timeout_s else []),
        *(f"tests: {name}" for name in beside),
    ]
    parts = ["---", *matter, "---", problem.prompt]
    if not beside:
        parts += _fences(problem)
    return {f"{stem}{TASK}": "\n".join(parts), **beside}


def task_of(problem: Problem, title: str) -> Task:
    """The task that a problem's files are read as; raises TaskError."""
    (path, text), *beside = files_of(problem, title, stem_of(title)).items()
    extra = [test for name, content in beside for test in read_tests(content, name)]
    return build_task(read_task(text, path), extra)


def _beside(problem: Problem, stem: str) -> dict[str, str]:
    """The file of tests that stands beside the task file, none where fences will do."""
    if problem.tests and len(problem.tests) > MOST_IN_FENCES:
        return {f"{stem}{CODE}": problem.tests}
    if problem.examples and not _fits_in_fences(problem.examples):
        lines = (
            json.dumps(
                {
                    "stdin": one.stdin,
                    "stdout": one.stdout,
                    **({"loose": True} if one.loose else {}),
                },
                ensure_ascii=False,
            )
            for one in problem.examples
        )
        return {f"{stem}{PAIRS}": "".join(f"{line}\n" for line in lines)}
    return {}


def _fits_in_fences(examples: tuple[Example, ...]) -> bool:
    """Whether fences, whose content ends with a line end, say exactly what these examples are."""
    texts = [text for example in examples for text in (example.stdin, example.stdout)]
    if any(example.loose for example in examples) or sum(map(len, texts)) > MOST_IN_FENCES:
        return False
    return all(
        (not text or text.endswith("\n")) and "\0" not in text and "\r" not in text
        for text in texts
    )


def _fences(problem: Problem) -> list[str]:
    if problem.tests:
        return [fenced(problem.tests, "python test")]
    return [
        part
        for example in problem.examples
        for part in (fenced(example.stdin, "stdin test"), fenced(example.stdout, "stdout test"))
    ]
