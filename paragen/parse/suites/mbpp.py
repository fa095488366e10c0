"""MBPP, the whole and the sanitized one: a sentence, and asserts of which a program may see."""

from __future__ import annotations

import ast

from paragen.languages import python
from paragen.parse.suites.problem import Problem, fenced, plain_prompt
from paragen.parse.suites.record import Record

TITLE = "MBPP"
ID = "task_id"
KEYS = (
    frozenset({"task_id", "text", "test_list"}),
    frozenset({"task_id", "prompt", "test_list"}),
)


def read(record: Record) -> Problem:
    """The problem that a record of mbpp.jsonl or sanitized-mbpp.json holds; raises TaskError."""
    asserts = tuple(one.strip() for one in record.texts("test_list"))
    if not asserts:
        record.fail("the key 'test_list' must hold a test at least")
    lines = (
        *record.texts("test_imports"),
        record.text("test_setup_code", default="").strip(),
        *asserts,
        *(one.strip() for one in record.texts("challenge_test_list")),
    )
    tests = "\n".join(line for line in lines if line) + "\n"
    tree = python.parse(tests)
    if isinstance(tree, python.SourceError):
        record.fail(f"its tests are not Python ({tree.message})")
    entry_point = _entry_point(record, "\n".join(asserts))
    text = record.text("text" if "text" in record.fields else "prompt")
    return Problem(
        id=record.identity(ID),
        prompt=with_asserts(text, asserts, entry_point),
        entry_point=entry_point,
        tests=tests,
    )


def with_asserts(text: str, asserts: tuple[str, ...], entry_point: str) -> str:
    """The prompt for a function described in words, with tests that it must pass."""
    task = plain_prompt(text) if text.strip() else ""
    tests = fenced("\n".join(asserts) + "\n", "python")
    return f"{task}\nThe function is called `{entry_point}` and must pass these tests:\n\n{tests}"


def _entry_point(record: Record, asserts: str) -> str:
    """The first function that the asserts call and the suite's own solution defines."""
    solution = python.tree_of(record.text("code", default=""))
    defined = set(python.defined_names(solution)) if solution is not None else set()
    tree = python.tree_of(asserts)
    called = [
        (node.func.lineno, node.func.col_offset, node.func.id)
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    names = [name for _, _, name in sorted(called)]
    ours = [name for name in names if name in defined]
    others = [name for name in names if not python.is_builtin(name)]
    if not ours and not others:
        record.fail("its tests call no function that a program could define")
    return (ours or others)[0]
