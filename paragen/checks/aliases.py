"""Containers that a test takes from an object and looks at again after the object has changed.

From another process the test has a copy, which shows what was there when it was taken.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paragen.checks.names import walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.DictComp, ast.SetComp)
_LOOKING = frozenset(("len", "list", "sorted", "set", "tuple", "dict", "sum", "any", "all"))


def outlived_copy(tree: ast.AST) -> ast.Name | None:
    """Where a test looks into an attribute's value that it took before the object did something.

    None where none does.
    """
    for scope in (tree, *(node for node in walk(tree) if isinstance(node, _FUNCTIONS))):
        for looked_at in _Scope(scope).outlived():
            return looked_at
    return None


class _Scope:
    """The nodes of one function, without those of functions in it, in the order of the text."""

    def __init__(self, scope: ast.AST) -> None:
        self._nodes = list(_own_nodes(scope))
        self._taken: dict[str, str] = {}
        self._old: set[str] = set()

    def outlived(self) -> Iterator[ast.Name]:
        """Names that are looked into after their object was made to do something."""
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                self._take(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                self._let_do(node.func.value)
            for part in _looked_into(node):
                if isinstance(part, ast.Name) and part.id in self._old:
                    yield part

    def _take(self, node: ast.Assign) -> None:
        for target in node.targets:
            for name in (n.id for n in ast.walk(target) if isinstance(n, ast.Name)):
                self._taken.pop(name, None)
                self._old.discard(name)
            for part, value in _pairs(target, node.value):
                owner = value.value if isinstance(value, ast.Attribute) else None
                own = isinstance(owner, ast.Name) and owner.id == "self"
                if isinstance(part, ast.Name) and isinstance(owner, ast.Name) and not own:
                    self._taken[part.id] = owner.id

    def _let_do(self, receiver: ast.expr) -> None:
        """A method that is called on an object may change what it has."""
        if isinstance(receiver, ast.Name):
            self._old |= {name for name, owner in self._taken.items() if owner == receiver.id}


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is assigned to what: each to its own in `a, b = c.a, c.b`."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for part, of_it in zip(target.elts, value.elts, strict=False):
            yield from _pairs(part, of_it)
    else:
        yield target, value


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    waiting = list(reversed(list(ast.iter_child_nodes(scope))))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
            continue
        yield node
        waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _looked_into(node: ast.AST) -> list[ast.expr]:
    """What a node takes for a container."""
    if isinstance(node, ast.Subscript):
        return [node.value]
    if isinstance(node, ast.For | ast.comprehension):
        return [node.iter]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LOOKING:
        return node.args[:1]
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            return sides[1:]
        if any(isinstance(side, _DISPLAYS) for side in sides):
            return sides
    return []
