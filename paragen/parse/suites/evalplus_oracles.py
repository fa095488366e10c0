"""EvalPlus: the functions of which more than one answer is right, and what is right then.

These are the exceptions that the suite's own harness makes (evalplus/eval), said in our words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """The code of `is_right(got, expected, given, atol)`, where `given` are the arguments.

    `alone` says that nothing but it decides: else an answer near the expected one is right too.
    `looks_back` says that it looks at the arguments, which a program may have changed by then.
    """

    code: str
    alone: bool = False
    looks_back: bool = False


EQUAL = Oracle(
    code="""\
def is_right(got, expected, given, atol):
    return got == expected
"""
)

_ANY = Oracle(
    code="""\
def is_right(got, expected, given, atol):
    return True
"""
)

_OR_ZERO = Oracle(
    code="""\
def is_right(got, expected, given, atol):
    return got == expected or got == 0
"""
)

_SAME_SET = Oracle(
    code="""\
def is_right(got, expected, given, atol):
    return set(got) == set(expected)
"""
)

_THERE_OR_NOT = Oracle(
    code="""\
def is_right(got, expected, given, atol):
    return expected == (got if isinstance(got, bool) else got is not None)
"""
)

_SURFACE = Oracle(
    looks_back=True,
    code="""\
def is_right(got, expected, given, atol):
    base, height = given  # the height may also be that of the apex above the base
    lateral = 2 * base * math.hypot(base / 2, height)
    return got == expected or abs(got - round(base**2 + lateral)) <= atol
""",
)

_DIGITS = Oracle(
    looks_back=True,
    code="""\
def is_right(got, expected, given, atol):
    width = max(len(str(number)) for number in given)
    first, second = (str(number).zfill(width) for number in given)
    padded = sum(abs(int(one) - int(other)) for one, other in zip(first, second))
    return got == expected or got == padded
""",
)

_ROOT = Oracle(
    alone=True,
    looks_back=True,
    code="""\
def is_right(got, expected, given, atol):
    (coefficients,) = given
    value = sum(one * math.pow(got, power) for power, one in enumerate(coefficients))
    return abs(value) <= atol
""",
)

HUMANEVAL: Mapping[str, Oracle] = {"find_zero": _ROOT}

EXISTING = frozenset({"check_str", "text_match_three", "text_starta_endb"})
"""Functions of MBPP whose answers can't be written down: only whether there is one counts."""

MBPP: Mapping[str, Oracle] = {
    "are_equivalent": _ANY,
    "sum_div": _OR_ZERO,
    "surface_Area": _SURFACE,
    "digit_distance_nums": _DIGITS,
    **dict.fromkeys(EXISTING, _THERE_OR_NOT),
    **dict.fromkeys(
        (
            "similar_elements",
            "find_char_long",
            "common_in_nested_lists",
            "extract_singly",
            "larg_nnum",
            "intersection_array",
            "find_dissimilar",
            "Diff",
        ),
        _SAME_SET,
    ),
}


def oracle(entry_point: str, *, mbpp: bool) -> Oracle:
    """What is right for a function of one of the two suites."""
    return (MBPP if mbpp else HUMANEVAL).get(entry_point, EQUAL)
