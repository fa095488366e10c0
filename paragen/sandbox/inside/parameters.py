"""The parameters of the test's functions, which programs count and name, as to curry them.

Values of defaults don't cross: they are the test's.
"""

from __future__ import annotations

import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_REST, _NAMED_REST = 0x04, 0x08
_FORWARD, _DEFAULT = "_paragen_forward", "_paragen_default"


def parameters_of(value: Any) -> list[Any] | None:
    """A function's or method's parameters, as JSON can hold them; None where it tells of none.

    How many are positional only; the positional ones, and how many of them have a default; the name
    that takes the rest, or None; those by keyword only, and which have a default; and the name that
    takes the rest of these.
    """
    bound = type(value) is types.MethodType
    function = value.__func__ if bound else value
    if type(function) is not types.FunctionType or hasattr(function, "__wrapped__"):
        return None
    code = function.__code__
    first = 1 if bound and code.co_argcount else 0
    names = list(code.co_varnames)
    positional, keywords = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    rest = code.co_flags & _REST and 1
    return [
        max(code.co_posonlyargcount - first, 0),
        names[first:positional],
        min(len(function.__defaults__ or ()), positional - first),
        names[keywords] if rest else None,
        names[positional:keywords],
        list(function.__kwdefaults__ or ()),
        names[keywords + rest] if code.co_flags & _NAMED_REST else None,
    ]


class _Default:
    """What a parameter has that wasn't given: the test's side knows better."""

    def __repr__(self) -> str:
        return "..."


_default = _Default()


def with_parameters(parameters: list[Any], forward: Callable[..., Any], *, is_async: bool) -> Any:
    """A function of these parameters, which hands over what it is given."""
    names = parameters[1]

    def hand_over(
        values: tuple[Any, ...], rest: tuple[Any, ...], named: dict[str, Any], more: dict[str, Any]
    ) -> Any:
        given = next((n for n, value in enumerate(values) if value is _default), len(values))
        later = zip(names[given:], values[given:], strict=True)  # what was given by its name
        by_name = dict((*later, *named.items(), *more.items()))
        by_name = {name: value for name, value in by_name.items() if value is not _default}
        return forward(*values[:given], *rest, **by_name)

    scope: dict[str, Any] = {_FORWARD: hand_over, _DEFAULT: _default}
    exec(_code(parameters, is_async=is_async), scope)
    return scope["function"]


def _code(parameters: list[Any], *, is_async: bool) -> str:
    only, positional, defaults, rest, keywords, optional, more = parameters
    required = len(positional) - defaults
    listed = [
        name if number < required else f"{name}={_DEFAULT}"
        for number, name in enumerate(positional)
    ]
    if only:
        listed.insert(only, "/")
    if rest or keywords:
        listed.append(f"*{rest or ''}")
    listed += [f"{name}={_DEFAULT}" if name in optional else name for name in keywords]
    if more:
        listed.append(f"**{more}")
    values = "".join(f"{name}, " for name in positional)
    named = ", ".join(f"{name!r}: {name}" for name in keywords)
    call = f"{_FORWARD}(({values}), {rest or '()'}, {{{named}}}, {more or '{}'})"
    begin, result = ("async def", f"await {call}") if is_async else ("def", call)
    return f"{begin} function({', '.join(listed)}): return {result}"
