"""Calls made up for probes: variations of examples, and values of the annotated types.

Where examples are known, whatever is made up looks like these: has their types, signs and kinds of
characters. Beyond that right programs may differ.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from paragen.checks.probe_values import of_type_named, side_by_side, values_of

MOST_TYPED = 12
_LONGEST = 1000
"""Characters of a call."""
_SOME = 3
"""Fewer examples than these don't show what texts may be made of."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's parameters that can be given by position: names, and annotations or None.

    The first `required` of them must be given.
    """

    names: tuple[str, ...]
    annotations: tuple[ast.expr | None, ...]
    required: int

    @classmethod
    def of(cls, arguments: ast.arguments) -> Signature | None:
        """Those of a function; None where some must be given by name."""
        if any(default is None for default in arguments.kw_defaults):
            return None
        every = [*arguments.posonlyargs, *arguments.args]
        if every and every[0].arg in ("self", "cls"):
            every = every[1:]
        return cls(
            names=tuple(argument.arg for argument in every),
            annotations=tuple(argument.annotation for argument in every),
            required=max(0, len(every) - len(arguments.defaults)),
        )


def varied_calls(name: str, examples: Sequence[ast.Call]) -> Iterator[str]:
    """Calls like the examples, each with one argument changed a little.

    First the first argument of each example, then the second, and so on; then in another way.
    """
    rows = [row for row in map(_literals, examples) if row]
    longest = max(map(len, rows), default=0)
    shown = [_column(rows, place) for place in range(longest)]
    for way in range(3):
        for place in range(longest):
            for row in rows:
                if place >= len(row):
                    continue
                variations = list(_variations(row[place]))
                if way < len(variations) and _fits(variations[way], shown[place]):
                    yield _call(name, [*row[:place], variations[way], *row[place + 1 :]])


def typed_calls(name: str, signature: Signature, examples: Sequence[ast.Call]) -> tuple[str, ...]:
    """Calls with values of the annotated types; none where one isn't known.

    With values that the examples show to be likely, where there are any: an annotation that is
    missing is taken from them. Every second call gives the optional arguments, too.
    """
    rows = [row for row in map(_literals, examples) if row]
    columns = []
    for place, annotation in enumerate(signature.annotations):
        shown = _column(rows, place)
        values = values_of(annotation) if annotation is not None else _values_like(shown)
        columns.append([value for value in values if _fits(value, shown)])
    count = signature.required
    if not all(columns[:count]):
        return ()
    most = len(columns) if all(columns) else count
    texts = (
        _call(name, row[: most if number % 2 else count])
        for number, row in enumerate(side_by_side(columns[:most]))
    )
    short = (text for text in texts if len(text) <= _LONGEST)
    return tuple(islice(dict.fromkeys(short), MOST_TYPED))


def _literals(call: ast.Call) -> list[Any] | None:
    """The arguments' values, None where they aren't all plain and by position."""
    if call.keywords:
        return None
    try:
        return [ast.literal_eval(argument) for argument in call.args]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _variations(value: Any) -> Iterable[Any]:
    """Values of the same type and look as another."""
    kind = type(value)
    if kind is bool:
        return (not value,)
    if kind is int:
        return (value + 1, value * 2 + 1, value // 2)
    if kind is float:
        return (value * 2, value + 0.25)
    if kind in (str, bytes, list, tuple):
        half = len(value) // 2
        return (value[::-1], value + value[: half + 1], value[:half])
    if kind is set:
        return (set(sorted(value, key=repr)[1:]),)
    if kind is dict:
        return (dict(list(value.items())[1:]),)
    return ()


def _column(rows: Iterable[Sequence[Any]], place: int) -> list[Any]:
    """What the examples give for one parameter."""
    return [row[place] for row in rows if place < len(row)]


def _values_like(shown: Sequence[Any]) -> list[Any]:
    """Values of the type that all examples have, where it is a plain one."""
    names = {type(value).__name__ for value in shown}
    return of_type_named(names.pop()) if len(names) == 1 else []


def _fits(value: Any, shown: Sequence[Any]) -> bool:
    """Whether a value looks like those that examples show: of their type, sign and characters."""
    if value is None or not shown:
        return True
    if isinstance(value, str):
        texts = [s for s in shown if isinstance(s, str)]
        return bool(texts) and _looks_like(value, texts)
    if isinstance(value, int | float):
        numbers = [s for s in shown if isinstance(s, int | float)]
        return bool(numbers) and (min(numbers) < 0 or value >= min(*numbers, 1))
    if isinstance(value, list | tuple):
        inner = [item for s in shown if isinstance(s, list | tuple) for item in s]
        alike = any(type(s) is type(value) for s in shown)
        return alike and all(_fits(item, inner) for item in value)
    return any(type(s) is type(value) for s in shown)


def _looks_like(text: str, shown: Sequence[str]) -> bool:
    """Whether a text has the marks that all others have, and no kinds of characters but theirs.

    Of one or two it can't be told which kinds there may be.
    """
    letters, marks = _kinds(text)
    kinds = [_kinds(other) for other in shown]
    counts = [other for _, other in kinds]
    some = len(set(shown)) < _SOME
    if not (some or letters <= set().union(*(other for other, _ in kinds))):
        return False
    return all(
        min(c[mark] for c in counts) <= marks[mark] <= max(c[mark] for c in counts)
        for mark in {*marks, *(mark for other in counts for mark in other)}
        if not some or any(c[mark] for c in counts)
    )


def _kinds(text: str) -> tuple[set[str], Counter[str]]:
    """The kinds of letters, digits and spaces in a text, and how many of each other character."""
    plain = {_kind(c) for c in text if c.isalnum() or c.isspace()}
    return plain, Counter(c for c in text if not (c.isalnum() or c.isspace()))


def _kind(character: str) -> str:
    if character.isalpha():
        return "a" if character.islower() else "A"
    return "0" if character.isdigit() else character


def _call(name: str, arguments: Sequence[Any]) -> str:
    return f"{name}({', '.join(map(_text, arguments))})"


def _text(value: Any) -> str:
    """What evaluates to the value: as `repr` has it, but for what that doesn't always say alike."""
    match value:
        case list():
            return f"[{', '.join(map(_text, value))}]"
        case tuple():
            return f"({', '.join(map(_text, value))}{',' if len(value) == 1 else ''})"
        case frozenset():
            return f"frozenset({_text(set(value)) if value else ''})"
        case set():
            return f"{{{', '.join(sorted(map(_text, value)))}}}" if value else "set()"
        case dict():
            return f"{{{', '.join(f'{_text(k)}: {_text(v)}' for k, v in value.items())}}}"
    return repr(value).replace("inf", "1e999") if isinstance(value, float) else repr(value)
