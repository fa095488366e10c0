"""Values of annotated types, to call programs with.

These values are chosen, not drawn: the edges of each type first, and the same on every machine and
in every version. A tournament that goes on later must ask what was asked before, and a library of
random strategies, even a seeded one, promises that only for its own version.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from paragen.languages import python

_MOST_DEPTH = 4
"""Of annotations within annotations."""
_MOST_OF_ONE = 8
"""Values of one annotation."""


def side_by_side(columns: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """Values side by side, the first of each first; each further round shifts the later columns."""
    longest = max(map(len, columns), default=1)
    for number in range(longest * longest):
        turn, start = divmod(number, longest)
        yield [values[(start + place * turn) % len(values)] for place, values in enumerate(columns)]


def values_of(annotation: ast.expr, depth: int = 0) -> list[Any]:
    """Values of an annotated type, edges first; none for a type that isn't known."""
    if depth > _MOST_DEPTH:
        return []
    match annotation:
        case ast.Constant(value=None):
            return [None]
        case ast.Constant(value=str(text)):
            tree = python.tree_of(text)
            inner = tree.body[0] if tree is not None and len(tree.body) == 1 else None
            return values_of(inner.value, depth + 1) if isinstance(inner, ast.Expr) else []
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _any_of([left, right], depth)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return of_type_named(name)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inside):
            return _generic(name, inside.elts if isinstance(inside, ast.Tuple) else [inside], depth)
    return []


def _any_of(parts: Iterable[ast.expr], depth: int) -> list[Any]:
    """One value of each, in turn."""
    columns = [values_of(part, depth + 1) for part in parts]
    longest = max(map(len, columns), default=0)
    found = [column[n] for n in range(longest) for column in columns if n < len(column)]
    return found[:_MOST_OF_ONE]


_TEXTS = ["", "a", "Hello, World!", "abcABC 123", "  two  spaces ", "racecar", "Äpfel", "3"]
_PLAIN: Mapping[str, list[Any]] = {
    "int": [0, 1, 2, 7, -1, 10, 100, -25],
    "float": [0.0, 1.0, 2.5, -1.5, 0.1, 1000.0],
    "complex": [0j, 1 + 2j],
    "bool": [True, False],
    "str": _TEXTS,
    "bytes": [b"", b"a", b"abc \x00\xff"],
    "None": [None],
    "Any": [0, "a", [1, 2], None],
    "object": [0, "a", [1, 2], None],
    "list": [[], [1], [3, 1, 2], [2, 2, 1], ["b", "a"]],
    "tuple": [(), (1,), (3, 1, 2), (2, 2, 1)],
    "set": [set(), {1}, {3, 1, 2}],
    "frozenset": [frozenset(), frozenset({1}), frozenset({3, 1, 2})],
    "dict": [{}, {"a": 1}, {"b": 2, "a": 1}],
}
_ALIASES: Mapping[str, str] = {
    "List": "list", "Sequence": "list", "Iterable": "list", "Collection": "list",
    "MutableSequence": "list", "Reversible": "list", "Tuple": "tuple", "Set": "set",
    "AbstractSet": "set", "MutableSet": "set", "FrozenSet": "frozenset", "Dict": "dict",
    "Mapping": "dict", "MutableMapping": "dict", "Text": "str", "AnyStr": "str",
    "SupportsInt": "int", "SupportsFloat": "float", "Number": "int", "Real": "float",
    "Hashable": "str", "ByteString": "bytes",
}  # fmt: skip


def of_type_named(name: str) -> list[Any]:
    """Values of a type without parameters, by its name; none for one that isn't known."""
    return list(_PLAIN.get(_ALIASES.get(name, name), ()))


def _generic(name: str, parts: Sequence[ast.expr], depth: int) -> list[Any]:
    """Values of a type with parameters."""
    name = _ALIASES.get(name, name)
    if name == "Literal":
        return [part.value for part in parts if isinstance(part, ast.Constant)]
    if name == "Optional":
        return [*values_of(parts[0], depth + 1)[: _MOST_OF_ONE - 1], None]
    if name == "Union":
        return _any_of(parts, depth)
    if name in ("Annotated", "Final", "ClassVar"):
        return values_of(parts[0], depth + 1)
    if name == "tuple" and not _is_open(parts):
        columns = [values_of(part, depth + 1) for part in parts]
        rows = side_by_side(columns) if columns and all(columns) else iter(())
        return [tuple(row) for row in islice(rows, _MOST_OF_ONE)]
    if name == "dict" and len(parts) == 2:
        keys, values = (values_of(part, depth + 1) for part in parts)
        pairs = list(zip(_hashable(keys), values, strict=False))
        return [{}, dict(pairs[:1]), dict(pairs[1:4])] if pairs else []
    make = _MAKERS.get(name)
    if make is None:
        return []
    items = values_of(parts[0], depth + 1)
    return [make(row) for row in _collections(_hashable(items) if "set" in name else items)]


def _is_open(parts: Sequence[ast.expr]) -> bool:
    """Whether this is a `tuple[int, ...]`."""
    return len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...


_MAKERS: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
}


def _collections(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Collections of such items: none, one, in one order and the other, one twice, all."""
    if not items:
        return
    some = list(items[1:4]) or list(items)
    yield []
    yield some[:1]
    yield some
    yield some[::-1]
    yield [*some[:2], some[0]]
    yield list(items)


def _hashable(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if not isinstance(value, list | set | dict)]
