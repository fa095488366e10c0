"""Programs that stand in a text without any fence: runs of lines that are Python.

A run is made of top-level statements, one by one, each of which must parse and be more than a
word or two that happen to be an expression ("Sure", "Note: this"), so that prose before, between
and after doesn't become code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paragen.languages import python
from paragen.parse.snippet import Reader, Snippet

_START = re.compile(
    r"(?:from\s+[\w.]+\s+import\b|import\s+\w|(?:async\s+)?def\s+\w|class\s+\w|@\w|#|\"\"\"|'''"
    r"|[^\W\d][\w.,\[\]\"' ]*(?::[^=]+)?=[^=]|(?:if|for|while|with|try)\b.*:\s*(?:#.*)?$"
    r"|[^\W\d][\w.]*\()"
)
_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b|[)\]}]")
_STRINGS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*")
_TRIPLE = re.compile("\"\"\"|'''")

MAX_TRIES = 40
"""How many further lines at the margin a statement may take before it is given up."""


def whole(text: str, reader: Reader) -> Snippet | None:
    """The text as it stands, where all of it is code."""
    snippet = Snippet.read(text, reader)
    return snippet if is_code(snippet) else None


def is_code(snippet: Snippet) -> bool:
    """Whether a snippet parses, and all its statements are meant as such."""
    if snippet.tree is None or not snippet.tree.body:
        return False
    names = snippet.provided
    return all(_is_code(node, snippet.code, names) for node in snippet.tree.body)


def runs(text: str, reader: Reader) -> Iterator[Snippet]:
    """The runs of code in a text, in order."""
    lines = text.split("\n")
    position = 0
    while position < len(lines) and not reader.spent:
        if not _START.match(lines[position]):
            position += 1
            continue
        end = _run_end(lines, position, reader)
        if end > position:
            snippet = Snippet.read("\n".join(lines[position:end]), reader)
            if snippet.tree is not None and snippet.tree.body:
                yield snippet
        position = max(end, position + 1)


def tail(text: str) -> str | None:
    """The text from its first line that begins like code, None where none does."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if _START.match(line)), None)
    return None if first is None else "\n".join(lines[first:])


def _run_end(lines: list[str], start: int, reader: Reader) -> int:
    """The line after the last statement of the run that begins at `start`."""
    names: set[str] = set()
    position = start
    while position < len(lines):
        if not lines[position].strip():
            position += 1
            continue
        end = _statement_end(lines, position, names, reader)
        if end is None:
            break
        position = end
    return position


def _statement_end(lines: list[str], start: int, names: set[str], reader: Reader) -> int | None:
    """The line after the statement that begins at `start`, None where none does.

    Adds what the statement binds to `names`.
    """
    end = start
    for _ in range(MAX_TRIES):
        end = _next_margin(lines, end + 1)
        source = "\n".join(lines[start:end]) + "\n"
        tree = reader.tree(source)
        if tree is not None:
            names.update(python.defined_names(tree), python.imported_names(tree))
            return end if all(_is_code(node, source, names) for node in tree.body) else None
        if end >= len(lines) or reader.spent:
            return None
        if len(_TRIPLE.findall(source)) % 2:  # within a long string, on to the line that ends it
            end = _next_triple(lines, end)
        elif not _is_unfinished(source):
            return None
    return None


def _is_unfinished(source: str) -> bool:
    """Whether a text that doesn't parse may do so with more lines: prose never does."""
    last = source.rstrip("\n").rpartition("\n")[2]
    if last.startswith(("@", "#")) or last.endswith("\\"):
        return True
    code = _STRINGS.sub("", source)
    return sum(map(code.count, "([{")) > sum(map(code.count, ")]}"))


def _next_margin(lines: list[str], position: int) -> int:
    """The next line that isn't blank or indented, and doesn't go on with what came before."""
    while position < len(lines):
        line = lines[position]
        if line.strip() and line[0] not in " \t" and not _CONTINUES.match(line):
            return position
        position += 1
    return position


def _next_triple(lines: list[str], position: int) -> int:
    while position < len(lines) and not _TRIPLE.search(lines[position]):
        position += 1
    return position


def _is_code(node: ast.stmt, source: str, names: set[str] | frozenset[str]) -> bool:
    """Whether a top-level statement is meant as one, rather than prose that parses."""
    if isinstance(node, ast.Return):
        return False
    if isinstance(node, ast.AnnAssign):
        return node.value is not None
    if not isinstance(node, ast.Expr):
        return True
    value = node.value
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) and _is_triple_quoted(value, source)
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.ListComp)
    root: ast.expr = value
    while isinstance(root, ast.Call | ast.Attribute | ast.Subscript):
        root = root.func if isinstance(root, ast.Call) else root.value
    return not isinstance(root, ast.Name) or python.is_builtin(root.id) or root.id in names


def _is_triple_quoted(node: ast.Constant, source: str) -> bool:
    line = source.split("\n")[node.lineno - 1]
    return _TRIPLE.search(line[:8]) is not None
