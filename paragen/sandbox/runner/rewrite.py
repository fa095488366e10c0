"""Test code made ready: its cases found without running it, its asserts made to explain themselves.

Three rewrites, all on the syntax tree, none of which changes what the code does:

- `assert a == b` becomes `assert (l := a) == (r := b), explain(…, l, r)`; the message is only
  built on failure, and nothing is evaluated twice.
- A statement outside of functions that has an assert in it becomes `with case(n): statement`, so
  that it counts as one case and those after it still run. So do the statements of
  `check(candidate)`.
- What would start a test run of its own goes: `check(f)` at the end, `unittest.main()`.
"""

from __future__ import annotations

import _ast as tree  # the nodes without the ast package's helpers, which cost 6 ms

from .explain import trim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import TypeGuard

MAX_NAME = 100
MAX_STATEMENT = 160

CASE = "__paragen_case__"
FALSY = "__paragen_falsy__"
UNEQUAL = "__paragen_unequal__"
_LEFT = "__paragen_left__"
_RIGHT = "__paragen_right__"

_MEANS = frozenset((
    "__builtins__", "__dict__", "__import__", "__setattr__", "ctypes", "delattr", "eval", "exec",
    "gc", "globals", "importlib", "inspect", "mock", "modules", "monkeypatch", "object", "patch",
    "setattr", "sys", "vars",
))  # fmt: skip
"""Names without which nothing outside can be changed, but by setting an attribute."""

_RUNNERS = {("unittest", "main"), ("pytest", "main"), ("doctest", "testmod")}
_FUNCTIONS = (tree.FunctionDef, tree.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, tree.ClassDef, tree.Lambda)


class Prepared:
    """One piece of test code, ready to be executed.

    `statements` names the cases that are statements, by the number that `case(n)` gets;
    `functions` those that are test functions and methods, as far as the text shows. `reaches_out`
    says that it may change what lies outside of it: modules, or classes of others.
    """

    def __init__(self, source: str, filename: str, line: int) -> None:
        """Parse and rewrite `source`, whose first line is line `line` of `filename`.

        Raises SyntaxError, and ValueError or RecursionError for text that can't be parsed.
        """
        self.text = "\n" * (line - 1) + source  # so that line numbers are those of the file
        self.filename = filename
        self.statements: list[str] = []
        self.functions: list[str] = []
        self.asserting: set[int] = set()
        """The lines of statements that assert something."""
        self.check_argument: str | None = None
        module = compile(self.text, filename, "exec", tree.PyCF_ONLY_AST, dont_inherit=True)
        assert isinstance(module, tree.Module)
        self.has_check = any(map(_is_check, module.body))
        if self.has_check and any(map(_tests_by_check, module.body)):
            self.has_check = False  # it is a helper of the tests, like any other
        self.imports_program = any(_imports_program(node) for node in _walk(module))
        self.reaches_out = any(_reaches_out(node) for node in _walk(module))
        module.body = [s for node in module.body for s in self._top_level(node)]
        self._explain_asserts(module)
        self.code: CodeType = compile(module, filename, "exec", dont_inherit=True)

    def _top_level(self, node: tree.stmt) -> Iterator[tree.stmt]:
        if isinstance(node, _FUNCTIONS):
            if self.has_check and _is_check(node):
                self._split_check(node)
            elif node.name.startswith("test"):
                self.functions.append(node.name)
        elif isinstance(node, tree.ClassDef):
            self._class(node)
        elif _starts_a_run(node) or (self.has_check and self._calls_check(node)):
            return
        elif not _is_main_guard(node) and _has_assert(node):
            node = self._case(node)
        yield node

    def _class(self, node: tree.ClassDef) -> None:
        """Note the tests of a class that looks like one of tests."""
        bases = [getattr(base, "attr", getattr(base, "id", "")) for base in node.bases]
        if node.name.startswith("Test") or any(str(b).endswith("TestCase") for b in bases):
            methods = (n.name for n in node.body if isinstance(n, _FUNCTIONS))
            self.functions += [f"{node.name}.{m}" for m in methods if m.startswith("test")]

    def _split_check(self, node: tree.FunctionDef | tree.AsyncFunctionDef) -> None:
        """Make each statement of `check` that tests something a case.

        That is one with an assert; where there is none, one that mentions the candidate, which it
        may hand to an asserting function.
        """
        parameter = node.args.args[0].arg
        asserting = [_has_assert(s) for s in node.body]
        if not any(asserting):
            asserting = [_mentions(s, parameter) for s in node.body]
        node.body = [
            self._case(s) if tests else s for s, tests in zip(node.body, asserting, strict=True)
        ]

    def _calls_check(self, node: tree.stmt) -> bool:
        """Whether this is `check(f)`; notes `f`."""
        if not (isinstance(node, tree.Expr) and isinstance(node.value, tree.Call)):
            return False
        call = node.value
        named = isinstance(call.func, tree.Name) and call.func.id == "check"
        if not (named and len(call.args) == 1 and isinstance(call.args[0], tree.Name)):
            return False
        self.check_argument = call.args[0].id
        return True

    def _case(self, node: tree.stmt) -> tree.stmt:
        number = len(self.statements)
        self.statements.append(f"line {node.lineno}: {self._segment(node, MAX_NAME)}")
        call = _call(CASE, [tree.Constant(value=number)])
        scope = tree.With(items=[tree.withitem(context_expr=call)], body=[node])
        _locate(scope, node)
        return scope

    def _explain_asserts(self, module: tree.AST) -> None:
        for node in _walk(module):
            if isinstance(node, tree.Assert) or _calls_assertion(node):
                self.asserting.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            if isinstance(node, tree.Assert):
                self._explain(node)

    def _explain(self, node: tree.Assert) -> None:
        text = tree.Constant(value=self._segment(node, MAX_STATEMENT, without_message=True))
        said = [node.msg] if node.msg is not None else []
        test = node.test
        if isinstance(test, tree.Compare) and len(test.ops) == 1:
            right = test.comparators[0]
            constant = tree.Constant(value=_is_literal(right))
            test.left = _keep(_LEFT, test.left)
            test.comparators = [_keep(_RIGHT, right)]
            values = [constant, _load(_LEFT), _load(_RIGHT)]
            node.msg = _call(UNEQUAL, [text, *values, *said])
        elif isinstance(test, tree.UnaryOp) and isinstance(test.op, tree.Not):
            test.operand = _keep(_LEFT, test.operand)
            node.msg = _call(FALSY, [text, _load(_LEFT), *said])
        else:
            node.test = _keep(_LEFT, test)
            node.msg = _call(FALSY, [text, _load(_LEFT), *said])
        _locate(node, node)

    def _segment(self, node: tree.stmt, limit: int, without_message: bool = False) -> str:
        """The statement's own text on one line; line numbers count from 1, columns in bytes."""
        end: tree.stmt | tree.expr = node
        if without_message and isinstance(node, tree.Assert):
            end = node.test
        lines = self.text.split("\n")[node.lineno - 1 : end.end_lineno]
        if not lines:
            return "assert"
        lines[-1] = lines[-1].encode()[: end.end_col_offset].decode(errors="replace")
        lines[0] = lines[0].encode()[node.col_offset :].decode(errors="replace")
        return trim(" ".join(" ".join(lines).split()), limit)


def _walk(node: tree.AST, into_scopes: bool = True) -> Iterator[tree.AST]:
    """The node and all below it; without `into_scopes` not the insides of functions and classes."""
    waiting: list[object] = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, tree.AST):
            yield item
            if into_scopes or not isinstance(item, _SCOPES):
                waiting.extend(getattr(item, field, None) for field in item._fields)


def _has_assert(node: tree.AST) -> bool:
    return any(isinstance(n, tree.Assert) for n in _walk(node, into_scopes=False))


def _calls_assertion(node: tree.AST) -> TypeGuard[tree.Expr]:
    """Whether this is `self.assertEqual(…)` or the like."""
    call = node.value if isinstance(node, tree.Expr) else None
    function = call.func if isinstance(call, tree.Call) else None
    return isinstance(function, tree.Attribute) and function.attr.startswith("assert")


def _mentions(node: tree.AST, name: str) -> bool:
    return any(isinstance(n, tree.Name) and n.id == name for n in _walk(node, into_scopes=False))


def _is_check(node: tree.AST) -> bool:
    return isinstance(node, _FUNCTIONS) and node.name == "check" and len(node.args.args) == 1


def _tests_by_check(node: tree.AST) -> bool:
    """Whether this is a test, or a class of them, that calls `check` with what it likes."""
    functions = node.body if isinstance(node, tree.ClassDef) else [node]
    tests = [f for f in functions if isinstance(f, _FUNCTIONS) and f.name.startswith("test")]
    return any(
        isinstance(n, tree.Call) and isinstance(n.func, tree.Name) and n.func.id == "check"
        for test in tests
        for n in _walk(test)
    )


def _imports_program(node: tree.AST) -> bool:
    if isinstance(node, tree.ImportFrom):
        return node.module == "solution"
    return isinstance(node, tree.Import) and any(a.name == "solution" for a in node.names)


def _reaches_out(node: tree.AST) -> bool:
    """Whether a node sets an attribute of anything but `self`, or has the means to."""
    if isinstance(node, tree.Attribute):
        own = isinstance(node.value, tree.Name) and node.value.id in ("self", "cls")
        return node.attr in _MEANS or not (own or isinstance(node.ctx, tree.Load))
    if isinstance(node, tree.Name):
        return node.id in _MEANS
    if isinstance(node, tree.alias):
        return any(part in _MEANS for part in node.name.split("."))
    return isinstance(node, tree.arg) and node.arg in _MEANS


def _is_main_guard(node: tree.AST) -> bool:
    return isinstance(node, tree.If) and _mentions(node.test, "__name__")


def _starts_a_run(node: tree.AST) -> bool:
    if not (isinstance(node, tree.Expr) and isinstance(node.value, tree.Call)):
        return False
    function = node.value.func
    return (
        isinstance(function, tree.Attribute)
        and isinstance(function.value, tree.Name)
        and (function.value.id, function.attr) in _RUNNERS
    )


def _is_literal(node: tree.AST) -> bool:
    """Whether the expression's text is its value."""
    literal = (
        tree.Constant, tree.List, tree.Tuple, tree.Set, tree.Dict, tree.UnaryOp,
        tree.expr_context, tree.unaryop,
    )  # fmt: skip
    return all(isinstance(n, literal) for n in _walk(node))


def _keep(name: str, value: tree.expr) -> tree.NamedExpr:
    return tree.NamedExpr(target=tree.Name(id=name, ctx=tree.Store()), value=value)


def _load(name: str) -> tree.expr:
    return tree.Name(id=name, ctx=tree.Load())


def _call(name: str, arguments: list[tree.expr]) -> tree.Call:
    return tree.Call(func=_load(name), args=arguments, keywords=[])


def _locate(node: tree.AST, like: tree.stmt) -> None:
    """Give the nodes made here the place of the statement that they stand for."""
    for child in _walk(node):
        if isinstance(child, tree.expr | tree.stmt) and not hasattr(child, "lineno"):
            child.lineno, child.col_offset = like.lineno, like.col_offset
            child.end_lineno, child.end_col_offset = like.end_lineno, like.end_col_offset
