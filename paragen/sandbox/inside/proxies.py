"""What the test has of the program's objects: proxies whose every answer is asked for.

What decides here is whose word a verdict rests on. A proxy compared with plain data is unequal to
it, and has no order and no arithmetic with it: a program could otherwise return an object that is
equal to everything. The exception is an object that the test itself made by calling a class of
the program, for then that class's operators are what is tested (see `Own`). Of instances of
subclasses of builtins, the plain content is compared, by the builtin's own methods; and where the
tests don't use their class as one, they are no more than that content to each other, either. What
an object answers must be the same from all sides, as long as nothing is done to it (see `steady`).
"""

from __future__ import annotations

import types

from ..runner.outcomes import Unsupported
from .attributes import (
    LOCAL,
    LOCAL_OF_CLASSES,
    LOCAL_OF_ERRORS,
    LOCAL_OF_GENERATORS,
    attributes,
    must_be_descriptive,
    must_catch_no_failure,
)
from .containing import contains, item_of, iterate, iterate_back, length_of
from .entrusted import leave, leave_later, throw, throw_later
from .operators import arithmetic, asking, comparison, hash_of
from .owned import held
from .specials import ARITHMETIC, COMPARISONS, OPERATIONS, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _refuse_pickling(self: Any, *_: Any) -> Any:
    raise TypeError(f"cannot pickle {type(self).__name__!r} object")


def _copy(self: Any) -> Any:
    return held(self).ask("do", "__copy__")


def _deepcopy(self: Any, memo: Any) -> Any:
    copied = held(self).ask("do", "__deepcopy__")
    memo[id(self)] = copied
    return copied


def _run(self: Any, value: Any = None) -> Any:
    """Drive a coroutine: it runs to its end there."""
    raise StopIteration(held(self).ask("await", None))


def _await(self: Any) -> Any:
    yield from ()  # it runs to its end there, so there is nothing to wait for here
    return held(self).ask("await", None)


def _close(self: Any) -> None:
    held(self).ask("do", "close")


METHODS: dict[str, Callable[..., Any]] = {
    **{name: asking(name) for name in OPERATIONS},
    **{name: comparison(name) for name in COMPARISONS},
    **{name: arithmetic(name) for name in ARITHMETIC},
    "__exit__": leave,
    "__aexit__": leave_later,
    "throw": throw,
    "athrow": throw_later,
    "__contains__": contains,
    "__len__": length_of,
    "__iter__": iterate,
    "__reversed__": iterate_back,
    "__getitem__": item_of,
    "__hash__": hash_of,
    "__await__": _await,
}

NATIVE: dict[str, type] = {
    str(kind.__name__): kind
    for kind in (
        types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.GeneratorType,
        types.CoroutineType, types.AsyncGeneratorType, types.CodeType, types.MappingProxyType,
    )
}  # fmt: skip
_GENERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
"""What instances of these say that their `__class__` is, so that `inspect` knows them."""

_ALWAYS = {
    "__str__": METHODS["__str__"],
    "__repr__": METHODS["__repr__"],
    "__format__": METHODS["__format__"],
    "__dir__": METHODS["__dir__"],
    "__copy__": _copy,
    "__deepcopy__": _deepcopy,
    "__reduce__": _refuse_pickling,
    "__reduce_ex__": _refuse_pickling,
    **{name: METHODS[name] for name in COMPARISONS},
}


def namespace(mask: int, module: str, name: str, *, error: bool, content: bool) -> dict[str, Any]:
    """What a proxy class has: the special methods that the program's class has, and attributes."""
    names = names_of(mask)
    methods = {name: METHODS[name] for name in names}
    local, base = (LOCAL_OF_ERRORS, BaseException) if error else (LOCAL, object)
    native = NATIVE.get(name) if module == "builtins" else None
    if native in _GENERATORS:
        local = LOCAL_OF_GENERATORS
    members: dict[str, Any] = {**methods, **_ALWAYS, **attributes(local, base)}
    if native is not None:
        members["__class__"] = property(lambda self: native)
    if native is types.CoroutineType:
        members |= {"send": _run, "close": _close}
    if "__hash__" in names or error or content or "__eq__" not in names:
        members["__hash__"] = hash_of
    else:
        members["__hash__"] = None
    members["__module__"] = module
    if not error and not content:
        members["__slots__"] = ()
    return members


class RemoteClass(type):
    """The class of proxy classes: what is asked of a class of the program is asked of it."""

    def __new__(cls, name: str, *_: Any, **__: Any) -> Any:
        """Refuse: only the program's side makes such classes."""
        raise Unsupported(f"the test class {name} derives from a class of the program")

    def __call__(cls, /, *args: Any, **kwargs: Any) -> Any:
        """Make an instance, there."""
        return held(cls).remote.construct(held(cls), args, kwargs)

    def __getattribute__(cls, name: str) -> Any:
        """Ask, except for what Python itself needs."""
        if name in LOCAL_OF_CLASSES:
            return type.__getattribute__(cls, name)
        must_be_descriptive(held(cls), name)
        value = held(cls).ask("get", name)
        must_catch_no_failure(name, value, held(cls).remote.catches)
        return value

    def __setattr__(cls, name: str, value: Any) -> None:
        """Set it, there."""
        held(cls).ask("set", name, value)

    def __delattr__(cls, name: str) -> None:
        """Delete it, there."""
        held(cls).ask("del", name)

    def __iter__(cls) -> Any:
        """The members of an Enum, say."""
        return iterate(cls)

    def __reversed__(cls) -> Any:
        """The members, the last first."""
        return iterate_back(cls)

    def __len__(cls) -> Any:
        """How many members there are."""
        return length_of(cls)

    def __bool__(cls) -> bool:
        """A class is true, however many members it has."""
        return True

    def __getitem__(cls, key: Any) -> Any:
        """A member by its name, or a parametrized class."""
        return held(cls).ask("do", "__getitem__", key)

    def __contains__(cls, item: Any) -> bool:
        """Whether it is a member."""
        return contains(cls, item)

    def __dir__(cls) -> Any:
        """The attributes, there."""
        return held(cls).ask("do", "__dir__")


def make_class(name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
    """A proxy class; raises TypeError or ValueError for what can't be a class."""
    made: type = type.__new__(RemoteClass, name, bases, members)
    return made
