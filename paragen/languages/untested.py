"""Test code that is certain to have no test in it, by its text alone."""

from __future__ import annotations

import ast

from paragen.languages.python import Function, bound_by_import

_OF_TESTS = ("test", "Test")
_CHECK = "check"

_PLAIN = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Starred,
    ast.Tuple, ast.List, ast.Set, ast.Dict, ast.JoinedStr, ast.FormattedValue,
    ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.expr_context, ast.unaryop, ast.operator, ast.boolop, ast.cmpop,
)  # fmt: skip
"""What an expression may be made of without calling, or naming, anything."""


def tests_nothing(tree: ast.Module) -> bool:
    """Whether a module of test code has no test, for certain.

    It has none where each of its statements is a constant, an import, a function without
    decorators, or gives a name to a plain value, and where none of these names is a test's.
    Whatever else stands there (a call, a class, an `if`) may be a test, or define one as it runs.
    """
    return all(_is_none(statement) for statement in tree.body)


def _is_none(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Expr(value=value):
            return isinstance(value, ast.Constant)
        case ast.Import() | ast.ImportFrom():
            return not any(_may_be_a_test(name) for name in bound_by_import(statement))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return not _may_be_a_test(statement.name) and _is_plain_function(statement)
        case ast.Assign(targets=targets, value=value):
            return _are_plain(value) and all(_names_no_test(target) for target in targets)
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            return _are_plain(annotation, value) and _names_no_test(target)
        case _:
            return False


def _may_be_a_test(name: str) -> bool:
    return name.startswith(_OF_TESTS) or name in (_CHECK, "*")


def _names_no_test(target: ast.expr) -> bool:
    """Whether these are names alone, and none of them is a test's."""
    if isinstance(target, ast.Tuple | ast.List):
        return all(_names_no_test(one) for one in target.elts)
    if isinstance(target, ast.Starred):
        return _names_no_test(target.value)
    return isinstance(target, ast.Name) and not _may_be_a_test(target.id)


def _is_plain_function(node: Function) -> bool:
    """Whether making the function calls nothing: what is in it runs for a caller alone."""
    return not node.decorator_list and _are_plain(node.args, node.returns)


def _are_plain(*nodes: ast.AST | None) -> bool:
    """Whether working these out calls nothing."""
    waiting: list[ast.AST] = [node for node in nodes if node is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Lambda):
            waiting.append(node.args)
        elif isinstance(node, (*_PLAIN, ast.arguments, ast.arg)):
            waiting.extend(ast.iter_child_nodes(node))
        else:
            return False
    return True
