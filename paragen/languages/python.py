"""Python source, looked at through `ast` and never executed."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import re
import sys
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FILENAME = "<program>"
_SILENCE = ("ignore", None, Warning, re.compile(_FILENAME), 0)
_TAKEN = frozenset(("solution", "test_solution", "pytest", "hypothesis", "__main__"))
_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceError:
    """Why a text isn't Python, and the 1-based line, None where the parser didn't say."""

    message: str
    line: int | None = None


def parse(source: str) -> ast.Module | SourceError:
    """The syntax tree of a text, or why it has none; never raises, never warns."""
    _silence_warnings()
    try:
        return ast.parse(source, filename=_FILENAME)
    except SyntaxError as error:
        return SourceError(message=error.msg or "invalid syntax", line=error.lineno)
    except (ValueError, OverflowError) as error:  # NUL bytes, lone surrogates
        return SourceError(message=str(error))
    except (RecursionError, MemoryError):
        return SourceError(message="nested too deeply")


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree of a text, None where it has none."""
    tree = parse(source)
    return tree if isinstance(tree, ast.Module) else None


def parses(source: str) -> bool:
    """Whether the text is Python."""
    return tree_of(source) is not None


def defined_names(tree: ast.Module) -> tuple[str, ...]:
    """What importing the module defines, in order: functions, classes and assigned names.

    Definitions within a top-level `if`, `try`, `with` or loop count; imports don't.
    """
    names = (name for node in _top_level(tree.body) for name in _defined_by(node))
    return tuple(dict.fromkeys(names))


def imported_names(tree: ast.Module) -> tuple[str, ...]:
    """The names that the module's top-level imports bind, in order."""
    found = (
        name
        for node in _top_level(tree.body)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in bound_by_import(node)
    )
    return tuple(dict.fromkeys(found))


def bound_by_import(node: ast.Import | ast.ImportFrom) -> tuple[str, ...]:
    """The names that an import binds; `*` stands for a star import."""
    if isinstance(node, ast.Import):
        return tuple(a.asname or a.name.partition(".")[0] for a in node.names)
    return tuple(a.asname or a.name for a in node.names)


def imported_modules(tree: ast.Module) -> tuple[str, ...]:
    """The modules that are imported anywhere in the tree, by the first part of their names."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update((a.name.partition(".")[0], None) for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found[node.module.partition(".")[0]] = None
    return tuple(found)


def why_no_module(name: str) -> str:
    """Why a program can't be given to others as a module of this name, "" where it can.

    One named like a module of the standard library would hide it, or be hidden by it.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        return "it must be a Python identifier, and no keyword"
    if name in _TAKEN or name.startswith("_paragen"):
        return "it is taken by what programs are run with"
    if name in sys.stdlib_module_names or name in sys.builtin_module_names:
        return "the standard library has a module of that name"
    return ""


def names_from(tree: ast.Module, module: str) -> tuple[str, ...]:
    """What `from module import …` takes, anywhere in the tree, in the order of the text."""
    found = [
        (alias.lineno, alias.col_offset, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module and not node.level
        for alias in node.names
        if alias.name != "*"
    ]
    return tuple(dict.fromkeys(name for _, _, name in sorted(found)))


def defines_check(tree: ast.Module) -> bool:
    """Whether the module defines `check(candidate)`, as HumanEval's tests do."""
    return any(
        isinstance(node, Function) and node.name == "check" and _takes_one(node)
        for node in tree.body
    )


def free_names(tree: ast.AST) -> frozenset[str]:
    """The names that are used and bound nowhere in the tree, builtins left out.

    Scopes aren't told apart: a name that is bound in any of them counts as bound.
    """
    used: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, Definition):
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound.update(bound_by_import(node))
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return frozenset(used - bound - _BUILTINS)


def is_builtin(name: str) -> bool:
    """Whether the name means something in every module."""
    return name in _BUILTINS


def is_stub(node: ast.AST) -> bool:
    """Whether a function or class is a placeholder: docstring, `...`, `pass`, NotImplementedError.

    A class is one if it has nothing but docstrings, annotations and placeholder methods.
    """
    if isinstance(node, Function):
        return all(_is_placeholder(statement) for statement in node.body)
    if isinstance(node, ast.ClassDef):
        methods = [n for n in node.body if isinstance(n, Function)]
        return bool(methods) and all(
            is_stub(n) if isinstance(n, Function) else _is_placeholder(n) for n in node.body
        )
    return False


def code_lines(source: str) -> int:
    """How many lines hold code: neither blank, nor comment or docstring alone.

    Of a text that isn't Python, every line that isn't blank counts.
    """
    tree = tree_of(source)
    if tree is None:
        return sum(1 for line in source.split("\n") if line.strip())
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    documentation = _docstring_lines(tree)
    lines: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in skipped and token.string:
                lines.update(range(token.start[0], token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):  # what ast lets pass and tokenize doesn't
        return sum(1 for line in source.split("\n") if line.strip())
    return len(lines - documentation)


def handles_errors(source: str) -> bool:
    """Whether the program has a `try` with an `except` anywhere."""
    tree = tree_of(source)
    return tree is not None and any(isinstance(n, ast.ExceptHandler) for n in ast.walk(tree))


def _silence_warnings() -> None:
    """See that a warning about a program's text (an invalid escape, say) is not printed.

    A filter for that file name alone, put back where something has reset the list;
    `catch_warnings` would change what other threads see.
    """
    if _SILENCE not in warnings.filters:
        warnings.filterwarnings("ignore", module=_FILENAME)


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run at import, those in blocks included, definitions' bodies not."""
    waiting = list(body)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Definition):
            continue
        inner = [*getattr(node, "body", ())]
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            inner.extend(part.body)
        inner += [*getattr(node, "orelse", ()), *getattr(node, "finalbody", ())]
        waiting.extend(inner[::-1])


def _defined_by(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _stored_in(target)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _stored_in(node.target)


def _stored_in(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _takes_one(node: Function) -> bool:
    return len(node.args.posonlyargs) + len(node.args.args) == 1


def _is_placeholder(node: ast.stmt) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise) and node.exc is not None:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False


def _docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | Definition) or not node.body:
            continue
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines
