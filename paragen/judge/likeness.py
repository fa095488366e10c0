"""How alike two programs are as texts: only where what they do can't be compared.

A program's text is read as its syntax tree, so layout, comments, docstrings and annotations don't
count, and a program's own names count by the order in which they come up: renaming a variable
changes nothing. What isn't Python is read word by word.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from paragen.languages import python

_RUN = 3
"""How many neighbouring tokens are compared as one: single ones would leave out their order."""

_Grams = Mapping[tuple[str, ...], int]


def likeness(first: str, second: str) -> float:
    """How alike two programs' texts are, in 0..1: 1 is the same text but for what doesn't count.

    The share of runs of three tokens that both have: Sørensen and Dice's coefficient of multisets.
    """
    if first == second:
        return 1.0
    mine, others = _grams(first), _grams(second)
    total = sum(mine.values()) + sum(others.values())
    common = sum(min(count, others.get(gram, 0)) for gram, count in mine.items())
    return 2 * common / total


@lru_cache(maxsize=1024)
def _grams(source: str) -> _Grams:
    tokens = ["<", *_tokens(source), ">"]
    return Counter(zip(*(tokens[start:] for start in range(_RUN)), strict=False)) or Counter(
        [tuple(tokens)]
    )


def _tokens(source: str) -> Iterable[str]:
    tree = python.tree_of(source)
    return source.split() if tree is None else _Reader(tree).tokens()


class _Reader:
    """Reads a syntax tree as a row of tokens."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._numbers = {name: f"#{n}" for n, name in enumerate(_own_names(tree))}

    def tokens(self) -> Iterator[str]:
        """Every node's kind and what it says, outer ones first, in the order of the text."""
        waiting: list[ast.AST] = [self._tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Load | ast.Store | ast.Del):
                continue
            yield type(node).__name__
            yield from self._said(node)
            waiting.extend(reversed(list(_children(node))))

    def _said(self, node: ast.AST) -> Iterator[str]:
        for field, value in ast.iter_fields(node):
            if isinstance(node, ast.Constant):
                if field == "value":
                    yield repr(value)
            elif isinstance(value, str) and field != "type_comment":
                yield self._numbers.get(value, value)


def _own_names(tree: ast.Module) -> Iterable[str]:
    """The names that a program gives to its own variables and parameters, by first use."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            found[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
    return found


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that count: no docstring, no annotation."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            body = field == "body" and isinstance(node, ast.Module | python.Definition)
            parts = [part for part in value if isinstance(part, ast.AST)]
            yield from parts[1:] if body and parts and _is_text(parts[0]) else parts


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
