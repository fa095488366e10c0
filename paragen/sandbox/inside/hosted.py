"""What the program may do with the test's own objects: call them, and use what is public.

Never frames, code, globals, modules or the insides of generators: a program that got at those
could read what the tests expect.
"""

from __future__ import annotations

import importlib
import sys
import types
from functools import partial

from ..runner.failures import fails
from ..runner.outcomes import Signal, Unsupported
from . import builtin_names
from .channel import Breach
from .content import CONTENT, FIXED
from .owned import state_of
from .parameters import parameters_of
from .specials import OPERATIONS, mask_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_FUNCTIONS = (
    types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType,
    partial,
)  # fmt: skip
_SEALED = (
    *_FUNCTIONS, types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType,
    types.FrameType, types.TracebackType, types.CodeType, types.ModuleType, types.CellType,
)  # fmt: skip
"""No attributes of these are anybody's business."""

_BOUND = frozenset((types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType))
_NEVER = (types.FrameType, types.TracebackType, types.CodeType, types.ModuleType, types.CellType)
_NAMEABLE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType,
             types.WrapperDescriptorType, types.ClassMethodDescriptorType)  # fmt: skip
_COROUTINE = 0x80 | 0x200


class Hosted:
    """The test's objects that the program was given, and what it may do with them."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._numbers: dict[object, int] = {}
        self.raised: dict[int, BaseException] = {}
        """By their ids, the exceptions that callbacks raised since the outermost call began."""
        self._failures: dict[int, BaseException] = {}
        self.may_swallow = False
        """Whether the test has told the program that it is about AssertionErrors."""
        self.swallowed: BaseException | None = None
        """A failure of the test's own that the program has kept to itself."""

    def place_of(self, value: Any) -> list[str] | None:
        """Where the standard library has this function or class, None if it is none of its."""
        if not isinstance(value, _NAMEABLE):
            return None
        module = getattr(value, "__module__", None)
        owner = getattr(value, "__objclass__", None)
        if owner is not None:
            module = owner.__module__
        elif isinstance(value, types.BuiltinFunctionType) and not (
            value.__self__ is None or isinstance(value.__self__, types.ModuleType | type)
        ):
            return None
        if type(module) is not str or module.partition(".")[0] not in sys.stdlib_module_names:
            return None
        found: Any = importlib.import_module(module)
        for part in value.__qualname__.split("."):
            found = getattr(found, part, None)
        return [module, value.__qualname__] if found == value else None

    def object(self, number: Any) -> Any:
        """The object of that number; raises Breach."""
        if type(number) is not int or not 0 <= number < len(self._objects):
            raise Breach("none of the test's objects")
        return self._objects[number]

    def announce(self, value: Any, encode: Callable[[Any], Any]) -> dict[str, Any]:
        """How the program gets to know an object; raises Unsupported for what it must not have."""
        number = self._numbers.get(_identity(value))
        if number is not None:
            return {"x": [number]}
        if isinstance(value, _NEVER):
            raise Unsupported(f"a {type(value).__name__} can't be handed to the program")
        number = len(self._objects)
        self._objects.append(value)
        self._numbers[_identity(value)] = number
        return {"x": [number, *self._described(value, encode)]}

    def cut(self, count: int) -> None:
        """Forget all but the first `count`: the message that announced the others isn't sent."""
        for value in self._objects[count:]:
            del self._numbers[_identity(value)]
        del self._objects[count:]

    def __contains__(self, value: Any) -> bool:
        """Whether the program was given this."""
        return _identity(value) in self._numbers

    def __len__(self) -> int:
        """How many objects there are."""
        return len(self._objects)

    def _described(self, value: Any, encode: Callable[[Any], Any]) -> list[Any]:
        if isinstance(value, _FUNCTIONS):
            name = getattr(value, "__name__", type(value).__name__)
            flags = getattr(getattr(value, "__code__", None), "co_flags", 0)
            doc = getattr(value, "__doc__", None)
            doc = doc if type(doc) is str else None
            return ["f", str(name), doc, bool(flags & _COROUTINE), parameters_of(value)]
        if isinstance(value, type):
            base = next((b for b in value.__mro__ if b in FIXED), None)
            ignored = (object,) if base is None else (object, base)
            return ["c", value.__name__, mask_of(value, ignored), base and base.__name__]
        if isinstance(value, BaseException):
            kinds = [k for k in type(value).__mro__ if builtin_names.CLASSES.get(k.__name__) is k]
            arguments = [encode(argument) for argument in value.args]
            return ["e", type(value).__name__, [kinds[0].__name__], arguments]
        base = next((b for b in type(value).__mro__ if b in FIXED), None)
        kind = self.announce(type(value), encode)
        if base is None:
            return ["o", kind, None, None]
        return ["o", kind, base.__name__, encode(CONTENT[base](value))]

    def perform(self, operation: Any, number: Any, name: Any, args: Any, kwargs: Any) -> Any:
        """Do what the program asks with one of the test's objects; raises what that raises."""
        value = self.object(number)
        if operation == "call":
            return value(*args, **kwargs)
        if operation == "await":
            return _finished(value(*args, **kwargs))
        if type(name) is not str:
            raise Breach("no name")
        if operation == "do":  # of functions there is more to see than what they do
            if name not in OPERATIONS or not _has(value, name) or isinstance(value, _FUNCTIONS):
                raise AttributeError(name)
            return OPERATIONS[name](value, *args, **kwargs)
        if operation == "get":
            _must_be_public(value, name)
            return getattr(value, name)
        _must_be_settable(value, name)
        if operation == "set":
            (new,) = args
            return setattr(value, name, new)
        if operation == "del":
            return delattr(value, name)
        raise Breach("an unknown operation")

    def note(self, error: BaseException) -> None:
        """Note that the program is told of an exception in the test's code."""
        self.raised[id(error)] = error
        if self.is_failure(error):
            self._failures[id(error)] = error

    def is_failure(self, error: BaseException) -> bool:
        """Whether a test fails by this, and hasn't told the program that it expects it."""
        if self.may_swallow and type(error) is AssertionError:
            return False
        return fails(error, of_program=state_of(error) is not None)

    def came_back(self, error: BaseException) -> None:
        """Note that the program raised it: now the test has it again."""
        self._failures.pop(id(error), None)

    def settle(self) -> None:
        """End the outermost call: a failure that hasn't come back by now never will."""
        for error in self._failures.values():
            self.keep(error)
        self._failures.clear()
        self.raised.clear()

    def keep(self, error: BaseException) -> bool:
        """Remember that the test was about to fail by this, and doesn't; False, as an answer."""
        self.swallowed = self.swallowed or error
        return False

    def may_raise(self, error: BaseException) -> bool:
        """Whether the program may have this exception of the test's pass through it, now."""
        return not isinstance(error, Signal) or id(error) in self.raised


def _identity(value: Any) -> object:
    """What tells an object from others: a bound method is made anew wherever it is named."""
    return value if type(value) in _BOUND else id(value)


def _has(value: Any, name: str) -> bool:
    return name in ("__copy__", "__deepcopy__") or getattr(type(value), name, None) is not None


def _of_test(cls: type) -> bool:
    """Whether a class is one that the tests define."""
    return type.__getattribute__(cls, "__module__").partition(".")[0] not in sys.stdlib_module_names


def _must_be_public(value: Any, name: str) -> None:
    if name.startswith("_") or isinstance(value, _SEALED):
        raise AttributeError(name)
    if isinstance(value, type) and not _of_test(value):
        raise AttributeError(name)
    if _is_mock(value) and hasattr(type(value), name):
        raise AttributeError(name)  # what it recorded, and `reset_mock`


def _must_be_settable(value: Any, name: str) -> None:
    _must_be_public(value, name)
    if isinstance(value, type) or not _of_test(type(value)):
        raise AttributeError(name)
    described = getattr(type(value), name, None)
    if callable(described):
        raise AttributeError(name)  # a method that the test relies on


def _is_mock(value: Any) -> bool:
    mock = sys.modules.get("unittest.mock")
    return mock is not None and isinstance(value, mock.NonCallableMock)


def _finished(awaitable: Any) -> Any:
    """The result of a coroutine of the test's that never has to wait."""
    try:
        while True:
            if awaitable.send(None) is not None:
                raise Unsupported("a callback that waits for something")
    except StopIteration as stop:
        return stop.value
