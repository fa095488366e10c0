"""Async functions of the tests that wait, and where the program may get hold of them.

While one of these waits, the loop goes on with what else there is to do, of the tests or of the
program: so both have to be in one process. What tests run by themselves may wait as it likes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paragen.checks.names import Names, walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def handed_on(tree: ast.AST, names: Names) -> dict[int, str]:
    """By the ids of nodes, why the program may wait for something of the tests' there."""
    nodes = list(walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.AsyncFunctionDef)]
    waiting = _waiting(functions, names)
    if not waiting:
        return {}
    run = {id(call.func) for node in nodes for call in _run_here(node, names)}
    found = {
        id(node): f"hands the program {node.id}, which waits for something"
        for node in nodes
        if isinstance(node, ast.Name) and node.id in waiting and id(node) not in run
        if isinstance(node.ctx, ast.Load)
    }
    for method in (m for node in nodes if isinstance(node, ast.ClassDef) for m in _methods(node)):
        if method.name in waiting:
            found[id(method)] = f"has the method {method.name}, which waits for something"
    return found


def _waiting(functions: list[ast.AsyncFunctionDef], names: Names) -> set[str]:
    """The names of those that wait, be it within others of them."""
    waiting: set[str] = set()
    while True:
        more = {f.name for f in functions if any(_waits(n, names, waiting) for n in _body(f))}
        if more == waiting:
            return waiting
        waiting = more


def _waits(node: ast.AST, names: Names, waiting: set[str]) -> bool:
    """Whether this waits for time to pass; `asyncio.sleep(0)` doesn't."""
    if not (isinstance(node, ast.Await) and isinstance(node.value, ast.Call)):
        return False
    call = node.value
    if names.path(call.func) == "asyncio.sleep":
        delay = call.args[0] if call.args else None
        return not (isinstance(delay, ast.Constant) and delay.value == 0)
    return isinstance(call.func, ast.Name) and call.func.id in waiting


def _run_here(node: ast.AST, names: Names) -> Iterator[ast.Call]:
    """The call of an async function whose result the tests themselves wait for."""
    value: ast.AST | None = None
    if isinstance(node, ast.Await):
        value = node.value
    elif isinstance(node, ast.AsyncFor | ast.comprehension):
        value = node.iter
    elif isinstance(node, ast.Call) and node.args and names.path(node.func) == "asyncio.run":
        value = node.args[0]
    if isinstance(value, ast.Call):
        yield value


def _methods(node: ast.ClassDef) -> list[ast.AsyncFunctionDef]:
    """The async methods of a class, unless it is one of tests."""
    functions = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    if any(function.name.startswith("test") for function in functions):
        return []
    return [function for function in functions if isinstance(function, ast.AsyncFunctionDef)]


def _body(function: ast.AST) -> Iterator[ast.AST]:
    """What a function does itself, without what those do that it defines."""
    nodes = list(ast.iter_child_nodes(function))
    while nodes:
        node = nodes.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            nodes.extend(ast.iter_child_nodes(node))
