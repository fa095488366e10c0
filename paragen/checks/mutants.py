"""Mutants of a program: each differs from it in one small place, and still parses.

Tests that a mutant passes don't look at that place, unless the mutant does the same.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from paragen.domain.audit import Variant
from paragen.languages.python import parses, tree_of

MOST = 20
"""How many mutants of a program are tried."""

_WORDS = 48
"""The most characters of a statement that are shown."""

_COMPARED: dict[type[ast.cmpop], tuple[str, type[ast.cmpop], str]] = {
    ast.Lt: ("<", ast.LtE, "<="),
    ast.LtE: ("<=", ast.Lt, "<"),
    ast.Gt: (">", ast.GtE, ">="),
    ast.GtE: (">=", ast.Gt, ">"),
    ast.Eq: ("==", ast.NotEq, "!="),
    ast.NotEq: ("!=", ast.Eq, "=="),
    ast.Is: ("is", ast.IsNot, "is not"),
    ast.IsNot: ("is not", ast.Is, "is"),
    ast.In: ("in", ast.NotIn, "not in"),
    ast.NotIn: ("not in", ast.In, "in"),
}
_COMPUTED: dict[type[ast.operator], tuple[str, type[ast.operator], str]] = {
    ast.Add: ("+", ast.Sub, "-"),
    ast.Sub: ("-", ast.Add, "+"),
    ast.Mult: ("*", ast.Add, "+"),
    ast.Div: ("/", ast.Mult, "*"),
    ast.FloorDiv: ("//", ast.Mult, "*"),
    ast.Mod: ("%", ast.FloorDiv, "//"),
    ast.Pow: ("**", ast.Mult, "*"),
    ast.LShift: ("<<", ast.RShift, ">>"),
    ast.RShift: (">>", ast.LShift, "<<"),
    ast.BitAnd: ("&", ast.BitOr, "|"),
    ast.BitOr: ("|", ast.BitAnd, "&"),
    ast.BitXor: ("^", ast.BitAnd, "&"),
}
_DROPPED = (
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Raise, ast.Break, ast.Continue,
    ast.Delete,
)  # fmt: skip
_CONDITIONAL = (ast.If, ast.While, ast.IfExp)


class _Change(NamedTuple):
    """What is done to a tree in place, and what that is in a few words."""

    what: str
    make: Callable[[], None]


def mutants(
    program: str, *, seed: int = 0, most: int = MOST, is_script: bool = False
) -> tuple[Variant, ...]:
    """At most so many mutants, the same ones for the same seed; none of what doesn't parse.

    What only runs where the program is a script is left as it is, unless it is one.
    """
    tree = tree_of(program)
    if tree is None:
        return ()
    try:
        return _mutants(program, tree, seed, most, is_script=is_script)
    except RecursionError:  # a tree that could be read may be too deep to be written
        return ()


def _mutants(
    program: str, tree: ast.Module, seed: int, most: int, *, is_script: bool
) -> tuple[Variant, ...]:
    places = range(sum(1 for _ in _changes(tree, is_script=is_script)))
    seen = {ast.unparse(tree)}
    found: list[Variant] = []
    for place in sorted(places, key=lambda place: _lot(program, seed, place)):
        if len(found) == most:
            break
        changed = ast.parse(program)
        change = next(
            one
            for number, one in enumerate(_changes(changed, is_script=is_script))
            if number == place
        )
        change.make()
        mutant = ast.unparse(ast.fix_missing_locations(changed))
        if mutant not in seen and parses(mutant):
            seen.add(mutant)
            found.append(Variant(program=mutant, what=change.what))
    return tuple(found)


def _lot(program: str, seed: int, place: int) -> bytes:
    """Where a place stands in the order of choice: no floor below knows chance."""
    drawn = repr((seed, place, program)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(drawn).digest()


def _changes(tree: ast.Module, *, is_script: bool) -> Iterator[_Change]:
    """Every change that could be made to a tree, in the order of its text."""
    for node in _executed(tree, is_script=is_script):
        yield from _of_operators(node)
        yield from _of_values(node)
        yield from _of_conditions(node)
        yield from _of_statements(node)


def _executed(tree: ast.Module, *, is_script: bool) -> Iterator[ast.AST]:
    """The nodes that make a program what it does: no annotations, no docstrings."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in reversed(list(ast.iter_fields(node))):
            if name in {"annotation", "returns", "type_params"}:
                continue
            children = value if isinstance(value, list) else [value]
            waiting.extend(
                child
                for child in reversed(children)
                if isinstance(child, ast.AST)
                and (is_script or node is not tree or not _only_in_scripts(child))
            )


def _only_in_scripts(statement: ast.AST) -> bool:
    """Whether a statement of a module does nothing for those who import it."""
    if isinstance(statement, ast.If):
        names = (one for one in ast.walk(statement.test) if isinstance(one, ast.Name))
        return any(one.id == "__name__" for one in names)
    return isinstance(statement, ast.Expr)


def _of_operators(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Compare):
        for number, operator in enumerate(node.ops):
            old, other, new = _COMPARED[type(operator)]

            def swap(node: ast.Compare = node, at: int = number, to: type = other) -> None:
                node.ops[at] = to()

            yield _Change(_for(new, old, node), swap)
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _COMPUTED:
        old, computed, new = _COMPUTED[type(node.op)]
        yield _Change(_for(new, old, node), lambda: setattr(node, "op", computed()))
    elif isinstance(node, ast.BoolOp):
        is_and = isinstance(node.op, ast.And)
        old, new = ("and", "or") if is_and else ("or", "and")
        joined = ast.Or() if is_and else ast.And()
        yield _Change(_for(new, old, node), lambda: setattr(node, "op", joined))


def _of_values(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        old = node.value
        new = not old if isinstance(old, bool) else old + 1
        yield _Change(_for(repr(new), repr(old), node), lambda: setattr(node, "value", new))
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield _Change(
            _for("return None", _shown(node), node),
            lambda: setattr(node, "value", ast.Constant(value=None)),
        )


def _of_conditions(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, _CONDITIONAL):
        negated = ast.UnaryOp(op=ast.Not(), operand=node.test)
        yield _Change(
            _for(f"not ({_shown(node.test)})", _shown(node.test), node.test),
            lambda: setattr(node, "test", negated),
        )


def _of_statements(node: ast.AST) -> Iterator[_Change]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        for number, statement in enumerate(block):
            is_bare = isinstance(statement, ast.AnnAssign) and statement.value is None
            if isinstance(statement, _DROPPED) and not is_bare and not _is_idle(node, statement):

                def drop(block: list[ast.stmt] = block, at: int = number) -> None:
                    block[at] = ast.Pass()

                yield _Change(f"`{_shown(statement)}` dropped in line {statement.lineno}", drop)


def _is_idle(owner: ast.AST, statement: ast.stmt) -> bool:
    """Whether a statement does nothing, as docstrings; or nothing to a module but print."""
    if not isinstance(statement, ast.Expr):
        return False
    return isinstance(owner, ast.Module) or isinstance(statement.value, ast.Constant)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _for(new: str, old: str, node: ast.expr | ast.stmt) -> str:
    return f"`{new}` for `{old}` in line {node.lineno}"


def _shown(node: ast.AST) -> str:
    """A piece of a program in one short line."""
    line = " ".join(ast.unparse(node).split())
    return line if len(line) <= _WORDS else f"{line[: _WORDS - 1]}…"
