"""Whether tests use a name of the program's as that of a class, by their text alone.

A program may make a class of anything, also of what tests call as a function, and an object of a
class may say that it equals whatever it is compared with. So it has to show in the tests that they
are about objects: that they use an attribute which plain data hasn't, put objects together, ask
`isinstance`, or look for the class in one of the ways that only make sense for classes.
"""

from __future__ import annotations

import ast
import doctest
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = frozenset(
    name
    for kind in (str, bytes, int, float, complex, tuple, frozenset, range)
    for name in dir(kind)
) | frozenset(
    ("all", "any", "copy", "dtype", "get", "items", "keys", "ndim", "reverse", "shape", "size",
     "sort", "sum", "tolist", "values"),
)  # fmt: skip
"""Attributes that results of functions have: of plain data, and of arrays."""

_CATCHING = ("raises", "Raises", "warns", "Warns")
_COMPARING = ("isinstance", "issubclass", "Instance", "Subclass", "assertIs")
"""What the names of functions have in them that take a class first, or after something else."""
_ROW = (ast.Tuple, ast.List)
_OF_NUMBERS = (ast.Div, ast.FloorDiv, ast.Sub, ast.MatMult, ast.Pow)
_OF_SETS = (ast.BitOr, ast.BitAnd, ast.BitXor, ast.LShift, ast.RShift)


def used_as_class(name: str, sources: tuple[str, ...]) -> bool:
    """Whether one of these pieces of test code uses what this name stands for as a class."""
    return any(_uses(name, source) for source in sources)


@lru_cache(maxsize=256)
def _uses(name: str, source: str) -> bool:
    named = name in source or "check(" in source
    return named and _Reader(name, _parsed(source)).finds_class()


@lru_cache(maxsize=16)
def _parsed(source: str) -> ast.Module:
    """The code of a test, of a doctest that of its examples; empty for what can't be parsed."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        examples = doctest.DocTestParser().get_examples(source)
        return ast.parse("".join(example.source for example in examples))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


class _Reader:
    """Looks for signs that a name is one of a class."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._names = {name, *self._parameters_of_check()}
        self._made: set[str] = set()
        """What holds results of calls: names of variables and fixtures, `.name` of attributes."""

    def finds_class(self) -> bool:
        """Whether there is one."""
        known = -1
        while known != len(self._made):
            known = len(self._made)
            for node in self._nodes:
                self._made.update(self._holders(node))
        return any(self._is_sign(node) for node in self._nodes)

    def _parameters_of_check(self) -> Iterator[str]:
        """What `check(candidate)` calls what it checks."""
        for node in self._nodes:
            if isinstance(node, ast.FunctionDef) and node.name == "check" and node.args.args:
                yield node.args.args[0].arg

    def _is_it(self, node: ast.AST | None) -> bool:
        """Whether this is the name itself, as a variable or an attribute of the module."""
        if isinstance(node, ast.Attribute):
            return node.attr in self._names
        return isinstance(node, ast.Name) and node.id in self._names

    def _has_it(self, node: ast.AST | None) -> bool:
        return node is not None and any(self._is_it(part) for part in ast.walk(node))

    def _is_made(self, node: ast.AST | None) -> bool:
        """Whether this is the result of a call, or a variable that holds one."""
        if isinstance(node, ast.Call):
            return self._is_it(node.func) or self._is_made(node.func)
        if isinstance(node, ast.NamedExpr | ast.Await):
            return self._is_made(node.value)
        if isinstance(node, ast.Attribute):
            return f".{node.attr}" in self._made
        return isinstance(node, ast.Name) and node.id in self._made

    def _holders(self, node: ast.AST) -> Iterator[str]:
        """The names that this node gives to results of calls."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from self._given(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and self._is_made(node.value):
            yield _name(node.target)
        elif isinstance(node, ast.FunctionDef):
            given = (n for n in ast.walk(node) if isinstance(n, ast.Return | ast.Yield))
            if any(self._is_made(n.value) for n in given):
                yield node.name

    def _given(self, target: ast.AST, value: ast.AST) -> Iterator[str]:
        """The names that an assignment gives to results of calls: both, in `a, b = C(1), C(2)`."""
        if isinstance(target, _ROW) and isinstance(value, _ROW):
            for part, result in zip(target.elts, value.elts, strict=False):
                yield from self._given(part, result)
        elif self._is_made(value):
            yield _name(target)

    def _is_sign(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return self._is_sign_of_attribute(node)
        if isinstance(node, ast.Call):
            function = _name(node.func)
            first = node.args[:1] if any(word in function for word in _CATCHING) else []
            rest = node.args[1:] if any(word in function for word in _COMPARING) else []
            equal = node.args[:2] if "Equal" in function else []
            return any(map(self._has_bare, (*first, *rest))) or self._compares(equal)
        if isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            made = list(map(self._is_made, sides))
            return all(made) or (any(made) and any(_suits_no_data(node.op, s) for s in sides))
        if isinstance(node, ast.Compare):
            return self._compares([node.left, *node.comparators])
        if isinstance(node, ast.Subscript):
            return not isinstance(node.ctx, ast.Load) and self._is_made(node.value)
        if isinstance(node, ast.withitem):
            return self._is_made(node.context_expr)
        if isinstance(node, ast.arg | ast.AnnAssign):
            return self._has_it(node.annotation)
        if isinstance(node, ast.ClassDef):
            return any(map(self._is_it, node.bases))
        if isinstance(node, ast.ExceptHandler):
            return self._has_it(node.type)
        return isinstance(node, ast.MatchClass) and self._is_it(node.cls)

    def _is_sign_of_attribute(self, node: ast.Attribute) -> bool:
        if self._is_it(node.value):
            return not node.attr.startswith("__") and node.attr not in self._names
        return node.attr not in _PLAIN and self._is_made(node.value)

    def _compares(self, sides: list[ast.expr]) -> bool:
        """A class itself that is compared, or what an operator makes of its objects."""
        if any(map(self._is_it, sides)):
            return not any(isinstance(side, ast.Constant) for side in sides)
        computed = [s for s in sides if isinstance(s, ast.BinOp | ast.UnaryOp)]
        combined = any(self._is_made(part) for s in computed for part in ast.walk(s))
        return combined and any(self._is_made(side) for side in sides)

    def _has_bare(self, argument: ast.AST) -> bool:
        """Whether an argument is the class, or a tuple with it."""
        parts = argument.elts if isinstance(argument, ast.Tuple) else [argument]
        return any(map(self._is_it, parts))


def _suits_no_data(operator: ast.operator, side: ast.AST) -> bool:
    """Whether plain data on the other side has no such operator: no text is divided by one, say."""
    if isinstance(operator, _OF_NUMBERS):
        return isinstance(side, ast.Constant | ast.JoinedStr) and not _is_number(side)
    return isinstance(operator, _OF_SETS) and isinstance(side, ast.Lambda | ast.List)


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
