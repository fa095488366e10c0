"""How values are written, so that those that are equal read alike."""

from __future__ import annotations

import re
from array import array
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.checks.probe_driver import written

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, width=16),
    st.text(max_size=8),
    st.binary(max_size=4),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=4),
        st.sets(st.integers() | st.text(max_size=3), max_size=4),
    ),
    max_leaves=12,
)


def plain(value: Any) -> Any:
    """The value with what `==` makes no difference of, but we do, told apart."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list | tuple):
        return (type(value).__name__, *map(plain, value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, set):
        return frozenset(map(plain, value))
    return value


@given(VALUES, VALUES)
def test_equal_values_and_no_others_read_alike(first: Any, second: Any) -> None:
    assert (written(first) == written(second)) == (plain(first) == plain(second))


@given(VALUES)
def test_copies_in_another_order_read_alike(value: Any) -> None:
    assert written(_turned(value)) == written(value)


def _turned(value: Any) -> Any:
    """An equal value whose dicts and sets were filled in another order."""
    if isinstance(value, list | tuple):
        return type(value)(map(_turned, value))
    if isinstance(value, dict):
        return {key: _turned(item) for key, item in reversed(list(value.items()))}
    if isinstance(value, set):
        backwards = list(value)[::-1]
        return {*backwards}
    return value


@given(VALUES)
def test_one_line(value: Any) -> None:
    assert "\n" not in written(value)


@dataclass
class Point:
    x: int
    y: int = 0
    _secret: int = 1


class Slotted:
    __slots__ = ("_c", "a", "b", "unset")

    def __init__(self) -> None:
        self.a, self.b, self._c = 1, [2], 3


class Plain:
    def __init__(self) -> None:
        self.z, self.a, self._id = 1, {"k"}, id(self)

    def __repr__(self) -> str:
        raise RuntimeError("nobody asks")


class Colour(Enum):
    RED = 1


class Level(IntEnum):
    LOW = 1


class Loud(list[int]):
    def __iter__(self) -> Iterator[int]:
        raise RuntimeError("nobody asks")

    def __repr__(self) -> str:
        raise RuntimeError("nobody asks")


class Word(str):
    __slots__ = ()


Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (2 + 0.5j, "(2, 0.5j)"),
        ("1", "'1'"),
        (b"1", "b'1'"),
        (10**5000 - 10**5000, "0"),
        ([1, (2,), ()], "[1, (2), ()]"),
        ({2, 1}, "{1, 2}"),
        (frozenset({2, 1}), "{1, 2}"),
        ({"b": 1, "a": {}}, "{:'a': {:}, 'b': 1}"),
        (Counter("aab"), "{:'a': 2, 'b': 1}"),
        (OrderedDict(b=1, a=2), "{:'a': 2, 'b': 1}"),
        (defaultdict(list, a=[1]), "{:'a': [1]}"),
        (deque([1, 2]), "deque[1, 2]"),
        (array("i", [1, 2]), "array[1, 2]"),
        (range(3), "range(0, 3)"),
        (Pair(1, 2), "(1, 2)"),
        (Point(1, 2), "Point(x=1, y=2)"),
        (Slotted(), "Slotted(a=1, b=[2])"),
        (Plain(), "Plain(a={'k'}, z=1)"),
        (Colour.RED, "Colour.RED"),
        (Level.LOW, "Level.LOW"),
        (Loud([1]), "[1]"),
        (Word("a"), "'a'"),
        (ValueError("no", 1), "ValueError('no', 1)"),
        (Decimal("1.50"), "Decimal('1.50')"),
        (Point, "class Point"),
        (len, "function"),
        (lambda: 1, "function"),
        (iter([1, 2]), "iterator[1, 2]"),
        ((n for n in (1, 2)), "iterator[1, 2]"),
        (map(str, [1]), "iterator['1']"),
        (re.compile("a"), "re.compile('a')"),
    ],
)
def test_how_a_value_reads(value: object, text: str) -> None:
    assert written(value) == text


def test_no_address_is_shown() -> None:
    assert written(object()) == written(object()) == "<object object>"


def test_what_never_ends_is_cut() -> None:
    def naturals() -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    assert written(naturals()).endswith("99, …]")
    within: list[object] = []
    within.append(within)
    assert written(within) == "[…]"
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    assert "…" in written(deep)


def test_what_is_long_is_cut_and_summed_up() -> None:
    first, second = "a" * 9999 + "b", "a" * 9999 + "c"
    assert len(written(first)) < 5000
    assert written(first) != written(second)
    assert len(written(10**9000)) < 5000
    assert len(written(["x" * 100] * 10_000)) < 5000
