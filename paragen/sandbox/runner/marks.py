"""Marks on tests, and the parameter sets that `parametrize` makes of them."""

from __future__ import annotations

from .outcomes import Skipped, Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class Mark:
    """One mark with its arguments."""

    def __init__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.name = name
        self.args = args
        self.kwargs = kwargs


class MarkDecorator:
    """`pytest.mark.name`, with or without arguments."""

    def __init__(self, name: str, /, *args: Any, **kwargs: Any) -> None:
        self.mark = Mark(name, args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Mark a function or class; called with anything else, take it as arguments."""
        bare = not self.mark.args and not self.mark.kwargs
        if len(args) == 1 and not kwargs and callable(args[0]) and (bare or _is_test(args[0])):
            target = args[0]
            own = target.__dict__.get("pytestmark", [])
            target.pytestmark = [*own, self.mark]
            return target
        return MarkDecorator(
            self.mark.name, *self.mark.args, *args, **{**self.mark.kwargs, **kwargs}
        )


class Marks:
    """`pytest.mark`: any name is a mark."""

    def __getattr__(self, name: str) -> MarkDecorator:
        """The mark of that name."""
        return MarkDecorator(name)


class Parameters:
    """One set of values: `pytest.param(…)`, or what stands in its place."""

    def __init__(self, values: tuple[Any, ...], marks: list[Mark], id: str | None) -> None:
        self.values = values
        self.marks = marks
        self.id = id


def param(*values: Any, marks: Any = (), id: str | None = None) -> Parameters:
    """A set of values with an id or marks of its own."""
    return Parameters(values, as_marks(marks), id)


def as_marks(given: Any) -> list[Mark]:
    """One mark or several, as a list; whatever isn't a mark is none, and never asked."""
    several = given if isinstance(given, list | tuple) else [given]
    marks = [m.mark if type(m) is MarkDecorator else m for m in several]
    return [m for m in marks if type(m) is Mark]


def marks_of(*targets: Any) -> list[Mark]:
    """The marks of a function, its classes and its module, the nearest first."""
    found: list[Mark] = []
    for target in targets:
        chain = target.__mro__ if isinstance(target, type) else (target,)
        for owner in chain:
            found += as_marks(getattr(owner, "__dict__", {}).get("pytestmark", []))
    return found


def parameter_sets(mark: Mark) -> list[tuple[str, dict[str, Any], list[Mark]]]:
    """What one `parametrize` mark yields: id, values by name, further marks."""

    def spread(
        argnames: Any, argvalues: Any, ids: Any = None, indirect: Any = False, **_: Any
    ) -> Any:
        if indirect:
            raise Unsupported("parametrize(indirect=…) isn't supported")
        names = argnames
        if isinstance(names, str):
            names = [n.strip() for n in argnames.split(",") if n.strip()]
        bare = isinstance(argnames, str) and len(names) == 1
        sets = [_as_parameters(value, bare) for value in argvalues]
        return [
            (_id(n, one, names, ids), dict(zip(names, one.values, strict=True)), one.marks)
            for n, one in enumerate(sets)
        ]

    result: list[tuple[str, dict[str, Any], list[Mark]]] = spread(*mark.args, **mark.kwargs)
    return result


def skip_reason(marks: Iterable[Mark], namespace: dict[str, Any]) -> str | None:
    """Why a test with these marks is skipped, None where it isn't."""
    for mark in marks:
        if mark.name == "skip":
            return str(mark.kwargs.get("reason") or (mark.args[0] if mark.args else "skipped"))
        if mark.name == "skipif" and _holds(mark, namespace):
            return str(mark.kwargs.get("reason") or "skipped")
    return None


def expected_failure(marks: Iterable[Mark], namespace: dict[str, Any]) -> Mark | None:
    """The xfail mark that is in force, None where there is none."""
    for mark in marks:
        if mark.name == "xfail" and (not mark.args or _holds(mark, namespace)):
            if mark.kwargs.get("run") is False:
                raise Skipped(str(mark.kwargs.get("reason") or "expected to fail, not run"))
            return mark
    return None


def _holds(mark: Mark, namespace: dict[str, Any]) -> bool:
    conditions = [*mark.args, *([mark.kwargs["condition"]] if "condition" in mark.kwargs else [])]
    return any(eval(c, namespace) if isinstance(c, str) else c for c in conditions)


def _as_parameters(value: Any, bare: bool) -> Parameters:
    """A set of values; `bare` ones are the one value of a single name, not a tuple of it."""
    if isinstance(value, Parameters):
        return value
    return Parameters((value,) if bare else tuple(value), [], None)


def _id(number: int, one: Parameters, names: list[str], ids: Any) -> str:
    if one.id is not None:
        return one.id
    if ids is not None and not callable(ids):
        given = list(ids)[number]
        if given is not None:
            return str(given)
    parts = []
    for name, value in zip(names, one.values, strict=False):
        said = ids(value) if callable(ids) else None
        if said is None:
            plain = value is None or isinstance(value, str | int | float | bool)
            said = value if plain else f"{name}{number}"
        parts.append(str(said))
    return "-".join(parts)


def _is_test(target: Any) -> bool:
    """Whether a mark with arguments is put on this, rather than called with more arguments."""
    return isinstance(target, type) or hasattr(target, "__code__") or hasattr(target, "__wrapped__")
