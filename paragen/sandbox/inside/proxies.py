"""What the test has of the program's objects: proxies whose every answer is asked for.

What decides here is whose word a verdict rests on. A proxy compared with plain data is unequal to
it, and has no order and no arithmetic with it: a program could otherwise return an object that is
equal to everything. The exception is an object that the test itself made by calling a class of
the program, for then that class's operators are what is tested (see `Own`). Of instances of
subclasses of builtins, the plain content is compared, by the builtin's own methods.
"""

from __future__ import annotations

import types
from contextlib import contextmanager
from enum import IntEnum

from ..runner.failures import catches_failures
from ..runner.outcomes import Unsupported
from .content import FIXED
from .specials import ARITHMETIC, COMPARISONS, DESCRIPTIVE, OPERATIONS, UNARY, names_of
from .values import ENCODERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .hosted import Hosted
    from .remote import Remote


class Own(IntEnum):
    """How far a proxy's operators may be trusted with plain data.

    CONSTRUCTED: the test made it by calling a class of the program, and it has come by no other
    way since; its operators take plain data and may give plain data. DERIVED: an operator of such
    objects made it; its operators take plain data, but may give objects only, which are TAINTED:
    no number may be made of them either, or `abs(a * b - 11) < 0.1` would be the program's to say.
    FOREIGN: anything else.
    """

    TAINTED = -1
    FOREIGN = 0
    DERIVED = 1
    CONSTRUCTED = 2


class State:
    """What is known of one of the program's objects."""

    __slots__ = ("base", "born", "factory", "hash", "number", "own", "proxy", "remote")

    def __init__(self, remote: Remote, number: int, proxy: Any, base: type | None = None) -> None:
        self.remote = remote
        self.number = number
        self.proxy = proxy
        self.base = base
        self.own = Own.FOREIGN
        self.born = -1
        self.hash: int | None = None
        self.factory = False

    def ask(self, operation: str, name: str | None, *args: Any, **kwargs: Any) -> Any:
        """Have something done with the object."""
        return self.remote.request(operation, self.number, name, args, kwargs)


STATES: dict[int, State] = {}
"""By the id of the proxy, which its state keeps alive; nothing on a proxy says what it is."""


def state_of(value: object) -> State | None:
    """What a proxy stands for, None for anything that is no proxy."""
    return STATES.get(id(value))


def _held(value: Any) -> State:
    state = STATES.get(id(value))
    if state is None:
        raise Unsupported("an object of a program that is no longer there")
    return state


_LOCAL = frozenset(
    {name for name in dir(object) if name not in ("__doc__", "__module__", "__dict__")}
    | {name for name in OPERATIONS if name.startswith("__")}
)
_LOCAL_OF_ERRORS = _LOCAL | frozenset(
    ("args", "with_traceback", "add_note", "__notes__", "__traceback__", "__cause__",
     "__context__", "__suppress_context__", "__setstate__"),
)  # fmt: skip
_LOCAL_OF_GENERATORS = _LOCAL | frozenset(
    ("send", "throw", "close", "asend", "athrow", "aclose"),
)
_LOCAL_OF_CLASSES = _LOCAL | frozenset(
    ("__mro__", "__bases__", "__base__", "__name__", "__qualname__", "__subclasses__", "mro",
     "__flags__", "__instancecheck__", "__subclasscheck__", "__prepare__", "__module__",
     "__basicsize__", "__abstractmethods__", "__type_params__", "__or__", "__ror__"),
)  # fmt: skip


_PREDICATES = frozenset(
    name
    for kind in (str, bytes, set, frozenset)
    for name in dir(kind)
    if name.startswith(("is", "startswith", "endswith"))
)
"""Methods of builtins that only say yes or no: whoever calls them means the builtin's."""


def _must_be_descriptive(state: State, name: str) -> None:
    """Refuse special names that something other than the test's own code looks for."""
    if name.startswith("__") and name.endswith("__") and name not in DESCRIPTIVE:
        kind = state.proxy if isinstance(state.proxy, type) else type(state.proxy)
        raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")


def _attribute(state: State, name: str) -> Any:
    """An attribute of the object; a builtin's own methods come from the plain content.

    Any result must be right to pass a test, but a yes is cheap to say: what a program gives in the
    place of a text mustn't answer `startswith` itself.
    """
    _must_be_descriptive(state, name)
    if state.own is not Own.CONSTRUCTED:
        fixed = state.base in FIXED and hasattr(state.base, name)
        if state.base is not None and (fixed or name in _PREDICATES):
            if fixed:
                return object.__getattribute__(state.proxy, name)
            return getattr(state.remote.content(state), name)
        if name in _PREDICATES:
            raise AttributeError(
                f"{type(state.proxy).__name__!r} object has no {name!r} of a builtin"
            )
    value = state.ask("get", name)
    must_catch_no_failure(name, value)
    return value


def must_catch_no_failure(name: str, value: object) -> None:
    """Refuse what the program names like an exception of its own, and is AssertionError or above.

    `except` with it would catch the test's own failures.
    """
    kinds = type(value) is type or type(value) is tuple
    if kinds and name[:1].isupper() and catches_failures(value):
        raise TypeError(f"{name} of the program is {value!r}, and no exception of its own")


def _attributes(local: frozenset[str], base: Any) -> dict[str, Any]:
    """How attributes are got, set and deleted: there, except for those that Python itself needs."""

    def get(self: Any, name: str) -> Any:
        if name in local:
            return base.__getattribute__(self, name)
        return _attribute(_held(self), name)

    def put(self: Any, name: str, value: Any) -> None:
        if name in local:
            base.__setattr__(self, name, value)
        else:
            _held(self).ask("set", name, value)

    def delete(self: Any, name: str) -> None:
        _held(self).ask("del", name)

    return {"__getattribute__": get, "__setattr__": put, "__delattr__": delete}


def _refuse_pickling(self: Any, *_: Any) -> Any:
    raise TypeError(f"cannot pickle {type(self).__name__!r} object")


def _asking(name: str) -> Callable[..., Any]:
    """A method that is delegated whatever it is given."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        state = _held(self)
        result = state.ask("do", name, *args, **kwargs)
        if state.own is Own.TAINTED and name in _MEASURES and state_of(result) is None:
            raise TypeError(f"{type(self).__name__} of an operator has no plain value here")
        return result

    method.__name__ = name
    return method


@contextmanager
def _entrusted(state: State, error: object) -> Iterator[Hosted | None]:
    """While the program has an exception of the test's, which may raise another instead.

    Gives who is to know if the program swallows it, where that is a failure of the test's own.
    """
    hosted = state.remote.hosted
    before = hosted.may_swallow
    failure = error if isinstance(error, BaseException) and hosted.is_failure(error) else None
    try:
        yield hosted if failure is not None else None
    except BaseException as other:
        if failure is not None and other is not failure:
            hosted.keep(failure)
        raise
    finally:
        hosted.may_swallow = before


def _leave(self: Any, kind: Any, error: Any, traceback: Any) -> Any:
    """The end of a `with`: the program gets the exception, but not the test's frames."""
    state = _held(self)
    with _entrusted(state, error) as hosted:
        swallows = state.ask("do", "__exit__", kind, error, None)
    return swallows and (hosted is None or hosted.keep(error))


async def _leave_later(self: Any, kind: Any, error: Any, traceback: Any) -> Any:
    """The end of an `async with`."""
    state = _held(self)
    with _entrusted(state, error) as hosted:
        swallows = await state.ask("do", "__aexit__", kind, error, None)
    return swallows and (hosted is None or hosted.keep(error))


def _thrown(kind: Any, error: Any) -> tuple[Any, ...]:
    """What `throw` is given, without the test's frames."""
    if error is None:
        return (kind,)
    return (error,) if isinstance(error, BaseException) else (kind, error)


def _throw(self: Any, kind: Any, error: Any = None, traceback: Any = None) -> Any:
    state, thrown = _held(self), _thrown(kind, error)
    with _entrusted(state, thrown[0]) as hosted:
        result = state.ask("do", "throw", *thrown)
    if hosted is not None:
        hosted.keep(thrown[0])
    return result


async def _throw_later(self: Any, kind: Any, error: Any = None, traceback: Any = None) -> Any:
    state, thrown = _held(self), _thrown(kind, error)
    with _entrusted(state, thrown[0]) as hosted:
        result = await state.ask("do", "athrow", *thrown)
    if hosted is not None:
        hosted.keep(thrown[0])
    return result


_MEASURES = frozenset(
    ("__bool__", "__int__", "__float__", "__complex__", "__index__", "__round__", "__trunc__",
     "__floor__", "__ceil__", *UNARY),
)  # fmt: skip


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        state = _held(self)
        if state.remote.decoding:
            return self is other if name == "__eq__" else NotImplemented
        if state_of(other) is None and state.own is not Own.CONSTRUCTED:
            return _compared(state, name, other)
        result = state.ask("do", name, other)
        if type(result) is not bool:
            raise TypeError(f"{type(self).__name__}.{name} gave no bool")
        return result

    method.__name__ = name
    return method


def _compared(state: State, name: str, other: Any) -> Any:
    """Compare the plain content with plain data, of which no type has a say of its own.

    Not even where the method is called by its name: NotImplemented would be as good as true.
    """
    result = _with_content(state, name, other)
    if result is not NotImplemented or type(other) not in ENCODERS:
        return result
    if state.base is not None:
        reflected = getattr(type(other), _REFLECTED[name])
        result = reflected(other, state.remote.content(state))
    if result is not NotImplemented:
        return result
    if name in ("__eq__", "__ne__"):
        return name == "__ne__"
    kinds = f"{type(state.proxy).__name__!r} and {type(other).__name__!r}"
    raise TypeError(f"{name!r} not supported between instances of {kinds}")


_REFLECTED = {
    "__eq__": "__eq__", "__ne__": "__ne__", "__lt__": "__gt__", "__le__": "__ge__",
    "__gt__": "__lt__", "__ge__": "__le__",
}  # fmt: skip


def _with_content(state: State, name: str, other: Any) -> Any:
    """Compare or combine the plain content with plain data; there may be none."""
    if state.base is None:
        return NotImplemented
    content = state.remote.content(state)
    method = getattr(state.base, name, None)
    return NotImplemented if method is None else method(content, other)


def _arithmetic(name: str) -> Callable[..., Any]:
    def method(self: Any, other: Any, *more: Any) -> Any:
        state = _held(self)
        peer = state_of(other)
        if peer is None and state.own is Own.FOREIGN:
            return _with_content(state, name, other)
        trusted = state.own is Own.CONSTRUCTED or (peer is not None and state.own >= 0)
        result = state.remote.combine(state, name, (other, *more), Own.DERIVED if trusted else None)
        if not trusted and state_of(result) is None:
            raise TypeError(f"{type(self).__name__}.{name} with plain data gives plain data")
        return result

    method.__name__ = name
    return method


def _contains(self: Any, item: Any) -> bool:
    """Plain data is looked for here, among all that iterating gives: only then does it count."""
    state = _held(self)
    if state_of(item) is not None or state.own is Own.CONSTRUCTED:
        result = state.ask("do", "__contains__", item)
        if type(result) is not bool:
            raise TypeError("no bool")
        return result
    if isinstance(self, str | bytes):
        base: Any = state.base
        return bool(base.__contains__(self, item))
    length, items = state.ask("list", None)
    if length not in (-1, len(items)):
        raise TypeError(f"{type(self).__name__} has another length than it iterates over")
    return item in items


def _hash(self: Any) -> int:
    state = _held(self)
    if state.hash is None:
        if state.remote.decoding:
            raise TypeError("a key whose hash is unknown")
        result = state.ask("do", "__hash__")
        if type(result) is not int:
            raise TypeError("__hash__ method should return an integer")
        state.hash = result
    return state.hash


def _copy(self: Any) -> Any:
    return _held(self).ask("do", "__copy__")


def _deepcopy(self: Any, memo: Any) -> Any:
    copied = _held(self).ask("do", "__deepcopy__")
    memo[id(self)] = copied
    return copied


def _run(self: Any, value: Any = None) -> Any:
    """Drive a coroutine: it runs to its end there."""
    raise StopIteration(_held(self).ask("await", None))


def _await(self: Any) -> Any:
    yield from ()  # it runs to its end there, so there is nothing to wait for here
    return _held(self).ask("await", None)


def _close(self: Any) -> None:
    _held(self).ask("do", "close")


METHODS: dict[str, Callable[..., Any]] = {
    **{name: _asking(name) for name in OPERATIONS},
    **{name: _comparison(name) for name in COMPARISONS},
    **{name: _arithmetic(name) for name in ARITHMETIC},
    "__exit__": _leave,
    "__aexit__": _leave_later,
    "throw": _throw,
    "athrow": _throw_later,
    "__contains__": _contains,
    "__hash__": _hash,
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
    local, base = (_LOCAL_OF_ERRORS, BaseException) if error else (_LOCAL, object)
    native = NATIVE.get(name) if module == "builtins" else None
    if native in _GENERATORS:
        local = _LOCAL_OF_GENERATORS
    members: dict[str, Any] = {**methods, **_ALWAYS, **_attributes(local, base)}
    if native is not None:
        members["__class__"] = property(lambda self: native)
    if native is types.CoroutineType:
        members |= {"send": _run, "close": _close}
    if "__hash__" in names or error or content or "__eq__" not in names:
        members["__hash__"] = _hash
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

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an instance, there."""
        return _held(cls).remote.construct(_held(cls), args, kwargs)

    def __getattribute__(cls, name: str) -> Any:
        """Ask, except for what Python itself needs."""
        if name in _LOCAL_OF_CLASSES:
            return type.__getattribute__(cls, name)
        _must_be_descriptive(_held(cls), name)
        value = _held(cls).ask("get", name)
        must_catch_no_failure(name, value)
        return value

    def __setattr__(cls, name: str, value: Any) -> None:
        """Set it, there."""
        _held(cls).ask("set", name, value)

    def __delattr__(cls, name: str) -> None:
        """Delete it, there."""
        _held(cls).ask("del", name)

    def __iter__(cls) -> Any:
        """The members of an Enum, say."""
        return _held(cls).ask("do", "__iter__")

    def __reversed__(cls) -> Any:
        """The members, the last first."""
        return _held(cls).ask("do", "__reversed__")

    def __len__(cls) -> Any:
        """How many members there are."""
        return _held(cls).ask("do", "__len__")

    def __bool__(cls) -> bool:
        """A class is true, however many members it has."""
        return True

    def __getitem__(cls, key: Any) -> Any:
        """A member by its name, or a parametrized class."""
        return _held(cls).ask("do", "__getitem__", key)

    def __contains__(cls, item: Any) -> bool:
        """Whether it is a member."""
        return _contains(cls, item)

    def __dir__(cls) -> Any:
        """The attributes, there."""
        return _held(cls).ask("do", "__dir__")


def make_class(name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
    """A proxy class; raises TypeError or ValueError for what can't be a class."""
    made: type = type.__new__(RemoteClass, name, bases, members)
    return made
