"""Values come over as what they were: types, aliases, cycles, and the odd ones."""

from __future__ import annotations

import datetime
import decimal
import fractions
import math
import uuid
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.sandbox.inside import extras
from paragen.sandbox.inside.channel import Breach
from paragen.sandbox.inside.depths import MOST_LINKED
from paragen.sandbox.inside.values import Codec, TooDeep, dumps, loads


class Plain(Codec):
    """A codec for plain data alone."""

    def encode_other(self, value: Any) -> Any:
        encoded = extras.encode(value)
        assert encoded is not None, value
        return encoded

    def decode_other(self, tag: str, body: Any) -> Any:
        return extras.decode(tag, body)


def over(value: Any) -> Any:
    """The value, once across."""
    text = dumps(Plain().encode(value)).encode("utf-8", "surrogatepass")
    return Plain().decode(loads(text.decode("utf-8", "surrogatepass")))


def same(one: Any, other: Any) -> bool:
    """Equal in type and value all the way down, NaN being equal to itself and -0.0 not to 0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        if one != one:
            return bool(other != other)
        return math.copysign(1, one) == math.copysign(1, other) and one == other
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, list | tuple | deque):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    return bool(one == other)


hashables = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(), st.binary(max_size=8),
        st.floats(allow_nan=False), st.dates(), st.uuids(), st.fractions(),
        st.text(alphabet=st.characters(categories=["Cs"]), max_size=3),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.frozensets(inner, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip
values = st.recursive(
    st.one_of(
        hashables, st.floats(), st.complex_numbers(), st.binary().map(bytearray),
        st.sampled_from([..., NotImplemented, range(3), slice(1, None, -2), 10**700, -(16**3000)]),
        st.decimals(allow_nan=False), st.datetimes(), st.times(), st.timedeltas(),
        st.datetimes(timezones=st.just(datetime.UTC)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(hashables, inner, max_size=3),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.dictionaries(st.text(max_size=3), inner, max_size=3).map(OrderedDict),
        st.lists(inner, max_size=3).map(deque),
        st.sets(hashables, max_size=3),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200)
@given(values)
def test_values_come_over_unchanged(value: Any) -> None:
    assert same(over(value), value)


@pytest.mark.parametrize(
    "value",
    [
        "\ud800\udc00", "\udfff", "{", "\0", {"": 1}, {1: 2, "1": 3, (1,): 4, None: 5},
        -0.0, float("inf"), float("nan"), 2**64, -(10**599), 10**600, True, [True, 1, 1.0],
        Counter("aab"), deque([1, 2], maxlen=2), PurePosixPath("a/b"), uuid.UUID(int=3),
        decimal.Decimal("-0"), decimal.Decimal("1.10"), fractions.Fraction(1, 3),
        datetime.timedelta(-1, 2, 3), datetime.UTC, bytearray(b"\xff"), frozenset({(1, "a")}),
        [[[]], [{}, set()]], ((),), {"@": 0}, {"t": [1]}, [{"m": {"h": [1]}}],
    ],
    ids=repr,
)  # fmt: skip
def test_odd_values_come_over_unchanged(value: Any) -> None:
    assert same(over(value), value)


def test_not_a_number_is_the_very_one_that_tests_know() -> None:
    assert over([math.nan, 2]) == [math.nan, 2]
    assert over((1, {"x": math.nan})) == (1, {"x": math.nan})
    assert over([math.inf, -math.inf]) == [math.inf, -math.inf]


def test_aliases_and_cycles_come_over() -> None:
    inner: list[Any] = [1]
    both = over([inner, inner, {"x": inner}])
    assert both[0] is both[1] is both[2]["x"]
    inner.append(inner)
    cyclic = over(inner)
    assert cyclic[1] is cyclic
    table: dict[str, Any] = {}
    table["self"] = (table,)
    back = over(table)
    assert back["self"][0] is back


def test_views_come_over_as_views() -> None:
    table = {"a": 1, "b": [2]}
    assert over(table.keys()) == table.keys()
    assert list(over(table.values())) == [1, [2]]
    assert over(table.items()) == table.items()


def test_what_is_nested_too_deep_is_refused_on_both_sides() -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    with pytest.raises(TooDeep):
        Plain().encode(deep)
    with pytest.raises(Breach):
        Plain().decode(deep)


Chain = Callable[[int], Any]

_CHAINS: dict[str, Chain] = {
    "one in the other": lambda n: [{"dd": [None, [0], [{"@": k} if k else 0]]} for k in range(n)],
    "deques": lambda n: [{"q": [None, [{"@": k} if k else 0]]} for k in range(n)],
    "both": lambda n: [
        {"q": [None, [{"dd": [None, [0], [{"@": 2 * k - 1} if k else 0]]}]]} for k in range(n)
    ],
}


@pytest.mark.parametrize("chain", _CHAINS.values(), ids=_CHAINS.keys())
def test_chains_that_overflow_the_stack_when_they_are_freed_are_refused(chain: Chain) -> None:
    """Such a chain is no deeper than two in any message: each holds the one before."""
    assert len(Plain().decode(chain(100))) == 100
    with pytest.raises(Breach):
        Plain().decode(chain(MOST_LINKED + 9))


def test_no_chain_can_be_made_later_of_what_came_apart() -> None:
    codec = Plain()
    codec.decode([{"dd": [None, [], []]} for _ in range(MOST_LINKED + 9)])
    with pytest.raises(Breach):
        codec.decode_changes([[k, [[0], [{"@": k + 1}]]] for k in range(1, MOST_LINKED + 5)])


def test_no_chain_can_be_made_by_slices() -> None:
    with pytest.raises(Breach):
        Plain().decode([{"dd": [None, [], []]}, {"l": [{"@": 1}, None, None]}])


def test_how_deep_what_came_may_be_counts_references() -> None:
    codec = Plain()
    codec.decode([[[]], [{"@": 2}], [{"@": 3}]])
    assert codec.depths.reach >= 4
    codec.depths.settle()
    codec.decode([[1, 2], [[3]]])
    assert codec.depths.reach >= 4
    codec = Plain()
    codec.decode([[1, 2], [[3]]])
    assert codec.depths.reach == 2
