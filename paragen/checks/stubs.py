"""Trivial programs in the place of one that passed: tests that these pass test little."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paragen.domain.audit import Variant
from paragen.domain.task import Task
from paragen.languages.python import tree_of

CONSTANTS = ("None", "True", "False", "0", "''", "[]")
_WORD = re.compile(r"[^\W\d]\w*")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_STATIC = "staticmethod"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def stubs(task: Task, program: str) -> tuple[Variant, ...]:
    """The program with nothing left of what the tests call but its signature.

    Each stub returns a constant or its first argument everywhere. They stand in for the entry
    point, or for each function and each class's methods that the tests name where there is none;
    a script's print nothing, what they read, or the first example's output.
    """
    tree = tree_of(program)
    if tree is None:
        return ()
    if not task.tests:
        return _script_stubs(task)
    called = _called(task, tree)
    if not called:
        return ()
    try:
        whole = ast.unparse(tree)
        made = [_returning(program, called, value) for value in (*CONSTANTS, None)]
    except RecursionError:  # a tree that could be read may be too deep to be written
        return ()
    named = ", ".join(f"{name}()" for name in called)
    variants = (
        Variant(program=source, what=f"a stub: {named} returns {value or 'its first argument'}")
        for source, value in zip(made, (*CONSTANTS, None), strict=True)
    )
    return _distinct(variants, whole)


def _script_stubs(task: Task) -> tuple[Variant, ...]:
    output = task.examples[0].stdout
    variants = (
        Variant(program="pass\n", what="a stub that prints nothing"),
        Variant(
            program="import sys\nsys.stdout.write(sys.stdin.read())\n",
            what="a stub that prints what it reads",
        ),
        Variant(
            program=f"import sys\nsys.stdout.write({output!r})\n",
            what="a stub that always prints the first example's output",
        ),
    )
    return _distinct(variants, "")


def _called(task: Task, tree: ast.Module) -> tuple[str, ...]:
    """The functions and classes of a program that its tests call."""
    defined = [one.name for one in tree.body if isinstance(one, (*_FUNCTIONS, ast.ClassDef))]
    if task.entry_point in defined:
        return (task.entry_point,)
    words = {word for test in task.tests for word in _WORD.findall(test.source)}
    return tuple(dict.fromkeys(name for name in defined if name in words))


def _returning(program: str, called: tuple[str, ...], value: str | None) -> str:
    """The program where all that is called returns this, or the first argument for None."""
    tree = ast.parse(program)
    for one in tree.body:
        if isinstance(one, ast.ClassDef) and one.name in called:
            for function in _methods(one):
                is_bound = not any(_STATIC in ast.unparse(d) for d in function.decorator_list)
                _hollow(function, value, skipped=1 if is_bound else 0)
        elif isinstance(one, _FUNCTIONS) and one.name in called:
            _hollow(one, value, skipped=0)
    return ast.unparse(tree)


def _methods(definition: ast.ClassDef) -> Iterator[Function]:
    """A class's methods but for its `__init__`, without which there is no object to call."""
    return (
        one for one in definition.body if isinstance(one, _FUNCTIONS) and one.name != "__init__"
    )


def _hollow(function: Function, value: str | None, *, skipped: int) -> None:
    """Leave nothing of a function but its signature and what it returns."""
    named = [*function.args.posonlyargs, *function.args.args][skipped:]
    rest = [one for one in (function.args.vararg, *function.args.kwonlyargs) if one is not None]
    first = [*named, *rest]
    returned = value or (first[0].arg if first else "None")
    function.body = [ast.Return(value=ast.parse(returned, mode="eval").body)]


def _distinct(variants: Iterator[Variant] | tuple[Variant, ...], whole: str) -> tuple[Variant, ...]:
    """Each program once, and none that is the whole one."""
    found: dict[str, Variant] = {}
    for variant in variants:
        if variant.program != whole:
            found.setdefault(variant.program, variant)
    return tuple(found.values())
