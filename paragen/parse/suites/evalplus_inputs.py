"""EvalPlus: inputs of MBPP that aren't what JSON made of them, and what they were.

JSON has no tuples, sets or complex numbers. Which problems had them, and where, is nowhere in the
data: the suite's own reader knows it by the problems' numbers, and so does the table here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from paragen.parse.suites.record import Record
from paragen.parse.suites.values import as_tuple, tagged

Shape = Callable[[list[Any]], list[Any]]
"""From the arguments of one call as plain JSON to the arguments in tagged JSON."""


def _each(arguments: list[Any]) -> list[Any]:
    """Every argument is a tuple."""
    return [as_tuple(one) for one in tagged(arguments)]


def _members(arguments: list[Any]) -> list[Any]:
    """Every argument is a list of tuples."""
    return [_of_tuples(one) for one in tagged(arguments)]


def _first_members(arguments: list[Any]) -> list[Any]:
    """The first argument is a list of tuples."""
    first, *rest = tagged(arguments)
    return [_of_tuples(first), *rest]


def _first(arguments: list[Any]) -> list[Any]:
    """The first argument is a tuple."""
    first, *rest = tagged(arguments)
    return [as_tuple(first), *rest]


def _second(arguments: list[Any]) -> list[Any]:
    """The second argument is a tuple."""
    first, second, *rest = tagged(arguments)
    return [first, as_tuple(second), *rest]


def _tuples_of_tuples(arguments: list[Any]) -> list[Any]:
    """Every argument is a tuple of tuples."""
    return [as_tuple(_of_tuples(one)) for one in tagged(arguments)]


def _sets(arguments: list[Any]) -> list[Any]:
    """The first argument is a list of sets; what isn't one was an empty dict."""
    (first,) = arguments
    return [[{"set": tagged(one)} if one else {"dict": []} for one in first]]


def _float_and_complex(arguments: list[Any]) -> list[Any]:
    """A float and a complex number, both as text."""
    return [float(arguments[0]), {"complex": str(arguments[1])}]


def _complex(arguments: list[Any]) -> list[Any]:
    """A complex number as text."""
    return [{"complex": str(arguments[0])}]


def _dict_of_tuples(arguments: list[Any]) -> list[Any]:
    """The first argument is a dict of tuples."""
    first, *rest = arguments
    pairs = [[key, as_tuple(tagged(value))] for key, value in first.items()]
    return [{"dict": pairs}, *tagged(rest)]


def _all_the_way(arguments: list[Any]) -> list[Any]:
    """Every list is a tuple, at any depth."""
    return [_deep(one) for one in arguments]


def _some_members(arguments: list[Any]) -> list[Any]:
    """The first argument is a tuple in which lists are tuples."""
    (first,) = tagged(arguments)
    return [as_tuple(_of_tuples(first))]


def _of_tuples(value: Any) -> Any:
    return [as_tuple(one) for one in value] if isinstance(value, list) else value


def _deep(value: Any) -> Any:
    return {"tuple": [_deep(one) for one in value]} if isinstance(value, list) else tagged(value)


SHAPES: Mapping[Shape, tuple[int, ...]] = {
    _each: (
        *(2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630),
        *(726, 740, 744, 809),
    ),
    _members: (63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780),
    _first_members: (75, 413, 444, 753),
    _second: (106, 750),
    _sets: (115,),
    _float_and_complex: (124,),
    _first: (250, 307, 405, 446, 617, 720, 763, 808),
    _tuples_of_tuples: (259, 401, 445),
    _some_members: (278,),
    _dict_of_tuples: (722,),
    _complex: (252,),
    _all_the_way: (580, 615, 791),
}

_BY_NUMBER = {number: shape for shape, numbers in SHAPES.items() for number in numbers}


def converted(identity: str, inputs: list[Any], record: Record, *, mbpp: bool) -> list[Any]:
    """The inputs of a problem in tagged JSON; raises TaskError where they have another shape."""
    number = identity.rpartition("/")[2]
    shape = _BY_NUMBER.get(int(number), tagged) if mbpp and number.isdecimal() else tagged
    try:
        if not all(isinstance(one, list) for one in inputs):
            raise TypeError
        return [shape(one) for one in inputs]
    except (TypeError, ValueError, AttributeError, LookupError):
        record.fail("its inputs aren't lists of arguments of the kind that this problem has")
